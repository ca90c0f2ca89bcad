import Geodesy
import Testing

@testable import Routes

@Suite struct MapLineTests {
  private func place(_ latitude: Double, _ longitude: Double, _ height: Double? = nil) throws
    -> Coordinate
  {
    try Coordinate(latitude: latitude, longitude: longitude, elevationMeters: height)
  }

  @Test func partsAndCountedJoinsComeInOrder() throws {
    let route = try MeasuredRoute(
      Route(
        name: nil,
        parts: [
          [place(0, 0), place(0, 1)], [place(0, 1.001), place(0, 2)], [place(1, 5)],
          [place(1, 6), place(1, 7)],
        ], joinPolicies: [.walk, .ferry, .counted]))
    let lines = route.mapLines()
    #expect(lines.map(\.kind) == [.part, .walk, .part, .part, .crossing, .part])
    #expect(lines.map(\.part) == [1, 1, 2, 3, 3, 4])
    #expect(lines.allSatisfy { $0.coordinates.count == 2 && $0.distances.count == 2 })
    // Each goes on where the last one ended, over a jump too.
    for (line, next) in zip(lines, lines.dropFirst()) {
      #expect(line.distances.last == next.distances.first)
    }
    #expect(lines.first?.distances.first == .zero)
    #expect(lines.last?.distances.last == route.passLength)
    // A part of one vertex is a line of no length.
    #expect(lines[3].coordinates[0] == lines[3].coordinates[1])
    #expect(lines[3].distances[0] == lines[3].distances[1])
  }

  @Test func cutsKeepTheOfficialDistance() throws {
    // Twice as long as the line, so that the cut lies at the half of that.
    let official = Distance(micrometers: 2 * 111_319_490_793)
    let route = try MeasuredRoute(
      Route(
        name: nil, parts: [[place(0, 179.5, 10), place(0, -179.5, 30), place(0, 179.5, 10)]],
        officialLength: official))
    let lines = route.mapLines()
    #expect(lines.map(\.piece) == [1, 2, 3])
    #expect(
      lines.map { $0.coordinates.map(\.longitude) } == [
        [179.5, 180], [-180, -179.5, -180], [180, 179.5],
      ])
    #expect(lines[0].distances[1] == lines[1].distances[0])
    let quarter = official.micrometers / 4
    for (distance, expected) in zip(
      lines[1].distances.map(\.micrometers), [quarter, 2 * quarter, 3 * quarter])
    {
      #expect(abs(distance - expected) <= 10)
    }
    #expect(lines[2].distances.last == official)
    #expect(abs((lines[0].coordinates[1].elevationMeters ?? 0) - 20) < 1e-6)
  }

  @Test func aVertexOnTheMeridianIsWrittenOnEitherSide() throws {
    let route = try MeasuredRoute(
      Route(name: nil, parts: [[place(0, 179), place(1, 180), place(0, -179)]]))
    let lines = route.mapLines()
    #expect(lines.map { $0.coordinates.map(\.longitude) } == [[179, 180], [-180, -179]])
    #expect(lines[0].distances[1] == lines[1].distances[0])
    #expect(lines[1].distances[1] == route.passLength)
  }
}
