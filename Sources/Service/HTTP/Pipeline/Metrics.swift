import Base
import Quests

/// Counts and times of requests, as Prometheus reads them.
final class Metrics: Sendable {
  /// Upper bounds of the duration buckets, in seconds.
  static let bounds = DurationCounts.requests.bounds.map { $0 / 1_000 }

  /// What is counted of one operation, under a lock of its own.
  final class Series: Sendable {
    fileprivate struct Counts {
      var byStatus: [Int: Int] = [:]
      var buckets = [Int](repeating: 0, count: Metrics.bounds.count)
      var count = 0
      var sumSeconds = 0.0
    }

    fileprivate let counts = Lock(Counts())

    func record(status: Int, seconds: Double) {
      let bucket = Metrics.bounds.firstIndex { seconds <= $0 }
      counts.withLock { counts in
        counts.byStatus[status, default: 0] += 1
        counts.count += 1
        counts.sumSeconds += seconds
        if let bucket { counts.buckets[bucket] += 1 }
      }
    }
  }

  private let series = Lock<[String: Series]>([:])

  /// The series of an operation, to be kept by whoever counts in it.
  ///
  /// - Parameter operation: the endpoint's; a fixed set, so that the table stays small.
  func series(_ operation: String) -> Series {
    series.withLock { all in
      if let known = all[operation] { return known }
      let new = Series()
      all[operation] = new
      return new
    }
  }

  /// What has been counted of all operations, but of those that watch the service itself.
  func sums(without watching: Set<String>) -> (errors: Int64, durations: DurationCounts) {
    var sums = (errors: Int64(0), durations: DurationCounts.requests)
    for (operation, series) in series.withLock({ $0 }) where !watching.contains(operation) {
      let counts = series.counts.withLock { $0 }
      for (status, count) in counts.byStatus where status >= 500 { sums.errors += Int64(count) }
      for (index, count) in counts.buckets.enumerated() {
        sums.durations.counts[index] += Int64(count)
      }
      sums.durations.counts[Self.bounds.count] += Int64(
        counts.count - counts.buckets.reduce(0, +))
    }
    return sums
  }

  /// The text exposition format, version 0.0.4.
  var text: String {
    let all = series.withLock { $0 }
      .map { ($0.key, $0.value.counts.withLock { $0 }) }
      .filter { $0.1.count > 0 }.sorted { $0.0 < $1.0 }
    var out = "# HELP milequest_requests_total Requests answered.\n"
    out += "# TYPE milequest_requests_total counter\n"
    for (operation, series) in all {
      for (status, count) in series.byStatus.sorted(by: { $0.key < $1.key }) {
        out +=
          "milequest_requests_total{operation=\"\(operation)\",status=\"\(status)\"} \(count)\n"
      }
    }
    out += "# HELP milequest_request_seconds Time from the head of a request to its answer.\n"
    out += "# TYPE milequest_request_seconds histogram\n"
    for (operation, series) in all {
      let name = "operation=\"\(operation)\""
      var sum = 0
      for (bound, count) in zip(Self.bounds, series.buckets) {
        sum += count
        out += "milequest_request_seconds_bucket{\(name),le=\"\(bound)\"} \(sum)\n"
      }
      out += "milequest_request_seconds_bucket{\(name),le=\"+Inf\"} \(series.count)\n"
      out += "milequest_request_seconds_sum{\(name)} \(series.sumSeconds)\n"
      out += "milequest_request_seconds_count{\(name)} \(series.count)\n"
    }
    return out
  }
}
