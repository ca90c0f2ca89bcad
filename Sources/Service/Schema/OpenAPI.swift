import Formats
import HTTPTypes
import JSON

/// The API's description, made from the endpoints that are served.
struct OpenAPI {
  /// The version of OpenAPI that it is written in.
  enum Edition: String {
    case v30 = "3.0.3"
    case v31 = "3.1.0"
  }

  let endpoints: [Endpoint]
  let schemas: NamedSchemas
  let version: String
  var edition = Edition.v31
  /// What all paths begin with that is part of the server's address.
  var root = ""

  /// The document.
  ///
  /// - Parameter server: the address that the service is reached at.
  func document(server: String) -> JSONValue {
    var paths: [(String, [(String, JSONValue)])] = []
    for endpoint in endpoints {
      let operation = (endpoint.method.rawValue.lowercased(), operation(endpoint))
      let rest = String(endpoint.path.description.dropFirst(root.count))
      let path = rest.isEmpty ? "/" : rest
      if let index = paths.firstIndex(where: { $0.0 == path }) {
        paths[index].1.append(operation)
      } else {
        paths.append((path, [operation]))
      }
    }
    var tags: [String] = []
    for endpoint in endpoints where !tags.contains(endpoint.tag) { tags.append(endpoint.tag) }
    return .object([
      ("openapi", .string(edition.rawValue)),
      (
        "info",
        .object([
          ("title", .string("Mile Quest")), ("version", .string(version)),
          (
            "description",
            .string(
              "Teams log walks; their miles move a marker along a real route. Distances are metres "
                + "on the WGS84 ellipsoid, exact to a micrometre; moments are RFC 3339.")
          ),
          (
            "license",
            .object([
              ("name", .string("Apache 2.0")),
              edition == .v31
                ? ("identifier", .string("Apache-2.0"))
                : ("url", .string("https://www.apache.org/licenses/LICENSE-2.0")),
            ])
          ),
        ])
      ),
      (
        "servers",
        .array([
          .object([
            ("url", .string(server + root)),
            ("description", .string("The service that this description comes from.")),
          ])
        ])
      ),
      ("tags", .array(tags.map { .object([("name", .string($0))]) })),
      ("paths", .object(paths.map { ($0.0, .object($0.1)) })),
      (
        "components",
        .object([
          ("schemas", .object(components)), ("headers", .object(HeaderNote.components)),
          (
            "securitySchemes",
            .object([
              (
                "token",
                .object([
                  ("type", .string("http")), ("scheme", .string("bearer")),
                  (
                    "description",
                    .string(
                      "An access token from `/v1/auth/login`, an API key (`mq_…`), or the secret of a "
                        + "private link (`mql_…`), which reads one quest.")
                  ),
                ])
              )
            ])
          ),
        ])
      ),
    ])
  }

  // MARK: Operations

  private func operation(_ endpoint: Endpoint) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("operationId", .string(endpoint.operation)), ("summary", .string(endpoint.summary)),
      ("tags", .array([.string(endpoint.tag)])),
    ]
    if !endpoint.details.isEmpty { members.append(("description", .string(endpoint.details))) }
    if !endpoint.parameters.isEmpty {
      members.append(("parameters", .array(endpoint.parameters.map(parameter))))
    }
    switch endpoint.body {
    case .none: break
    case .json(let content):
      members.append(
        (
          "requestBody",
          .object([
            ("required", .bool(true)),
            (
              "content",
              .object(
                (["application/json"] + (content.takesForm ? [BodyReading.formType] : [])).map {
                  ($0, .object([("schema", reference(content.named.name))]))
                })
            ),
          ])
        ))
    case .file(let types):
      members.append(
        (
          "requestBody",
          .object([
            ("required", .bool(true)),
            (
              "content",
              .object(types.map { ($0, .object([("schema", json(Schema.file))])) })
            ),
          ])
        ))
    }
    members.append(("responses", .object(responses(endpoint))))
    switch endpoint.access {
    case .open: members.append(("security", .array([])))
    case .anyone, .shared, .signIn:
      members.append(("security", .array([.object([]), .object([("token", .array([]))])])))
    case .person, .session, .link:
      members.append(("security", .array([.object([("token", .array([]))])])))
    }
    return .object(members)
  }

  private func parameter(_ parameter: ParameterKey) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("name", .string(parameter.name)), ("in", .string(parameter.place.rawValue)),
      ("description", .string(parameter.note)),
      ("required", .bool(parameter.isRequired)), ("schema", json(parameter.schema)),
    ]
    if parameter.isList, parameter.schema.isArray {
      members += [("style", .string("form")), ("explode", .bool(false))]
    }
    return .object(members)
  }

  private func responses(_ endpoint: Endpoint) -> [(String, JSONValue)] {
    var responses: [(Int, JSONValue)] = endpoint.answers.map { answer in
      let contents = answer.contents.map { content -> (String, JSONValue) in
        (
          content.mediaType,
          .object([("schema", json(endpoint.described(content.schema, of: answer)))])
        )
      }
      return (answer.status, response(answer.status, answer.note, contents, of: endpoint))
    }
    var statuses: [Int: [String]] = [:]
    for code in problems(of: endpoint) { statuses[code.status, default: []].append(code.name) }
    let problem = [
      ("application/problem+json", JSONValue.object([("schema", reference("Problem"))]))
    ]
    for (status, names) in statuses {
      let note = "Problem: \(names.joined(separator: ", "))."
      responses.append((status, response(status, note, problem, of: endpoint)))
    }
    if endpoint.method == .get, endpoint.answers.contains(where: { $0.status == 200 }) {
      responses.append(
        (304, response(304, "It is what `If-None-Match` names.", [], of: endpoint)))
    }
    return responses.sorted { $0.0 < $1.0 }.map { ("\($0.0)", $0.1) }
  }

  private func response(
    _ status: Int, _ note: String, _ contents: [(String, JSONValue)], of endpoint: Endpoint
  ) -> JSONValue {
    let headers = HeaderNote.allCases.filter { $0.isIn(status, of: endpoint) }
    var members: [(String, JSONValue)] = [
      ("description", .string(note)),
      ("headers", .object(headers.map { ($0.rawValue, $0.reference) })),
    ]
    if !contents.isEmpty { members.append(("content", .object(contents))) }
    return .object(members)
  }

  /// What an endpoint may refuse with: its own problems, and those that follow from what it takes.
  func problems(of endpoint: Endpoint) -> [Problem.Code] {
    var codes = endpoint.problems
    func add(_ code: Problem.Code) { if !codes.contains(code) { codes.append(code) } }
    if endpoint.parameters.contains(where: { $0.place == .path }) { add(.notFound) }
    // Any query is refused that is not known.
    add(.invalidParameter)
    if endpoint.access != .open { add(.tooManyRequests) }
    if endpoint.access != .open, endpoint.access != .signIn {
      add(.invalidToken)
      add(.tokenExpired)
      add(.sessionEnded)
      add(.forbidden)
    }
    switch endpoint.access {
    case .person, .link, .session: add(.unauthenticated)
    case .open, .anyone, .shared, .signIn: break
    }
    switch endpoint.body {
    case .none: break
    case .json:
      for code in [Problem.Code.malformed, .invalid, .tooLarge, .unsupportedMediaType, .slowBody] {
        add(code)
      }
    case .file:
      for code in [Problem.Code.invalid, .tooLarge, .unsupportedMediaType, .slowBody] { add(code) }
    }
    if endpoint.parameters.contains(where: { $0 === ParameterKey.ifMatch }) {
      add(.preconditionFailed)
    }
    if endpoint.parameters.contains(where: { $0 === ParameterKey.idempotencyKey }) {
      add(.keyReused)
    }
    add(.malformedRequest)
    for code in [Problem.Code.internalError, .unavailable, .timeout] { add(code) }
    return codes
  }
}
