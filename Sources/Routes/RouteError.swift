/// What keeps a route from being measured or a question about it from being answered.
public struct RouteError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A stable name for the kind of fault; new kinds may join in later versions.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let emptyRoute = Code(rawValue: "empty-route")
    public static let joinCount = Code(rawValue: "join-count")
    public static let joinUnresolved = Code(rawValue: "join-unresolved")
    /// All vertices stand at one place.
    public static let noLength = Code(rawValue: "no-length")
    public static let calibration = Code(rawValue: "calibration")
    public static let limit = Code(rawValue: "limit")
    public static let range = Code(rawValue: "range")
    /// The task that asked was cancelled.
    public static let cancelled = Code(rawValue: "cancelled")
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

/// The bounds on what one route may hold, so that no input can ask for unbounded work.
public struct RouteLimits: Sendable {
  public var vertices = 5_000_000
  public var waypoints = 10_000
  public var laps = 10_000

  public static let standard = RouteLimits()
  public init() {}
}
