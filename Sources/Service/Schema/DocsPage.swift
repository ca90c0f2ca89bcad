import Formats
import JSON

/// The API's description as one page that needs nothing from outside, no script either.
struct DocsPage {
  private let description: OpenAPI
  /// Where the service is reached.
  private let address: String

  init(_ description: OpenAPI, address: String) {
    self.description = description
    self.address = address
  }

  var html: [UInt8] {
    let endpoints = description.endpoints
    var tags: [String] = []
    for endpoint in endpoints where !tags.contains(endpoint.tag) { tags.append(endpoint.tag) }
    var out = Self.head
    out += "<nav><h1><a href=\"#top\">Mile Quest API</a></h1>\n"
    for tag in tags {
      out += "<h2>\(Self.escaped(tag))</h2><ul>\n"
      for endpoint in endpoints where endpoint.tag == tag {
        out += "<li><a href=\"#\(endpoint.operation)\">\(Self.method(endpoint))"
        out += " \(Self.escaped(endpoint.summary))</a></li>\n"
      }
      out += "</ul>\n"
    }
    out += "<h2>More</h2><ul><li><a href=\"#schemas\">Schemas</a></li>"
    out += "<li><a href=\"#problems\">Problems</a></li>"
    out += "<li><a href=\"/openapi.json\">OpenAPI 3.1</a></li></ul></nav>\n<main id=\"top\">\n"
    out += introduction
    for tag in tags {
      out += "<h2>\(Self.escaped(tag))</h2>\n"
      for endpoint in endpoints where endpoint.tag == tag { out += section(endpoint) }
    }
    out += "<h2 id=\"schemas\">Schemas</h2>\n"
    for (name, _) in description.components {
      guard let named = description.schemas[name],
        !name.hasSuffix(NamedSchema.selectionSuffix)
      else { continue }
      out += "<section id=\"schema-\(name)\"><h3>\(name)</h3><p>\(Self.text(named.note))</p>"
      out += "\(table(named.schema))</section>\n"
    }
    out += problems
    out += "</main>\n"
    return Array(out.utf8)
  }

  // MARK: Endpoints

  private func section(_ endpoint: Endpoint) -> String {
    var out = "<section id=\"\(endpoint.operation)\"><h3>\(Self.method(endpoint)) "
    out += "<code>\(Self.escaped(endpoint.path.description))</code></h3>\n"
    out += "<p><strong>\(Self.escaped(endpoint.summary)).</strong> \(Self.text(endpoint.details)) "
    out += "<em>\(Self.access(endpoint.access))</em></p>\n"
    if !endpoint.parameters.isEmpty {
      out += "<table><tr><th>Parameter</th><th>In</th><th>Value</th><th></th></tr>\n"
      for parameter in endpoint.parameters {
        out += "<tr><td><code>\(parameter.name)</code>\(parameter.isRequired ? " *" : "")</td>"
        out += "<td>\(parameter.place.rawValue)</td><td>\(kind(parameter.schema))</td>"
        out += "<td>\(Self.text(parameter.note))</td></tr>\n"
      }
      out += "</table>\n"
    }
    switch endpoint.body {
    case .none: break
    case .json(let content): out += "<p>Body: \(link(content.named.name))</p>\n"
    case .file(let types):
      out += "<p>Body: a file (\(types.map { "<code>\($0)</code>" }.joined(separator: ", ")))</p>\n"
    }
    out += "<p>Answers: "
    out += endpoint.answers.map { answer in
      let shape = answer.contents.first.map { " " + kind($0.schema) } ?? ""
      return "<strong>\(answer.status)</strong>\(shape) \(Self.text(answer.note))"
    }.joined(separator: "; ")
    let codes = description.problems(of: endpoint).sorted {
      ($0.status, $0.name) < ($1.status, $1.name)
    }
    out += "</p>\n<p class=\"problems\">Problems: "
    out += codes.map { "<a href=\"#problem-\($0.name)\">\($0.status) \($0.name)</a>" }
      .joined(separator: ", ")
    return out + "</p>\n<pre>\(Self.escaped(example(endpoint)))</pre></section>\n"
  }

  /// A line to try it with.
  private func example(_ endpoint: Endpoint) -> String {
    var line = "curl"
    switch endpoint.method {
    case .get: break
    case .post where endpoint.body.isJSON: break
    default: line += " -X \(endpoint.method.rawValue)"
    }
    line +=
      " \"$BASE\(endpoint.path.description.replacing("{", with: "$").replacing("}", with: ""))\""
    if ![.open, .anyone, .shared(namesPeople: true), .shared(namesPeople: false), .signIn]
      .contains(endpoint.access)
    {
      line += " \\\n  -H \"Authorization: Bearer $TOKEN\""
    }
    switch endpoint.body {
    case .none: break
    case .json(let content):
      let body = sample(content.named.schema)
      line += " \\\n  --json '\(String(decoding: body.text(), as: UTF8.self))'"
    case .file: line += " \\\n  --data-binary @trail.gpx"
    }
    return line
  }

  private func sample(_ schema: Schema) -> JSONValue {
    switch schema {
    case .boolean: .bool(false)
    case .integer(let range): .integer(Int(range.clamped(to: 1...1_000).lowerBound))
    case .number: .number(1)
    case .words(let words): .string(words.first ?? "")
    case .array(let item, _): .array([sample(item)])
    case .object(let properties):
      .object(properties.filter(\.isRequired).map { ($0.name, sample($0.schema)) })
    case .map, .anything: .object([])
    case .file: .null
    case .unchecked(let schema): sample(schema)
    case .named(let name): description.schemas[name].map { sample($0.schema) } ?? .null
    case .nullable(let inner): sample(inner)
    case .either(let schemas): schemas.first.map(sample) ?? .null
    case .text(let form):
      switch form.format {
      case nil: .string("…")
      case .uuid: .string("6f1c8f0e-4b1d-4c39-9d35-0f7f2f6e1a10")
      case .instant: .string("2026-05-03T18:30:00Z")
      case .date: .string("2026-05-03")
      case .email: .string("you@example.org")
      case .distance: .string("3.1 mi")
      case .zone: .string("America/New_York")
      case .walkZone: .string("Asia/Tokyo")
      }
    }
  }

  // MARK: Schemas

  private func table(_ schema: Schema) -> String {
    guard case .object(let properties) = schema else { return "<p>\(kind(schema))</p>" }
    if properties.isEmpty { return "<p>An object without members.</p>" }
    var out = "<table><tr><th>Member</th><th>Value</th><th></th></tr>\n"
    for property in properties {
      out += "<tr><td><code>\(property.name)</code>\(property.isRequired ? " *" : "")</td>"
      out += "<td>\(kind(property.schema))</td><td>\(Self.text(property.note))</td></tr>\n"
    }
    return out + "</table>\n"
  }

  private func link(_ name: String) -> String { "<a href=\"#schema-\(name)\">\(name)</a>" }

  private func kind(_ schema: Schema) -> String {
    switch schema {
    case .boolean: "true or false"
    case .integer(let range):
      range.upperBound == .max
        ? "whole number from \(range.lowerBound)" : "\(range.lowerBound)…\(range.upperBound)"
    case .number(let range):
      range.upperBound > 1e9 ? "number" : "number, \(range.lowerBound)…\(range.upperBound)"
    case .words(let words): words.map { "<code>\(Self.escaped($0))</code>" }.joined(separator: ", ")
    case .array(let item, _): "list of \(kind(item))"
    case .object(let properties): "object (\(properties.map(\.name).joined(separator: ", ")))"
    case .map(let value): "object of \(kind(value))"
    case .named(let name): link(name)
    case .nullable(let inner): kind(inner) + " or null"
    case .either(let schemas): schemas.map(kind).joined(separator: " or ")
    case .anything: "any JSON"
    case .file: "a file"
    case .unchecked(let schema): kind(schema)
    case .text(let form):
      switch form.format {
      case nil:
        form.length.upperBound >= 4_096
          ? "text" : "text of \(form.length.lowerBound)…\(form.length.upperBound)"
      case .uuid: "UUID"
      case .instant: "moment (RFC 3339)"
      case .date: "date"
      case .email: "e-mail address"
      case .distance: "distance, such as <code>3.1 mi</code>"
      case .zone: "IANA zone"
      case .walkZone: "IANA zone, or offset such as <code>+09:00</code>"
      }
    }
  }

  // MARK: Problems

  private var problems: String {
    var codes = Set(Problem.Code.own)
    for endpoint in description.endpoints { codes.formUnion(description.problems(of: endpoint)) }
    var out =
      "<h2 id=\"problems\">Problems</h2>\n<p>Every refusal is <code>application/problem+json"
    out +=
      "</code> (RFC 9457) with a stable <code>code</code>; all faults of a request come at once "
    out += "in <code>errors</code>, each with a JSON pointer, parameter or header.</p>\n"
    out += "<table><tr><th>Code</th><th>Status</th><th></th></tr>\n"
    for code in codes.sorted(by: { ($0.status, $0.name) < ($1.status, $1.name) }) {
      out += "<tr id=\"problem-\(code.name)\"><td><code>\(code.name)</code></td>"
      out += "<td>\(code.status)</td><td>\(Self.escaped(code.title))</td></tr>\n"
    }
    return out + "</table>\n"
  }

  // MARK: Text

  private static func method(_ endpoint: Endpoint) -> String {
    let name = endpoint.method.rawValue
    return "<b class=\"\(name.lowercased())\">\(name)</b>"
  }

  private static func access(_ access: Endpoint.Access) -> String {
    switch access {
    case .open: "For anyone, without a limit."
    case .anyone: "For anyone; a token shows more."
    case .shared(namesPeople: false):
      "For anyone; a token shows more, and a private link shows its quest."
    case .shared:
      "For anyone; a token shows more, and a private link that shows names shows its quest."
    case .link: "Needs the secret of a private link."
    case .signIn: "For anyone; a token says which device asks, and a bad one does not matter."
    case .person(let scopes):
      "Needs a token, or an API key with the scope \(scopes.names.joined(separator: ", "))."
    case .session: "Needs a token; an API key will not do."
    }
  }

  static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }

  /// Text with `code` between backticks.
  private static func text(_ text: String) -> String {
    let parts = escaped(text).split(separator: "`", omittingEmptySubsequences: false)
    return parts.enumerated().map { $0.offset % 2 == 1 ? "<code>\($0.element)</code>" : $0.element }
      .joined()
  }

  private var introduction: String {
    """
    <p class="lead">Teams log walks; their miles move a marker along a real route. Anyone can ask \
    where the team is, where it was, and when it will arrive.</p>
    <pre>BASE=\(address)
    TOKEN=…   # the accessToken of POST /v1/auth/login, or an API key</pre>
    <ul>
    <li>Distances are metres on the WGS84 ellipsoid, kept to the micrometre; moments are RFC 3339.</li>
    <li><code>fields=id,pace.arrival</code> picks what you need of an answer.</li>
    <li>Lists come in pages: follow <code>next</code> until it is null.</li>
    <li>Answers to GET have a strong <code>ETag</code>; with <code>If-None-Match</code> they come \
    as 304 when nothing has changed. Changes take <code>If-Match</code>.</li>
    <li>Creations take an <code>Idempotency-Key</code>; walks carry an id of yours, so that sending \
    one again never counts it twice.</li>
    <li>Each caller may make 50 requests a second, 100 at once, unless the operator says otherwise: \
    <code>RateLimit</code> tells what is left, <code>Retry-After</code> when to go on.</li>
    </ul>

    """
  }

  private static let head = """
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Mile Quest API</title>
    <style>
    :root { color-scheme: light dark; --line: #8884; --accent: light-dark(#0b6e4f, #6fd3ae); }
    body { margin: 0; font: 16px/1.5 system-ui, sans-serif; display: flex; }
    nav { width: 19rem; flex: none; height: 100vh; overflow: auto; position: sticky; top: 0;
      box-sizing: border-box; padding: 1rem; border-right: 1px solid var(--line); font-size: .85rem; }
    nav h1 { font-size: 1.1rem; } nav h2 { font-size: .9rem; margin: 1rem 0 .2rem; }
    nav ul { list-style: none; margin: 0; padding: 0; }
    a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
    main { min-width: 0; max-width: 60rem; padding: 1rem 2rem 4rem; }
    section { border-top: 1px solid var(--line); padding: .2rem 0 .8rem; }
    table { border-collapse: collapse; width: 100%; font-size: .9rem; }
    th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0;
      border-bottom: 1px solid var(--line); }
    pre { background: #8881; padding: .7rem; overflow: auto; border-radius: .3rem; font-size: .85rem; }
    .problems { font-size: .85rem; } .lead { font-size: 1.15rem; }
    b.get, b.post, b.patch, b.put, b.delete { font: .75rem ui-monospace, monospace; }
    @media (max-width: 50rem) { body { display: block; } nav { width: auto; height: auto;
      position: static; border: 0; } main { padding: 1rem; } }
    </style></head><body>

    """
}

extension Endpoint.Body {
  var isJSON: Bool { if case .json = self { true } else { false } }
}
