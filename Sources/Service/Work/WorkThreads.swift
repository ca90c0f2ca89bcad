import NIOPosix

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Threads for what keeps a processor busy, apart from those that serve, to which they give way.
///
/// Tasks that run here see their own cancellation, unlike closures in a pool of threads.
final class WorkThreads: TaskExecutor {
  private let pool: NIOThreadPool
  private static let niceness: Int32 = 10

  init(count: Int) {
    pool = NIOThreadPool(numberOfThreads: max(count, 1))
    pool.start()
  }

  deinit { pool.shutdownGracefully { _ in } }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    pool.submit { [self] _ in
      // Of this thread alone, on Linux.
      setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness)
      job.runSynchronously(on: asUnownedTaskExecutor())
    }
  }

  /// - Throws: a cancellation, also where the work was cut short by it and knows nothing of that.
  func run<T: Sendable>(_ work: @escaping @Sendable () async throws -> T) async throws -> T {
    let made = try await withTaskExecutorPreference(self) { try await work() }
    try Task.checkCancellation()
    return made
  }
}
