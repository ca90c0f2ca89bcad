import Foundation
import Geodesy
import HTTPTypes
import Quests
import Testing

@testable import Service

/// The pages and files of the browser client.
@Suite struct WebTests {
  /// A built client in a folder of its own.
  private final class Client {
    let folder = NSTemporaryDirectory() + "milequest-web-\(UUID().uuidString)"

    init() throws {
      try FileManager.default.createDirectory(
        atPath: folder + "/assets", withIntermediateDirectories: true)
      try write("assets/main-1.js", String(repeating: "let a = 1;\n", count: 50))
      try write("assets/main-1.js.gz", "packed")
      try write("assets/main-2.css", "a {}")
      try write("assets/mark-3.svg", "<svg/>")
      for name in Self.others { try write("assets/\(name)", "{}") }
      try list(["main-1.js", "main-2.css", "mark-3.svg"])
    }

    private static let others = ["frame-4.js", "list-5.webmanifest", "worker-6.js", "touch-7.png"]

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func write(_ name: String, _ text: String) throws {
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }

    func list(_ files: [String]) throws {
      try write(
        "web.json",
        "{\"script\":\"main-1.js\",\"style\":\"main-2.css\",\"icon\":\"mark-3.svg\",\"frameScript\":"
          + "\"frame-4.js\",\"manifest\":\"list-5.webmanifest\",\"worker\":\"worker-6.js\",\"touchIcon\":"
          + "\"touch-7.png\",\"files\":"
          + "[\((files + Self.others).map { "\"\($0)\"" }.joined(separator: ","))]}")
    }
  }

  @Test func aFolderHoldsWhatItsListNames() throws {
    let client = try Client()
    #expect(try WebFiles(folder: client.folder).files.count == 7)
    #expect(WebFiles.isThere(client.folder) && !WebFiles.isThere(client.folder + "/assets"))
    for name in ["../web.json", "a/b.js", ".js", "main-9.js", "main-1.exe", "", "a%2e.js"] {
      try client.list(["main-1.js", "main-2.css", "mark-3.svg", name])
      #expect(throws: WebFiles.Fault.self, "\(name)") { try WebFiles(folder: client.folder) }
    }
    try client.list(["main-1.js"])
    #expect(throws: WebFiles.Fault.self) { try WebFiles(folder: client.folder) }
    // A link would lead out of the folder.
    try FileManager.default.createSymbolicLink(
      atPath: client.folder + "/assets/link.txt", withDestinationPath: "/etc/passwd")
    try client.list(["main-1.js", "main-2.css", "mark-3.svg", "link.txt"])
    #expect(throws: WebFiles.Fault.self) { try WebFiles(folder: client.folder) }
  }

  @Test func filesAreKeptForEverAndSentOnce() async throws {
    let client = try Client()
    let service = try TestService(web: WebFiles(folder: client.folder))
    let plain = try await service.send(.get, "/assets/main-1.js", as: nil)
    #expect(plain.status == 200 && plain.text.hasPrefix("let a"))
    #expect(plain.headers[.cacheControl] == "public, max-age=31536000, immutable")
    #expect(plain.headers[.contentType] == "text/javascript; charset=utf-8")
    #expect(plain.headers[.vary] == "Accept-Encoding")
    let packed = try await service.send(
      .get, "/assets/main-1.js", as: nil, headers: ["Accept-Encoding": "br, gzip;q=0.5"])
    #expect(packed.text == "packed" && packed.headers[.contentEncoding] == "gzip")
    #expect(packed.headers[.eTag] != plain.headers[.eTag])
    let again = try await service.send(
      .get, "/assets/main-1.js", as: nil,
      headers: ["If-None-Match": try #require(plain.headers[.eTag])])
    #expect(again.status == 304 && again.bytes.isEmpty)
    let head = try await service.send(.head, "/assets/main-1.js", as: nil)
    #expect(head.bytes.isEmpty && head.headers[.contentLength] == "550")
    for path in ["/assets/web.json", "/assets/..", "/assets/%2e%2e", "/assets/..%2fweb.json"] {
      #expect(try await service.send(.get, path, as: nil).status == 404, "\(path)")
    }
  }

  @Test func aPublicQuestShowsItselfWithoutAScript() async throws {
    let client = try Client()
    let service = try TestService(web: WebFiles(folder: client.folder))
    let people = [PersonID(high: 1, low: 1)]
    let quest = try await service.quest(for: try await service.team(of: people, isPublic: true))
    let page = try await service.send(.get, "/quests/\(quest)?from=chat", as: nil)
    #expect(page.status == 200 && page.headers[.contentType] == "text/html; charset=utf-8")
    #expect(page.text.contains("<title>North · Long Haulers</title>"))
    #expect(page.text.contains("Long Haulers has walked 0 m (0 ft) of 10.0 km (6.2 mi): 0.0 %."))
    #expect(
      page.text.contains(
        "property=\"og:image\" content=\"http://test/v1/quests/\(quest)/card.png\""))
    #expect(page.text.contains("rel=\"canonical\" href=\"http://test/quests/\(quest)\""))
    let policy = try #require(page.headers[HTTPField.Name("Content-Security-Policy")!])
    #expect(policy.contains("script-src 'self';") && !policy.contains("unsafe"))
    #expect(page.headers[.cacheControl] == "public, max-age=10, stale-while-revalidate=60")
  }

  /// A private quest and none are told apart by nobody.
  @Test func aPrivateQuestIsNotThere() async throws {
    let client = try Client()
    let service = try TestService(web: WebFiles(folder: client.folder))
    let people = [PersonID(high: 1, low: 1)]
    let quest = try await service.quest(for: try await service.team(of: people))
    let page = try await service.send(.get, "/quests/\(quest)", as: people[0])
    let none = try await service.send(.get, "/quests/\(UUID())", as: nil)
    let word = try await service.send(.get, "/quests/%3Cb%3E", as: nil)
    #expect(page.status == 404 && page.text == none.text && page.text == word.text)
    #expect(!page.text.contains("North") && page.text.contains("noindex"))
  }

  private static let policyName = HTTPField.Name("Content-Security-Policy")!
  private static let framesName = HTTPField.Name("X-Frame-Options")!

  @Test func framesOfTheListShowPublicQuests() async throws {
    let client = try Client()
    let service = try TestService(
      web: WebFiles(folder: client.folder), framedBy: ["https://club.example"])
    let people = [PersonID(high: 1, low: 1)]
    let quest = try await service.quest(for: try await service.team(of: people, isPublic: true))
    let frame = try await service.send(.get, "/embed/quests/\(quest)", as: nil)
    #expect(
      frame.headers[Self.policyName]?.hasSuffix("frame-ancestors https://club.example") == true)
    #expect(frame.status == 200 && frame.headers[Self.framesName] == nil)
    #expect(frame.text.contains("/assets/frame-4.js") && !frame.text.contains("main-1.js"))
    #expect(frame.text.contains("noindex") && !frame.text.contains("rel=\"manifest\""))
    let page = try await service.send(.get, "/quests/\(quest)", as: nil)
    #expect(page.headers[Self.policyName]?.hasSuffix("frame-ancestors 'none'") == true)
    #expect(page.headers[Self.framesName] == "DENY")
    let closed = try await service.quest(for: try await service.team(of: people))
    #expect(
      try await service.send(.get, "/embed/quests/\(closed)", as: people[0]).status == 404)
    let unlisted = try TestService(beside: service, web: WebFiles(folder: client.folder))
    let nowhere = try await unlisted.send(.get, "/embed/quests/\(quest)", as: nil)
    #expect(nowhere.headers[Self.policyName]?.hasSuffix("frame-ancestors 'none'") == true)
  }

  @Test func thePolicyTakesOriginsAlone() {
    var settings = ServiceSettings()
    for origin in [
      "*", "https://a.example/x", "https://a;script-src *", "club.example", "https://",
    ] {
      settings.embedOrigins = [origin]
      #expect(settings.fault(isInsecureAllowed: false)?.contains("--embed-origin") == true)
    }
    settings.embedOrigins = ["https://club.example:8443", "http://[::1]:80"]
    #expect(settings.fault(isInsecureAllowed: false) == nil)
  }

  /// It must stand at the top to be about every page, and a new one must be found soon.
  @Test func theWorkerStandsAtTheTop() async throws {
    let client = try Client()
    let service = try TestService(web: WebFiles(folder: client.folder))
    let worker = try await service.send(.get, "/service-worker.js", as: nil)
    #expect(worker.status == 200 && worker.text == "{}")
    #expect(worker.headers[Self.policyName]?.contains("connect-src 'self'") == true)
    #expect(worker.headers[.contentType] == "text/javascript; charset=utf-8")
    #expect(worker.headers[.cacheControl] == "public, max-age=10, stale-while-revalidate=60")
    let invite = try await service.send(.get, "/invites/\(UUID())", as: nil)
    #expect(
      invite.text.contains("noindex")
        && invite.text.contains("rel=\"canonical\" href=\"http://test/\""))
  }

  @Test func namesAreTextsInAPage() throws {
    let client = try Client()
    let name = "\"><script>alert(1)</script>&"
    let page = WebPage(
      title: name, description: name, path: "/", picture: "/\(name)", body: WebPage.escaped(name))
    let html = String(
      decoding: page.html(try WebFiles(folder: client.folder), at: "https://quests.example"),
      as: UTF8.self)
    #expect(!html.contains("<script>") && html.contains("&quot;&gt;&lt;script&gt;"))
  }

  @Test func tilesOfTheOperatorMayBeLoaded() {
    #expect(!WebPage.policy(tiles: nil).contains("http"))
    #expect(
      WebPage.policy(tiles: "https://tiles.example").contains(
        "connect-src 'self' https://tiles.example;"))
  }

  @Test func aSocketOutsideMayBeOpenedWhereItIsConfigured() async throws {
    let client = try Client()
    let files = try WebFiles(folder: client.folder)
    for (realtime, policy) in [
      (nil, "connect-src 'self'; "),
      (DistantRealtime(), "connect-src 'self' wss://socket.example:6001; "),
    ] {
      let service = try TestService(web: files, realtime: realtime)
      let people = [PersonID(high: 1, low: 1)]
      let quest = try await service.quest(
        for: try await service.team(of: people, isPublic: true))
      for path in ["/", "/quests/\(quest)", "/embed/quests/\(quest)"] {
        let page = try await service.send(.get, path, as: nil)
        #expect(page.headers[Self.policyName]?.contains(policy) == true, "\(path)")
      }
    }
  }

  @Test func peopleSeeAPageWhereNothingIs() async throws {
    let client = try Client()
    let service = try TestService(web: WebFiles(folder: client.folder))
    let browser = ["Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"]
    for path in ["/nonsense", "/quests/xyz", "/quests/xyz/more", "/teams/a/b"] {
      let page = try await service.send(.get, path, as: nil, headers: browser)
      #expect(page.status == 404, "\(path)")
      #expect(page.headers[.contentType] == "text/html; charset=utf-8", "\(path)")
      #expect(page.text.contains("<a class=\"brand\" href=\"/\">"), "\(path)")
      #expect(page.headers[.cacheControl] == "private, no-store", "\(path)")
    }
    let named = try await service.send(.get, "/nonsense", as: nil, headers: browser)
    #expect(named.text.contains("No such page") && named.text.contains("See all quests"))
    // Programs, and what is theirs, get the problem.
    for (path, headers) in [
      ("/nonsense", ["Accept": "*/*"]), ("/v1/nonsense", browser), ("/v1", browser),
      ("/assets/nothing.js", browser), ("/nonsense", [:]),
    ] {
      let problem = try await service.send(.get, path, as: nil, headers: headers)
      #expect(problem.status == 404, "\(path)")
      #expect(problem.headers[.contentType] == "application/problem+json", "\(path)")
    }
  }

  @Test func withoutAClientThereAreNoPages() async throws {
    let service = try TestService()
    let answer = try await service.send(.get, "/", as: nil, headers: ["Accept": "text/html"])
    #expect(answer.status == 404)
    #expect(answer.headers[.contentType] == "application/problem+json")
    #expect(try await service.send(.get, "/healthz", as: nil).status == 200)
  }
}
