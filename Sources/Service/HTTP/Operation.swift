/// An endpoint as it is served, with what is worked out once and not for each request.
final class Operation: Sendable {
  let endpoint: Endpoint
  let reading: RequestReading
  let series: Metrics.Series

  init(_ endpoint: Endpoint, _ schemas: NamedSchemas, _ backend: Backend) {
    self.endpoint = endpoint
    reading = RequestReading(endpoint: endpoint, schemas: schemas, zones: backend.zones)
    series = backend.metrics.series(endpoint.operation)
  }
}
