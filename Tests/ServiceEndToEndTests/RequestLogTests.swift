import Foundation
import TestSupport
import Testing

/// What the log of a service tells of those who ask.
@Suite struct RequestLogTests {
  /// A trace of whoever asks is in the log and with the collector; a request of no trace is in neither,
  /// where none is to begin.
  @Test func tracesAreTakenOver() throws {
    let receiver = try Receiver()
    let service = try RunningService(
      try ServedLedger(.file),
      RunningService.generous + [
        "--log-requests", "true", "--otlp-endpoint", "http://127.0.0.1:\(receiver.port)",
        "--trace-share", "0", "--outgoing-allow", "127.0.0.0/8",
      ])
    defer { service.end() }
    let stranger = Person.stranger(service)
    let (kept, other) = (String(repeating: "a", count: 32), String(repeating: "b", count: 32))
    for (trace, flags) in [(kept, "01"), (other, "00")] {
      try stranger.ask(
        401, "GET", "/v1/me", headers: ["traceparent": "00-\(trace)-00f067aa0ba902b7-\(flags)"])
    }
    try stranger.ask(401, "GET", "/v1/me", headers: ["traceparent": "00-none-of-that-01"])
    #expect(
      eventually {
        (try? stranger.ask("GET", "/metrics").text.contains(
          "milequest_spans_total{outcome=\"delivered\"} 1")) == true
      })
    let body = String(decoding: receiver.posts.flatMap(\.body), as: UTF8.self)
    #expect(body.contains(#""traceId":"\#(kept)""#) && body.contains(#""name":"getMe""#))
    #expect(body.contains(#""parentSpanId":"00f067aa0ba902b7""#) && !body.contains(other))
    #expect(service.said.contains(#""traceId":"\#(kept)""#))
    #expect(service.said.contains(#""traceId":"\#(other)""#) && !service.said.contains("of-that"))
  }

  /// Neither who asks, nor from where, nor what they send and what opens their things.
  @Test func linesTellOfNobody() throws {
    let service = try RunningService(
      try ServedLedger(.file),
      RunningService.generous + ["--log-requests", "true", "--trusted-proxy", "127.0.0.1"])
    let ann = try Person.registered(service, name: "Ann Oldcastle")
    let team = try ann.createTeam("Owls of Leith")
    let made = try ann.ask(201, "POST", "/v1/teams/\(team)/invites", [:] as [String: Any]).json
    let invite = try #require(made["code"].text)
    try ann.ask(200, "GET", "/v1/invites/\(invite)")
    try ann.walk("1 km", more: ["note": "past the old mill"])
    try ann.refused(
      400, "invalid-parameter", "GET", "/v1/activities?cursor=what-the-query-says")
    try ann.refused(404, "not-found", "GET", "/v1/what-the-path-says")
    try ann.refused(
      401, "wrong-credentials", "POST", "/v1/auth/login",
      ["email": ann.email, "password": "what was typed in vain"])
    try ann.refused(
      401, "invalid-token", "GET", "/v1/me",
      headers: ["Authorization": "Bearer what-is-no-token"])
    try ann.ask(
      200, "GET", "/v1/me",
      headers: [
        "X-Request-Id": "the-last-one", "Cookie": "milequest_session=what-the-cookie-says",
        "User-Agent": "what-the-agent-says", "Referer": "https://what-the-referrer-says.example/",
      ])
    #expect(eventually { service.said.contains(#""requestId":"the-last-one""#) })
    let log = service.said
    for operation in [
      "register", "verify", "createTeam", "createInvite", "getInvite", "logActivity",
      "listActivities", "login", "getMe",
    ] {
      #expect(log.contains(#""operation":"\#(operation)""#), "\(operation) is not in the log")
    }
    let token = try #require(ann.token)
    let address = try #require(ann.address)
    let code = try ann.mailedCode()
    let mailbox = String(ann.email.prefix { $0 != "@" })
    let secrets = [
      token, String(token.suffix(20)), ann.refreshToken, code, invite, Person.password,
      "typed in vain", ann.email, mailbox, address, ann.id, team, "Oldcastle", "Leith", "old mill",
      "what-the", "what-is",
    ]
    for secret in secrets { #expect(!log.contains(secret), "the log holds \(secret)") }
  }
}
