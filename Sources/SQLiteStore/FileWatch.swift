internal import Base
internal import GRDB
internal import LedgerCore

/// Notices what other processes write into the file, and rings for all teams then.
final class FileWatch: Sendable {
  private struct State {
    var watching: Task<Void, Never>?
    var isClosed = false
  }

  /// Between two looks at the file; a look costs some microseconds.
  private static let looking = Duration.milliseconds(50)

  private let pool: DatabasePool
  private let bell: TeamBell
  private let state = Lock(State())

  init(_ pool: DatabasePool, _ bell: TeamBell) {
    self.pool = pool
    self.bell = bell
  }

  /// Begins to look, where nobody has begun.
  func start() {
    state.withLock { state in
      guard state.watching == nil, !state.isClosed else { return }
      state.watching = Task.detached { [pool, bell] in await Self.watch(pool, bell) }
    }
  }

  func close() {
    state.withLock { state in
      state.isClosed = true
      state.watching?.cancel()
    }
  }

  /// On the connection that writes: for it, the version changes with what others commit alone.
  private static func watch(_ pool: DatabasePool, _ bell: TeamBell) async {
    var last: Int?
    while !Task.isCancelled {
      let version = try? await pool.writeWithoutTransaction { db in
        try Int.fetchOne(db, sql: "PRAGMA data_version")
      }
      if let version, version != last {
        if last != nil { bell.ringForOthers() }
        last = version
      }
      try? await Task.sleep(for: looking)
    }
  }
}
