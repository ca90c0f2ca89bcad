import Foundation
import PostgresCluster
import TestSupport
import Testing

/// Every bound holds, and each breach names it.
@Suite struct LimitTests {
  @Test(arguments: Store.present)
  func bodiesAreBounded(_ store: Store) throws {
    let ann = try Person.registered(try Stage.service(store), name: "Ann")
    func post(_ target: String, _ body: [UInt8]) throws -> HTTPAnswer {
      try ann.send("POST", target, headers: ["Content-Type": "application/json"], body: body)
    }
    func named(_ name: String, bytes: Int) -> [UInt8] {
      let text = "{\"name\":\"\(name)\""
      return Array((text + String(repeating: " ", count: bytes - text.utf8.count - 1) + "}").utf8)
    }
    #expect(try post("/v1/teams", named("Fits", bytes: 1 << 20)).status == 201)
    // Refused by what it says of itself, before it is sent.
    let connection = try Connection(port: ann.service.port)
    try connection.write(
      "POST /v1/teams HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(ann.token ?? "")\r\n"
        + "Content-Type: application/json\r\nContent-Length: \(1 << 20 | 1)\r\n\r\n")
    let stated = try connection.answer()
    #expect(stated.status == 413 && stated.code == "too-large" && stated.text.contains("1048576"))
    let upload = try Connection(port: ann.service.port)
    try upload.write(
      "POST /v1/routes HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(ann.token ?? "")\r\n"
        + "Content-Type: application/gpx+xml\r\nContent-Length: \(64 << 20 | 1)\r\n\r\n")
    #expect(try upload.answer().status == 413)
    // And by what comes, where it says nothing.
    let chunked = try Connection(port: ann.service.port)
    try chunked.write(
      "POST /v1/teams HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(ann.token ?? "")\r\n"
        + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    let chunk = Array("10000\r\n".utf8) + [UInt8](repeating: 0x20, count: 1 << 16) + [0x0D, 0x0A]
    for _ in 0..<17 { try? chunked.write(chunk) }
    #expect(try chunked.answer().status == 413)

    let walks = (0..<1_001).map { _ in Walk.body("1 km") }
    let many = try ann.ask(422, "POST", "/v1/activities/batch", ["activities": walks])
    #expect(many.json["errors"][0]["pointer"].text == "/activities")
    #expect(many.text.contains("1000") || many.text.contains("1,000"))
    try ann.ask(200, "POST", "/v1/activities/batch", ["activities": Array(walks.dropLast())])
  }

  @Test(arguments: Store.present)
  func valuesAreBounded(_ store: Store) throws {
    let ann = try Person.registered(try Stage.service(store), name: "Ann")
    let now = Date()
    func refused(_ body: [String: Any], at location: SourceLocation = #_sourceLocation) throws {
      let answer = try ann.ask(422, "POST", "/v1/activities", body, at: location)
      #expect(
        ["invalid", "limit"].contains(answer.code), "\(answer.text)", sourceLocation: location)
    }
    try refused(Walk.body("500.001 km"))
    try refused(Walk.body("0 km"))
    try refused(Walk.body("1 km", more: ["durationSeconds": 172_801]))
    try refused(Walk.body("1 km", at: now.addingTimeInterval(16 * 60)))
    try refused(Walk.body("1 km", more: ["note": String(repeating: "é", count: 2_049)]))
    try refused(Walk.body("1 km", more: ["note": String(repeating: "n", count: 4_097)]))
    try refused(Walk.body("1 km", more: ["note": "a\u{0}b"]))
    try refused(Walk.body("1e400 km"))
    try refused(["id": UUID().uuidString, "startedAt": Walk.moment(now)])
    try refused(Walk.body("1 km", more: ["distanceMeters": 1_000]))
    // The bounds themselves are in.
    try ann.walk(
      "500 km", at: now.addingTimeInterval(14 * 60),
      more: ["durationSeconds": 172_800, "note": String(repeating: "n", count: 4_096)])
    try ann.refused(400, "invalid-parameter", "GET", "/v1/activities?limit=501")
    try ann.ask(200, "GET", "/v1/activities?limit=500")
  }

  /// Nobody holds a connection by sending slowly.
  @Test func slowBodiesAreGivenUp() throws {
    let ann = try Person.registered(try Stage.service(.file), name: "Ann")
    let begun = ContinuousClock.now
    let slow = try Connection(port: ann.service.port)
    try slow.write(
      "POST /v1/teams HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(ann.token ?? "")\r\n"
        + "Content-Type: application/json\r\nContent-Length: 40\r\n\r\n{\"name\":")
    let answer = try slow.answer()
    #expect(answer.status == 408 && answer.code == "request-timeout")
    #expect(begun.duration(to: .now) > .seconds(8))
    #expect(answer["connection"] == "close")
    #expect(try slow.read().isEmpty)
  }

  @Test func headsAreBounded() throws {
    let service = try Stage.service(.file)
    let connection = try Connection(port: service.port)
    try connection.write(
      "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Long: \(String(repeating: "a", count: 40_000))\r\n\r\n"
    )
    // An answer that says so, or none at all; the request is not served.
    if let answer = try? connection.answer() { #expect(answer.status / 100 == 4) }
    let many = try Connection(port: service.port)
    let fields = (0..<200).map { "X-\($0): a\r\n" }.joined()
    try many.write("GET /healthz HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
    if let answer = try? many.answer() { #expect(answer.status / 100 == 4) }
    #expect(try Person.stranger(service).get("/healthz")["status"].text == "ok")
  }

  /// Each caller has a rate; who is behind a trusted proxy is another caller, who only says so is not.
  @Test func callersAreHeldToTheirRate() throws {
    let service = try RunningService(
      try ServedLedger(.file),
      ["--rate", "1", "--burst", "5", "--trusted-proxy", "127.0.0.0/8"])
    func ask(_ forwarded: String) throws -> HTTPAnswer {
      try service.send("GET", "/v1/routes", headers: ["X-Forwarded-For": forwarded])
    }
    let answers = try (0..<5).map { _ in try ask("198.51.100.1") }
    #expect(answers.allSatisfy { $0.status == 200 })
    #expect(answers[0]["ratelimit"] != nil && answers[0]["ratelimit-policy"] != nil)
    // A slow machine takes a while to ask faster than once a second.
    var last: HTTPAnswer?
    func isRefused() throws -> Bool {
      last = try ask("198.51.100.1")
      return last?.status == 429
    }
    #expect(try eventually(isRefused))
    let refusal = try #require(last)
    #expect(refusal.code == "too-many-requests")
    let wait = try #require(refusal["retry-after"].flatMap { Int($0) })
    #expect((1...5).contains(wait))
    #expect(try ask("198.51.100.2").status == 200)
    // What stands before the last address that is no proxy's, anyone may have written.
    // Each try has another one, so that no address but the last is refused for its own requests.
    let tries = Counter()
    #expect(
      try eventually {
        try isRefused() && ask("203.0.113.\(tries.next() % 256), 198.51.100.1").status == 429
      })
    #expect(
      try eventually {
        try isRefused() && ask("198.51.100.1, 127.0.\(tries.next() % 256).1").status == 429
      })
    // A single customer has all of a network of IPv6.
    #expect(try eventually { try ask("2001:db8:0:7::\(tries.next())").status == 429 })
    // A flood does not hide the service's state.
    for _ in 0..<20 { #expect(try service.send("GET", "/readyz").status == 200) }
    // As long as the service has said.
    Thread.sleep(forTimeInterval: Double(wait) + 0.1)
    #expect(try ask("198.51.100.1").status == 200)
    #expect(service.end() == 0, "\(service.said)")

    let direct = try RunningService(try ServedLedger(.file), ["--rate", "1", "--burst", "3"])
    #expect(
      try eventually {
        let spoofed = "198.51.100.\(tries.next() % 256)"
        return try direct.send("GET", "/v1/routes", headers: ["X-Forwarded-For": spoofed])
          .status == 429
      })
    #expect(direct.end() == 0, "\(direct.said)")
  }
}
