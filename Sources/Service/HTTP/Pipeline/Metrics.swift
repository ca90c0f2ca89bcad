import Base
import Quests

/// Counts and times of requests, as Prometheus reads them.
final class Metrics: Sendable {
  /// Upper bounds of the duration buckets, in seconds.
  static let bounds = DurationCounts.requests.bounds.map { $0 / 1_000 }

  /// What is counted of one operation, under a lock of its own.
  final class Series: Sendable {
    fileprivate struct Times {
      var buckets = [Int](repeating: 0, count: Metrics.bounds.count)
      var count = 0
      var sumSeconds = 0.0

      mutating func add(_ seconds: Double, in bucket: Int?) {
        count += 1
        sumSeconds += seconds
        if let bucket { buckets[bucket] += 1 }
      }
    }

    fileprivate struct Counts {
      var byStatus: [Int: Int] = [:]
      /// By the first digit of the status: what is refused takes another time than what is done.
      var byClass: [Int: Times] = [:]
    }

    fileprivate let counts = Lock(Counts())

    func record(status: Int, seconds: Double) {
      let bucket = Metrics.bounds.firstIndex { seconds <= $0 }
      counts.withLock { counts in
        counts.byStatus[status, default: 0] += 1
        counts.byClass[status / 100, default: Times()].add(seconds, in: bucket)
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
      for times in counts.byClass.values {
        for (index, count) in times.buckets.enumerated() {
          sums.durations.counts[index] += Int64(count)
        }
        sums.durations.counts[Self.bounds.count] += Int64(
          times.count - times.buckets.reduce(0, +))
      }
    }
    return sums
  }

  /// The text exposition format, version 0.0.4.
  var text: String {
    let all = series.withLock { $0 }
      .map { ($0.key, $0.value.counts.withLock { $0 }) }
      .filter { !$0.1.byStatus.isEmpty }.sorted { $0.0 < $1.0 }
    var out = FiguresText()
    out.begin("milequest_requests_total", .counter, "Requests answered.")
    for (operation, series) in all {
      for (status, count) in series.byStatus.sorted(by: { $0.key < $1.key }) {
        out.value(
          "milequest_requests_total", [("operation", operation), ("status", "\(status)")], count)
      }
    }
    out.begin(
      "milequest_request_seconds", .histogram,
      "Time from the head of a request to its answer, by the first digit of its status.")
    for (operation, series) in all {
      for (digit, times) in series.byClass.sorted(by: { $0.key < $1.key }) {
        let labels = [("operation", operation), ("class", "\(digit)xx")]
        var sum = 0
        for (bound, count) in zip(Self.bounds, times.buckets) {
          sum += count
          out.value("milequest_request_seconds_bucket", labels + [("le", "\(bound)")], sum)
        }
        out.value("milequest_request_seconds_bucket", labels + [("le", "+Inf")], times.count)
        out.value("milequest_request_seconds_sum", labels, times.sumSeconds)
        out.value("milequest_request_seconds_count", labels, times.count)
      }
    }
    return out.text
  }
}
