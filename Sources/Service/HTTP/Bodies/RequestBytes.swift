import Base
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTPTypes
import NIOPosix

/// Takes in a body within its bounds of size and time.
enum RequestBytes {
  /// - Parameter receipt: holds the memory of a large body.
  /// - Throws: `too-large`, `request-timeout`, `unavailable`, `malformed-request` for a body that
  ///   breaks off or whose chunks are none.
  static func all(
    of request: Request, on channel: any Channel, limit: Int, limits: ServiceLimits,
    receipt: UploadGate.Receipt? = nil
  ) async throws -> [UInt8] {
    let stated = request.headers[.contentLength].flatMap { Int($0) }
    if let stated, stated > limit { throw tooLarge(limit) }
    if stated == 0 || (stated == nil && request.headers[.transferEncoding] == nil) { return [] }
    if request.headers[.expect]?.lowercased() == "100-continue" {
      // The client waits until it knows that the body is wanted.
      try? await channel.writeAndFlush(
        HTTPResponsePart.head(HTTPResponse(status: .continue))
      ).get()
    }
    let seconds = limits.bodySeconds + (stated ?? limit) / limits.bodyBytesPerSecond
    // A timer of the loop, for a task that sleeps beside each body would cost more than the body.
    let isOver = Lock(false)
    let timer = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(
      in: .seconds(Int64(seconds))
    ) {
      isOver.withLock { $0 = true }
      // What is read ends here; the answer can still be written.
      channel.close(mode: .input, promise: nil)
    }
    defer { timer.cancel() }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(stated ?? 0, limit))
    do {
      for try await buffer in request.body {
        if bytes.count + buffer.readableBytes > limit { throw tooLarge(limit) }
        try receipt?.take(buffer.readableBytes)
        bytes.append(contentsOf: buffer.readableBytesView)
      }
    } catch let problem as Problem {
      throw problem
    } catch let error as CancellationError {
      throw error
    } catch {
      // Whatever else ends a body comes from the other end.
      throw isOver.withLock { $0 } ? tooSlow(seconds) : broken
    }
    if isOver.withLock({ $0 }) { throw tooSlow(seconds) }
    if let stated, bytes.count < stated { throw broken }
    return bytes
  }

  private static func tooSlow(_ seconds: Int) -> Problem {
    var problem = Problem(
      .slowBody, "the body did not arrive within \(seconds) s; send it again")
    problem.headers[.connection] = "close"
    return problem
  }

  private static var broken: Problem {
    var problem = Problem(
      .malformedRequest, "the body breaks off, or its chunks are not as HTTP writes them")
    problem.headers[.connection] = "close"
    return problem
  }

  private static func tooLarge(_ limit: Int) -> Problem {
    var problem = Problem(
      .tooLarge, "the body is larger than \(limit) bytes, which is the limit here")
    problem.headers[.connection] = "close"
    return problem
  }
}
