public import CivilTime

/// A request that was answered, as a part of a trace. Nothing in it tells who asked, or what for.
public struct RequestSpan: Deliverable {
  /// All are one lane: one call at a time, in which all stand that came meanwhile.
  public struct Lane: Hashable, Sendable {}
  public var lane: Lane { Lane() }

  public let trace: TraceContext
  public let id: UInt64
  /// The operation, as the API's description names it.
  public let operation: String
  public let method: String
  /// The path with the names of its parameters; nil where there is nothing at the path.
  public let route: String?
  public let status: Int
  public let start: Instant
  public let duration: Duration

  public init(
    _ trace: TraceContext, id: UInt64, operation: String, method: String, route: String?,
    status: Int, start: Instant, duration: Duration
  ) {
    self.trace = trace
    self.id = id
    self.operation = operation
    self.method = method
    self.route = route
    self.status = status
    self.start = start
    self.duration = duration
  }
}

/// What keeps spans from being handed over.
public struct TracingError: DeliveryFailure, CustomStringConvertible {
  public let fault: DeliveryFault
  /// A sentence for people. It holds no secret.
  public let message: String
  public let mayRepeat: Bool
  public let retryAfter: Duration?

  public init(
    fault: DeliveryFault, _ message: String, mayRepeat: Bool, retryAfter: Duration?
  ) {
    self.fault = fault
    self.message = message
    self.mayRepeat = mayRepeat
    self.retryAfter = retryAfter
  }

  public var description: String { message }
}
