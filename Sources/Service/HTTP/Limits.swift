import NIOCore

/// The bounds on what the service takes in; each breach names its limit.
public struct ServiceLimits: Sendable {
  // MARK: Bodies

  /// Bytes of a body that signs in or registers: 16 KiB.
  public var signInBytes = 16 << 10
  /// Bytes of a JSON body: 1 MiB.
  public var bodyBytes = 1 << 20
  /// Bytes of a batch of activities: 8 MiB.
  public var batchBytes = 8 << 20
  /// Bytes of an uploaded route file: 64 MiB.
  public var uploadBytes = 64 << 20
  /// Bytes that all bodies together hold in memory: 256 MiB. Where it is used up, the slowest body
  /// gives way.
  public var bodyBytesAtOnce = 256 << 20
  /// Bytes that the bodies of one person hold: 80 MiB, a file and two batches.
  public var bodyBytesPerPerson = 80 << 20
  /// Bytes that the bodies of strangers from one address hold: 4 MiB.
  public var bodyBytesPerStranger = 4 << 20
  /// Bytes that all bodies from one address hold, whoever sends them: 160 MiB.
  public var bodyBytesPerAddress = 160 << 20
  /// Files that one person sends at a time, until they are answered.
  public var uploadsPerPerson = 1
  /// Bytes a second that a body has to come with, in each span of `bodySeconds` that it takes.
  public var bodyBytesPerSecond = 32 << 10
  public var bodySeconds = 10
  /// A body that comes with fewer bytes a second gives way to any other: 256 KiB.
  public var yieldingBytesPerSecond = 256 << 10

  // MARK: Connections

  /// Bytes of a request's address and of all the fields of its head: 32 KiB, so that all that the
  /// description admits fits.
  public var headBytes = 32 << 10
  /// Seconds in which the head of a request comes whole, from its first byte or, for the first one, from the
  /// connection's beginning.
  public var headSeconds = 10
  /// Milliseconds that a request waits at most before it is worked on: reads, which are cheap to ask again, give way
  /// first.
  public var readPatienceMilliseconds = 500
  public var changePatienceMilliseconds = 1_000
  /// Seconds after which a connection on which nothing happens is closed.
  public var idleSeconds = 60
  /// Connections at a time; fewer where the system gives fewer descriptors.
  public var connections = 12_500
  /// Connections that wait to be taken; the system may allow fewer. Callers beyond wait a second or more.
  public var connectionBacklog = 4_096
  /// Connections from one address that is no trusted proxy.
  public var connectionsPerAddress = 1_000
  /// Seconds that a shutdown waits for requests under way; a second later it ends whatever runs.
  public var shutdownSeconds = 8

  // MARK: Live streams

  /// Streams at a time; fewer where there are fewer connections.
  public var liveStreams = 10_000
  /// Streams of one person.
  public var liveStreamsPerPerson = 50
  /// Streams of strangers from one address.
  public var liveStreamsPerStranger = 250
  /// Events that wait for one reader; where there are more, they are read again from the store.
  public var liveEventsWaiting = 256
  /// Seconds after which one who does not read is cut off.
  public var liveStuckSeconds = 10

  // MARK: Downloads

  /// Bytes that all downloads of route files hold in memory: 256 MiB. Each holds 512 KiB, whatever the
  /// file's size.
  public var downloadBytesAtOnce = 256 << 20
  /// Bytes that those of one caller, or one address, hold: 32 MiB, which are 64 downloads.
  public var downloadBytesPerCaller = 32 << 20

  // MARK: Features

  /// Features in one page.
  public var features = 500
  /// Vertices of the routes in one page of features, but of one route any number.
  public var featureVertices = 200_000
  /// What is looked at for one page, whether it matches or not: vertices, or what takes as long.
  public var featureSteps = 1_000_000

  // MARK: Heavy work

  /// Threads for what takes long: half of the processors.
  public var workThreads = max(System.coreCount / 2, 1)
  /// Requests for heavy work that wait.
  public var workWaiting = 64
  /// Requests of one caller that wait.
  public var workWaitingPerCaller = 8
  /// What all of them are expected to take, in steps of two microseconds.
  public var workWaitingSteps = 20_000_000
  /// Memory that heavy work is expected to take at once: 1 GiB. What is expected to take more runs
  /// alone.
  public var workBytesAtOnce = 1 << 30
  /// Routes through stops that are planned at once, most of which wait for other servers.
  public var plansAtOnce = 8
  /// Work of no more steps is not heavy.
  public var lightSteps = 10_000

  // MARK: What is kept, and how much is asked for

  /// Versions of one route.
  public var routeVersions = 500
  /// Bytes of the measured routes that are kept in memory, with their maps: 512 MiB.
  public var cachedRouteBytes = 512 << 20
  /// Stops of a route that is planned, as the description of the API says too.
  static let planStops = 100
  /// Places in one call to `positions`.
  public var positions = 10_000

  public static let standard = ServiceLimits()
  public init() {}
}

extension ServiceLimits {
  /// Those of plans, which wait in a line of their own.
  var plans: ServiceLimits {
    var limits = self
    limits.workThreads = plansAtOnce
    return limits
  }

  var bodies: BodyShares.Limits {
    BodyShares.Limits(
      noun: "bodies of requests", total: bodyBytesAtOnce, perPerson: bodyBytesPerPerson,
      perStranger: bodyBytesPerStranger, perAddress: bodyBytesPerAddress,
      uploadsPerPerson: uploadsPerPerson, yieldingPerSecond: yieldingBytesPerSecond)
  }

  var downloads: BodyShares.Limits {
    BodyShares.Limits(
      noun: "downloads", total: downloadBytesAtOnce, perPerson: downloadBytesPerCaller,
      perStranger: downloadBytesPerCaller, perAddress: downloadBytesPerCaller,
      uploadsPerPerson: 0, yieldingPerSecond: yieldingBytesPerSecond)
  }
}
