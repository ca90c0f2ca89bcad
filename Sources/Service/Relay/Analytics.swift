import CivilTime
import JSON
import Providers
import Quests

/// What is handed to a service outside of how this one is used.
struct Analytics: Sendable {
  let adapter: any AnalyticsAdapter
  /// Page timings, which may be lost; the counts of days wait in the store.
  let delivery: AnalyticsDelivery

  init(
    _ adapter: any AnalyticsAdapter, limits: DeliveryLimits = DeliveryLimits(),
    onFailure: @escaping @Sendable (AnalyticsError) -> Void
  ) {
    self.adapter = adapter
    delivery = AnalyticsDelivery(adapter, limits: limits, onFailure: onFailure)
  }

  /// Under what it is noted which days were taken.
  var mark: String { "sent.\(adapter.name)" }

  /// Takes what a browser timed, and never waits.
  func offer(_ timings: [(PageTiming, Int64)], at now: Instant) {
    if timings.isEmpty { return }
    delivery.offer(
      AnalyticsEvent(
        timings: timings.map { AnalyticsEvent.Figure($0.0.rawValue, Double($0.1)) }, at: now))
  }

  /// The counts of a day that is over.
  static func event(_ day: Statistics.OfDay) -> AnalyticsEvent {
    typealias Figure = AnalyticsEvent.Figure
    var figures = StatisticsJSON.members(day.figures).compactMap { name, value -> Figure? in
      switch value {
      case .integer(let value): Figure(name, Double(value))
      case .number(let value): Figure(name, value)
      default: nil
      }
    }
    for timing in PageTiming.allCases {
      guard let durations = day.figures.timings[timing], durations.total > 0 else { continue }
      figures.append(Figure("\(timing.rawValue)Count", Double(durations.total)))
      if let p95 = durations.p95 {
        figures.append(Figure("\(timing.rawValue)P95Milliseconds", p95))
      }
    }
    return AnalyticsEvent(countsOf: day.day, figures)
  }

  /// Figures for Prometheus.
  var metricsText: String {
    let figures = delivery.figures
    return """
      # HELP milequest_analytics_timings_total Page timings handed to a service outside, by what became of them.
      # TYPE milequest_analytics_timings_total counter
      milequest_analytics_timings_total{service="\(adapter.name)",outcome="delivered"} \(figures.delivered)
      milequest_analytics_timings_total{service="\(adapter.name)",outcome="failed"} \(figures.failed)
      milequest_analytics_timings_total{service="\(adapter.name)",outcome="dropped"} \(figures.dropped)
      # HELP milequest_analytics_open Whether the service is left alone after failures in a row.
      # TYPE milequest_analytics_open gauge
      milequest_analytics_open{service="\(adapter.name)"} \(figures.isOpen ? 1 : 0)

      """
  }
}
