import Base
import CivilTime
import Logging
import Quests
import ServiceLifecycle

/// Mails people the summaries of their weeks: of many processes one does, and the store notes for whom
/// it is done.
struct SummaryRelay: ServiceLifecycle.Service {
  let backend: Backend
  /// Between two looks for people who are due.
  var looking = Duration.seconds(300)
  /// After each person, for everybody else who needs the store.
  var pause = Duration.milliseconds(20)
  /// How long the right to make summaries lasts: longer than a page of people takes.
  var holding: Int64 = 300
  private let holder = "\(UInt64.random(in: 0...(.max)))"

  /// Failures in a row after which it is not the person but the store.
  private static let mostFailures = 10

  init(backend: Backend) { self.backend = backend }

  /// What this process knows of the week without looking into the store.
  struct Seen: Sendable {
    fileprivate var week: SummaryWeek?
    fileprivate var lastLook = Instant.earliest
    /// Whether nobody has to be told of it any more.
    fileprivate var isDone = false
    /// For whom nothing has happened in it.
    fileprivate var quiet = BoundedTable<PersonID, Bool>(mostWeight: 200_000)
  }

  /// Goes on until the surrounding group shuts down gracefully.
  func run() async {
    try? await cancelWhenGracefulShutdown { try await work() }
  }

  private func work() async throws {
    var seen = Seen()
    while true {
      do { try await look(&seen) } catch {
        try Task.checkCancellation()
        warn(error)
      }
      try await Task.sleep(for: looking)
    }
  }

  /// Mails everybody who is due.
  func look(_ seen: inout Seen) async throws {
    let now = backend.clock()
    guard let week = SummaryWeek.due(at: now) else { return }
    // After the clock was set back, who was late need not be.
    if seen.week != week || now < seen.lastLook {
      seen = Seen()
      seen.week = week
    }
    seen.lastLook = now
    if seen.isDone { return }
    let limit = backend.ledgerLimits.page
    var last: PersonID?
    var isAnyLeft = now < week.isEverybodysFrom
    var failures = 0
    while true {
      let page = try await backend.mail.outbox.summaryRecipients(
        of: week.monday, after: last, limit: limit)
      if page.isEmpty { break }
      guard try await backend.mail.outbox.holdSummaries(holder: holder, seconds: holding) else {
        return
      }
      for account in page where seen.quiet[account.person] == nil {
        do {
          switch try await mail(account, of: week) {
          case .early: isAnyLeft = true
          case .late: break
          case .quiet: seen.quiet.insert(true, for: account.person)
          case .mailed: failures = 0
          }
        } catch {
          try Task.checkCancellation()
          failures += 1
          if failures == Self.mostFailures { throw error }
          isAnyLeft = true
          warn(error)
        }
      }
      guard page.count == limit else { break }
      last = page.last?.person
    }
    seen.isDone = !isAnyLeft
  }

  private enum Outcome { case early, late, quiet, mailed }

  private func mail(_ account: Account, of week: SummaryWeek) async throws -> Outcome {
    let zone = (try? backend.zones.zone(named: account.zone)) ?? .utc
    let telling = week.telling(account.person, in: zone)
    let now = backend.clock()
    if now < telling.lowerBound { return .early }
    guard telling.contains(now) else { return .late }
    try await Task.sleep(for: pause)
    guard
      var message = try await WeeklyMail(backend: backend).message(to: account, of: week, in: zone)
    else { return .quiet }
    message.lifetimeSeconds = telling.upperBound.seconds - now.seconds
    try await backend.mail.outbox.postSummary(message, of: week.monday, to: account.person)
    return .mailed
  }

  private func warn(_ error: any Error) {
    backend.logger.warning("summaries", metadata: ["detail": .string("\(error)")])
  }
}
