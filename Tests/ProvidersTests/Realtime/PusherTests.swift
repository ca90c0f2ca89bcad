import CivilTime
import JSON
import Quests
import Testing

@testable import Providers

/// The examples that Pusher publishes for those who write libraries, and what follows from its rules.
@Suite struct PusherTests {
  static func app() throws -> PusherApp {
    try PusherApp(id: "3", key: "278d425bdf160c739803", secret: "7ad3773142a6692b25b8")
  }
  private static let team = TeamID(high: 1, low: 1)
  private static let quest = QuestID(high: 1, low: 2)

  // MARK: Published examples

  @Test func theRequestOfTheDocumentation() throws {
    let body = Array(#"{"name":"foo","channels":["project-3"],"data":"{\"some\":\"data\"}"}"#.utf8)
    let target = try Self.app().target(path: "/apps/3/events", body: body, at: 1_353_088_179)
    #expect(
      target
        == "/apps/3/events?auth_key=278d425bdf160c739803&auth_timestamp=1353088179&auth_version=1.0"
        + "&body_md5=ec365a775a4cd0599faeb73354201b6f"
        + "&auth_signature=da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c")
  }

  @Test func thePrivateChannelOfTheDocumentation() throws {
    let answer = try PusherAuthorization.answer(
      socket: "1234.1234", channel: "private-foobar", channelData: nil, app: Self.app())
    #expect(
      String(decoding: answer, as: UTF8.self)
        == #"{"auth":"278d425bdf160c739803:58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4"}"#
    )
  }

  @Test(arguments: [
    ("Mr. Channels", "31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80"),
    ("Mr. Pusher", "afaed3695da2ffd16931f457e338e6c9f2921fa133ce7dac49f529792be6304c"),
  ])
  func thePresenceChannelOfTheDocumentation(_ name: String, _ signature: String) throws {
    let data = #"{"user_id":10,"user_info":{"name":"\#(name)"}}"#
    let answer = try JSONReader.read(
      PusherAuthorization.answer(
        socket: "1234.1234", channel: "presence-foobar", channelData: data, app: Self.app()))
    #expect(answer["auth"]?.string == "278d425bdf160c739803:\(signature)")
    #expect(answer["channel_data"]?.string == data)
  }

  // MARK: Where browsers connect

  @Test func browsersConnectToTheClusterOrTheServer() throws {
    let host = try OutgoingURL("http://127.0.0.1:6001")
    func connection(_ host: OutgoingURL, _ socket: PusherSocket?) throws -> RealtimeConnection {
      PusherAdapter(
        app: try Self.app(), host: host, socket: socket, client: OutgoingClient(),
        clock: { Office.dawn }
      ).connection
    }
    let cluster = try connection(
      PusherAdapter.host(cluster: "eu"), PusherSocket(cluster: "eu"))
    #expect(
      cluster
        == RealtimeConnection(
          adapter: "pusher", key: "278d425bdf160c739803", host: "ws-eu.pusher.com", port: 443,
          isEncrypted: true, cluster: "eu"))
    #expect(cluster.origin == "wss://ws-eu.pusher.com")
    #expect(try connection(host, nil).origin == "ws://127.0.0.1:6001")
    for (text, origin) in [
      ("wss://socket.example", "wss://socket.example"),
      ("wss://socket.example:443/", "wss://socket.example"),
      ("ws://socket.example:6001/", "ws://socket.example:6001"),
      ("wss://[2001:db8::1]:6001", "wss://[2001:db8::1]:6001"),
    ] {
      #expect(try connection(host, PusherSocket(address: text)).origin == origin)
    }
  }

  /// It becomes part of the policy of pages.
  @Test(arguments: [
    "https://socket.example", "wss://socket.example/app", "wss://a.example;script-src *", "wss://",
    "socket.example", "wss://me@socket.example", "wss://socket.example?x", "wss://a,b", "wss://*",
  ])
  func whatIsNoAddressOfASocket(_ text: String) {
    #expect(throws: RealtimeError.self) { try PusherSocket(address: text) }
  }

  // MARK: Authorization

  private func adapter() throws -> PusherAdapter {
    PusherAdapter(
      app: try Self.app(), host: try PusherAdapter.host(cluster: "eu"), client: OutgoingClient(),
      clock: { Office.dawn })
  }

  @Test func aPersonIsShownToTheOthersOfAPresenceChannel() throws {
    let person = PersonID(high: 7, low: 7)
    let answer = try JSONReader.read(
      adapter().authorization(
        for: RealtimeChannel(.team(Self.team), .presence), socket: "1.2", person: person,
        personName: "Ann \"A\" ☺"))
    let data = try JSONReader.read(Array(#require(answer["channel_data"]?.string).utf8))
    #expect(data["user_id"]?.string == person.description)
    #expect(data["user_info"]?["name"]?.string == "Ann \"A\" ☺")
    let closed = try JSONReader.read(
      adapter().authorization(
        for: RealtimeChannel(.quest(Self.quest), .members), socket: "1.2", person: person,
        personName: "Ann"))
    #expect(closed.object?.map(\.name) == ["auth"])
    #expect(throws: RealtimeError.self) {
      try adapter().authorization(
        for: RealtimeChannel(.team(Self.team), .everybody), socket: "1.2", person: person,
        personName: "Ann")
    }
  }

  /// A connection's id that holds more than numbers would let a signature be used for another channel.
  @Test(arguments: [
    "", "1", "1.", ".1", "1.2.3", "1.2:private-team-x", "1.2\n", " 1.2", "1.2 ", "-1.2", "1,2",
    "１.２", String(repeating: "1", count: 70) + ".1",
  ])
  func whatIsNoConnection(_ socket: String) throws {
    let app = try Self.app()
    #expect(throws: RealtimeError.self) {
      try PusherAuthorization.answer(
        socket: socket, channel: "private-foobar", channelData: nil, app: app)
    }
  }

  @Test func namesOfChannelsAreReadAsTheyAreWritten() throws {
    let channels: [RealtimeChannel] = [
      .init(.team(Self.team), .everybody), .init(.team(Self.team), .members),
      .init(.team(Self.team), .presence), .init(.quest(Self.quest), .everybody),
      .init(.quest(Self.quest), .members),
    ]
    #expect(Set(channels.map(PusherChannel.name)).count == 5)
    for channel in channels {
      #expect(PusherChannel.channel(named: PusherChannel.name(of: channel)) == channel)
    }
    let id = "00000000-0000-00ab-0000-000000000001"
    #expect(PusherChannel.channel(named: "private-team-\(id)") != nil)
    for name in [
      "", "team-", "team-x", "private-", "presence-quest-\(id)", "private-encrypted-team-\(id)",
      "private-private-team-\(id)", "private-team-\(id.uppercased())", "private-team-\(id) ",
      "Private-team-\(id)", "private-person-\(id)",
    ] { #expect(PusherChannel.channel(named: name) == nil, "\(name)") }
  }

  // MARK: Events

  @Test func membersAndStrangersAreToldApart() throws {
    let message = RealtimeMessage.sample(isPublic: true)
    let (path, body) = PusherEvents.request(for: [message])
    #expect(path == "batch_events")
    let events = AdapterKind.pusherEvents(SmallServer.Request(body: body))
    let (team, quest) = (message.team.description, message.quest!.description)
    #expect(
      Set(events.flatMap(\.channels)) == [
        "private-team-\(team)", "private-quest-\(quest)", "presence-team-\(team)", "team-\(team)",
        "quest-\(quest)",
      ])
    for event in events {
      let isOpen = !event.channels[0].hasPrefix("pr")
      // Whoever was taken out may still be connected: members are told that there is something.
      if isOpen {
        #expect(Array(event.data.utf8) == message.forStrangers!)
      } else {
        let hint = try JSONReader.read(Array(event.data.utf8))
        #expect(
          Set(hint.object?.map(\.name) ?? [])
            == ["kind", "version", "at", "teamId", "questId", "isComplete"])
      }
      #expect(event.name == "activity.logged")
    }
  }

  @Test func aTeamThatIsNotPublicGoesToNoOpenChannel() {
    let (path, body) = PusherEvents.request(for: [.sample()])
    #expect(path == "events")
    let events = AdapterKind.pusherEvents(SmallServer.Request(body: body))
    #expect(events.count == 1)
    #expect(events[0].channels.count == 3)
    #expect(events[0].channels.allSatisfy { $0.hasPrefix("private-") || $0.hasPrefix("presence-") })
  }

  @Test func whatIsTooLargeBecomesAHint() throws {
    let message = RealtimeMessage.sample(isPublic: true, padding: 5_100)
    #expect(message.forMembers.count > 10_240)
    for event in PusherEvents.events(of: message) {
      let hint = try JSONReader.read(event.data)
      #expect(event.data.count < 400)
      #expect(hint["kind"]?.string == "activity.logged")
      #expect(hint["version"]?.int64 == 1)
      #expect(hint["teamId"]?.string == message.team.description)
      #expect(hint["questId"]?.string == message.quest?.description)
      #expect(hint["isComplete"]?.bool == false)
    }
    let fits = RealtimeMessage.sample(isPublic: true, padding: 5_000)
    let open = try #require(fits.forStrangers)
    #expect(open.count <= 10_240)
    #expect(PusherEvents.events(of: fits).last?.data == open)
  }

  @Test func aCallStaysWithinTheBounds() throws {
    let adapter = try adapter()
    let messages = (1...adapter.mostMessages).map {
      RealtimeMessage.sample(team: UInt64($0), isPublic: true)
    }
    let channels = messages.flatMap(PusherEvents.events).flatMap(\.channels)
    #expect(channels.count <= PusherEvents.mostEventsInBatch)
    for message in messages {
      let events = PusherEvents.events(of: message)
      #expect(events.reduce(0) { $0 + $1.channels.count } <= PusherEvents.mostChannels)
      #expect(events.allSatisfy { $0.channels.count <= PusherEvents.mostChannelsOfEvent })
    }
  }

  // MARK: Webhooks

  private func notices(
    _ body: String, key: String? = "278d425bdf160c739803", signature: String? = nil,
    secondsLater: Int64 = 0
  ) throws -> [RealtimeNotice] {
    let bytes = Array(body.utf8)
    let headers = [
      "x-pusher-key": key, "x-pusher-signature": signature ?? AdapterKind.hmac(body),
    ]
    return try adapter().notices(
      in: bytes, header: { headers[$0] ?? nil }, at: Office.after(secondsLater))
  }

  private static var milliseconds: Int64 { Office.dawn.microseconds / 1_000 }

  @Test func aGenuineCallIsRead() throws {
    let person = PersonID(high: 3, low: 4)
    let body = """
      {"time_ms":\(Self.milliseconds),"events":[
      {"name":"channel_occupied","channel":"private-team-\(Self.team)"},
      {"name":"member_added","channel":"presence-team-\(Self.team)","user_id":"\(person)"},
      {"name":"channel_vacated","channel":"somebody-elses"},{"channel":"nameless"}]}
      """
    #expect(
      try notices(body) == [
        RealtimeNotice(
          kind: "channel_occupied", channel: .init(.team(Self.team), .members), person: nil),
        RealtimeNotice(
          kind: "member_added", channel: .init(.team(Self.team), .presence), person: person),
        RealtimeNotice(kind: "channel_vacated", channel: nil, person: nil),
      ])
    #expect(try notices(body, secondsLater: 300).count == 3)
    #expect(try notices(body, secondsLater: -300).count == 3)
  }

  @Test func anyOtherCallIsRefused() {
    let good = #"{"time_ms":\#(Self.milliseconds),"events":[]}"#
    func isRefused(_ body: () throws -> [RealtimeNotice]) -> Bool {
      do {
        _ = try body()
        return false
      } catch { return (error as? RealtimeError)?.code == .notGenuine }
    }
    #expect(!isRefused { try notices(good) })
    #expect(isRefused { try notices(good, key: nil) })
    #expect(isRefused { try notices(good, key: "278d425bdf160c739804") })
    #expect(isRefused { try notices(good + " ", signature: AdapterKind.hmac(good)) })
    #expect(isRefused { try notices(good, signature: "") })
    #expect(isRefused { try notices(good, signature: "x" + AdapterKind.hmac(good).dropFirst()) })
    #expect(isRefused { try notices(good, signature: String(AdapterKind.hmac(good).dropLast())) })
    #expect(isRefused { try notices(good, secondsLater: 301) })
    #expect(isRefused { try notices(good, secondsLater: -301) })
    for body in [
      "", "[]", "{}", #"{"events":[]}"#, #"{"time_ms":"1","events":[]}"#,
      #"{"time_ms":1e99,"events":[]}"#, #"{"time_ms":9223372036854775807,"events":[]}"#,
      #"{"time_ms":-9223372036854775808,"events":[]}"#, #"{"time_ms":\#(Self.milliseconds)}"#,
    ] { #expect(isRefused { try notices(body) }, "\(body)") }
  }

  // MARK: Settings

  @Test func settingsAreChecked() throws {
    let secret = "7ad3773142a6692b25b8"
    for (id, key) in [("", "k"), ("3", ""), ("3/../4", "k"), ("3", "a&b=c"), ("3?", "k")] {
      #expect(throws: RealtimeError.self) { try PusherApp(id: id, key: key, secret: secret) }
    }
    #expect(throws: RealtimeError.self) { try PusherApp(id: "3", key: "k", secret: "") }
    for cluster in ["", "eu.example.org/", "EU", "e u", "eu@"] {
      #expect(throws: RealtimeError.self) { try PusherAdapter.host(cluster: cluster) }
    }
    #expect(try PusherAdapter.host(cluster: "eu").origin == "https://api-eu.pusher.com")
    #expect(try !String(reflecting: Self.app()).contains(secret))
  }
}
