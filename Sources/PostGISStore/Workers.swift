internal import Base
internal import Foundation
internal import LedgerCore
internal import Quests

/// Threads with a connection each, for everything that is not folded: reading, and writing that the
/// rules have no part in.
final class Workers: Sendable {
  private struct Job: Sendable {
    var run: @Sendable (ConnectionSlot) -> Void
    var refuse: @Sendable (LedgerError) -> Void
  }

  private let inbox: Inbox<Job>
  private let mostWaiting: Int
  private let connections: Int
  private let busy = Lock(0)
  /// Times that reading begins again on a new connection.
  private static let mostTries = 4

  init(factory: ConnectionFactory, connections: Int, mostWaiting: Int) {
    self.mostWaiting = mostWaiting
    inbox = Inbox(most: mostWaiting)
    self.connections = max(connections, 1)
    for number in 1...self.connections {
      let thread = Thread { [inbox, busy] in
        let slot = ConnectionSlot(factory)
        while true {
          let jobs = inbox.take(upTo: 1)
          if jobs.isEmpty { return }
          busy.withLock { $0 += 1 }
          for job in jobs { job.run(slot) }
          busy.withLock { $0 -= 1 }
        }
      }
      thread.name = "postgis-worker-\(number)"
      thread.start()
    }
  }

  func close() { inbox.close() }

  /// What waits for a connection.
  var waiting: Int { inbox.waiting }

  /// How many of the connections are at work.
  var figures: StoreFigures.Connections {
    StoreFigures.Connections(use: "reads", busy: busy.withLock { $0 }, limit: connections)
  }

  private static let beginReading = Statement(
    "begin_reading", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
  private static let noTimeout = Statement("no_timeout", "SET LOCAL statement_timeout = 0")

  /// Reads with statements that need no common view of the store.
  func read<Value: Sendable>(
    until deadline: Deadline, _ body: @escaping @Sendable (StoreSession) throws -> Value
  ) async throws(LedgerError) -> Value {
    try await perform(until: deadline) { slot in
      try Self.again(slot, until: deadline) { connection in
        try body(StoreSession(connection: connection, deadline: deadline))
      }
    }
  }

  /// Reads from one state of the store.
  ///
  /// - Parameter isLong: whether it may take longer than the server allows others.
  func snapshot<Value: Sendable>(
    until deadline: Deadline, isLong: Bool = false,
    _ body: @escaping @Sendable (StoreSession) throws -> Value
  ) async throws(LedgerError) -> Value {
    try await perform(until: deadline) { slot in
      try Self.again(slot, until: deadline) { connection in
        try connection.run(
          [Request(Self.beginReading)] + (isLong ? [Request(Self.noTimeout)] : []),
          until: deadline)
        let value = try body(StoreSession(connection: connection, deadline: deadline))
        try connection.run([Request(FoldStatements.rollback)], until: deadline)
        return value
      }
    }
  }

  /// Writes in one transaction.
  ///
  /// - Throws: also `unknown-outcome`.
  func write<Value: Sendable>(
    until deadline: Deadline, _ body: @escaping @Sendable (StoreSession) throws -> Value
  ) async throws(LedgerError) -> Value {
    try await perform(until: deadline) { slot in
      try Self.again(slot, until: deadline) { connection in
        try connection.run([Request(FoldStatements.begin)], until: deadline)
        let value = try body(StoreSession(connection: connection, deadline: deadline))
        do {
          try connection.run([Request(FoldStatements.commit)], until: deadline)
        } catch let failure as ServerFailure where failure.isLost {
          throw LedgerError(
            .unknownOutcome,
            "the connection to the database broke during the commit: look whether it is there")
        }
        return value
      }
    }
  }

  /// Runs a body until it ends otherwise than by a lost connection or a lost race.
  private static func again<Value>(
    _ slot: ConnectionSlot, until deadline: Deadline, _ body: (Connection) throws -> Value
  ) throws -> Value {
    var tries = 0
    while true {
      tries += 1
      let connection = try slot.open(until: deadline)
      do { return try body(connection) } catch {
        slot.rollBack(after: error)
        let failure = error as? ServerFailure
        guard let failure, failure.isLost || failure.isRace, tries < mostTries, !deadline.isOver
        else { throw error }
      }
    }
  }

  // MARK: Waiting

  /// What a caller and a thread know of one job, whichever comes first.
  private final class Ticket: @unchecked Sendable {
    private let lock = Lock()
    private var id: UInt64?
    private var isCancelled = false
    private var isRunning = false
    private var canceller: Canceller?

    /// - Returns: whether the caller has given up already.
    func hold(_ id: UInt64) -> Bool {
      lock.withLock {
        self.id = id
        return isCancelled
      }
    }

    /// - Returns: the id of what may still lie in the inbox.
    func cancel() -> UInt64? {
      lock.withLock {
        isCancelled = true
        return id
      }
    }

    /// Under the lock, so that the connection is still at this job when it is stopped.
    func stopRunning() {
      lock.withLock { if isRunning { canceller?.stop() } }
    }

    func begin(_ canceller: Canceller?) -> Bool {
      lock.withLock {
        self.canceller = canceller
        isRunning = !isCancelled
        return isRunning
      }
    }

    func end() { lock.withLock { isRunning = false } }
  }

  private func perform<Value: Sendable>(
    until deadline: Deadline, _ body: @escaping @Sendable (ConnectionSlot) throws -> Value
  ) async throws(LedgerError) -> Value {
    let ticket = Ticket()
    let gaveUp = LedgerError(.timeout, "the caller gave up before there was an answer")
    let result: Result<Value, LedgerError> = await withTaskCancellationHandler {
      await withCheckedContinuation {
        (reply: CheckedContinuation<Result<Value, LedgerError>, Never>) in
        let job = Job(
          run: { slot in
            if deadline.isOver {
              return reply.resume(
                returning: .failure(
                  LedgerError(.timeout, "the database did not get to the request in time")))
            }
            let connection = try? slot.open(until: deadline)
            guard ticket.begin(connection?.canceller) else {
              return reply.resume(returning: .failure(gaveUp))
            }
            let result: Result<Value, LedgerError>
            do { result = .success(try body(slot)) } catch {
              result = .failure(LedgerError(postgres: error))
            }
            ticket.end()
            reply.resume(returning: result)
          },
          refuse: { reply.resume(returning: .failure($0)) })
        do throws(Inbox<Job>.Refusal) {
          let id = try inbox.put(job, size: 1)
          if ticket.hold(id) { inbox.takeBack(id)?.refuse(gaveUp) }
        } catch {
          job.refuse(
            error == .full
              ? LedgerError(
                .overloaded,
                "more than \(mostWaiting) requests wait for the database; try again later")
              : LedgerError(.unreachable, "the store is closed"))
        }
      }
    } onCancel: {
      guard let id = ticket.cancel() else { return }
      if let job = inbox.takeBack(id) {
        job.refuse(gaveUp)
      } else {
        DispatchQueue.global().async { ticket.stopRunning() }
      }
    }
    return try result.get()
  }
}
