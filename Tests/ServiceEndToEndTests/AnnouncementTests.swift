import BuiltProgram
import Foundation
import TestSupport
import Testing

/// Events are handed to a service outside by one process at a time, and go on when that is gone.
@Suite struct AnnouncementTests {
  private static let secret = "0123456789abcdef0123456789abcdef"

  private static func options(_ receiver: Receiver, _ ledger: ServedLedger) throws -> [String] {
    let file = ledger.folder + "/webhook.secret"
    _ = FileManager.default.createFile(
      atPath: file, contents: Data((secret + "\n").utf8), attributes: [.posixPermissions: 0o600])
    return RunningService.generous + [
      "--realtime", "webhook", "--webhook-url", "http://127.0.0.1:\(receiver.port)/hook",
      "--webhook-secret-file", file, "--outgoing-allow", "127.0.0.0/8",
    ]
  }

  /// The events of a team in all posts, in the order in which they came.
  private static func versions(of team: String, in receiver: Receiver) -> [Int] {
    receiver.posts.flatMap { post in
      JSON(try? JSONSerialization.jsonObject(with: Data(post.body)))["events"].items
    }
    .filter { $0["teamId"].text == team }.compactMap { $0["version"].integer }
  }

  @Test(arguments: Store.present)
  func everyEventIsHandedOver(_ store: Store) throws {
    let (ledger, receiver) = (try ServedLedger(store), try Receiver())
    let options = try Self.options(receiver, ledger)
    let first = try RunningService(ledger, options)
    // A team from before the service outside is new to it by then.
    let story = try Expedition(first)
    let begun = try #require(
      try story.ann.get("/v1/teams/\(story.team)/events/page")["version"].integer)
    #expect(eventually { Self.versions(of: story.team, in: receiver).contains(begun) })
    let second = try RunningService(ledger, options)
    defer { second.end() }
    let elsewhere = Person(service: second, token: story.ben.token)
    for _ in 0..<5 {
      try story.ann.walk("10 m", at: Date())
      try elsewhere.walk("10 m", at: Date())
    }
    func present() throws -> Int {
      try #require(
        try Person(service: second, token: story.ann.token)
          .get("/v1/teams/\(story.team)/events/page")["version"].integer)
    }
    var version = try present()
    #expect(eventually { Self.versions(of: story.team, in: receiver).contains(version) })
    // In order and, while nobody is killed, each once.
    let calm = Self.versions(of: story.team, in: receiver)
    #expect(calm == Array(calm[0]...version))
    // Whoever hands over is killed; the other goes on within seconds, with what was logged meanwhile.
    first.kill9()
    for _ in 0..<5 { try elsewhere.walk("10 m", at: Date()) }
    version = try present()
    #expect(eventually { Self.versions(of: story.team, in: receiver).contains(version) })
    let all = Self.versions(of: story.team, in: receiver)
    #expect(Set(all) == Set(calm[0]...version))
    let later = Array(all.dropFirst(calm.count))
    #expect(later == later.sorted())

    // Nobody takes them for a while: they come when somebody does, and no walk has waited.
    receiver.answer(500)
    for _ in 0..<5 { try elsewhere.walk("10 m", at: Date()) }
    version = try present()
    receiver.answer(200)
    #expect(eventually { Self.versions(of: story.team, in: receiver).contains(version) })
    #expect(Set(Self.versions(of: story.team, in: receiver)) == Set(calm[0]...version))
    for post in receiver.posts {
      #expect(post.headers["content-type"] == "application/json")
      #expect(post.headers["milequest-signature"]?.hasPrefix("t=") == true)
      #expect(post.headers["milequest-delivery"]?.count == 32)
    }
    let figures = try Person.stranger(second).ask("GET", "/metrics").text
    #expect(
      figures.contains(
        "milequest_realtime_messages_total{service=\"webhook\",outcome=\"delivered\"}"))
  }

  /// What is missing is named at the start.
  @Test func missingSettingsAreNamed() throws {
    let ledger = try ServedLedger(.file)
    for (options, expected) in [
      (["--realtime", "carrier-pigeon"], "carrier-pigeon"),
      (["--realtime", "webhook"], "--webhook-url"),
      (
        ["--realtime", "webhook", "--webhook-url", "https://hooks.example/x"],
        "--webhook-secret-file"
      ),
      (
        [
          "--realtime", "webhook", "--webhook-url", "ftp://hooks.example/x",
          "--webhook-secret-file", "/none",
        ], "--webhook-url"
      ),
      (
        [
          "--realtime", "webhook", "--webhook-url", "https://hooks.example/x",
          "--webhook-secret-file", "/none",
        ], "/none is not there"
      ),
      (["--realtime", "pusher"], "--pusher-app-id"),
      (
        ["--realtime", "pusher", "--pusher-app-id", "1", "--pusher-key", "k"],
        "--pusher-secret-file"
      ),
      (
        [
          "--realtime", "pusher", "--pusher-app-id", "1", "--pusher-key", "k",
          "--pusher-secret-file", "/none", "--pusher-cluster", "eu",
          "--pusher-socket-url", "wss://socket.example",
        ], "--pusher-socket-url"
      ),
      (
        [
          "--realtime", "pusher", "--pusher-app-id", "1", "--pusher-key", "k",
          "--pusher-secret-file", "/none", "--pusher-url", "https://push.example",
          "--pusher-socket-url", "https://socket.example",
        ], "--pusher-socket-url"
      ),
    ] {
      let answer = try Program.run(["serve", "--port", "0"] + ledger.options + options)
      #expect(answer.status == 64, "\(options)")
      #expect(answer.errors.contains(expected), "\(options): \(answer.errors)")
    }
    let service = try RunningService(ledger)
    defer { service.end() }
    let ann = try Person.registered(service, name: "Ann")
    try ann.refused(
      404, "not-found", "POST", "/v1/realtime/auth",
      ["socket_id": "1.1", "channel_name": "private-team-x"])
  }

  /// Members alone may follow what is private.
  @Test func channelsAreForThoseWhoMayFollowThem() throws {
    let (ledger, receiver) = (try ServedLedger(.file), try Receiver())
    let file = ledger.folder + "/pusher.secret"
    _ = FileManager.default.createFile(
      atPath: file, contents: Data(Self.secret.utf8), attributes: [.posixPermissions: 0o600])
    let service = try RunningService(
      ledger,
      RunningService.generous + [
        "--realtime", "pusher", "--pusher-app-id", "3", "--pusher-key", "278d425bdf160c739803",
        "--pusher-secret-file", file, "--pusher-url", "http://127.0.0.1:\(receiver.port)",
        "--outgoing-allow", "127.0.0.0/8",
      ])
    defer { service.end() }
    let story = try Expedition(service, isPublic: true)
    let guest = try Person.registered(service, name: "Gus")
    let told = try Person.stranger(service).ask("GET", "/v1/realtime")
    #expect(told.json["adapter"].text == "pusher" && !told.text.contains(Self.secret))
    #expect(told.json["connection"]["host"].text == "127.0.0.1")
    #expect(told.json["connection"]["port"].integer == Int(receiver.port))
    for channel in [
      "private-team-\(story.team)", "private-quest-\(story.quest)", "presence-team-\(story.team)",
    ] {
      let body = ["socket_id": "1234.1234", "channel_name": channel]
      let answer = try story.ben.ask(200, "POST", "/v1/realtime/auth", body).json
      #expect(answer["auth"].text?.hasPrefix("278d425bdf160c739803:") == true)
      #expect(answer["channel_data"].isNull == !channel.hasPrefix("presence"))
      // Client libraries send a form.
      let form = try story.ben.send(
        "POST", "/v1/realtime/auth",
        headers: ["Content-Type": "application/x-www-form-urlencoded"],
        body: Array("socket_id=1234.1234&channel_name=\(channel)".utf8))
      #expect(form.status == 200 && form.json == answer)
      try guest.refused(403, "forbidden", "POST", "/v1/realtime/auth", body)
      try Person.stranger(service).refused(
        401, "unauthenticated", "POST", "/v1/realtime/auth", body)
    }
    try story.ben.refused(
      422, "invalid", "POST", "/v1/realtime/auth",
      ["socket_id": "one", "channel_name": "private-team-\(story.team)"])
    try story.ben.refused(
      404, "not-found", "POST", "/v1/realtime/auth",
      ["socket_id": "1.1", "channel_name": "private-anything"])
    try Person.stranger(service).refused(
      403, "forbidden", "POST", "/v1/realtime/webhooks", ["time_ms": 1, "events": []])
    // What goes out to members names no person: whoever was removed may still be connected.
    try story.ben.walk("1 km", at: Date())
    #expect(
      eventually {
        receiver.posts.contains {
          String(decoding: $0.body, as: UTF8.self).contains("activity.logged")
        }
      })
    for post in receiver.posts {
      let body = JSON(try JSONSerialization.jsonObject(with: Data(post.body)))
      let events = body["batch"].isNull ? [body] : body["batch"].items
      for event in events {
        let channels =
          event["channel"].text.map { [$0] } ?? event["channels"].items.compactMap(\.text)
        for channel in channels where channel.hasPrefix("pr") {
          #expect(event["data"].text?.contains("Ben") == false, "\(channel)")
          #expect(event["data"].text?.contains(story.ben.id) == false, "\(channel)")
        }
      }
    }
  }
}
