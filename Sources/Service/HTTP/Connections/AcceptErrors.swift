import Base
import Logging
import NIOCore

/// Writes down that no connection can be accepted, once a minute at most. NIO's own handler after it
/// waits a second before it tries again.
final class AcceptErrors: ChannelInboundHandler, Sendable {
  typealias InboundIn = any Channel

  private let logger: Logger
  private let nextLine = Lock<NIODeadline>(.uptimeNanoseconds(0))

  init(_ logger: Logger) { self.logger = logger }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    let isDue = nextLine.withLock { next in
      let now = NIODeadline.now()
      guard now >= next else { return false }
      next = now + .minutes(1)
      return true
    }
    if isDue {
      logger.error(
        "connections",
        metadata: ["detail": .string("no connection can be accepted: \(error)")])
    }
    context.fireErrorCaught(error)
  }
}
