/// Counts and times requests by operation.
struct Measuring: Sendable {
  private let unknown: Metrics.Series

  init(_ metrics: Metrics) { unknown = metrics.series(Operation.unknown) }

  func apply(to exchange: inout Exchange) {
    exchange.seconds = (ContinuousClock.now - exchange.begun) / .seconds(1)
    let series = exchange.operation?.series ?? unknown
    series.record(status: exchange.status.code, seconds: exchange.seconds)
  }
}
