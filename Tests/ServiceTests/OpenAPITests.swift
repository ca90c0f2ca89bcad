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
    get throws { try JSONReader.read(Documents(api.description).openAPI) }
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
      #expect(answers.contains { $0.name.hasPrefix("2") }, "\(name)")
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
    let text = String(decoding: Documents(api.description).openAPI, as: UTF8.self)
    for schema in document["components"]?["schemas"]?.object ?? [] {
      #expect(text.contains("\"#/components/schemas/\(schema.name)\""), "\(schema.name)")
    }
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
    try Data(Documents(api.description).openAPI).write(to: URL(filePath: file))
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
