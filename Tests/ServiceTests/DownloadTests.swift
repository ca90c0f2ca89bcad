import Base
import Formats
import Geodesy
import Hummingbird
import NIOCore
import Quests
import Routes
import SQLiteStore
import Testing

@testable import Service

/// Files of routes on their way to a client.
@Suite struct DownloadTests {
  private static let stranger = CallerKey.stranger(.unknown)

  private static func route(vertices: Int) throws -> Route {
    try Route(
      name: "Long",
      parts: [
        (0..<vertices).map { i in
          Coordinate(
            uncheckedLatitude: Double(i) * 1e-4, longitude: Double(i % 1_000) * 1e-4, elevation: 1)
        }
      ])
  }

  private static func download(
    _ service: TestService, _ route: Route, _ facts: Download.Facts, as format: RouteFormat
  ) async throws -> Download {
    var random = SystemRandomNumberGenerator()
    let record = try await service.store.addRoute(
      try MeasuredRoute(route), id: RouteID.random(using: &random), owner: nil, isPublic: true,
      at: TestService.dawn)
    let hold = try BodyBudget.Hold(
      service.backend.downloads, for: stranger, at: .unknown, isUpload: false
    ) {}
    try hold.take(Download.bytes)
    return Download(record, as: format, facts, service.backend, hold: hold)
  }

  /// Whatever the file's size: its pieces are short, and each waits until the one before is taken.
  @Test(arguments: RouteFormat.allCases)
  func aFileComesInPieces(_ format: RouteFormat) async throws {
    let service = try TestService()
    let route = try Self.route(vertices: 100_000)
    let whole = RouteWriter.write(route, as: format)
    let facts = try Download.Facts(of: route, as: format)
    #expect(facts.length == whole.count && facts.tag == EntityTag.of(whole))
    var bytes: [UInt8] = []
    var longest = 0
    do {
      let download = try await Self.download(service, route, facts, as: format)
      try await download.write { piece in
        #expect(service.backend.downloads.bytes == Download.bytes)
        longest = max(longest, piece.count)
        bytes += piece
      }
    }
    #expect(bytes == whole)
    #expect(longest <= RoutePieces.pieceBytes + 1_000)
    #expect(service.backend.downloads.bytes == 0)
  }

  /// The route may leave the memory and come back between two pieces.
  @Test func aRouteThatIsForgottenMeanwhileIsReadAgain() async throws {
    var limits = ServiceLimits.standard
    limits.cachedRouteBytes = 1
    let service = try TestService(limits: limits)
    let route = try Self.route(vertices: 10_000)
    let facts = try Download.Facts(of: route, as: .gpx)
    let download = try await Self.download(service, route, facts, as: .gpx)
    let other = try await Self.download(service, route, facts, as: .kml)
    var bytes: [UInt8] = []
    try await download.write { piece in
      bytes += piece
      try? await other.write { _ in throw CancellationError() }
    }
    #expect(bytes == RouteWriter.write(route, as: .gpx))
  }

  private struct Breaking: HTTPResponder {
    let download: Download

    func respond(to request: Request, context: ServiceContext) async throws -> Response {
      Response(
        status: .ok,
        body: ResponseBody(contentLength: download.facts.length) { [download] writer in
          try await download.write { try await writer.write(ByteBuffer(bytes: $0)) }
          try await writer.finish(nil)
        })
    }
  }

  @Test func aFileThatBreaksOffIsNotTakenForTheWhole() async throws {
    let service = try TestService()
    let route = try Self.route(vertices: 1_000)
    let facts = try Download.Facts(of: try Self.route(vertices: 1_001), as: .gpx)
    let download = try await Self.download(service, route, facts, as: .gpx)
    try await ConnectionTests.serving(Breaking(download: download)) { port in
      let answer = try await ConnectionTests.answer(
        port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", closes: false)
      #expect(answer.contains("Content-Length: \(facts.length)\r\n"), "\(answer.prefix(200))")
      let body = answer.range(of: "\r\n\r\n").map { answer[$0.upperBound...] } ?? ""
      #expect(!body.isEmpty && body.utf8.count < facts.length)
    }
  }

  /// What is known of a file is found out once, until the route has another name.
  @Test func theTagOfAFileIsKeptWithItsRoute() async throws {
    let service = try TestService()
    let route = try Self.route(vertices: 10)
    let facts = try Download.Facts(of: route, as: .kml)
    let download = try await Self.download(service, route, facts, as: .kml)
    try await download.write { _ in }
    let kept = KeptRoute(try MeasuredRoute(route)) { _ in }
    #expect(kept.file(.kml, named: "Long") == nil)
    #expect(try kept.makeFile(.kml, named: "Long") == facts)
    #expect(kept.file(.kml, named: "Long") == facts)
    #expect(kept.file(.kml, named: "Other") == nil && kept.file(.gpx, named: "Long") == nil)
    #expect(try kept.makeFile(.kml, named: "Other") != facts)
  }
}
