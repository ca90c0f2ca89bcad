import Foundation
import JSON
import Testing

@testable import Service

/// The members of every JSON text that the pages in `docs` show are members that the API's description
/// knows, in one schema and at that place of it.
@Suite struct PageExampleTests {
  struct Example: CustomTestStringConvertible, Sendable {
    let page: String
    let text: String
    var testDescription: String { "\(page): \(text.prefix(80))" }
  }

  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static let examples: [Example] = {
    let folder = root.appending(path: "docs")
    let pages = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return (["README.md"] + pages.filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" })
      .flatMap { (page: String) -> [Example] in
        let whole: String =
          (try? String(contentsOf: root.appending(path: page), encoding: .utf8)) ?? ""
        // Behind this mark a page shows what other services take.
        let end = whole.firstRange(of: "<!-- JSON of others follows -->")?.lowerBound
        let text = String(whole[..<(end ?? whole.endIndex)])
        return objects(in: text.replacing("\\\"", with: "\"")).map { Example(page: page, text: $0) }
      }
  }()

  /// What stands between a brace before a quote and the brace that closes it.
  private static func objects(in page: String) -> [String] {
    var found: [String] = []
    var rest = page[...]
    while let start = rest.firstRange(of: "{\"")?.lowerBound {
      var depth = 0
      let end = rest[start...].firstIndex { character in
        depth += character == "{" ? 1 : character == "}" ? -1 : 0
        return depth == 0
      }
      guard let end else { break }
      found.append(String(rest[start...end]))
      rest = rest[rest.index(after: end)...]
    }
    return found
  }

  /// The text without what the page leaves out.
  private static func node(_ text: String) throws -> JSONNode {
    let whole = text.replacing(",…", with: "").replacing(": …", with: ": null")
    return try JSONReader.read(Array(whole.utf8))
  }

  /// The API's description, and every schema of an object in it.
  private struct Description {
    private let named: [String: JSONNode]
    private let objects: [JSONNode]

    init(_ document: JSONNode) {
      named = Dictionary(
        uniqueKeysWithValues: (document["components"]?["schemas"]?.object ?? [])
          .map { ($0.name, $0.value) })
      objects = Self.objects(in: document)
    }

    private static func objects(in node: JSONNode) -> [JSONNode] {
      let below =
        (node.object ?? []).flatMap { objects(in: $0.value) }
        + (node.array ?? []).flatMap { objects(in: $0) }
      return node["properties"]?.object != nil ? [node] + below : below
    }

    /// Whether some schema has the members of an example.
    func knows(_ example: JSONNode) -> Bool { objects.contains { fits(example, $0) } }

    private func fits(_ value: JSONNode, _ schema: JSONNode) -> Bool {
      if let name = schema["$ref"]?.string?.split(separator: "/").last {
        return named[String(name)].map { fits(value, $0) } ?? false
      }
      if let forms = schema["oneOf"]?.array ?? schema["anyOf"]?.array {
        return forms.contains { fits(value, $0) }
      }
      if let members = value.object {
        let properties = schema["properties"]?.object ?? []
        let types = schema["type"].map { $0.array ?? [$0] }
        let isOpen =
          schema["properties"] == nil && types?.contains { $0.string == "object" } != false
        return members.allSatisfy { member in
          properties.first { $0.name == member.name }.map { fits(member.value, $0.value) } ?? isOpen
        }
      }
      guard let items = value.array, let item = schema["items"] else { return true }
      return items.allSatisfy { fits($0, item) }
    }
  }

  private static let description = Result {
    Description(try JSONReader.read(Documents(API().description).openAPI(askedAt: "a")))
  }

  @Test func theExamplesAreFound() {
    let pages = Set(Self.examples.map(\.page))
    #expect(pages.isSuperset(of: ["docs/api.md", "docs/live.md", "docs/webhooks.md"]), "\(pages)")
  }

  @Test(arguments: examples) func theMembersAreKnown(_ example: Example) throws {
    let node = try Self.node(example.text)
    let description = try Self.description.get()
    // What is sent to a webhook is a list of what streams send one by one.
    let parts = node.object?.map(\.name) == ["events"] ? node["events"]?.array ?? [] : [node]
    for part in parts { #expect(description.knows(part), "\(example.text)") }
  }

  @Test(arguments: [
    #"{"teamId":"a","isGone":true}"#, #"{"startedAt":"a","metres":1}"#,
    #"{"kind":"a","version":1,"progress":{"totalMetres":1}}"#,
  ])
  func aMemberThatIsNotThereIsFound(text: String) throws {
    #expect(!(try Self.description.get()).knows(try Self.node(text)))
  }
}
