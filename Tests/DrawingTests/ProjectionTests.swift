import Foundation
import MapData
import Testing

@testable import Drawing

@Suite struct ProjectionTests {
  private func kind(_ quest: String) throws -> MapProjection.Kind {
    MapProjection.Kind(showing: RouteTrace(try Sample.quest(quest)).sample(most: 4_000))
  }

  @Test func theExtentChoosesTheProjection() throws {
    // Over 180 degrees: about the middle of the route, not about Greenwich.
    guard case .region(let latitude, let longitude) = try kind("bering-crossing") else {
      Issue.record("the Bering Crossing is a region")
      return
    }
    #expect((63...68).contains(latitude) && abs(abs(longitude) - 175) < 6)
    guard case .polar(let isNorth, _) = try kind("antarctic-traverse") else {
      Issue.record("the Antarctic Traverse goes over the pole")
      return
    }
    #expect(!isNorth)
    guard case .world(let middle) = try kind("round-the-world") else {
      Issue.record("the way round the world needs all of it")
      return
    }
    // Cut where the route has least: over the Atlantic.
    #expect((-45 ... -5).contains((middle + 180).remainder(dividingBy: 360)))
    for quest in ["appalachian-trail", "te-araroa", "manhattan-loop", "iceland-ring-road"] {
      guard case .region = try kind(quest) else {
        Issue.record("\(quest) is a region")
        continue
      }
    }
  }

  @Test func roundAPoleAndAtIt() {
    let ring = (0..<72).map { Place(latitude: -60, longitude: Double($0) * 5 - 180) }
    #expect(MapProjection.Kind(showing: ring) == .polar(isNorth: false, longitude: 0))
    let pole = [Place(latitude: 90, longitude: 17)]
    #expect(MapProjection.Kind(showing: pole) == .polar(isNorth: true, longitude: 0))
    let one = [Place(latitude: 47, longitude: 8)]
    #expect(MapProjection.Kind(showing: one) == .region(latitude: 47, longitude: 8))
    // Two places opposite to each other have no middle.
    let opposite = [Place(latitude: 0, longitude: 0), Place(latitude: 0, longitude: 180)]
    guard case .world = MapProjection.Kind(showing: opposite) else {
      Issue.record("opposite places need the world")
      return
    }
  }

  @Test func theCapHoldsAllPlacesAndIsSmall() {
    var random = SeededGenerator(state: 1)
    for _ in 0..<20 {
      let center = random.place()
      let places = (0..<300).map { _ -> Place in
        Place(
          latitude: min(max(center.latitude + Double.random(in: -8...8, using: &random), -90), 90),
          longitude: center.longitude + Double.random(in: -8...8, using: &random))
      }
      let cap = Cap(around: places)
      // A square of 16 degrees has no point further than 11.4 from its middle.
      #expect(cap.center != nil && cap.radiusDegrees < 11.8)
    }
  }

  @Test(arguments: [
    MapProjection.Kind.region(latitude: -41, longitude: 175), .polar(isNorth: true, longitude: 30),
    .polar(isNorth: false, longitude: 0), .world(longitude: 150),
  ])
  func placesComeBack(_ kind: MapProjection.Kind) throws {
    let projection = try MapProjection(kind)
    var random = SeededGenerator(state: 2)
    for _ in 0..<200 {
      let place = random.place()
      let answer = projection.place(at: projection.point(place))
      let back = try #require(answer)
      #expect(abs(back.latitude - place.latitude) < 1e-6)
      let turn = (back.longitude - place.longitude).remainder(dividingBy: 360)
      #expect(abs(turn) * cos(place.latitude * .pi / 180) < 1e-6)
    }
    // Beside the globe is nowhere.
    let nowhere = projection.place(at: Point(x: 3e7, y: 3e7))
    #expect(nowhere == nil)
  }

  /// The projections keep areas, so whatever the middle meridian the land of the world is the land
  /// of the world: 149 million km² less what is too small to be in the outlines.
  @Test(arguments: [0.0, 10, -100, 155, 179.5])
  func theLandIsNeitherFloodedNorDriedOut(_ longitude: Double) throws {
    let projection = try MapProjection(.world(longitude: longitude))
    let land = LandOnMap(Land(.coarse), projection)
    let area = land.areas.reduce(0) { $0 + signedArea($1) } / 1e12
    #expect((140...152).contains(area), "\(area) million km²")
    // No coast crosses the map: the longest step between two vertices is some hundred kilometres.
    for coast in land.coasts {
      for (a, b) in zip(coast, coast.dropFirst()) { #expect(a.distance(to: b) < 1.2e6) }
    }
    for point in land.areas.joined() { #expect(point.x.isFinite && point.y.isFinite) }
  }

  /// What is filled is what is land, also where the opposite place of the map's centre is land.
  @Test(arguments: [
    MapProjection.Kind.region(latitude: -40, longitude: 176),
    .region(latitude: 47, longitude: 8), .region(latitude: 65, longitude: -175),
    .polar(isNorth: true, longitude: 0), .polar(isNorth: false, longitude: 0),
    .world(longitude: -120),
  ])
  func landIsWhereItIs(_ kind: MapProjection.Kind) throws {
    let projection = try MapProjection(kind)
    let land = Land(.coarse)
    let onMap = LandOnMap(land, projection)
    var random = SeededGenerator(state: 3)
    var wrong = 0
    for _ in 0..<400 {
      let place = random.place()
      if isInside(projection.point(place), onMap.areas) != land.contains(place) { wrong += 1 }
    }
    // Edges are straight on the map here and on the degrees there; a place may lie between.
    #expect(wrong <= 4, "\(wrong) of 400 places")
    let bern = Place(latitude: 46.9, longitude: 7.4)
    let ocean = Place(latitude: -30, longitude: -130)
    #expect(land.contains(bern) && !land.contains(ocean))
    let (bernOnMap, oceanOnMap) = (projection.point(bern), projection.point(ocean))
    #expect(isInside(bernOnMap, onMap.areas))
    #expect(!isInside(oceanOnMap, onMap.areas))
  }

  /// A coast at the opposite place leads round the rim of the globe, not across the middle.
  @Test func noCoastCrossesTheMapWhereItsOppositeIsACoast() throws {
    let land = Land(.coarse)
    let rim = 1.27e7
    for index in stride(from: 0, to: 400, by: 40) {
      let (a, b) = (land.rings[0][index], land.rings[0][index + 1])
      let projection = try MapProjection(
        .region(
          latitude: -(a.latitude + b.latitude) / 2,
          longitude: (a.longitude + b.longitude) / 2 + 180.001))
      for coast in LandOnMap(land, projection).coasts {
        for (p, q) in zip(coast, coast.dropFirst())
        where hypot(p.x, p.y) > 0.76 * rim && hypot(q.x, q.y) > 0.76 * rim {
          let middle = hypot((p.x + q.x) / 2, (p.y + q.y) / 2)
          #expect(middle > 0.7 * rim, "vertex \(index)")
        }
      }
    }
  }

  @Test func bothScalesAreRead() {
    let coarse = Land(.coarse)
    let fine = Land(.fine)
    #expect(coarse.rings.count == 125 && fine.rings.count == 1_426)
    #expect(fine.rings.reduce(0) { $0 + $1.count } == 59_142)
    for ring in fine.rings {
      #expect(ring.count >= 3 && ring.allSatisfy { abs($0.latitude) <= 90 })
    }
  }

  private func signedArea(_ points: [Point]) -> Double {
    zip(points, points.dropFirst() + points.prefix(1)).reduce(0) {
      $0 + ($1.0.x * $1.1.y - $1.1.x * $1.0.y) / 2
    }
  }

  /// By the even-odd rule.
  private func isInside(_ point: Point, _ areas: [[Point]]) -> Bool {
    var isInside = false
    for area in areas {
      guard var a = area.last else { continue }
      for b in area {
        if (a.y > point.y) != (b.y > point.y),
          point.x < a.x + (point.y - a.y) / (b.y - a.y) * (b.x - a.x)
        {
          isInside.toggle()
        }
        a = b
      }
    }
    return isInside
  }
}
