import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// Connections whose requests are answered on the thread that reads and writes them.
///
/// Without it each request goes to a thread of the tasks' own pool and its answer comes back: two
/// changes of thread, which cost more than most answers. What keeps a processor busy for long belongs
/// into `Backend.offload` or `Call.heavily`, for it holds up the other connections of its thread.
struct ConnectionLoop: ServerChildChannel {
  let connections: HTTP1Channel
  let limits: ServiceLimits
  /// Nil for connections that are not encrypted.
  var tls: ServerTLS?

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    if let tls {
      do { try channel.pipeline.syncOperations.addHandler(tls.handler()) } catch {
        return channel.eventLoop.makeFailedFuture(error)
      }
    }
    return connections.setup(channel: channel, logger: logger).flatMapThrowing { value in
      let handlers = channel.pipeline.syncOperations
      let decoder = try handlers.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
      let deadlines = RequestDeadlines(limits)
      try handlers.addHandlers([deadlines, OldHTTP()], position: .after(decoder))
      try handlers.addHandler(FirstBytes(deadlines), position: .before(decoder))
      return value
    }
  }

  func handle(value: HTTP1Channel.Value, logger: Logger) async {
    await withTaskExecutorPreference(LoopExecutor(loop: value.channel.eventLoop)) {
      await connections.handle(value: value, logger: logger)
    }
  }
}

/// Runs tasks on an event loop.
private final class LoopExecutor: TaskExecutor {
  private let loop: any EventLoop

  init(loop: any EventLoop) { self.loop = loop }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    loop.execute { [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }
  }
}
