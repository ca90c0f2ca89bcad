import Formats
import HTTPTypes
import JSON

/// The API's description, made from the endpoints that are served.
struct OpenAPI {
  let endpoints: [Endpoint]
  let schemas: NamedSchemas
  let version: String

  /// An OpenAPI 3.1 document.
  var document: JSONValue {
    var paths: [(String, [(String, JSONValue)])] = []
    for endpoint in endpoints {
      let operation = (endpoint.method.rawValue.lowercased(), operation(endpoint))
      if let index = paths.firstIndex(where: { $0.0 == endpoint.path.description }) {
        paths[index].1.append(operation)
      } else {
        paths.append((endpoint.path.description, [operation]))
      }
    }
    var tags: [String] = []
    for endpoint in endpoints where !tags.contains(endpoint.tag) { tags.append(endpoint.tag) }
    return .object([
      ("openapi", .string("3.1.0")),
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
            .object([("name", .string("Apache 2.0")), ("identifier", .string("Apache-2.0"))])
          ),
        ])
      ),
      ("tags", .array(tags.map { .object([("name", .string($0))]) })),
      ("paths", .object(paths.map { ($0.0, .object($0.1)) })),
      (
        "components",
        .object([
          ("schemas", .object(components)),
          (
            "securitySchemes",
            .object([
              (
                "token",
                .object([
                  ("type", .string("http")), ("scheme", .string("bearer")),
                  (
                    "description",
                    .string("An access token from `/v1/auth/login`, or an API key (`mq_…`).")
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
              .object([("application/json", .object([("schema", reference(content.named.name))]))])
            ),
          ])
        ))
    case .file(let types):
      members.append(
        (
          "requestBody",
          .object([
            ("required", .bool(true)),
            ("content", .object(types.map { ($0, .object([])) })),
          ])
        ))
    }
    members.append(("responses", .object(responses(endpoint))))
    switch endpoint.access {
    case .open: members.append(("security", .array([])))
    case .anyone, .signIn:
      members.append(("security", .array([.object([]), .object([("token", .array([]))])])))
    case .person, .session: members.append(("security", .array([.object([("token", .array([]))])])))
    }
    return .object(members)
  }

  private func parameter(_ parameter: ParameterKey) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("name", .string(parameter.name)), ("in", .string(parameter.place.rawValue)),
      ("description", .string(parameter.note)),
      ("required", .bool(parameter.isRequired)), ("schema", json(parameter.schema)),
    ]
    if parameter.isList {
      members += [("style", .string("form")), ("explode", .bool(false))]
    }
    return .object(members)
  }

  private func responses(_ endpoint: Endpoint) -> [(String, JSONValue)] {
    var responses: [(Int, JSONValue)] = endpoint.answers.map { answer in
      var members: [(String, JSONValue)] = [("description", .string(answer.note))]
      if !answer.contents.isEmpty {
        let contents = answer.contents.map { content -> (String, JSONValue) in
          guard let schema = content.schema else { return (content.mediaType, .object([])) }
          let whole = json(schema)
          let described: JSONValue =
            endpoint.picksFields && answer.status == 200
            ? .object([("anyOf", .array([whole, json(selection(of: schema))]))]) : whole
          return (content.mediaType, .object([("schema", described)]))
        }
        members.append(("content", .object(contents)))
      }
      return (answer.status, .object(members))
    }
    var statuses: [Int: [String]] = [:]
    for code in problems(of: endpoint) { statuses[code.status, default: []].append(code.name) }
    for (status, names) in statuses {
      responses.append(
        (
          status,
          .object([
            ("description", .string("Problem: \(names.joined(separator: ", ")).")),
            (
              "content",
              .object([
                ("application/problem+json", .object([("schema", reference("Problem"))]))
              ])
            ),
          ])
        ))
    }
    if endpoint.method == .get, endpoint.answers.contains(where: { $0.status == 200 }) {
      responses.append(
        (304, .object([("description", .string("It is what `If-None-Match` names."))])))
    }
    return responses.sorted { $0.0 < $1.0 }.map { ("\($0.0)", $0.1) }
  }

  /// In a page the fields are picked from the items.
  private func selection(of schema: Schema) -> Schema {
    guard case .object(let properties) = schema, properties.first?.name == "items" else {
      return schema.selection
    }
    return .object(
      properties.map { $0.name == "items" ? .init("items", $0.schema.selection) : $0 })
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
      add(.forbidden)
    }
    switch endpoint.access {
    case .person: add(.unauthenticated)
    case .session:
      add(.unauthenticated)
      add(.sessionEnded)
    default: break
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

  // MARK: Schemas

  /// Those that the endpoints refer to, and those that these refer to.
  var components: [(String, JSONValue)] {
    var names: Set<String> = ["Problem"]
    var waiting = ["Problem"]
    func visit(_ schema: Schema) {
      for name in schema.references where names.insert(name).inserted { waiting.append(name) }
    }
    for endpoint in endpoints {
      if case .json(let content) = endpoint.body { visit(.named(content.named.name)) }
      for answer in endpoint.answers {
        for schema in answer.contents.compactMap(\.schema) {
          visit(schema)
          if endpoint.picksFields, answer.status == 200 { visit(selection(of: schema)) }
        }
      }
    }
    while let name = waiting.popLast() {
      guard let named = schemas[name] else { preconditionFailure("no schema is called \(name)") }
      visit(named.schema)
    }
    return names.sorted().map { name in
      let named = schemas[name]!
      guard case .object(var members) = json(named.schema) else {
        return (name, json(named.schema))
      }
      members.append(("description", .string(named.note)))
      return (name, .object(members))
    }
  }

  private func reference(_ name: String) -> JSONValue {
    .object([("$ref", .string("#/components/schemas/\(name)"))])
  }

  func json(_ schema: Schema) -> JSONValue {
    switch schema {
    case .anything: return .object([])
    case .boolean: return .object([("type", .string("boolean"))])
    case .integer(let range):
      return .object([
        ("type", .string("integer")), ("minimum", .integer(Int(range.lowerBound))),
        ("maximum", .integer(Int(range.upperBound))),
      ])
    case .number(let range):
      return .object([
        ("type", .string("number")), ("minimum", .number(range.lowerBound)),
        ("maximum", .number(range.upperBound)),
      ])
    case .words(let words):
      return .object([("type", .string("string")), ("enum", .array(words.map(JSONValue.string)))])
    case .text(let form):
      var members: [(String, JSONValue)] = [("type", .string("string"))]
      if let format = form.format {
        switch format {
        case .uuid, .instant, .date, .email:
          members.append(("format", .string(format.rawValue)))
        case .distance:
          members += [
            ("pattern", .string("^[0-9]{1,9}(\\.[0-9]{1,9})? ?(mi|km|m|ft|yd)$")),
            ("examples", .array([.string("3.1 mi"), .string("5 km")])),
          ]
        case .zone:
          members.append(("examples", .array([.string("America/New_York"), .string("UTC")])))
        case .walkZone:
          members.append(("examples", .array([.string("Asia/Tokyo"), .string("+09:00")])))
        }
      }
      members.append(("minLength", .integer(form.length.lowerBound)))
      members.append(("maxLength", .integer(form.length.upperBound)))
      if let pattern = form.pattern { members.append(("pattern", .string(pattern))) }
      return .object(members)
    case .array(let item, let count):
      return .object([
        ("type", .string("array")), ("items", json(item)),
        ("minItems", .integer(count.lowerBound)), ("maxItems", .integer(count.upperBound)),
      ])
    case .map(let value):
      return .object([("type", .string("object")), ("additionalProperties", json(value))])
    case .object(let properties):
      var members: [(String, JSONValue)] = [
        ("type", .string("object")),
        (
          "properties",
          .object(
            properties.map { property in
              guard !property.note.isEmpty, case .object(let members) = json(property.schema) else {
                return (property.name, json(property.schema))
              }
              return (
                property.name, .object(members + [("description", .string(property.note))])
              )
            })
        ),
      ]
      let required = properties.filter(\.isRequired)
      if !required.isEmpty {
        members.append(("required", .array(required.map { .string($0.name) })))
      }
      members.append(("additionalProperties", .bool(false)))
      return .object(members)
    case .named(let name): return reference(name)
    case .nullable(let inner):
      return .object([("anyOf", .array([json(inner), .object([("type", .string("null"))])]))])
    case .either(let schemas): return .object([("anyOf", .array(schemas.map(json)))])
    }
  }
}
