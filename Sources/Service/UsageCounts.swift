import Base
import CivilTime
import Quests

/// What this process has seen and not yet added to the store's counts.
final class UsageCounts: Sendable {
  private struct State {
    /// What of the figures for Prometheus is in the store.
    var added = (errors: Int64(0), durations: DurationCounts.requests)
    var timings: [PageTiming: DurationCounts] = [:]
  }

  private let state = Lock(State())

  /// Requests that watch the service, and nobody waits for.
  private static let watching: Set<String> = ["getHealth", "getReadiness", "getMetrics"]

  func add(_ timing: PageTiming, milliseconds: Double) {
    state.withLock { $0.timings[timing, default: .pages].add(milliseconds: milliseconds) }
  }

  /// Hands over what is new, as counts of a day; what cannot be added stays for the next time.
  ///
  /// By one task at a time.
  func flush(
    _ metrics: Metrics, on day: Day, _ add: ([DailyCount]) async throws -> Void
  ) async throws {
    let sums = metrics.sums(without: Self.watching)
    let (added, timings) = state.withLock { ($0.added, $0.timings) }
    var durations = sums.durations
    for index in durations.counts.indices {
      durations.counts[index] -= added.durations.counts[index]
    }
    var counts = durations.dailyCounts(DailyCount.requests, on: day)
    for (name, value) in [
      (DailyCount.requests, durations.total), (DailyCount.errors, sums.errors - added.errors),
    ] where value > 0 {
      counts.append(DailyCount(day: day, name: name, value: value))
    }
    for (timing, durations) in timings { counts += durations.dailyCounts(timing.name, on: day) }
    if counts.isEmpty { return }
    try await add(counts)
    state.withLock { state in
      state.added = sums
      for (timing, durations) in timings {
        for (index, count) in durations.counts.enumerated() {
          state.timings[timing]?.counts[index] -= count
        }
      }
    }
  }
}
