import Base

/// Counts and times of requests, as Prometheus reads them.
final class Metrics: Sendable {
  /// Upper bounds of the duration buckets, in seconds.
  static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

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
