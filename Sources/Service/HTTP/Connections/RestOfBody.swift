import NIOCore
import NIOHTTP1

/// Ends connections on which a body goes on after its request was answered: it is passed over, and may be neither slow
/// nor long. A fault in it gets no answer of its own.
///
/// Stands before the library's common types of HTTP, next to what reads the bytes.
final class RestOfBody: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private let mostBytes: Int
  private let patience: TimeAmount

  /// Requests whose heads were read and whose answers have not ended.
  private var unanswered = 0
  /// Whether the head of a request was read and its end was not.
  private var isReceiving = false
  private var restBytes = 0
  private var timer: Scheduled<Void>?
  /// Whether an answer is being written that nobody has asked for.
  private var isSurplus = false

  init(_ limits: ServiceLimits) {
    mostBytes = limits.bodyBytes
    patience = .seconds(Int64(limits.bodySeconds))
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head:
      unanswered += 1
      isReceiving = true
      restBytes = 0
    case .body(let bytes):
      if unanswered == 0 { restBytes += bytes.readableBytes }
      if restBytes > mostBytes { return context.close(promise: nil) }
    case .end:
      isReceiving = false
      timer?.cancel()
      timer = nil
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head where unanswered == 0 && isReceiving:
      isSurplus = true
      promise?.succeed()
    case .body where isSurplus:
      promise?.succeed()
    case .end where isSurplus:
      promise?.succeed()
      context.close(promise: nil)
    case .end:
      unanswered = max(unanswered - 1, 0)
      context.write(data, promise: promise)
      if isReceiving, unanswered == 0 { wait(context) }
    case .head, .body:
      context.write(data, promise: promise)
    }
  }

  private func wait(_ context: ChannelHandlerContext) {
    let channel = context.channel
    timer = context.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.cancel()
    timer = nil
    context.fireChannelInactive()
  }
}
