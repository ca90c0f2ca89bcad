import NIOCore
import NIOHTTP1

/// Ends connections whose requests do not come on: a head that is not whole in time, and a body that goes on after its
/// request was answered. Such a body is passed over, and may be neither slow nor long; a fault in it gets no answer of
/// its own.
///
/// Stands before the library's common types of HTTP, right behind what makes heads of bytes; `FirstBytes` stands before
/// that.
final class RequestDeadlines: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private let mostBytes: Int
  private let bodyTime: TimeAmount
  private let headTime: TimeAmount

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
    bodyTime = .seconds(Int64(limits.bodySeconds))
    headTime = .seconds(Int64(limits.headSeconds))
  }

  // A connection on which nobody asks anything is none.
  func handlerAdded(context: ChannelHandlerContext) { close(context.channel, in: headTime) }

  /// Notes bytes that may begin the head of a request. While an answer is under way they stop nothing: some clients
  /// send a line break after a body.
  fileprivate func bytesCome(on channel: any Channel) {
    if !isReceiving, unanswered == 0, timer == nil { close(channel, in: headTime) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head:
      unanswered += 1
      isReceiving = true
      restBytes = 0
      stopTimer()
    case .body(let bytes):
      if unanswered == 0 { restBytes += bytes.readableBytes }
      if restBytes > mostBytes { return context.close(promise: nil) }
    case .end:
      isReceiving = false
      stopTimer()
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
      if isReceiving, unanswered == 0 { close(context.channel, in: bodyTime) }
    case .head, .body:
      context.write(data, promise: promise)
    }
  }

  private func close(_ channel: any Channel, in time: TimeAmount) {
    stopTimer()
    timer = channel.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
  }

  private func stopTimer() {
    timer?.cancel()
    timer = nil
  }

  func channelInactive(context: ChannelHandlerContext) {
    stopTimer()
    context.fireChannelInactive()
  }
}

/// Tells when bytes come, before they make a head.
final class FirstBytes: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let deadlines: RequestDeadlines

  init(_ deadlines: RequestDeadlines) { self.deadlines = deadlines }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    deadlines.bytesCome(on: context.channel)
    context.fireChannelRead(data)
  }
}
