/// An endpoint as it is served, with what is worked out once and not for each request.
final class Operation: Sendable {
  let endpoint: Endpoint
  let parameters: ParameterReading
  let body: BodyReading
  let series: Metrics.Series
  /// Whether its answer goes on until one side ends it.
  let isEndless: Bool

  /// Whether it counts where requests are refused that would wait too long: health is always told, and what waits for
  /// its caller, for passwords or in a line has bounds of its own.
  let countsAsLoad: Bool

  /// What requests count as that no endpoint is for.
  static let unknown = "unknown"

  init(_ endpoint: Endpoint, _ schemas: NamedSchemas, _ backend: Backend) {
    self.endpoint = endpoint
    parameters = ParameterReading(endpoint)
    let rules = BodyRules(
      schemas: schemas, zones: backend.zones, limits: backend.ledgerLimits)
    body = BodyReading(endpoint: endpoint, rules: rules)
    series = backend.metrics.series(endpoint.operation)
    let isEndless = endpoint.answers.contains { answer in
      answer.contents.contains { $0.mediaType == LiveStream.mediaType }
    }
    self.isEndless = isEndless
    countsAsLoad =
      endpoint.access != .open && endpoint.access != .signIn && !endpoint.takesFile && !isEndless
      && !endpoint.waitsInLine
  }
}
