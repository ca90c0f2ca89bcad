import Formats
import Foundation
import Geodesy
import Routes
import Testing

/// Files are written piece by piece, and no byte of them depends on where a piece ends.
@Suite struct WritingTests {
  /// All bytes of what the writers make of the sample quests and of lines that are hard to cut.
  ///
  /// Caches know files by their tags, and people keep them under version control: a writer that writes
  /// other bytes has to have a reason.
  @Test(arguments: [
    (RouteFormat.gpx, 17_443_848_818_164_849_399 as UInt64),
    (.geojson, 13_799_691_453_231_335_095), (.kml, 7_542_220_778_289_982_928),
    (.polyline5, 872_195_066_118_386_816), (.polyline6, 4_412_645_915_174_112_198),
  ])
  func filesAreWhatTheyWere(_ format: RouteFormat, _ expected: UInt64) throws {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for route in try Self.samples() + Self.hard() {
      for digits in [7, 0, 12] {
        var options = WriteOptions()
        options.coordinateDigits = digits
        for byte in RouteWriter.write(route, as: format, options: options) {
          hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
      }
    }
    #expect(hash == expected)
  }

  /// Where pieces end changes nothing, and none is longer than it should be by more than an item.
  @Test(arguments: RouteFormat.allCases)
  func piecesComeToTheWhole(_ format: RouteFormat) throws {
    for route in try Self.samples().suffix(2) + Self.hard() {
      let whole = RouteWriter.write(route, as: format)
      for pieceBytes in [1, 100, 4_096] {
        var pieces = RoutePieces(route, as: format, pieceBytes: pieceBytes)
        var bytes: [UInt8] = []
        var longest = 0
        while let piece = pieces.next(of: route) {
          longest = max(longest, piece.count)
          bytes += piece
        }
        #expect(bytes == whole)
        #expect(longest < pieceBytes + 1_000, "\(format)")
        #expect(pieces.next(of: route) == nil)
      }
    }
  }

  /// What a file says about its joins and cuts grows with the parts, and comes in pieces too.
  @Test(arguments: [RouteFormat.gpx, .geojson, .kml])
  func joinsAndCutsComeInPieces(_ format: RouteFormat) throws {
    let parts = (0..<5_000).map { i in
      [place(0, 179), place(Double(i % 80), -179), place(1, 179)]
    }
    let route = try Route(
      parts: parts, joinPolicies: Array(repeating: .counted, count: parts.count - 1))
    var pieces = RoutePieces(route, as: format, pieceBytes: 1_000)
    var longest = 0
    while let piece = pieces.next(of: route) { longest = max(longest, piece.count) }
    #expect(longest < 2_000)
  }

  private static func samples() throws -> [Route] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../routes")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".geojson") }.sorted()
    #expect(names.count == 10)
    return try names.map {
      try RouteReader.read(Array(Data(contentsOf: folder.appending(path: $0)))).route()
    }
  }

  /// Lines over 180 degrees in every way, parts of one vertex, joins of each policy, texts to escape.
  private static func hard() throws -> [Route] {
    let lines: [[Coordinate]] = [
      [place(1, 179), place(2, -179)], [place(1, 180), place(2, -179)],
      [place(1, -180), place(2, 179, 7), place(3, -180), place(4, -179, 0)],
      [place(1, 179), place(2, 180), place(3, -179), place(4, 179.99999999999), place(5, -179)],
      [place(1, 180), place(2, -180), place(3, 180)], [place(1, 2, 0), place(3, 4, 0)],
      [place(5, 5)], [place(-180.0 / 7, 180)], [place(10, 10, 100), place(10, 10, 100)],
    ]
    let waypoints = [
      Waypoint(name: "a<\"&\n", coordinate: place(1, 180, 0), story: "told", type: "town"),
      Waypoint(coordinate: place(1, -180), story: "\u{0}]]>", officialDistance: distance("1 mi")),
      Waypoint(coordinate: place(2, 2)),
    ]
    let course = Course(laps: 3, thereAndBack: true, lapJoin: .ferry)
    var routes = try lines.map { try Route(parts: [$0]) }
    routes += try lines.map { try Route(name: "\u{1F3D4} &", parts: [$0, $0], course: course) }
    for shift in 0..<lines.count {
      let parts = Array(lines[shift...] + lines[..<shift])
      routes.append(try Route(name: "", parts: parts, waypoints: waypoints))
      routes.append(
        try Route(
          parts: parts,
          joinPolicies: (1..<parts.count).map {
            [nil, .walk, .ferry, .counted, .unresolved][($0 + shift) % 5]
          }, waypoints: waypoints, officialLength: distance("12.5 km"), course: course))
      routes.append(
        try Route(
          parts: parts.filter { $0.count == 1 } + [[place(0, 0)]],
          joinPolicies: shift % 2 == 0 ? nil : [nil, .counted]))
    }
    return routes
  }
}
