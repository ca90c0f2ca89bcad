/// The bounds on what the service takes in; each breach names its limit.
public struct ServiceLimits: Sendable {
  /// Bytes of a JSON body: 1 MiB.
  public var bodyBytes = 1 << 20
  /// Bytes of a batch of activities: 8 MiB.
  public var batchBytes = 8 << 20
  /// Bytes of an uploaded route file: 64 MiB.
  public var uploadBytes = 64 << 20
  /// Uploads that are read and inspected at a time; further ones are asked to come back.
  public var uploadsAtOnce = 4
  /// Bytes that all uploads together hold in memory: 256 MiB.
  public var uploadBytesAtOnce = 256 << 20
  /// Versions of one route.
  public var routeVersions = 500
  /// Bytes of a request's address and of all the fields of its head: 32 KiB, so that all that the
  /// description admits fits.
  public var headBytes = 32 << 10
  /// Seconds that a body may take, and one more for each `bodyBytesPerSecond`.
  public var bodySeconds = 10
  public var bodyBytesPerSecond = 32 << 10
  /// Seconds after which a connection on which nothing happens is closed.
  public var idleSeconds = 60
  /// Connections at a time.
  public var connections = 10_000
  /// Seconds that a shutdown waits for requests under way.
  public var shutdownSeconds = 10
  /// Vertices of the measured routes that are kept in memory.
  public var cachedVertices = 10_000_000
  /// Places in one call to `positions`.
  public var positions = 10_000

  public static let standard = ServiceLimits()
  public init() {}
}
