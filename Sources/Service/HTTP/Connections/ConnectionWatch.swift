import Base
import HTTPTypes
import NIOCore
import NIOHTTPTypes

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Sees what happens on one connection: when it opens and closes, whether a request is under way, and
/// when the client is gone.
final class ConnectionWatch: ChannelDuplexHandler, RemovableChannelHandler, Sendable {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private struct State {
    var id: ConnectionShares.ID?
    var isGone = false
    /// Whether the present answer says that the connection closes.
    var isClosing = false
    var action: (@Sendable () -> Void)?
    /// When the head of the present request was read.
    var headRead = ContinuousClock.now
  }

  /// How much of an answer the system holds before it is sent.
  private static let unsentBytes: SocketOptionValue = 65_536

  private let connections: Connections
  private let state = Lock(State())

  init(_ connections: Connections) { self.connections = connections }

  /// Does something when the client is gone: at once where it is. One who says that nothing more is
  /// sent is taken to be gone too, as it cannot be told apart.
  ///
  /// - Parameter action: nil for nothing, in place of what was to be done.
  func whenGone(_ action: (@Sendable () -> Void)?) {
    let isGone = state.withLock { state in
      state.action = state.isGone ? nil : action
      return state.isGone
    }
    if isGone { action?() }
  }

  /// How long the head of the present request had been read at a moment.
  func sinceHead(until moment: ContinuousClock.Instant) -> Duration {
    state.withLock { moment - $0.headRead }
  }

  /// Closes the connection.
  func close() { if let id = state.withLock({ $0.id }) { connections.end(id) } }

  func handlerAdded(context: ChannelHandlerContext) {
    if context.channel.isActive { open(context) }
  }

  func channelActive(context: ChannelHandlerContext) {
    open(context)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    if let id = state.withLock({ $0.id }) { connections.close(id) }
    gone()
    context.fireChannelInactive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .inputClosed? = event as? ChannelEvent { gone() }
    context.fireUserInboundEventTriggered(event)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .head = unwrapInboundIn(data) {
      let id = state.withLock { state in
        state.headRead = .now
        return state.id
      }
      if let id { connections.requestBegins(id) }
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(let head):
      let isClosing = head.headerFields[.connection]?.lowercased() == "close"
      state.withLock { $0.isClosing = isClosing }
    case .body: break
    case .end:
      let (id, isClosing) = state.withLock { ($0.id, $0.isClosing) }
      if let id { connections.requestEnds(id) }
      if isClosing {
        // What the answer says is so, whatever the client does.
        let written = promise ?? context.eventLoop.makePromise()
        let channel = context.channel
        written.futureResult.whenComplete { _ in channel.close(promise: nil) }
        return context.write(data, promise: written)
      }
    }
    context.write(data, promise: promise)
  }

  private func open(_ context: ChannelHandlerContext) {
    guard state.withLock({ $0.id }) == nil else { return }
    Self.boundUnsent(on: context.channel)
    let id = connections.open(context.channel)
    state.withLock { $0.id = id }
  }

  /// Keeps the system from taking megabytes for a client that does not read: what is not yet on its
  /// way waits here, where it is counted.
  private static func boundUnsent(on channel: any Channel) {
    let option = ChannelOptions.Types.SocketOption(
      level: .tcp, name: NIOBSDSocket.Option(rawValue: TCP_NOTSENT_LOWAT))
    // A bound that a system does not have changes nothing in what is sent.
    channel.setOption(option, value: unsentBytes).whenFailure { _ in }
  }

  private func gone() {
    let action = state.withLock { state in
      state.isGone = true
      defer { state.action = nil }
      return state.action
    }
    action?()
  }
}
