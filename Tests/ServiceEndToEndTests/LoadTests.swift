import BuiltProgram
import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// One stranger stops nothing: what is slow, large or idle gives way to everybody else.
@Suite(.serialized) struct LoadTests {
  /// The head of a request with a body, sent by somebody.
  private static func head(
    _ target: String, type: String, length: Int, by person: Person
  ) -> String {
    "POST \(target) HTTP/1.1\r\nHost: a\r\nContent-Type: \(type)\r\nContent-Length: \(length)\r\n"
      + (person.token.map { "Authorization: Bearer \($0)\r\n" } ?? "")
      + (person.address.map { "X-Forwarded-For: \($0)\r\n" } ?? "") + "\r\n"
  }

  private static let proxied = RunningService.generous + ["--trusted-proxy", "127.0.0.0/8"]

  /// Bodies that nobody finishes take a share of the memory, and where little is expected, little.
  @Test func unfinishedBodiesHaveAShare() throws {
    let service = try RunningService(try ServedLedger(.file))
    let anyone = Person.stranger(service)
    let large = String(repeating: "a", count: 16 << 10)
    let refused = try anyone.ask(
      "POST", "/v1/auth/login", ["email": "a@example.org", "password": large])
    #expect(refused.status == 413 && refused.text.contains("16384"), "\(refused.text)")
    let part = [UInt8](repeating: 0x20, count: 16_000)
    var open: [Connection] = []
    for _ in 0..<300 {
      let connection = try Connection(port: service.port)
      try connection.write(
        Self.head("/v1/auth/login", type: "application/json", length: 16_384, by: anyone))
      try connection.write(part)
      open.append(connection)
    }
    // The first ones are waited for, and the last ones are over the share.
    let last = try #require(open.last).answer()
    #expect(last.status == 429 && last.code == "too-many-requests", "\(last.text)")
    #expect(last.text.contains("4194304") && last["connection"] == "close")
    #expect(try anyone.ask("GET", "/healthz").status == 200)
    open.removeAll()
    #expect(
      try eventually {
        try anyone.ask(
          "POST", "/v1/auth/login", ["email": "a@example.org", "password": "some password"]
        ).status == 401
      })
    #expect(service.end() == 0, "\(service.said)")
  }

  @Test func aPersonSendsOneFileAtATime() throws {
    let service = try RunningService(try ServedLedger(.file), Self.proxied)
    let (ann, ben) = try (
      Person.registered(service, name: "Ann"), Person.registered(service, name: "Ben")
    )
    let file = Array(RouteFiles.coast.utf8)
    func upload(_ person: Person) throws -> HTTPAnswer {
      try person.send(
        "POST", "/v1/routes", headers: ["Content-Type": "application/gpx+xml"], body: file)
    }
    let first = try Connection(port: service.port)
    let head = Self.head("/v1/routes", type: "application/gpx+xml", length: file.count, by: ann)
    try first.write(String(head.dropLast()) + "Expect: 100-continue\r\n\r\n")
    // It has begun when it is asked to go on.
    #expect(String(decoding: try first.read(), as: UTF8.self).hasPrefix("HTTP/1.1 100"))
    let second = try upload(ann)
    #expect(second.status == 429 && second["retry-after"] != nil, "\(second.text)")
    #expect(try upload(ben).status == 201)
    try first.write(file)
    #expect(try first.answer().status == 201)
    #expect(try eventually { try upload(ann).status == 201 })
    #expect(service.end() == 0, "\(service.said)")
  }

  /// Four people send nearly all of a large file each, and then nothing: a fifth is not kept out.
  @Test func slowUploadsGiveWay() throws {
    let service = try RunningService(try ServedLedger(.file), Self.proxied)
    let length = 64 << 20
    let part = [UInt8](repeating: 0x20, count: length - 100)
    var slow: [Connection] = []
    for number in 0..<4 {
      let person = try Person.registered(service, name: "Slow \(number)")
      let connection = try Connection(port: service.port)
      try connection.write(
        Self.head("/v1/routes", type: "application/gpx+xml", length: length, by: person))
      try connection.write(part)
      slow.append(connection)
    }
    let ann = try Person.registered(service, name: "Ann")
    #expect(
      try eventually {
        try ann.send(
          "POST", "/v1/routes", headers: ["Content-Type": "application/gpx+xml"],
          body: Array(RouteFiles.coast.utf8)
        ).status == 201
      })
    for connection in slow {
      let answer = try connection.answer()
      #expect(answer.status == 408 || answer.status == 503, "\(answer.text)")
    }
    #expect(service.end() == 0, "\(service.said)")
  }

  /// More idle connections than the system has descriptors: the longest idle ones give way.
  @Test func idleConnectionsGiveWay() throws {
    var limit = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    getrlimit(resource, &limit)
    limit.rlim_cur = limit.rlim_max
    setrlimit(resource, &limit)
    let service = try RunningService(try ServedLedger(.file), descriptors: 1_024)
    let open = try (0..<1_100).map { _ in try Connection(port: service.port) }
    for _ in 0..<10 { #expect(try service.send("GET", "/healthz").status == 200) }
    // The first was closed for those after it, and the last is as good as new.
    #expect(try open[0].read().isEmpty)
    try open[1_099].write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(try open[1_099].answer().status == 200)
    #expect(service.end() == 0, "\(service.said)")
  }

  /// A line that goes round and round one place, of 2,400,000 vertices.
  private static let worst = Array(String(repeating: "A@?A@?", count: 800_000).utf8)

  /// While the worst file is worked on, others are answered; and the process ends when it is asked to.
  @Test func theWorstUploadHoldsUpNobody() throws {
    let service = try RunningService(try ServedLedger(.file), Self.proxied)
    let ann = try Person.registered(service, name: "Ann")
    let stored = try ann.send(
      "POST", "/v1/routes?public=true", headers: ["Content-Type": "application/gpx+xml"],
      body: Array(RouteFiles.coast.utf8))
    let id = try #require(stored.json["route"]["id"].text)
    let eve = try Person.registered(service, name: "Eve")
    let upload = try Connection(port: service.port)
    try upload.write(
      Self.head(
        "/v1/routes?format=polyline5", type: "text/plain", length: Self.worst.count, by: eve))
    try upload.write(Self.worst)
    let anyone = Person.stranger(service)
    for number in 0..<50 {
      try anyone.ask(200, "GET", "/v1/routes/\(id)/positions?at=\(number)km")
      #expect(try anyone.ask("GET", "/healthz").status == 200)
    }
    // Whether it is done by now depends on the machine; `make attack` prints how long the end takes.
    #expect(service.end() == 0, "\(service.said)")
  }
}
