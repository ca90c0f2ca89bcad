import CivilTime
import Foundation
import TestSupport
import Testing

@testable import Providers

/// What every adapter must do, over real connections to a server that checks and misbehaves.
@Suite struct AnalyticsConformanceTests {
  private func error(
    _ kind: AnalyticsKind, _ origin: String, timeout: Duration = .seconds(10),
    client: OutgoingClient? = nil
  ) async throws -> AnalyticsError? {
    let adapter = try kind.make(origin, timeout, client ?? OutgoingClientTests.client())
    do throws(AnalyticsError) {
      try await adapter.deliver([AnalyticsKind.counts])
      return nil
    } catch { return error }
  }

  @Test(arguments: AnalyticsKind.all)
  func whatIsSentHasThePublishedShape(_ kind: AnalyticsKind) async throws {
    let server = try SmallServer()
    let adapter = try kind.make(server.url, .seconds(10), OutgoingClientTests.client())
    #expect(adapter.name == kind.testDescription)
    try await adapter.deliver([AnalyticsKind.counts, AnalyticsKind.timings])
    let request = try #require(server.requests.first)
    #expect(kind.fault(request) == nil)
    #expect(String(decoding: request.body, as: UTF8.self) == kind.body)
    // As many as stand in one call, each with as many figures as there can be.
    let figures = (1...24).map { AnalyticsEvent.Figure("figure\($0)", Double($0) / 2) }
    try await adapter.deliver(
      (1...adapter.mostMessages).map { number in
        AnalyticsEvent(countsOf: AnalyticsKind.day.advanced(by: Int64(number)), figures)
      })
    #expect(server.requests.count == 2, "one request a call")
    #expect(kind.fault(server.requests[1]) == nil)
    #expect(kind.events(of: server.requests[1]).count == adapter.mostMessages)
    // All days that can wait go in one call.
    #expect(adapter.mostDaysBack <= adapter.mostMessages)
  }

  /// A server of one's own may ask for no token.
  @Test func aTokenIsSentWhereThereIsOne() async throws {
    let server = try SmallServer()
    try await PlainAnalytics(
      url: try OutgoingURL(server.url), key: nil,
      server: AnalyticsKind.server(.seconds(10), OutgoingClientTests.client())
    ).deliver([AnalyticsKind.counts])
    #expect(server.requests.first?.headers["authorization"] == nil)
  }

  @Test(arguments: AnalyticsKind.all)
  func faultsSayWhetherARepeatMayHelp(_ kind: AnalyticsKind) async throws {
    let inside = try SmallServer()
    typealias Code = AnalyticsError.Code
    let cases: [(SmallServer.Answer, Code?, mayRepeat: Bool, retryAfter: Duration?)] = [
      (.status(200), nil, false, nil), (.status(204, body: ""), nil, false, nil),
      (.status(200, body: "garbage"), nil, false, nil), (.endless(status: 200), nil, false, nil),
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
      for secret in ["SECRET", "?"] {
        #expect(found?.message.contains(secret) != true, "\(answer)")
      }
    }
    #expect(inside.connectionCount == 0)
  }

  @Test(arguments: AnalyticsKind.all)
  func theInsideNetworkIsClosed(_ kind: AnalyticsKind) async throws {
    let server = try SmallServer()
    let found = try await error(kind, server.url, client: OutgoingClient())
    #expect(found?.code == .unreachable)
    #expect(found?.mayRepeat == false)
    #expect(server.connectionCount == 0)
  }

  /// Behind the queue, through a server that fails in every way, everything arrives.
  @Test(arguments: AnalyticsKind.all)
  func throughFaultsEverythingArrives(_ kind: AnalyticsKind) async throws {
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
      case 8: return .status(429, headers: ["Retry-After": "0"])
      default:
        taken.with { $0.append(request) }
        return .status(200)
      }
    }
    var limits = DeliveryLimits()
    limits.firstRest = .milliseconds(2)
    limits.firstPause = .milliseconds(5)
    limits.attempts = 50
    let delivery = AnalyticsDelivery(
      try kind.make(server.url, .seconds(10), OutgoingClientTests.client()), limits: limits)
    for number in 1...100 {
      delivery.offer(
        AnalyticsEvent(
          timings: [AnalyticsEvent.Figure("pageLoad", Double(number))], at: AnalyticsKind.now))
    }
    #expect(await eventually { () async in delivery.figures.delivered == 100 })
    await delivery.close(within: .seconds(30))
    let events = taken.with { $0 }.flatMap { request in
      #expect(kind.fault(request) == nil)
      return kind.events(of: request)
    }
    // One whose answer got lost may come twice, and has the same id then.
    #expect(Set(events.compactMap { $0.properties["pageLoad"] }) == Set((1...100).map(Double.init)))
    if kind.testDescription != "ga4" { #expect(Set(events).count == 100) }
  }

  /// One event that is not liked takes no other along.
  @Test(arguments: AnalyticsKind.all)
  func oneBadEventIsLostAlone(_ kind: AnalyticsKind) async throws {
    let taken = Locked<Set<Double>>([])
    let gate = Locked(false)
    let server = try SmallServer { request in
      while !gate.with({ $0 }) { Thread.sleep(forTimeInterval: 0.001) }
      let values = kind.events(of: request).compactMap { $0.properties["pageLoad"] }
      if values.contains(13) { return .status(400) }
      taken.with { $0.formUnion(values) }
      return .status(200)
    }
    let delivery = AnalyticsDelivery(
      try kind.make(server.url, .seconds(10), OutgoingClientTests.client()))
    delivery.offer(
      (1...20).map { number in
        AnalyticsEvent(
          timings: [AnalyticsEvent.Figure("pageLoad", Double(number))], at: AnalyticsKind.now)
      })
    gate.with { $0 = true }
    #expect(await eventually { () async in delivery.figures.waiting == 0 })
    #expect(delivery.figures.failed == 1)
    #expect(taken.with { $0 } == Set((1...20).map(Double.init)).subtracting([13]))
    await delivery.close(within: .seconds(1))
  }

  /// Sees that somebody answers, and sends no event.
  @Test(arguments: AnalyticsKind.all)
  func aCheckSendsNothing(_ kind: AnalyticsKind) async throws {
    for (answer, code) in [
      (.status(200), nil), (.status(404), nil), (.status(405), nil),
      (.status(503), .unavailable), (.reset, .unreachable),
    ] as [(SmallServer.Answer, AnalyticsError.Code?)] {
      let server = try SmallServer { _ in answer }
      let adapter = try kind.make(server.url, .seconds(10), OutgoingClientTests.client())
      var found: AnalyticsError?
      do throws(AnalyticsError) { try await adapter.check() } catch { found = error }
      #expect(found?.code == code, "\(answer)")
      #expect(found?.message.contains("SECRET") != true)
      #expect(server.requests.allSatisfy { $0.method == "GET" && $0.body.isEmpty })
    }
  }

  @Test func settingsAreChecked() throws {
    let server = AnalyticsKind.server(.seconds(1), try OutgoingClientTests.client())
    let base = try OutgoingURL(GA4Analytics.publicBase)
    let key = try AnalyticsKey(AnalyticsKind.key)
    for id in ["", "G-", "UA-12345-1", "G-abc", "G-ABC&api_secret=x", "123"] {
      #expect(throws: AnalyticsError.self, "\(id)") {
        try GA4Analytics(
          base: base, measurement: id, key: key, installation: AnalyticsKind.installation,
          server: server)
      }
    }
    for text in ["", "short", "with a blank", "with\r\nline", String(repeating: "x", count: 513)] {
      #expect(throws: AnalyticsError.self) { try AnalyticsKey(text) }
    }
    #expect(!"\(key)".contains("SECRET"))
    var dumped = ""
    dump(key, to: &dumped)
    #expect(!dumped.contains("SECRET"))
  }

  /// All processes of one secret are one device, and the secret does not show.
  @Test func anInstallationIsItsSecrets() throws {
    let secret = try SigningSecret(bytes: [UInt8](1...32))
    #expect(InstallationID(secret) == InstallationID(secret))
    #expect(InstallationID(secret) != InstallationID(try SigningSecret(bytes: [UInt8](2...33))))
    #expect(InstallationID(secret).text.count == 32)
  }
}
