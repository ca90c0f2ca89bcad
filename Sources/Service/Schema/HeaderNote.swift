import HTTPTypes
import JSON

/// The headers of answers that the description tells of.
enum HeaderNote: String, CaseIterable {
  case requestID = "X-Request-Id"
  case rateLimit = "RateLimit"
  case rateLimitPolicy = "RateLimit-Policy"
  case retryAfter = "Retry-After"
  case entityTag = "ETag"
  case location = "Location"
  case link = "Link"
  case authenticate = "WWW-Authenticate"

  private var note: String {
    switch self {
    case .requestID:
      "Names the request in the service's log: yours if you sent one, else a new one."
    case .rateLimit:
      "How many requests the caller may make at once, and in how many seconds it may make the most "
        + "again: `\"default\";r=50;t=1`."
    case .rateLimitPolicy: "The caller's limit: how many requests in how many seconds."
    case .retryAfter: "After how many seconds the same request may work."
    case .entityTag: "Names this content: for `If-None-Match`, and for the `If-Match` of a change."
    case .location: "The address of what was created, or where to go on."
    case .link: "The address of the next page, where there is one: `<…>; rel=\"next\"`."
    case .authenticate: "How to sign in: with a bearer token."
    }
  }

  private var example: String {
    switch self {
    case .requestID: "6f1c8f0e4b1d4c399d350f7f2f6e1a10"
    case .rateLimit: "\"default\";r=99;t=1"
    case .rateLimitPolicy: "\"default\";q=100;w=2"
    case .retryAfter: "2"
    case .entityTag: "\"3\""
    case .location: "/v1/teams/6f1c8f0e-4b1d-4c39-9d35-0f7f2f6e1a10"
    case .link: "</v1/teams?cursor=AQV0ZWFtcw>; rel=\"next\""
    case .authenticate: "Bearer"
    }
  }

  /// Whether answers of a status have it, always or where there is something to say.
  func isIn(_ status: Int, of endpoint: Endpoint) -> Bool {
    switch self {
    case .requestID: true
    case .rateLimit, .rateLimitPolicy: endpoint.access != .open
    case .retryAfter: [429, 503, 504].contains(status)
    case .entityTag:
      [200, 304].contains(status) && [.get, .patch].contains(endpoint.method)
    case .location: [201, 303].contains(status)
    case .link: status == 200 && endpoint.hasPages
    case .authenticate: status == 401
    }
  }

  var reference: JSONValue {
    .object([("$ref", .string("#/components/headers/\(rawValue)"))])
  }

  /// All of them by name.
  static var components: [(String, JSONValue)] {
    allCases.map { header in
      let schema: JSONValue =
        header == .retryAfter
        ? .object([("type", .string("integer")), ("minimum", .integer(0))])
        : .object([("type", .string("string"))])
      let example: JSONValue =
        header == .retryAfter ? .integer(2) : .string(header.example)
      return (
        header.rawValue,
        .object([
          ("description", .string(header.note)), ("schema", schema), ("example", example),
        ])
      )
    }
  }
}
