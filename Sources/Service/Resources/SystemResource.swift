import Formats
import HTTPTypes

/// Liveness, readiness, figures, and the description of the API.
enum SystemResource {
  private static let tag = "Service"

  /// Served with the others, or alone at an address that strangers do not reach.
  static let metrics = Endpoint(
    .get, "/metrics", "getMetrics", "Figures for Prometheus", tag: tag, access: .open,
    answers: [
      Endpoint.Answer(
        200, "The text exposition format.", mediaType: "text/plain; version=0.0.4; charset=utf-8",
        .text())
    ]
  ) { call in
    // The system's own figures are files, which take a moment to be read.
    let text = try await call.backend.offload { [backend = call.backend] in
      Array(backend.metricsText.utf8)
    }
    return Reply(.ok, .bytes(text, mediaType: "text/plain; version=0.0.4; charset=utf-8"))
  }

  static let schemas: [NamedSchema] = [
    NamedSchema(
      "Health", "The process runs.", .object([.init("status", .words(["ok"]))])),
    NamedSchema(
      "Readiness", "Requests can be answered.",
      .object([.init("status", .words(["ready"]))])),
  ]

  static let endpoints: [Endpoint] = [
    Endpoint(
      .get, "/healthz", "getHealth", "Whether the process runs", tag: tag, access: .open,
      answers: [Endpoint.Answer(200, "It does.", .named("Health"))]
    ) { _ in .json(.object([("status", .string("ok"))])) },
    Endpoint(
      .get, "/readyz", "getReadiness", "Whether requests can be answered now",
      details:
        "Not ready when the store does not answer or takes no writes, and from the first moment of a "
        + "shutdown.",
      tag: tag, access: .open,
      answers: [Endpoint.Answer(200, "They can.", .named("Readiness"))]
    ) { call in
      if call.backend.readiness.isClosing {
        throw Problem(.unavailable, "the service is shutting down", retryAfterSeconds: 5)
      }
      try await call.backend.readiness.check {
        try await call.backend.ledger.checkWritable()
      }
      return .json(.object([("status", .string("ready"))]))
    },
    Endpoint(
      .get, "/openapi.json", "getDescription", "This description of the API", tag: tag,
      access: .open,
      answers: [Endpoint.Answer(200, "An OpenAPI 3.1 document.", .map(.anything))]
    ) { call in
      Reply(
        .ok,
        .bytes(
          call.backend.documents.openAPI(askedAt: call.host), mediaType: "application/json"),
        caching: .fixed)
    },
    Endpoint(
      .get, "/docs", "getDocs", "This description for people", tag: tag, access: .open,
      answers: [Endpoint.Answer(200, "A page.", mediaType: "text/html; charset=utf-8", .text())]
    ) { call in
      Reply(
        .ok,
        .bytes(
          call.backend.documents.page(askedAt: call.host), mediaType: "text/html; charset=utf-8"),
        caching: .fixed)
    },
  ]
}
