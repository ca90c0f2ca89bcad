public import JSON
internal import Routes

/// Why an edit cannot be read or cannot be made.
public struct AuthoringError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A stable name for the kind of fault; new kinds may join in later versions.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The list names an edit that is unknown.
    public static let unknown = Code(rawValue: "edit-unknown")
    /// A field is missing, of the wrong kind, or not one of this edit's.
    public static let field = Code(rawValue: "edit-field")
    /// A distance, part, join or waypoint that the route does not have.
    public static let range = Code(rawValue: "edit-range")
    /// A name that several waypoints have.
    public static let ambiguous = Code(rawValue: "edit-ambiguous")
    /// The route is not what the edit needs, such as a loop.
    public static let unsuitable = Code(rawValue: "edit-unsuitable")
    /// More than a route may hold.
    public static let limit = Code(rawValue: "edit-limit")
    /// The route is wrong in itself.
    public static let route = Code(rawValue: "edit-route")
    /// Nobody waits for the answer.
    public static let cancelled = Code(rawValue: "cancelled")
  }

  public let code: Code
  /// A sentence for people: what was found and what would be right.
  public let message: String
  /// The place in the list of edits, where the fault is one of the list.
  public internal(set) var pointer: JSONPointer?
  /// The edit's index in the list; nil until the list adds it.
  public internal(set) var edit: Int?

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  init(_ error: RouteError) {
    let code: Code =
      switch error.code {
      case .limit: .limit
      case .cancelled: .cancelled
      case .range: .range
      default: .route
      }
    self.init(code, error.message)
  }

  public var description: String { "\(message) [\(code.rawValue)]" }

  /// Does what throws a route's errors.
  static func of<Value>(_ body: () throws(RouteError) -> Value) throws(AuthoringError) -> Value {
    do { return try body() } catch { throw AuthoringError(error) }
  }
}
