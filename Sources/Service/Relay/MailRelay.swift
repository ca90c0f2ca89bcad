import Providers
import ServiceLifecycle

/// Sends the messages that wait, as long as the service runs.
struct MailRelay: ServiceLifecycle.Service {
  let delivery: MailDelivery

  /// Goes on until the surrounding group shuts down gracefully.
  func run() async {
    await cancelWhenGracefulShutdown { await delivery.run() }
    await delivery.finish(within: .seconds(2))
  }
}

extension MailDelivery {
  /// Figures for Prometheus.
  var metricsText: String {
    let figures = figures
    let counts = MailOutcome.allCases.map { outcome in
      "milequest_mail_total{outcome=\"\(outcome.rawValue)\"} \(figures.outcomes[outcome] ?? 0)\n"
    }
    return """
      # HELP milequest_mail_total Tries to send a message, by what became of them.
      # TYPE milequest_mail_total counter
      \(counts.joined())\
      # HELP milequest_mail_waiting Messages that wait to be sent, as this process has last counted.
      # TYPE milequest_mail_waiting gauge
      milequest_mail_waiting \(figures.waiting)

      """
  }
}
