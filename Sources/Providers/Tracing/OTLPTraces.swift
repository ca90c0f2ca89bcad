public import CivilTime
internal import JSON

/// Hands spans to a collector, or to anything else that takes OTLP over HTTP (OpenTelemetry Protocol
/// 1.x, JSON).
public struct OTLPTraces: DeliveryAdapter {
  public let name = "otlp"
  public let mostMessages = 500

  private let url: OutgoingURL
  private let client: OutgoingClient
  private let version: String
  private let timeout: Duration
  private let clock: @Sendable () -> Instant

  /// - Parameters:
  ///   - base: where the collector listens, such as `http://localhost:4318`; `/v1/traces` is added.
  ///   - version: of the program.
  /// - Throws: where that makes no URL.
  public init(
    base: String, client: OutgoingClient, version: String, timeout: Duration = .seconds(10),
    clock: @escaping @Sendable () -> Instant
  ) throws(OutgoingError) {
    var base = base
    while base.hasSuffix("/") { base.removeLast() }
    url = try OutgoingURL(base + "/v1/traces")
    self.client = client
    self.version = version
    self.timeout = timeout
    self.clock = clock
  }

  public func deliver(_ spans: [RequestSpan]) async throws(TracingError) {
    try await client.post(
      OutgoingRequest(
        .post, url, headers: [("Content-Type", "application/json")], body: body(spans).text(),
        timeout: timeout), at: clock(), as: TracingError.self)
  }

  private func body(_ spans: [RequestSpan]) -> JSONValue {
    let service = [
      Self.attribute("service.name", "milequest"), Self.attribute("service.version", version),
    ]
    return .object([
      (
        "resourceSpans",
        .array([
          .object([
            ("resource", .object([("attributes", .array(service))])),
            (
              "scopeSpans",
              .array([
                .object([
                  ("scope", .object([("name", .string("milequest"))])),
                  ("spans", .array(spans.map(Self.json))),
                ])
              ])
            ),
          ])
        ])
      )
    ])
  }

  private static func json(_ span: RequestSpan) -> JSONValue {
    let start = span.start.microseconds * 1_000
    let (seconds, attoseconds) = span.duration.components
    let lasted = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    var members: [(String, JSONValue)] = [
      ("traceId", .string(span.trace.traceText)), ("spanId", .string(TraceContext.text(span.id))),
    ]
    if let parent = span.trace.parent {
      members.append(("parentSpanId", .string(TraceContext.text(parent))))
    }
    var attributes = [
      attribute("http.request.method", span.method),
      .object([
        ("key", .string("http.response.status_code")),
        ("value", .object([("intValue", .string("\(span.status)"))])),
      ]),
    ]
    if let route = span.route { attributes.append(attribute("http.route", route)) }
    members += [
      ("name", .string(span.operation)),
      // A server's.
      ("kind", .integer(2)),
      // Numbers of 64 bits are texts in OTLP's JSON.
      ("startTimeUnixNano", .string("\(start)")),
      ("endTimeUnixNano", .string("\(start + lasted)")),
      ("attributes", .array(attributes)),
      ("status", .object(span.status >= 500 ? [("code", .integer(2))] : [])),
    ]
    return .object(members)
  }

  private static func attribute(_ key: String, _ value: String) -> JSONValue {
    .object([
      ("key", .string(key)), ("value", .object([("stringValue", .string(value))])),
    ])
  }
}
