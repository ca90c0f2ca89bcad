import NIOConcurrencyHelpers

/// Counts and times of requests, as Prometheus reads them.
final class Metrics: Sendable {
  /// Upper bounds of the duration buckets, in seconds.
  static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

  private struct Series {
    var byStatus: [Int: Int] = [:]
    var buckets = [Int](repeating: 0, count: Metrics.bounds.count)
    var count = 0
    var sumSeconds = 0.0
  }

  private let series = NIOLockedValueBox<[String: Series]>([:])
  private let gauges: [(name: String, note: String, read: @Sendable () -> Double)]

  init(gauges: [(name: String, note: String, read: @Sendable () -> Double)] = []) {
    self.gauges = gauges
  }

  /// - Parameter operation: the endpoint's; a fixed set, so that the table stays small.
  func record(_ operation: String, status: Int, seconds: Double) {
    series.withLockedValue { all in
      all[operation, default: Series()].byStatus[status, default: 0] += 1
      all[operation]!.count += 1
      all[operation]!.sumSeconds += seconds
      if let bucket = Self.bounds.firstIndex(where: { seconds <= $0 }) {
        all[operation]!.buckets[bucket] += 1
      }
    }
  }

  /// The text exposition format, version 0.0.4.
  var text: String {
    let all = series.withLockedValue { $0 }.sorted { $0.key < $1.key }
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
    for gauge in gauges {
      out += "# HELP \(gauge.name) \(gauge.note)\n# TYPE \(gauge.name) gauge\n"
      out += "\(gauge.name) \(gauge.read())\n"
    }
    return out
  }
}
