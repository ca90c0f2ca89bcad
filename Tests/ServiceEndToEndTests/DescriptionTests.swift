import Foundation
import PostgresCluster
import Testing

/// What is described is served, and what is not described is not, on the router as it runs.
@Suite struct DescriptionTests {
  private static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]

  @Test func theRouterKnowsWhatIsDescribed() throws {
    let service = try Stage.service(.file)
    let ann = try Person.registered(service, name: "Ann")
    let paths = try ann.get("/openapi.json")["paths"].members
    #expect(paths.count > 20)
    for (path, operations) in paths {
      let described = Set(operations.names.map { $0.uppercased() })
      let target = path.replacing(/\{[^}]*\}/) { _ in UUID().uuidString.lowercased() }
      for method in Self.methods {
        // Signed out, so that nothing comes of what would end the session.
        let answer = try Person.stranger(service).ask(method, target)
        if described.contains(method) {
          #expect(answer.status != 405, "\(method) \(path)")
          // No resource has this id; but there is such an address.
          #expect(
            answer.status != 404 || !answer.text.contains("/docs shows what there is"),
            "\(method) \(path)")
          #expect(answer.status < 500, "\(method) \(path): \(answer.text)")
        } else {
          #expect(answer.status == 405, "\(method) \(path): \(answer.status)")
          let allowed = described.union(described.contains("GET") ? ["HEAD"] : [])
          #expect(
            answer["allow"] == allowed.sorted().joined(separator: ", "), "\(method) \(path)")
        }
      }
    }
  }
}
