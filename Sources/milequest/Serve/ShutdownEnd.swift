import Dispatch
import Logging
import ServiceLifecycle

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Ends the process when a shutdown has lasted as long as it may, whatever still runs: nothing of that
/// was acknowledged.
struct ShutdownEnd: ServiceLifecycle.Service {
  let seconds: Int
  let logger: Logger
  /// Closes the store, if it can be closed in time.
  let close: @Sendable () -> Void

  init(afterSeconds seconds: Int, logger: Logger, close: @escaping @Sendable () -> Void) {
    self.seconds = seconds
    self.logger = logger
    self.close = close
  }

  func run() async throws {
    try await gracefulShutdown()
    // On a queue of their own, for the threads of tasks may all be busy with what does not end.
    let queue = DispatchQueue(label: "milequest.shutdown", attributes: .concurrent)
    queue.asyncAfter(deadline: .now() + .seconds(seconds)) { [seconds, logger, close] in
      logger.warning(
        "shutdown",
        metadata: ["detail": "what still ran after \(seconds) s was cut off, and not acknowledged"])
      queue.asyncAfter(deadline: .now() + .milliseconds(500)) { exit(now: 0) }
      close()
      exit(now: 0)
    }
  }
}

/// Ends the process without waiting for its threads.
private func exit(now status: Int32) -> Never { _exit(status) }
