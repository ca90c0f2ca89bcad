public import Formats
public import Geodesy

/// Something that is wrong with a route or worth knowing about it, with its place in the file and
/// on the ground.
public struct Finding: Hashable, Sendable {
  public let code: Diagnostic.Code
  public let severity: Severity
  /// A sentence for people: what was found, and what would be right.
  public private(set) var message: String
  /// Bytes from the start of the file, where there is a place.
  public var offset: Int?
  /// Counted from 1.
  public var line: Int?
  /// Characters (Unicode scalars), counted from 1.
  public var column: Int?
  /// RFC 6901, in JSON files.
  public var pointer: String?
  /// Official distance along the course.
  public var distance: Distance?
  public var coordinate: Coordinate?
  /// What was measured, in the unit of the rule's limit.
  public var measured: Double?
  /// What the rule allows, in the rule's unit.
  public var limit: Double?
  /// What mends it, where a repair exists.
  public var fix: Fix?
  /// How many findings of this kind it stands for, itself included.
  public var count: Int
  /// Whether it is about the route as a whole, and its place is only where that begins.
  public var isAboutRoute = false

  /// Where on the ground it is, the first of several places; nil for one about the route as a whole.
  public var place: Coordinate? { isAboutRoute ? nil : coordinate }

  public init(
    _ code: Diagnostic.Code, _ severity: Severity, _ message: String, offset: Int? = nil,
    pointer: String? = nil, distance: Distance? = nil, coordinate: Coordinate? = nil,
    measured: Double? = nil, limit: Double? = nil, fix: Fix? = nil, count: Int = 1
  ) {
    self.code = code
    self.severity = severity
    self.message = message
    self.offset = offset
    self.pointer = pointer
    self.distance = distance
    self.coordinate = coordinate
    self.measured = measured
    self.limit = limit
    self.fix = fix
    self.count = count
  }

  /// The same with another message.
  func saying(_ message: String) -> Finding {
    var finding = self
    finding.message = message
    return finding
  }
}

/// A repair: what it does in words, whether it can be applied without a look, and the edits.
public struct Fix: Hashable, Sendable {
  /// Such as "remove the second of the two".
  public let title: String
  /// Whether the route stays what it was; the others change where it leads, by a guess.
  public let isSafe: Bool
  public let edits: [RouteEdit]

  public init(_ title: String, isSafe: Bool, _ edits: [RouteEdit]) {
    self.title = title
    self.isSafe = isSafe
    self.edits = edits
  }
}
