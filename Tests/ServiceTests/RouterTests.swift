import HTTPTypes
import Testing

@testable import Service

/// What paths lead to, without a socket.
@Suite struct RouterTests {
  private static let router: Router<String> = {
    var router = Router<String>()
    router.add(.get, [.literal("v1"), .literal("routes")], "list")
    router.add(.post, [.literal("v1"), .literal("routes")], "create")
    router.add(.post, [.literal("v1"), .literal("routes:validate")], "validate")
    router.add(.get, [.literal("v1"), .literal("routes"), .captured(suffix: "")], "show")
    router.add(
      .get, [.literal("v1"), .literal("routes"), .captured(suffix: ""), .literal("map")], "map")
    router.add(.post, [.literal("v1"), .literal("routes"), .captured(suffix: ":edit")], "edit")
    router.add(.get, [.literal("v1"), .literal("routes"), .literal("newest")], "newest")
    router.add(
      .delete,
      [
        .literal("v1"), .literal("teams"), .captured(suffix: ""), .literal("members"),
        .captured(suffix: ""),
      ], "remove")
    return router
  }()

  private func target(_ method: HTTPRequest.Method, _ path: String) -> String? {
    Self.router.match(path)?.methods[method]
  }

  @Test func thePathIsFoundAndThenTheMethod() {
    #expect(target(.get, "/v1/routes") == "list")
    #expect(target(.post, "/v1/routes") == "create")
    #expect(target(.delete, "/v1/routes") == nil)
    #expect(Self.router.match("/v1/routes")?.methods.allowed == [.get, .head, .post])
    #expect(Self.router.match("/v1/routes:validate")?.methods.allowed == [.post])
    // A method that nobody has heard of is as little possible as one that the path has not.
    #expect(Self.router.match("/v1/routes")?.methods[.init("BREW")!] == nil)
  }

  @Test func whatIsReadCanBeAskedForByHead() {
    #expect(target(.head, "/v1/routes/7/map") == "map")
    #expect(target(.head, "/v1/routes:validate") == nil)
  }

  @Test(arguments: [
    "", "/", "/v1", "/v1/route", "/v1/routes/7/maps", "/v1/routes/7/map/8", "/v1/teams",
    "/v1/teams/7/members", "/V1/routes", "/v1/ro%75tes", "/v1/routes%3Avalidate", "/%",
  ])
  func whatIsNotThereIsNotFound(path: String) {
    #expect(Self.router.match(path) == nil)
  }

  @Test func segmentsAreCapturedAsTheyWereSent() {
    #expect(Self.router.match("/v1/teams/a%2Fb/members/c")?.captured == ["a%2Fb", "c"])
    #expect(Self.router.match("/v1/routes")?.captured == [])
  }

  @Test func literalsGoBeforeCapturesAndSuffixesBeforeNone() {
    #expect(target(.get, "/v1/routes/newest") == "newest")
    // There is nothing behind it, so that it is a route's name there.
    #expect(target(.get, "/v1/routes/newest/map") == "map")
    #expect(Self.router.match("/v1/routes/7:edit")?.captured == ["7"])
    #expect(target(.post, "/v1/routes/7:edit") == "edit")
    #expect(target(.get, "/v1/routes/7:edit") == nil)
    #expect(target(.get, "/v1/routes/7:other") == "show")
    #expect(target(.get, "/v1/routes/7:edit/map") == "map")
  }

  @Test func slashesTooManyDoNoHarm() {
    #expect(target(.get, "//v1///routes/") == "list")
  }
}
