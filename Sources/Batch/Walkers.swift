internal import Base

/// How a file names a person: an id or an e-mail address means one person in all rows, anything else
/// a person of the row's team.
public enum WrittenPerson {
  /// Whether a text is meant as an e-mail address: one @ with something before it, and a domain with
  /// a dot after it.
  public static func isAddress(_ text: String) -> Bool {
    !text.contains(where: \.isWhitespace) && isAddress(text.utf8)
  }

  /// The same of a text without white space.
  static func isAddress(_ bytes: some Collection<UInt8>) -> Bool {
    guard let at = bytes.firstIndex(of: 0x40), at != bytes.startIndex else { return false }
    let dot: UInt8 = 0x2E
    var (last, hasDot) = (dot, false)
    for byte in bytes[bytes.index(after: at)...] {
      if byte == 0x40 || (byte == dot && last == dot) { return false }
      if byte == dot { hasDot = true }
      last = byte
    }
    return hasDot && last != dot
  }
}

/// A person whom a file knows by an id or an e-mail address, on one route.
struct Walker: Hashable, Comparable, Sendable {
  var id: ActivityID
  var route: Int32

  static func < (a: Walker, b: Walker) -> Bool {
    (a.id.high, a.id.low, a.route) < (b.id.high, b.id.low, b.route)
  }

  /// What is wrong with the name of a person, or nil.
  ///
  /// - Complexity: O(bytes); printable ASCII takes one pass and no copy.
  static func fault(of bytes: UnsafeBufferPointer<UInt8>) -> RowFault? {
    guard let first = bytes.first, let last = bytes.last else { return .personEmpty }
    if first != 0x20, last != 0x20, bytes.allSatisfy({ 0x20...0x7E ~= $0 }) { return nil }
    guard let text = String(validating: bytes, as: UTF8.self) else { return .textEncoding }
    do throws(Name.Fault) {
      _ = try Name.read(text)
      return nil
    } catch { return RowFault(ofPerson: error) }
  }

  /// Tells the persons of a team apart, who have names alone.
  static func nameID(_ bytes: UnsafeBufferPointer<UInt8>) -> ActivityID {
    var name = Name.folded(String(decoding: bytes, as: UTF8.self))
    return name.withUTF8(ActivityID.hashed)
  }

  /// Nil where a text is neither an id nor an address.
  static func id(_ bytes: UnsafeBufferPointer<UInt8>) -> ActivityID? {
    if let id = ActivityID.uuid(bytes) { return id }
    // Blanks may stand around a longer text.
    guard bytes.count > 36 || bytes.contains(0x40) else { return nil }
    if bytes.allSatisfy({ 0x21...0x7E ~= $0 }) {
      guard WrittenPerson.isAddress(bytes) else { return nil }
      return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: bytes.count) { lower in
        for (i, byte) in bytes.enumerated() {
          lower.initializeElement(at: i, to: 0x41...0x5A ~= byte ? byte | 0x20 : byte)
        }
        return ActivityID.hashed(UnsafeBufferPointer(lower))
      }
    }
    var name = Name.folded(String(decoding: bytes, as: UTF8.self))
    if let id = name.withUTF8(ActivityID.uuid) { return id }
    guard WrittenPerson.isAddress(name) else { return nil }
    var address = name.lowercased()
    return address.withUTF8(ActivityID.hashed)
  }
}

/// What persons have walked who may be in several teams: each of their walks counts in all of these.
///
/// Memory grows with the persons, about 200 bytes each.
struct WalkerTable: Sendable {
  struct Entry: Sendable {
    /// Those that the person's rows name.
    fileprivate(set) var teams: Set<TeamKey> = []
    fileprivate(set) var total = TeamTotal()
  }

  private(set) var entries: [Walker: Entry] = [:]
  private(set) var overflowed = false

  /// Takes a person as one of a team.
  mutating func join(_ walker: Walker, _ team: TeamKey) {
    entries[walker, default: Entry()].teams.insert(team)
  }

  mutating func add(_ walker: Walker, _ total: TeamTotal) {
    overflowed = entries[walker, default: Entry()].total.add(total) || overflowed
  }

  /// Adds another table. O(persons).
  mutating func add(_ other: WalkerTable) {
    for (walker, entry) in other.entries {
      for team in entry.teams { join(walker, team) }
      add(walker, entry.total)
    }
    overflowed = overflowed || other.overflowed
  }

  /// Forgets what was walked, but not by whom.
  mutating func forgetTotals() {
    for walker in entries.keys { entries[walker]?.total = TeamTotal() }
  }
}
