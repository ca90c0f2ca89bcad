import CivilTime
import Logging
import Providers
import Quests
import ServiceLifecycle

/// Hands the counts of days that are over to a service outside, each once: the process that has the
/// right to derive them does, and notes in the store which were taken.
///
/// A day may be handed over twice where a process is killed before the note; its id tells.
struct AnalyticsRelay: ServiceLifecycle.Service {
  let backend: Backend
  let analytics: Analytics
  /// Between two looks.
  var looking = Duration.seconds(60)
  /// How long the right to derive lasts: longer than a request.
  var holding: Int64 = 600

  /// Goes on until the surrounding group shuts down gracefully.
  func run() async {
    try? await cancelWhenGracefulShutdown { try await work() }
    await analytics.delivery.close(within: .seconds(2))
  }

  private func work() async throws {
    var sent: Day?
    var backoff = Backoff(from: looking, to: .seconds(3_600))
    while true {
      var wait = looking
      let today = Zone.utc.day(at: backend.clock())
      do {
        if sent != today, try await send(before: today) { sent = today }
        backoff.reset()
      } catch {
        try Task.checkCancellation()
        wait = backoff.next()
        if let asked = (error as? AnalyticsError)?.retryAfter { wait = max(wait, asked) }
        backend.logger.labelled("analytics").warning(
          "analytics",
          metadata: [
            "service": .string(analytics.adapter.name), "detail": .string("\(error)"),
          ])
      }
      try await Task.sleep(for: wait)
    }
  }

  /// - Returns: whether all days before one were derived and taken.
  func send(before today: Day) async throws -> Bool {
    let found = try await waiting(before: today)
    if found.days.isEmpty { return found.isLastTaken }
    guard
      try await backend.statistics.holdStatistics(holder: backend.holder, seconds: holding)
    else { return false }
    // Another process may have handed some over meanwhile.
    let days = try await waiting(before: today).days
    for start in stride(from: 0, to: days.count, by: analytics.adapter.mostMessages) {
      let some = days[start..<min(start + analytics.adapter.mostMessages, days.count)]
      try await analytics.adapter.deliver(some.map(Analytics.event))
      try await backend.statistics.add(
        some.map { DailyCount(day: $0.day, name: analytics.mark, value: 1) })
    }
    return try await waiting(before: today).isLastTaken
  }

  /// The days that were derived and not yet taken, and whether the last one was.
  private func waiting(
    before today: Day
  ) async throws -> (days: [Statistics.OfDay], isLastTaken: Bool) {
    let range =
      today.advanced(by: -analytics.adapter.mostDaysBack)...today.advanced(by: -1)
    let counts = try await backend.statistics.dailyCounts(in: range)
    let taken = Set(counts.filter { $0.name == analytics.mark }.map(\.day))
    let days = Statistics(counts, in: range).days.filter {
      $0.figures.derivedDays > 0 && !taken.contains($0.day)
    }
    return (days, taken.contains(range.upperBound))
  }
}
