import HTTPTypes
import Quests
import Testing

@testable import Service

/// What every answer has, whichever endpoint it comes from.
@Suite struct PipelineTests {
  /// Some caches look at the last line of a field alone.
  @Test func whatAnAnswerDependsOnIsOneLine() {
    var headers: HTTPFields = [.vary: "Accept"]
    headers.vary(by: "Authorization")
    headers.vary(by: "Origin")
    #expect(headers[values: .vary] == ["Accept, Authorization, Origin"])
  }

  @Test func headIsGetWithoutTheBody() async throws {
    let service = try TestService()
    let get = try await service.send(.get, "/docs", as: nil)
    let head = try await service.send(.head, "/docs", as: nil)
    #expect(get.status == 200 && head.status == 200)
    #expect(head.bytes.isEmpty && head.headers[.eTag] == get.headers[.eTag])
    #expect(head.headers[.contentLength] == "\(get.bytes.count)")
    let known = try await service.send(
      .get, "/docs", as: nil, headers: ["If-None-Match": get.headers[.eTag] ?? ""])
    #expect(known.status == 304 && known.bytes.isEmpty)
  }

  @Test func whatIsMissingIsToldApartFromWhatCannotBeDone() async throws {
    let service = try TestService()
    let missing = try await service.send(.get, "/v1/nothing", as: nil)
    #expect(missing.status == 404 && missing.code == "not-found")
    #expect(missing.headers[HTTPField.Name("X-Request-Id")!]?.count == 16)
    let method = try await service.send(.init("BREW")!, "/v1/teams", as: nil)
    #expect(method.status == 405 && method.headers[.allow] == "GET, HEAD, POST")
    let scope = try await service.send(
      .post, "/v1/teams", "{}", as: PersonID(high: 1, low: 1), scopes: "read")
    #expect(scope.status == 403 && scope.code == "forbidden")
  }
}
