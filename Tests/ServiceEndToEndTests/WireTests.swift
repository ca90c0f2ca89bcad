import Foundation
import TestSupport
import Testing

/// What is not HTTP as it should be, byte by byte.
@Suite struct WireTests {
  private func head(_ service: RunningService, _ ann: Person, _ more: String) -> String {
    "POST /v1/teams HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(ann.token ?? "")\r\n"
      + "Content-Type: application/json\r\n\(more)\r\n"
  }

  @Test func malformedAndAbortedBodiesAreTheClientsFault() throws {
    let service = try RunningService(try ServedLedger(.file))
    let ann = try Person.registered(service, name: "Ann")
    for body in [
      "zz\r\n{\"name\":\"a\"}\r\n0\r\n\r\n", "-5\r\nabcde\r\n", "3\r\nabcdefgh\r\n0\r\n",
    ] {
      let connection = try Connection(port: service.port)
      try connection.write(head(service, ann, "Transfer-Encoding: chunked\r\n") + body)
      let answer = try connection.answer()
      #expect(answer.status == 400, "\(body): \(answer.status) \(answer.text)")
    }
    // Those that break off, with the reading side open and without.
    for more in ["Content-Length: 40\r\n", "Transfer-Encoding: chunked\r\n"] {
      let half = try Connection(port: service.port)
      try half.write(head(service, ann, more) + (more.hasPrefix("C") ? "{\"na" : "5\r\n{\"na"))
      half.endWriting()
      let answer = try? half.answer()
      #expect(answer == nil || answer?.status == 400, "\(answer?.text ?? "")")
      let gone = try Connection(port: service.port)
      try gone.write(head(service, ann, more))
    }
    #expect(try ann.get("/v1/teams")["items"].items.isEmpty)
    #expect(service.end() == 0)
    #expect(!service.said.contains("\"level\":\"error\""), "\(service.said)")
  }

  /// An operation that reads no body answers at once; what goes on after that ends with the connection.
  @Test func aBodyThatNobodyReadsEndsTheConnection() throws {
    let service = try Stage.service(.file)
    for (path, status) in [("/v1/routes", 200), ("/docs", 200), ("/nowhere", 404)] {
      // Chunks that are none have one answer.
      let chunks = try Connection(port: service.port)
      try chunks.write(
        "GET \(path) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
      let text = String(decoding: try chunks.readToEnd(), as: UTF8.self)
      #expect(text.components(separatedBy: "HTTP/1.1 ").count == 2, "\(text.suffix(300))")
      // One that is long.
      let long = try Connection(port: service.port)
      try long.write("GET \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n")
      #expect(try long.answer().status == status)
      let piece = [UInt8](repeating: 0x20, count: 1 << 16)
      #expect(throws: (any Error).self) { for _ in 0..<1_500 { try long.write(piece) } }
      // One that never ends.
      let slow = try Connection(port: service.port)
      try slow.write("GET \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 999\r\n\r\n")
      #expect(try slow.answer().status == status)
      #expect(eventually { (try? slow.write(" ")) == nil })
      // One that ends in time leaves the connection open.
      let short = try Connection(port: service.port)
      try short.write("GET \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
      #expect(try short.answer().status == status)
      try short.write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try short.answer().status == 200)
    }
  }

  /// Neither saying nothing nor saying it slowly keeps a connection.
  @Test func aHeadThatDoesNotComeEndsTheConnection() throws {
    let service = try Stage.service(.file)
    let silent = try Connection(port: service.port, patience: 30)
    let slow = try Connection(port: service.port)
    try slow.write("GET /healthz HTTP/1.1\r\nX-Slow: ")
    // A line break after a request begins no head, and ends no answer.
    let ann = try Person.registered(service, name: "Ann")
    let team = try ann.createTeam("Line", isPublic: true)
    let stream = try Connection(port: service.port, patience: 30)
    try stream.write("GET /v1/teams/\(team)/events HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(try !stream.read().isEmpty)
    try stream.write("\r\n")
    // One that has asked before may rest, and then has as long for its next head.
    let later = try Connection(port: service.port)
    try later.write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(try later.answer().status == 200)
    let second = try Connection(port: service.port)
    try second.write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(try second.answer().status == 200)
    try second.write("GET /healthz HT")
    #expect(eventually { (try? slow.write("a")) == nil })
    #expect(eventually { (try? second.write("T")) == nil })
    #expect(try silent.read().isEmpty)
    // A sign of life comes, and not the end.
    var text = ""
    while !text.contains("\n:") {
      let more = try stream.read()
      if more.isEmpty { break }
      text += "\n" + String(decoding: more, as: UTF8.self)
    }
    #expect(text.contains("\n:"))
    try later.write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(try later.answer().status == 200)
  }

  @Test func aClientThatWaitsIsToldToGoOn() throws {
    let service = try Stage.service(.file)
    let ann = try Person.registered(service, name: "Ann")
    let body = "{\"name\":\"Patient\"}"
    let connection = try Connection(port: service.port, patience: 10)
    try connection.write(
      head(service, ann, "Expect: 100-continue\r\nContent-Length: \(body.utf8.count)\r\n"))
    let first = String(decoding: try connection.read(), as: UTF8.self)
    #expect(first == "HTTP/1.1 100 Continue\r\n\r\n")
    try connection.write(body)
    let answer = try connection.answer()
    #expect(answer.status == 201, "\(answer.text)")
    // The connection goes on.
    try connection.write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(try connection.answer().status == 200)
    // What is refused is refused without the body.
    let other = try Connection(port: service.port, patience: 10)
    try other.write(head(service, ann, "Expect: 100-continue\r\nContent-Length: 99999999\r\n"))
    #expect(try other.answer().status == 413)
  }

  @Test(arguments: [
    "", "Host: a\r\nHost: a\r\n", "Host: a\r\nhost: b\r\n", "Host:\r\n", "Host: a b\r\n",
    "Host: [::1\r\n", "Host: a/b\r\n", "Host: user@a\r\n", "Host: a:b\r\n", "Host: <a>\r\n",
  ])
  func aRequestHasOneHost(_ hosts: String) throws {
    let service = try Stage.service(.file)
    for path in ["/healthz", "/v1/routes", "/nowhere"] {
      let connection = try Connection(port: service.port)
      try connection.write("GET \(path) HTTP/1.1\r\n\(hosts)\r\n")
      let answer = try connection.answer()
      #expect(answer.status == 400, "\(path): \(answer.status) \(answer.text)")
    }
  }

  @Test(arguments: ["a", "quests.example:8080", "[::1]:8080", "127.0.0.1"])
  func aHostMayHaveAPort(host: String) throws {
    let connection = try Connection(port: try Stage.service(.file).port)
    try connection.write("GET /healthz HTTP/1.1\r\nHost: \(host)\r\n\r\n")
    #expect(try connection.answer().status == 200)
  }

  /// Clients of HTTP/1.0 know neither chunks nor interim answers, and read to the connection's end.
  @Test func oldClientsAreAnsweredWithoutChunks() throws {
    let service = try Stage.service(.file)
    let ann = try Person.registered(service, name: "Ann")
    func ask(
      _ method: String, _ path: String, _ more: String = "", host: String = "Host: a\r\n"
    ) throws -> HTTPAnswer {
      let connection = try Connection(port: service.port, patience: 20)
      try connection.write(
        "\(method) \(path) HTTP/1.0\r\n\(host)Authorization: Bearer \(ann.token ?? "")\r\n\(more)\r\n"
      )
      let bytes = try connection.readToEnd()
      let end = try #require(bytes.firstRange(of: Array("\r\n\r\n".utf8)))
      let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
      #expect(head.hasPrefix("HTTP/1.0 "), "\(head)")
      var answer = try HTTPAnswer(head: head)
      answer.bytes = Array(bytes[end.upperBound...])
      #expect(
        answer["transfer-encoding"] == nil && answer["connection"] == "close", "\(path): \(head)")
      return answer
    }
    // Known length, a stream without, a refusal, and one that would have a connection go on.
    for more in ["", "Connection: keep-alive\r\n"] {
      #expect(try ask("GET", "/healthz", more).status == 200)
    }
    // The check of a proxy says no host.
    #expect(try ask("GET", "/readyz", host: "").status == 200)
    let export = try ask("GET", "/v1/me/export")
    #expect(export.status == 200 && export["content-length"] == nil)
    #expect(try JSONSerialization.jsonObject(with: Data(export.bytes)) is [String: Any])
    #expect(try ask("GET", "/nowhere").status == 404)
    #expect(try ask("HEAD", "/healthz").bytes.isEmpty)
    let body = "{\"name\":\"Old\"}"
    let team = try ask(
      "POST", "/v1/teams",
      "Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        + body)
    #expect(team.status == 201)
  }
}
