/// What is wrong with JSON text, and where.
public struct JSONFault: Error, Hashable, Sendable {
  /// A stable name for the kind of fault; new kinds may join in later versions.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let notWellFormed = Code(rawValue: "not-well-formed")
    public static let encoding = Code(rawValue: "encoding")
    public static let numberSyntax = Code(rawValue: "number-syntax")
    public static let numberRange = Code(rawValue: "number-range")
    public static let memberDuplicate = Code(rawValue: "member-duplicate")
    public static let limit = Code(rawValue: "limit")
  }

  public let code: Code
  /// A sentence for people: what was found and what would be right.
  public let message: String
  /// Bytes from the start of the text.
  public let offset: Int
  /// RFC 6901, where the reader knows it better than a walk over the document would tell.
  public package(set) var pointer: String?
  /// Counted from 1; nil where the one who reads has not asked for it.
  public internal(set) var line: Int?
  /// Characters (Unicode scalars), counted from 1.
  public internal(set) var column: Int?

  package init(code: Code, message: String, offset: Int, pointer: String? = nil) {
    self.code = code
    self.message = message
    self.offset = offset
    self.pointer = pointer
  }

  /// The same with line and column, for text in UTF-8. O(bytes before it).
  func placed(in bytes: [UInt8]) -> JSONFault {
    var placed = self
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let before = bytes[start..<max(start, min(offset, bytes.count))]
    let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? start
    placed.line = before.reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
    // A byte that goes on with a character is none of its own.
    placed.column = before[lineStart...].reduce(1) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
    return placed
  }
}
