/// A replacement of some bytes of a file.
public struct TextEdit: Hashable, Sendable {
  /// Bytes of the source; empty where something is only put in.
  public let range: Range<Int>
  public let replacement: [UInt8]

  public init(_ range: Range<Int>, _ replacement: [UInt8] = []) {
    self.range = range
    self.replacement = replacement
  }

  init(_ range: Range<Int>, _ text: String) { self.init(range, Array(text.utf8)) }
  init(at offset: Int, _ text: String) { self.init(offset..<offset, Array(text.utf8)) }

  /// The bytes with the edits made.
  ///
  /// - Parameter edits: in ascending order, not overlapping, within the bytes.
  /// - Complexity: O(bytes).
  static func apply(_ edits: [TextEdit], to bytes: [UInt8]) -> [UInt8] {
    if edits.isEmpty { return bytes }
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count + edits.reduce(0) { $0 + $1.replacement.count })
    var done = 0
    for edit in edits {
      out.append(contentsOf: bytes[done..<edit.range.lowerBound])
      out.append(contentsOf: edit.replacement)
      done = edit.range.upperBound
    }
    out.append(contentsOf: bytes[done...])
    return out
  }
}

/// Why an edit of a file cannot be made.
public struct EditError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A stable name for the kind of fault; new kinds may join in later versions.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A number or an offset that names nothing in the file.
    public static let range = Code(rawValue: "edit-range")
    /// The format has no place for it.
    public static let format = Code(rawValue: "edit-format")
    /// The file was not read to its end, so nobody knows what else an edit would change.
    public static let source = Code(rawValue: "edit-source")
    /// The encoding of the file is none that edits are made in.
    public static let encoding = Code(rawValue: "edit-encoding")
    /// What stands in the file is written in a way that the edit would damage.
    public static let unsupported = Code(rawValue: "edit-unsupported")
    /// Two of the edits change the same bytes.
    public static let conflict = Code(rawValue: "edit-conflict")
  }

  public let code: Code
  /// A sentence for people: what was found and what would be right.
  public let message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }
}
