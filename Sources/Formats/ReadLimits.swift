public import Routes

/// The bounds on what a file may hold. A breach names the limit.
public struct ReadLimits: Sendable {
  /// Bytes of the whole file.
  public var fileBytes = 64 * 1024 * 1024
  /// Bytes of the file within one that is packed.
  public var unpackedBytes = 256 * 1024 * 1024
  /// Elements or containers within one another.
  public var nesting = 64
  /// GeometryCollections of a GeoJSON file, which may hold nothing but each other.
  public var collections = 100_000
  /// Bytes of one tag, number or key; a well-formed file has no reason for more.
  public var tokenBytes = 64 * 1024
  /// Bytes of a name, a story or a type.
  public var textBytes = 4 * 1024
  /// Bytes of one number.
  public var numberBytes = 1024
  public var route = RouteLimits.standard

  public static let standard = ReadLimits()
  public init() {}
}
