import Providers
import ServiceLifecycle

/// Spans on their way to a collector. Those that find no room are lost: no request waits for them.
struct Spans: ServiceLifecycle.Service {
  let delivery: Delivery<RequestSpan, TracingError>
  /// How many of the traces that begin here are kept, 0 to 1.
  let share: Double

  /// Hands over what is left when the surrounding group shuts down.
  func run() async {
    try? await gracefulShutdown()
    await delivery.close(within: .seconds(2))
  }

  /// Figures for Prometheus.
  var metricsText: String {
    let figures = delivery.figures
    return """
      # HELP milequest_spans_total Spans of requests for a collector, by what became of them.
      # TYPE milequest_spans_total counter
      milequest_spans_total{outcome="delivered"} \(figures.delivered)
      milequest_spans_total{outcome="failed"} \(figures.failed)
      milequest_spans_total{outcome="dropped"} \(figures.dropped)

      """
  }
}
