import Base
import Hummingbird
import NIOCore

/// What travels with a request through the router.
struct ServiceContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let channel: any Channel
  /// Nil where nobody watches the connection.
  let watch: ConnectionWatch?
  /// The address at the other end of the connection.
  var peer: IPAddress { IPAddress(channel.remoteAddress) }

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
    watch =
      channel.eventLoop.inEventLoop
      ? try? channel.pipeline.syncOperations.handler(type: ConnectionWatch.self) : nil
  }
}
