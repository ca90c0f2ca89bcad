internal import Foundation
internal import LedgerCore
internal import Quests

/// A connection that is opened when it is first wanted and again after it broke, each time after a
/// longer pause while the server stays away.
final class ConnectionSlot {
  private let factory: ConnectionFactory
  private var connection: Connection?
  private var failures = 0
  private var notBefore = ContinuousClock.now
  private var lastError: (any Error)?

  private static let firstPauseSeconds = 0.05
  private static let longestPauseSeconds = 2.0

  init(_ factory: ConnectionFactory) { self.factory = factory }

  /// - Throws: what kept the connection from being opened.
  func open(until deadline: Deadline) throws -> Connection {
    if let connection {
      if !connection.isClosed { return connection }
      self.connection = nil
    }
    while true {
      // Those who come while the server is away share the pause and its end.
      if notBefore > .now {
        if let lastError, notBefore > deadline.instant { throw lastError }
        Thread.sleep(forTimeInterval: Deadline(instant: notBefore).secondsLeft)
      }
      do {
        let opened = try factory.open(until: deadline)
        connection = opened
        failures = 0
        lastError = nil
        return opened
      } catch {
        failures += 1
        lastError = error
        let pause = min(
          Self.firstPauseSeconds * Double(1 << min(failures - 1, 10)), Self.longestPauseSeconds)
        // So that not all come back in one moment.
        notBefore = .now + .seconds(pause * Double.random(in: 0.75...1.25))
        // What waiting cannot mend is told at once.
        guard let failure = error as? ServerFailure, failure.isLost,
          failure.state == nil || failure.state?.hasPrefix("57P") == true
            || failure.state?.hasPrefix("53") == true || failure.state?.hasPrefix("08") == true
        else { throw error }
        if deadline.isOver { throw error }
      }
    }
  }

  func drop() { connection = nil }

  /// Ends a transaction without a trace. A connection that is of no use any more, or whose
  /// transaction may have been committed, is let go.
  ///
  /// - Parameter error: what the transaction failed with; nil where it just ends.
  func rollBack(after error: (any Error)?) {
    guard let connection else { return }
    let isLost = (error as? ServerFailure)?.isLost == true
    if isLost || (error as? LedgerError)?.code == .unknownOutcome { return drop() }
    do {
      try connection.run([Request(FoldStatements.rollback)], until: .in(seconds: 2))
    } catch { drop() }
  }
}
