/// What is wrong with a number, a text or a coordinate that was given to the engine.
public struct GeodesyError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A stable name for the kind of fault; new kinds may join in later versions.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let distanceSyntax = Code(rawValue: "distance-syntax")
    public static let distanceUnit = Code(rawValue: "distance-unit")
    public static let distanceOverflow = Code(rawValue: "distance-overflow")
    public static let latitudeRange = Code(rawValue: "latitude-range")
    public static let longitudeRange = Code(rawValue: "longitude-range")
    public static let elevationRange = Code(rawValue: "elevation-range")
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
