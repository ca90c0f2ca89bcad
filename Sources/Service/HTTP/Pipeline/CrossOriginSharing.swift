import HTTPTypes
import Hummingbird

/// Tells browsers what pages of the allowed origins may send and read.
struct CrossOriginSharing: Sendable {
  private let settings: ServiceSettings

  init(_ settings: ServiceSettings) { self.settings = settings }

  func apply(to exchange: inout Exchange) { share(exchange.request, &exchange.headers) }

  private func share(_ request: Request, _ headers: inout HTTPFields) {
    if settings.allowedOrigins.isEmpty { return }
    headers.vary(by: "Origin")
    guard let origin = request.headers[.origin], settings.allows(origin: origin) else { return }
    headers[.accessControlAllowOrigin] = origin
    headers[.accessControlExposeHeaders] =
      "ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"
  }

  /// The answer to a browser that asks what it may send to a path; nil for other requests.
  func preflight(_ exchange: Exchange) -> Response? {
    let request = exchange.request
    guard request.method == .options, exchange.operation == nil, let match = exchange.match,
      request.headers[.accessControlRequestMethod] != nil, let origin = request.headers[.origin],
      settings.allows(origin: origin)
    else { return nil }
    var headers = HTTPFields()
    share(request, &headers)
    headers[.accessControlAllowMethods] = match.methods.allowed.map(\.rawValue)
      .joined(separator: ", ")
    headers[.accessControlAllowHeaders] =
      "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id"
    headers[.accessControlMaxAge] = "600"
    return Response(status: .noContent, headers: headers)
  }
}
