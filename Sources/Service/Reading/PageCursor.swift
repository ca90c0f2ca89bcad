import Base
public import Providers
public import Quests

/// Why the text of a cursor cannot be taken: it was cut, changed, or made by another listing.
public struct CursorFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// A sentence for people.
  public let description =
    "the cursor is none of this listing: use the one in the “next” link of the page before, "
    + "unchanged, or begin without one"
}

/// The place of the last row of a page: what comes next is what lies behind it, whatever was added or
/// removed since. It names the row by all that the listing is ordered by, so that equal rows are
/// neither skipped nor repeated.
///
/// Clients see base64url (RFC 4648 section 5, no padding) of the sealed keys: the row may be one of
/// somebody whose id the page does not show.
public struct PageCursor: Hashable, Sendable {
  /// What a listing is ordered by.
  public enum Key: Hashable, Sendable {
    /// An instant, a distance, a rank or a version.
    case integer(Int64)
    /// The two halves of an identifier.
    case identifier(high: UInt64, low: UInt64)

    public static func id<Subject>(_ id: Identifier<Subject>) -> Key {
      .identifier(high: id.high, low: id.low)
    }
  }

  /// The kinds of the keys of a listing.
  public enum Kind: Hashable, Sendable { case integer, identifier }

  /// The listing that it belongs to, such as `activities`.
  public let listing: String
  public let keys: [Key]

  /// - Parameter listing: what is listed; a cursor is good for that alone.
  public init(_ listing: String, _ keys: [Key]) {
    self.listing = listing
    self.keys = keys
  }

  private static func purpose(_ listing: String) -> String { "cursor 2 \(listing)" }

  /// Reads what `text` gave, for a listing with keys of these kinds. Nothing else is taken.
  public init(
    _ text: String, of listing: String, _ kinds: [Kind], _ seal: Seal
  ) throws(CursorFault) {
    let count = kinds.reduce(0) { $0 + ($1 == .integer ? 8 : 16) }
    guard text.utf8.count == ((count + Seal.overhead) * 8 + 5) / 6,
      let sealed = Base64URL.decode(text.utf8),
      let bytes = seal.open(sealed, for: Self.purpose(listing)), bytes.count == count
    else { throw CursorFault() }
    var next = 0
    func word() -> UInt64 {
      next += 8
      return bytes[next - 8..<next].reduce(0) { $0 << 8 | UInt64($1) }
    }
    let keys = kinds.map { kind -> Key in
      switch kind {
      case .integer: .integer(Int64(bitPattern: word()))
      case .identifier: .identifier(high: word(), low: word())
      }
    }
    self.init(listing, keys)
  }

  /// The cursor as clients see it.
  public func text(_ seal: Seal) -> String {
    var bytes: [UInt8] = []
    func append(_ word: UInt64) {
      for shift in stride(from: 56, through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
      }
    }
    for key in keys {
      switch key {
      case .integer(let value): append(UInt64(bitPattern: value))
      case .identifier(let high, let low):
        append(high)
        append(low)
      }
    }
    return Base64URL.text(seal.seal(bytes, for: Self.purpose(listing)))
  }

  /// The key at a place, nil where it is an identifier.
  public func integer(at place: Int) -> Int64? {
    if case .integer(let value) = keys[place] { value } else { nil }
  }

  /// The key at a place, nil where it is a number.
  public func id<Subject>(at place: Int) -> Identifier<Subject>? {
    if case .identifier(let high, let low) = keys[place] {
      Identifier(high: high, low: low)
    } else {
      nil
    }
  }
}
