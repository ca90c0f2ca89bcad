import NIOCore
import NIOHTTP1

/// Answers requests of HTTP/1.0 in HTTP/1.0, without chunks, and then closes the connection: its end is
/// the end of an answer whose length is not known before.
///
/// Stands before the library's common types of HTTP, which have no version.
final class OldHTTP: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  /// Whether each of the requests that are not answered yet is of HTTP/1.0, the oldest first.
  private var requests = CircularBuffer<Bool>(initialCapacity: 2)
  private var isAnsweringOld: Bool { requests.first ?? false }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard case .head(var head) = unwrapInboundIn(data) else {
      return context.fireChannelRead(data)
    }
    let isOld = (head.version.major, head.version.minor) <= (1, 0)
    requests.append(isOld)
    // It need not say which host it is for, as the checks of proxies do not.
    if isOld, !head.headers.contains(name: "Host") {
      head.headers.add(name: "Host", value: "localhost")
    }
    context.fireChannelRead(wrapInboundOut(.head(head)))
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(var head) where isAnsweringOld:
      // Such a client knows no answer that comes before the answer.
      if head.status.code < 200 { return promise?.succeed() ?? () }
      head.version = .http1_0
      head.headers.replaceOrAdd(name: "Connection", value: "close")
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .end where isAnsweringOld:
      let written = promise ?? context.eventLoop.makePromise()
      let channel = context.channel
      written.futureResult.whenComplete { _ in channel.close(promise: nil) }
      context.write(data, promise: written)
      requests.removeFirst()
    case .end:
      _ = requests.popFirst()
      context.write(data, promise: promise)
    case .head, .body:
      context.write(data, promise: promise)
    }
  }
}
