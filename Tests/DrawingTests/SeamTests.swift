import Geodesy
import MapData
import Testing

@testable import Drawing

@Suite struct SeamTests {
  /// Two places next to each other on the line are next to each other on the plane, in whatever way
  /// the line runs: a step over the seam would be as long as the map is wide.
  @Test func noStrokeShootsAcrossTheMap() throws {
    var random = SeededGenerator(state: 4)
    for trial in 0..<12 {
      let places = (0..<8).map { _ in random.place() }
      let route = try Sample.route([
        places.map { ($0.latitude, $0.longitude) }
          + (trial == 0 ? [(89, 0), (89, 180), (-90, 0)] : [])
      ])
      let projection = try MapProjection(
        .world(longitude: Double.random(in: -180...180, using: &random)))
      for piece in RouteTrace(route).pieces {
        for line in projection.lines(piece.places) {
          for (a, b) in zip(line, line.dropFirst()) {
            // 40 km on the ground; on the pole's line and close to it a little is stretched much.
            #expect(a.distance(to: b) < 3.2e6, "trial \(trial)")
          }
        }
      }
    }
  }

  @Test func aLineIsCutAtTheSeamAndGoesOnAtTheOtherSide() {
    let pieces = Seam.cut(line: [
      Place(latitude: 0, longitude: 178), Place(latitude: 2, longitude: -178),
      Place(latitude: 2, longitude: 179),
    ])
    #expect(pieces.count == 3)
    #expect(pieces[0].last == Place(latitude: 1, longitude: 180))
    #expect(pieces[1].first == Place(latitude: 1, longitude: -180))
    #expect(pieces[1].last == Place(latitude: 2, longitude: -180))
    #expect(pieces[2].first == Place(latitude: 2, longitude: 180))
  }

  @Test func aStepOverThePoleIsLedUpToIt() {
    let pieces = Seam.cut(line: [
      Place(latitude: 89.9, longitude: -30), Place(latitude: 89.8, longitude: 150),
    ])
    #expect(pieces.count == 2)
    #expect(pieces[0].last == Place(latitude: 90, longitude: -30))
    #expect(pieces[1].first == Place(latitude: 90, longitude: 150))
  }

  @Test func aRingOverTheSeamHasTwoAreasAndOneRoundThePoleIsClosedOverIt() {
    let over = Seam.cut(ring: [
      Place(latitude: 0, longitude: 170), Place(latitude: 0, longitude: -170),
      Place(latitude: 10, longitude: -170), Place(latitude: 10, longitude: 170),
    ])
    #expect(over.count == 2)
    for area in over {
      let sides = Set(area.map { $0.longitude > 0 })
      #expect(sides.count == 1 && area.allSatisfy { abs($0.longitude) >= 170 })
    }
    // Westwards: what is on the left is the south.
    let round = Seam.cut(
      ring: (0..<36).map { Place(latitude: -60, longitude: 175 - Double($0) * 10) })
    #expect(round.count == 1)
    #expect(round[0].contains { $0.latitude == -90 })
    #expect(!round[0].contains { $0.latitude > -60 })
  }

  @Test func longLegsAreGeodesics() throws {
    // From San Francisco to Tokyo the shortest way leads far north of both.
    let route = try Sample.route([[(37.8, -122.4), (35.7, 139.7)]])
    let places = try #require(RouteTrace(route).pieces.first).places
    #expect(places.count > 200)
    #expect((places.map(\.latitude).max() ?? 0) > 47)
    for (a, b) in zip(places, places.dropFirst()) {
      let meters = Geodesic.wgs84.inverse(
        from: try Coordinate(latitude: a.latitude, longitude: a.longitude),
        to: try Coordinate(latitude: b.latitude, longitude: b.longitude)
      ).distanceMeters
      #expect(meters <= 40_001)
    }
  }

  @Test func joinsKeepTheirKinds() throws {
    let route = try Sample.route(
      [
        [(0, 0), (0, 1)], [(0, 2), (0, 3)], [(0, 4), (0, 5)], [(0, 6), (0, 7)], [(0, 8), (0, 9)],
      ],
      joins: [.walk, .ferry, .counted, nil])
    let kinds = RouteTrace(route).pieces.map(\.kind)
    // A gap that is walked is part of the line.
    #expect(kinds == [.line, .ferry, .line, .crossing, .line, .unresolved, .line])
  }
}
