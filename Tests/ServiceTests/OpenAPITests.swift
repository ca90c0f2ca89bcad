import Formats
import Foundation
import JSON
import Testing

@testable import Service

/// The API's description and what is served are the same, and the description is well formed.
@Suite struct OpenAPITests {
  private let api = API()

  /// As it is served.
  private var document: JSONNode {
    get throws {
      try JSONReader.read(Documents(api.description).openAPI(askedAt: "quests.example:8080"))
    }
  }

  private static func operations(_ document: JSONNode) -> [(path: String, method: String, JSONNode)]
  {
    (document["paths"]?.object ?? []).flatMap { path in
      (path.value.object ?? []).map { (path.name, $0.name, $0.value) }
    }
  }

  @Test func everyEndpointIsDescribedAndNothingElse() throws {
    let described = Self.operations(try document).map { "\($0.method.uppercased()) \($0.path)" }
    let served = api.endpoints.map { "\($0.method.rawValue) \($0.path)" }
    #expect(described.sorted() == served.sorted())
    #expect(Set(served).count == served.count, "an endpoint is there twice")
    let names = api.endpoints.map(\.operation)
    #expect(Set(names).count == names.count, "two operations have one name")
  }

  @Test func everyOperationIsDescribedInFull() throws {
    for (path, method, operation) in Self.operations(try document) {
      let name = "\(method) \(path)"
      #expect(operation["summary"]?.string?.isEmpty == false, "\(name)")
      #expect(operation["tags"]?.array?.count == 1, "\(name)")
      let named = path.matches(of: /\{([^}]*)\}/).map { String($0.output.1) }
      let parameters = operation["parameters"]?.array ?? []
      let inPath = parameters.filter { $0["in"]?.string == "path" }
      #expect(inPath.map { $0.text("name") } == named, "\(name)")
      #expect(inPath.allSatisfy { $0["required"]?.bool == true }, "\(name)")
      let keys = parameters.map { "\($0.text("in")) \($0.text("name"))" }
      #expect(Set(keys).count == keys.count, "\(name) has a parameter twice")
      #expect(
        parameters.allSatisfy { $0["description"]?.string?.isEmpty == false }, "\(name)")
      let answers = operation["responses"]?.object ?? []
      // A browser is sent on.
      #expect(answers.contains { $0.name.hasPrefix("2") || $0.name == "303" }, "\(name)")
      for answer in answers {
        #expect(answer.value["description"]?.string?.isEmpty == false, "\(name) \(answer.name)")
        guard let status = Int(answer.name), status >= 400 else { continue }
        let types = (answer.value["content"]?.object ?? []).map(\.name)
        #expect(types == ["application/problem+json"], "\(name) \(answer.name)")
      }
      #expect(operation["security"] != nil, "\(name)")
    }
  }

  @Test func everyReferenceLeadsSomewhere() throws {
    let document = try document
    var faults: [String] = []
    func visit(_ node: JSONNode) {
      for item in node.array ?? [] { visit(item) }
      for member in node.object ?? [] {
        if member.name == "$ref", let target = member.value.string {
          let steps = target.split(separator: "/")
          let found = steps.dropFirst().reduce(document as JSONNode?) { $0?[String($1)] }
          if steps.first != "#" || found == nil { faults.append(target) }
        } else {
          visit(member.value)
        }
      }
    }
    visit(document)
    #expect(faults.isEmpty)
    // And none stands there for nothing.
    let text = String(
      decoding: Documents(api.description).openAPI(askedAt: "quests.example:8080"), as: UTF8.self)
    for schema in document["components"]?["schemas"]?.object ?? [] {
      #expect(text.contains("\"#/components/schemas/\(schema.name)\""), "\(schema.name)")
    }
  }

  // MARK: For generated clients

  @Test func filesAreBinary() throws {
    var count = 0
    for (path, method, operation) in Self.operations(try document) {
      for content in operation["requestBody"]?["content"]?.object ?? []
      where !["application/json", BodyReading.formType].contains(content.name) {
        count += 1
        #expect(
          content.value["schema"]?.text("format") == "binary", "\(method) \(path) \(content.name)")
      }
    }
    #expect(count >= 20)
  }

  /// Every object has a name of its own, and so a type in every client.
  @Test func everyObjectIsNamed() throws {
    let document = try document
    func inline(_ node: JSONNode, isTop: Bool) -> [String] {
      if node.text("type") == "object", node["properties"] != nil, !isTop { return [node.text] }
      let parts =
        (node["properties"]?.object ?? []).map(\.value) + [node["items"]].compactMap { $0 }
        + (node["anyOf"]?.array ?? []) + [node["additionalProperties"]].compactMap { $0 }
      return parts.flatMap { inline($0, isTop: false) }
    }
    for schema in document["components"]?["schemas"]?.object ?? [] {
      #expect(inline(schema.value, isTop: true).isEmpty, "\(schema.name)")
    }
    for (path, method, operation) in Self.operations(document) {
      let contents =
        (operation["requestBody"]?["content"]?.object ?? [])
        + (operation["responses"]?.object ?? []).flatMap { $0.value["content"]?.object ?? [] }
      for content in contents {
        let schema = try #require(content.value["schema"], "\(method) \(path) \(content.name)")
        #expect(inline(schema, isTop: false).isEmpty, "\(method) \(path)")
        #expect(schema["anyOf"] == nil, "\(method) \(path)")
      }
    }
    let batch = document["components"]?["schemas"]?["ActivityBatch"]
    #expect(
      batch?["properties"]?["activities"]?["items"]?.text("$ref")
        == "#/components/schemas/ActivityDraft")
  }

  /// Ids end in `Id`, in paths and in answers; an invite's code is a secret and an issuer has a name.
  @Test func idsAreCalledSo() throws {
    let document = try document
    for (path, _, _) in Self.operations(document) {
      for match in path.matches(of: /\{([^}]*)\}/)
      where !["code", "issuer"].contains(match.output.1) {
        #expect(match.output.1.hasSuffix("Id"), "\(path)")
      }
    }
    for schema in document["components"]?["schemas"]?.object ?? [] {
      for property in schema.value["properties"]?.object ?? [] {
        let forms = [property.value] + (property.value["anyOf"]?.array ?? [])
        guard forms.contains(where: { $0.text("format") == "uuid" }) else { continue }
        #expect(
          property.name == "id" || property.name == "code" || property.name.hasSuffix("Id"),
          "\(schema.name).\(property.name)")
        // What is named beside its id is called alike.
        let named = String(property.name.dropLast(2))
        #expect(
          schema.value["properties"]?[named] == nil || named.isEmpty, "\(schema.name).\(named)")
      }
    }
  }

  /// Wherever a length is answered, `units` adds its text.
  @Test func everyLengthComesAsTextToo() throws {
    func tellsLengths(_ schema: Schema, _ seen: Set<String> = []) -> Bool {
      switch schema {
      case .object(let properties):
        properties.contains {
          LengthTexts.name(for: $0.name) != nil || tellsLengths($0.schema, seen)
        }
      case .array(let item, _), .nullable(let item), .map(let item): tellsLengths(item, seen)
      case .either(let choices): choices.contains { tellsLengths($0, seen) }
      case .named(let name):
        !seen.contains(name)
          && tellsLengths(api.schemas[name]?.schema ?? .anything, seen.union([name]))
      default: false
      }
    }
    var count = 0
    // All that is kept of a person is a file.
    for endpoint in api.endpoints where endpoint.operation != "exportMe" {
      let does = endpoint.answers.flatMap(\.contents).contains {
        // A stream holds the same events as a page.
        $0.mediaType == "text/event-stream" || tellsLengths($0.schema)
      }
      if does { count += 1 }
      #expect(does == endpoint.tellsLengths, "\(endpoint.operation)")
    }
    #expect(count > 20)
    #expect(LengthTexts.name(for: "lengthMetersBefore") == "lengthTextBefore")
    #expect(LengthTexts.name(for: "elevationMeters") == nil)
  }

  @Test func headersAndTheServerAreDescribed() throws {
    let document = try document
    #expect(
      document["servers"]?.array?.map { $0.text("url") } == ["http://quests.example:8080"])
    for (path, method, operation) in Self.operations(document) {
      for answer in operation["responses"]?.object ?? [] {
        let headers = Set((answer.value["headers"]?.object ?? []).map(\.name))
        let name = "\(method) \(path) \(answer.name)"
        #expect(headers.contains("X-Request-Id"), "\(name)")
        if answer.name == "201" { #expect(headers.contains("Location"), "\(name)") }
        if answer.name == "429" { #expect(headers.isSuperset(of: ["RateLimit", "Retry-After"])) }
        if answer.name == "304" { #expect(headers.contains("ETag")) }
      }
    }
    let list = document["paths"]?["/v1/teams"]?["get"]?["responses"]?["200"]?["headers"]
    #expect(list?["Link"] != nil && list?["ETag"] != nil && list?["RateLimit-Policy"] != nil)
  }

  /// The documents name the address that they are asked at, or the operator's; never a host that is
  /// none.
  @Test func theDocumentsNameTheirAddress() {
    func page(_ documents: Documents, _ host: String?) -> String {
      String(decoding: documents.page(askedAt: host), as: UTF8.self)
    }
    let documents = Documents(api.description)
    #expect(page(documents, "localhost:8081").contains("BASE=http://localhost:8081\n"))
    #expect(page(documents, "[::1]:80").contains("BASE=http://[::1]:80\n"))
    #expect(!page(documents, "x<script>").contains("x<script>"))
    let open = Documents(api.description, publicAddress: "https://quests.example")
    #expect(page(open, "10.0.0.1").contains("BASE=https://quests.example\n"))
  }

  /// Debian's Python with its python3-jsonschema.
  private static let python: String? = {
    let path = "/usr/bin/python3"
    guard FileManager.default.isExecutableFile(atPath: path) else { return nil }
    return (try? run([path, "-c", "import jsonschema"]))?.status == 0 ? path : nil
  }()

  private static func run(_ command: [String]) throws -> (status: Int32, text: String) {
    let (status, output) = try Home.run(command[0], Array(command.dropFirst()))
    return (status, String(decoding: output, as: UTF8.self))
  }

  /// OpenAPI 3.1 takes its schemas from JSON Schema 2020-12.
  @Test(
    .enabled(if: python != nil, "Python's jsonschema is not installed (python3-jsonschema)"))
  func everySchemaIsOne() throws {
    let file = NSTemporaryDirectory() + "milequest-openapi-\(UUID().uuidString).json"
    try Data(Documents(api.description).openAPI(askedAt: "quests.example:8080")).write(
      to: URL(filePath: file))
    defer { try? FileManager.default.removeItem(atPath: file) }
    let checked = try Self.run([
      try #require(Self.python), "-c",
      """
      import json, sys, jsonschema
      document = json.load(open(sys.argv[1]))
      count = 0
      def visit(node):
          global count
          if isinstance(node, list):
              for item in node: visit(item)
          elif isinstance(node, dict):
              for name, value in node.items():
                  if name == "schema":
                      jsonschema.Draft202012Validator.check_schema(value)
                      count += 1
                  visit(value)
      visit(document["paths"])
      for schema in document["components"]["schemas"].values():
          jsonschema.Draft202012Validator.check_schema(schema)
          count += 1
      print(count)
      """, file,
    ])
    #expect(checked.status == 0, "\(checked.text)")
    let count = Int(checked.text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
    #expect(count > api.endpoints.count, "\(checked.text)")
  }
}
