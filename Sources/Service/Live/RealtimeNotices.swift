import Base
import Providers

/// What a service outside has said of its connections, counted by kind.
final class RealtimeNotices: Sendable {
  /// Kinds that are counted; more come from nobody who is genuine.
  private static let mostKinds = 50

  private let counts = Lock<[String: Int]>([:])

  func note(_ notices: [RealtimeNotice]) {
    counts.withLock { counts in
      for notice in notices where counts[notice.kind] != nil || counts.count < Self.mostKinds {
        counts[notice.kind, default: 0] += 1
      }
    }
  }

  /// Figures for Prometheus.
  var metricsText: String {
    let all = counts.withLock { $0 }.sorted { $0.key < $1.key }
    if all.isEmpty { return "" }
    var text = "# HELP milequest_realtime_notices_total Notices of the service outside, by kind.\n"
    text += "# TYPE milequest_realtime_notices_total counter\n"
    for (kind, count) in all where kind.utf8.allSatisfy({ 0x61...0x7A ~= $0 || $0 == 0x5F }) {
      text += "milequest_realtime_notices_total{kind=\"\(kind)\"} \(count)\n"
    }
    return text
  }
}
