import TestSupport
import Testing

@testable import Providers

/// What every adapter must do, over real connections to a server that checks and misbehaves.
@Suite struct RealtimeConformanceTests {
  private func error(
    _ kind: AdapterKind, _ origin: String, timeout: Duration = .seconds(10),
    client: OutgoingClient? = nil, _ messages: [RealtimeMessage] = [.sample()]
  ) async throws -> RealtimeError? {
    let adapter = try kind.make(origin, timeout, client ?? OutgoingClientTests.client())
    do throws(RealtimeError) {
      try await adapter.deliver(messages)
      return nil
    } catch { return error }
  }

  @Test(arguments: AdapterKind.all)
  func whatArrivesIsSignedAndInOrder(_ kind: AdapterKind) async throws {
    let server = try SmallServer()
    let adapter = try kind.make(server.url, .seconds(10), OutgoingClientTests.client())
    let messages = (1...adapter.mostMessages).map { number in
      RealtimeMessage.sample(
        team: UInt64(number % 3), version: Int64(number), isPublic: true, padding: number % 4)
    }
    try await adapter.deliver(messages)
    try await adapter.deliver([.sample(hasQuest: false)])
    #expect(server.requests.count == 2, "one request a call")
    for request in server.requests { #expect(kind.fault(request) == nil) }
    var wanted: [String: [Int64]] = [:]
    for message in messages {
      wanted[message.team.description, default: []].append(message.version)
    }
    #expect(kind.versions(server.requests[0]) == wanted)
  }

  @Test(arguments: AdapterKind.all)
  func faultsSayWhetherARepeatMayHelp(_ kind: AdapterKind) async throws {
    let inside = try SmallServer()
    typealias Code = RealtimeError.Code
    let cases: [(SmallServer.Answer, Code?, mayRepeat: Bool, retryAfter: Duration?)] = [
      (.status(200), nil, false, nil), (.status(202), nil, false, nil),
      (.status(204, body: ""), nil, false, nil), (.status(200, body: "garbage"), nil, false, nil),
      (.endless(status: 200), nil, false, nil),
      (.endless(status: 500), .unreachable, true, nil),
      (.status(500), .unavailable, true, nil), (.status(502), .unavailable, true, nil),
      (.status(503, headers: ["Retry-After": "7"]), .unavailable, true, .seconds(7)),
      (.status(429), .throttled, true, nil),
      (.status(429, headers: ["Retry-After": "12"]), .throttled, true, .seconds(12)),
      (
        .status(429, headers: ["Retry-After": "Mon, 04 May 2026 12:01:30 GMT"]), .throttled, true,
        .seconds(90)
      ),
      (.status(429, headers: ["Retry-After": "soon"]), .throttled, true, nil),
      (.status(400), .refused, false, nil), (.status(401), .refused, false, nil),
      (.status(403), .refused, false, nil), (.status(413), .refused, false, nil),
      (.status(302, headers: ["Location": "\(inside.url)/x"]), .refused, false, nil),
      (.status(307, headers: ["Location": "\(inside.url)/x"]), .refused, false, nil),
      (.reset, .unreachable, true, nil), (.bytes(""), .unreachable, true, nil),
      (.bytes("220 mail.example.org ESMTP\r\n"), .unreachable, true, nil),
      (.silence, .unreachable, true, nil),
    ]
    for (answer, code, mayRepeat, retryAfter) in cases {
      let server = try SmallServer { _ in answer }
      let isSlow = if case .silence = answer { true } else { false }
      let found = try await error(
        kind, server.url, timeout: isSlow ? .milliseconds(200) : .seconds(10))
      #expect(found?.code == code, "\(answer)")
      #expect(found?.mayRepeat ?? false == mayRepeat, "\(answer)")
      #expect(found?.retryAfter == retryAfter, "\(answer)")
      for secret in ["SECRET", AdapterKind.secret, "auth_", "?"] {
        #expect(found?.message.contains(secret) != true, "\(answer)")
      }
    }
    #expect(inside.connectionCount == 0)
  }

  @Test(arguments: AdapterKind.all)
  func theInsideNetworkIsClosed(_ kind: AdapterKind) async throws {
    let server = try SmallServer()
    let found = try await error(kind, server.url, client: OutgoingClient())
    #expect(found?.code == .unreachable)
    #expect(found?.mayRepeat == false)
    #expect(server.connectionCount == 0)
  }

  /// Behind the queue, through a server that fails in every way, each team's messages arrive in order.
  @Test(arguments: AdapterKind.all)
  func throughFaultsEverythingArrives(_ kind: AdapterKind) async throws {
    let count = Locked(0)
    let taken = Locked<[SmallServer.Request]>([])
    let server = try SmallServer { request in
      let number = count.with {
        $0 += 1
        return $0
      }
      switch number % 9 {
      case 2: return .status(500)
      case 4: return .reset
      case 6: return .bytes("garbage")
      case 8: return .status(503, headers: ["Retry-After": "0"])
      default:
        taken.with { $0.append(request) }
        return .status(200)
      }
    }
    var limits = DeliveryLimits()
    limits.firstRest = .milliseconds(2)
    limits.firstPause = .milliseconds(5)
    limits.attempts = 50
    let delivery = RealtimeDelivery(
      try kind.make(server.url, .seconds(10), OutgoingClientTests.client()), limits: limits)
    for version in 1...20 {
      for team in 1...5 { delivery.offer(.sample(team: UInt64(team), version: Int64(version))) }
    }
    #expect(await eventually { () async in delivery.figures.delivered == 100 })
    await delivery.close(within: .seconds(30))
    var found: [String: [Int64]] = [:]
    for request in taken.with({ $0 }) {
      #expect(kind.fault(request) == nil)
      found.merge(kind.versions(request)) { $0 + $1 }
    }
    // A message whose answer got lost may come twice; none comes too early.
    #expect(found.count == 5)
    for (team, versions) in found {
      var seen: [Int64] = []
      for version in versions where !seen.contains(version) { seen.append(version) }
      #expect(seen == Array(1...20), "\(team)")
    }
  }

  @Test(arguments: [
    ("0", Duration.zero), ("120", .seconds(120)), ("99999999999999999999", .seconds(86_400 * 365)),
    ("Mon, 04 May 2026 12:00:30 GMT", .seconds(30)), ("Mon, 04 May 2020 12:00:30 GMT", .zero),
    ("-1", nil), ("", nil), ("1.5", nil), ("Mon, 32 May 2026 12:00:30 GMT", nil),
    ("Mon, 04 May 2026 25:00:30 GMT", nil), ("Mon, 04 May 2026 12:00:30 CET", nil),
  ])
  func howLongToWait(_ text: String, _ wait: Duration?) {
    #expect(RetryAfter.duration(text, at: AdapterKind.now) == wait)
  }
}
