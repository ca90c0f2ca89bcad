import Base
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTPTypes
import NIOPosix

/// Takes in a body within its bounds of size and time.
enum RequestBytes {
  /// Whether a body comes with a request.
  static func isExpected(_ request: Request) -> Bool {
    let stated = request.headers[.contentLength].flatMap { Int($0) }
    return stated.map { $0 != 0 } ?? (request.headers[.transferEncoding] != nil)
  }

  /// - Parameter hold: of the memory that the body takes; nil where none comes.
  /// - Throws: `too-large`, `request-timeout`, `unavailable`, `too-many-requests`,
  ///   `malformed-request` for a body that breaks off or whose chunks are none.
  static func all(
    of request: Request, on channel: any Channel, limit: Int, limits: ServiceLimits,
    hold: BodyBudget.Hold?
  ) async throws -> [UInt8] {
    let stated = request.headers[.contentLength].flatMap { Int($0) }
    if let stated, stated > limit { throw tooLarge(limit) }
    if !isExpected(request) { return [] }
    if request.headers[.expect]?.lowercased() == "100-continue" {
      // The client waits until it knows that the body is wanted.
      try? await channel.writeAndFlush(
        HTTPResponsePart.head(HTTPResponse(status: .continue))
      ).get()
    }
    let pace = Lock(Pace())
    let least = limits.bodySeconds * limits.bodyBytesPerSecond
    // A timer of the loop, for a task that sleeps beside each body would cost more than the body.
    let span = TimeAmount.seconds(Int64(limits.bodySeconds))
    let timer = MultiThreadedEventLoopGroup.singleton.any().scheduleRepeatedTask(
      initialDelay: span, delay: span
    ) { timer in
      guard pace.withLock({ $0.isTooSlow(least: least) }) else { return }
      timer.cancel()
      // What is read ends here; the answer can still be written.
      channel.close(mode: .input, promise: nil)
    }
    defer { timer.cancel() }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(stated ?? 0, limit))
    do {
      for try await buffer in request.body {
        if bytes.count + buffer.readableBytes > limit { throw tooLarge(limit) }
        try hold?.take(buffer.readableBytes)
        pace.withLock { $0.arrived += buffer.readableBytes }
        bytes.append(contentsOf: buffer.readableBytesView)
      }
    } catch let problem as Problem {
      throw problem
    } catch let error as CancellationError {
      throw error
    } catch {
      // Whatever else ends a body comes from the other end.
      if hold?.isEvicted == true { throw Problem.evicted }
      throw pace.withLock { $0.isOver } ? tooSlow(limits) : broken
    }
    try hold?.complete()
    if pace.withLock({ $0.isOver }) { throw tooSlow(limits) }
    if let stated, bytes.count < stated { throw broken }
    return bytes
  }

  /// How fast a body comes, looked at from time to time.
  private struct Pace {
    var arrived = 0
    private var seen = 0
    private(set) var isOver = false

    /// Whether fewer bytes have come since the last look.
    mutating func isTooSlow(least: Int) -> Bool {
      isOver = arrived - seen < least
      seen = arrived
      return isOver
    }
  }

  private static func tooSlow(_ limits: ServiceLimits) -> Problem {
    .closing(
      Problem(
        .slowBody,
        "the body came slower than \(limits.bodyBytesPerSecond) bytes a second for "
          + "\(limits.bodySeconds) s; send it again"))
  }

  private static var broken: Problem {
    .closing(
      Problem(
        .malformedRequest, "the body breaks off, or its chunks are not as HTTP writes them"))
  }

  private static func tooLarge(_ limit: Int) -> Problem {
    .closing(
      Problem(.tooLarge, "the body is larger than \(limit) bytes, which is the limit here"))
  }
}
