import Formats
import HTTPTypes
import Quests
import Testing

@testable import Service

@Suite struct CompressionTests {
  private static let person = RouteResourceTests.ann

  /// A route with so many vertices that its map is long.
  private static func file(vertices: Int) -> String {
    let places = (0..<vertices).map { "[\(10 + Double($0) / 100),50]" }.joined(separator: ",")
    return "{\"type\":\"LineString\",\"coordinates\":[\(places)]}"
  }

  private func route(_ service: TestService, vertices: Int = 500) async throws -> String {
    let answer = try await service.send(
      .post, "/v1/routes?name=Long&public=true", Self.file(vertices: vertices),
      type: "application/geo+json", as: Self.person)
    return try #require(answer.json["route"]?["id"]?.string)
  }

  @Test func longAnswersArePackedForWhoTakesThem() async throws {
    let service = try TestService()
    let path = "/v1/routes/\(try await route(service))/map"
    let plain = try await service.send(.get, path, as: Self.person)
    #expect(plain.headers[.contentEncoding] == nil)
    #expect(plain.headers[.vary]?.contains("Accept-Encoding") == true)
    for _ in 1...2 {
      let packed = try await service.send(
        .get, path, as: Self.person, headers: ["Accept-Encoding": "gzip, br"])
      #expect(packed.status == 200 && packed.headers[.contentEncoding] == "gzip")
      #expect(packed.bytes.count < plain.bytes.count / 2)
      #expect(try PackedFile(packed.bytes, fileName: nil, most: 1 << 20).bytes == plain.bytes)
      let tag = try #require(packed.headers[.eTag])
      #expect(tag == "W/\(plain.headers[.eTag] ?? "")")
      let again = try await service.send(
        .get, path, as: Self.person, headers: ["Accept-Encoding": "gzip", "If-None-Match": tag])
      #expect(again.status == 304 && again.bytes.isEmpty)
    }
    let head = try await service.send(
      .head, path, as: Self.person, headers: ["Accept-Encoding": "gzip"])
    #expect(head.headers[.contentEncoding] == "gzip" && head.bytes.isEmpty)
  }

  @Test func shortAnswersAndFaultsGoOutAsTheyAre() async throws {
    let service = try TestService()
    let path = "/v1/routes/\(try await route(service, vertices: 2))/map"
    for path in [path, "/v1/routes/nothing/map"] {
      let answer = try await service.send(
        .get, path, as: Self.person, headers: ["Accept-Encoding": "gzip"])
      #expect(answer.headers[.contentEncoding] == nil && !answer.text.isEmpty)
    }
  }

  @Test func whatIsAnsweredToAChangeKeepsItsStrongTag() async throws {
    let service = try TestService()
    let answer = try await service.send(
      .post, "/v1/routes:validate", Self.file(vertices: 500), type: "application/geo+json",
      as: Self.person, headers: ["Accept-Encoding": "gzip"])
    #expect(answer.headers[.contentEncoding] == nil)
  }

  @Test func whatTakesGzip() {
    for header in ["gzip", "br, gzip", "GZIP;q=0.1", "*", "deflate, *;q=0.5", "x-gzip"] {
      #expect(Compression.takesGzip(header), "\(header)")
    }
    for header in ["", "br", "gzip;q=0", "gzip; q=0, *", "identity"] {
      #expect(!Compression.takesGzip(header), "\(header)")
    }
  }
}
