import Formats
import Geodesy
import Inspection
import MapData
import Routes
import Testing

@testable import Drawing

/// What lies beneath a route: coasts where they are, water as water, towns with their names.
@Suite struct GroundTests {
  // MARK: The data

  /// Whether a place lies in an area of a kind.
  private func lies(_ latitude: Double, _ longitude: Double, in kind: MapTile.Area.Kind) -> Bool {
    let tiles = BaseMap(.fine).tiles(
      south: latitude, north: latitude, west: longitude, east: longitude)
    return tiles.flatMap(\.areas).contains { area in
      area.kind == kind
        && isInside(
          Point(x: longitude, y: latitude),
          area.rings.map { $0.map { Point(x: $0.longitude, y: $0.latitude) } })
    }
  }

  /// The even-odd rule.
  private func isInside(_ point: Point, _ rings: [[Point]]) -> Bool {
    var isInside = false
    for ring in rings {
      for (a, b) in zip(ring, ring.dropFirst() + ring.prefix(1))
      where (a.y > point.y) != (b.y > point.y) {
        if point.x < a.x + (point.y - a.y) / (b.y - a.y) * (b.x - a.x) { isInside.toggle() }
      }
    }
    return isInside
  }

  @Test(arguments: [
    // Cap Corse and the sea on both sides of it, 8 km away.
    (42.90, 9.41, true, false), (42.90, 9.56, false, false), (42.90, 9.24, false, false),
    // The Great Lakes, and an island in one.
    (42.2, -81.2, true, true), (43.7, -77.9, true, true), (45.77, -82.2, true, false),
    (41.88, -87.7, true, false), (41.9, -87.4, true, true),
    // Islands that a coarse map leaves out: Heligoland, Skomer's bay, Tresco's sea.
    (54.21, -4.53, true, false), (28.95, -13.6, true, false),
    // On both sides of 180 degrees: Taveuni and Chukotka.
    (-16.85, -179.97, true, false), (66.5, 179.99, true, false), (66.5, -179.99, true, false),
    (-30, 179.999, false, false),
  ])
  func landAndLakesAreWhereTheyAre(
    _ latitude: Double, _ longitude: Double, _ isLand: Bool, _ isLake: Bool
  ) {
    #expect(lies(latitude, longitude, in: .land) == isLand)
    #expect(lies(latitude, longitude, in: .lake) == isLake)
  }

  @Test func theRossSeaIsCoveredByItsShelf() {
    #expect(lies(-81, 179.99, in: .iceShelf) && lies(-81, -179.99, in: .iceShelf))
    #expect(!lies(-76, 178, in: .iceShelf) && !lies(-76, 178, in: .land))
    #expect(lies(-90, 0, in: .land) && lies(-85, 0, in: .land))
  }

  @Test(arguments: [BaseMap.Level.fine, .medium])
  func itAgreesWithTheCoarserOutlines(_ level: BaseMap.Level) {
    var random = SeededGenerator(state: 10)
    let land = Land(.fine)
    var different = 0
    for _ in 0..<1_000 {
      let place = random.place()
      let tiles = BaseMap(level).tiles(
        south: place.latitude, north: place.latitude, west: place.longitude, east: place.longitude)
      let isLand = tiles.flatMap(\.areas).contains {
        $0.kind != .lake
          && isInside(
            Point(x: place.longitude, y: place.latitude),
            $0.rings.map { $0.map { Point(x: $0.longitude, y: $0.latitude) } })
      }
      if isLand != land.contains(place) { different += 1 }
    }
    #expect(different <= 12)
  }

  @Test func allTilesCanBeReadAndAShoreIsNoEdgeOfATile() {
    let tiles = BaseMap(.fine).tiles(south: -90, north: 90, west: -180, east: 179.99)
    #expect(tiles.count == 7_200)
    #expect(tiles.reduce(0) { $0 + $1.towns.count } > 30_000)
    #expect(tiles.allSatisfy { $0.towns.allSatisfy { !$0.name.isEmpty } })
    #expect(
      tiles.allSatisfy {
        $0.towns.map(\.population) == $0.towns.map(\.population).sorted(by: >)
      })
    // Inland there is no shore but that of lakes, though tiles are full of land.
    let sahara = BaseMap(.fine).tiles(south: 22, north: 23, west: 9.5, east: 10.5)
    let land = sahara.flatMap(\.areas).filter { $0.kind == .land }
    #expect(!land.isEmpty && land.allSatisfy { $0.shores.isEmpty && !$0.rings.isEmpty })
  }

  // MARK: The map

  private static func route(_ places: [(Double, Double)], _ waypoints: [Waypoint] = []) throws
    -> MeasuredRoute
  { try Sample.route([places], waypoints: waypoints) }

  /// The colour that the ground has at a place.
  private func ground(
    _ route: MeasuredRoute, _ plot: RoutePlot, at latitude: Double, _ longitude: Double
  ) throws -> Color? {
    let layer = try #require(plot.drawing.layers.first { $0.name == "ground" })
    let box = try #require(layer.clip)
    let sheet = try MapSheet(showing: RouteTrace(route), in: box, unit: 1)
    let point = sheet.pixel(Place(latitude: latitude, longitude: longitude))
    #expect(box.contains(point), "\(latitude), \(longitude) is not on the map")
    return layer.shapes.last {
      if case .path(let lines, true, .some, _) = $0 { isInside(point, lines) } else { false }
    }.flatMap { if case .path(_, _, let fill, _) = $0 { fill } else { nil } }
  }

  private func texts(_ plot: RoutePlot, _ layer: String) -> [TextRun] {
    plot.drawing.layers.filter { $0.name == layer }.flatMap(\.shapes).compactMap {
      if case .text(let run) = $0 { run } else { nil }
    }
  }

  private static let corsica = [
    (41.92, 8.74), (42.1, 9.0), (42.31, 9.15), (42.55, 9.3), (42.70, 9.45), (42.9, 9.42),
  ]

  @Test func alongCorsica() throws {
    let route = try Self.route(
      Self.corsica, [try Sample.waypoint("Corte, half way", 42.31, 9.15)])
    let plot = try RoutePlot(route)
    let palette = Palette(.light)
    #expect(try ground(route, plot, at: 42.2, 9.2) == palette.land)
    #expect(try ground(route, plot, at: 42.2, 9.75) == palette.sea)
    #expect(try ground(route, plot, at: 42.9, 9.56) == palette.sea)
    let towns = texts(plot, "towns").map(\.text)
    #expect(towns.contains("Ajaccio") && towns.contains("Bastia"), "\(towns)")
    #expect(plot.mapNotes.land == "1:10m" && plot.mapNotes.hasTowns)
    // Towns keep off the waypoints' names, and lie below the route.
    for label in texts(plot, "labels") {
      for town in texts(plot, "towns") { #expect(!town.box.intersects(label.box), "\(town.text)") }
    }
    let names = plot.drawing.layers.map(\.name)
    #expect(try #require(names.firstIndex(of: "towns")) < #require(names.firstIndex(of: "route")))
    #expect(!texts(plot, "legend").contains { $0.text.contains("approximate") })
  }

  @Test func theGreatLakesAreWater() throws {
    let route = try Self.route([
      (41.88001, -87.62001), (41.68001, -86.25001), (42.33001, -83.05001), (41.50001, -81.69001),
      (42.89001, -78.88001), (43.65001, -79.38001), (44.23001, -76.48001),
    ])
    let plot = try RoutePlot(route)
    let palette = Palette(.light)
    for (latitude, longitude) in [(42.2, -81.2), (43.7, -77.9), (42.5, -87.0), (44.5, -82.5)] {
      #expect(try ground(route, plot, at: latitude, longitude) == palette.sea)
    }
    #expect(try ground(route, plot, at: 42.8, -84.5) == palette.land)
    let towns = texts(plot, "towns").map(\.text)
    #expect(towns.contains("Chicago") && towns.contains("Toronto"), "\(towns)")
  }

  @Test func aShortMapSaysThatItsCoastIsApproximate() throws {
    let plot = try RoutePlot(try Self.route([(43.29, 5.35), (43.25, 5.37), (43.22, 5.36)]))
    #expect(plot.mapNotes.isApproximate)
    #expect(texts(plot, "legend").map(\.text).contains("coast and water, approximate"))
    #expect(texts(plot, "towns").contains { $0.text.hasPrefix("Marseille") })
    let route = try Self.route([(22.5, 10), (22.55, 10.03)])
    // Where there is neither coast nor water, nothing is said of them.
    #expect(!texts(try RoutePlot(route), "legend").contains { $0.text.contains("approximate") })
  }

  @Test func iceShelvesAreDrawnAndNamed() throws {
    let route = try Self.route([(-77.85, 166.7), (-80, 172), (-83, 176), (-85, 178)])
    let plot = try RoutePlot(route)
    #expect(texts(plot, "legend").map(\.text).contains("ice shelf"))
    #expect(try ground(route, plot, at: -81, 174) == Palette(.light).iceShelf)
  }

  @Test func theWholeWorldHasItsLakesAndCities() throws {
    let plot = try RoutePlot(
      try Self.route([(51, 0), (40, 100), (35, 179), (40, -100), (45, -70)]))
    #expect(plot.mapNotes.land == "1:110m")
    #expect(texts(plot, "towns").count > 5)
  }

  // MARK: Signs

  @Test(arguments: PlotTheme.allCases)
  func severitiesHaveColoursUnlikeAnyLine(_ theme: PlotTheme) {
    let palette = Palette(theme)
    let lines = [
      palette.route, palette.quietRoute, palette.travelled, palette.ferry, palette.unresolved,
    ]
    for severity in [palette.error, palette.warning, palette.info] {
      for line in lines {
        let square = [16, 8, 0].reduce(0) { sum, shift in
          let (a, b) = (Int(severity.rgb >> shift & 0xFF), Int(line.rgb >> shift & 0xFF))
          return sum + (a - b) * (a - b)
        }
        #expect(square > 80 * 80, "\(severity) \(line)")
      }
    }
  }

  @Test func theLegendCoversNoMark() throws {
    let route = try Self.route([(0, 0), (0, 1), (0.6, 1), (0.6, 0)])
    // A grid that leaves one corner free, and then none.
    for isFull in [false, true] {
      var findings: [Finding] = []
      for x in 0..<20 {
        for y in 0..<12 where isFull || x < 13 || y < 7 {
          findings.append(
            Finding(
              Diagnostic.Code(rawValue: "spike"), .warning, "a spike",
              coordinate: try Coordinate(
                latitude: -0.05 + Double(y) * 0.06, longitude: -0.05 + Double(x) * 0.058)))
        }
      }
      let plot = try RoutePlot(route, findings: findings)
      let legend = plot.drawing.layers.first { $0.name == "legend" }
      #expect((legend == nil) == isFull)
      guard case .path(let lines, _, _, _)? = legend?.shapes.first,
        let panel = bounds(of: lines.joined())
      else { continue }
      let warning = Palette(.light).warning
      for shape in plot.drawing.layers.filter({ $0.name == "signs" }).flatMap(\.shapes) {
        guard case .path(let mark, _, warning, _) = shape, let box = bounds(of: mark.joined())
        else { continue }
        #expect(!box.intersects(panel))
      }
    }
  }

  @Test func aLoopHasArrowsAndAnOpenRouteHasNone() throws {
    func arrows(_ places: [(Double, Double)], _ course: Course = .once) throws -> Int {
      let drawing = try RoutePlot(try Sample.route([places], course: course)).drawing
      let ink = Palette(.light).ink
      return drawing.layers.filter { $0.name == "route" }.flatMap(\.shapes).count {
        if case .path(_, true, ink, _) = $0 { true } else { false }
      }
    }
    let loop = [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0)]
    #expect(try arrows(loop) == 8)
    #expect(try arrows(Array(loop.dropLast())) == 0)
    #expect(try arrows([(0, 0), (0, 1)], Course(thereAndBack: true)) == 0)
  }

  @Test func roundDistancesAreNamedFirst() throws {
    let waypoints = try (0...120).map {
      try Sample.waypoint("km \($0)", 0, Double($0) * 1_000 / 111_319.49)
    }
    let plot = try RoutePlot(try Self.route([(0, 0), (0, 1.078)], waypoints))
    let named = texts(plot, "labels").map(\.text).filter { $0.hasPrefix("km ") }
    for round in stride(from: 10, through: 110, by: 10) {
      #expect(named.contains("km \(round)"), "\(named)")
    }
  }

  @Test func teamsStandWhereTheyAreAndTheLineBeforeIsBeneath() throws {
    let route = try Self.route([(0, 0), (0, 1)])
    var options = PlotOptions()
    options.teams = [
      PlotTeam(name: "Owls", distance: Distance(micrometers: route.length.micrometers / 2)),
      PlotTeam(name: "Cats \u{202E}", distance: route.end),
    ]
    let before = try Self.route([(0, 0), (0.2, 0.5), (0, 1)])
    let plot = try RoutePlot(route, before: before, options: options)
    #expect(texts(plot, "labels").filter { $0.isBold }.map(\.text).sorted() == ["Cats", "Owls"])
    let legend = texts(plot, "legend").map(\.text)
    #expect(legend == ["route", "start", "finish", "team", "before the change"])
    let map = try #require(plot.drawing.layers.first { $0.name == "route" })
    let middle = try #require(map.clip).center.x
    let teams = plot.drawing.layers.filter { $0.name == "signs" }.flatMap(\.shapes).compactMap {
      if case .circle(let center, 5.2, _, nil) = $0 { center.x } else { nil }
    }
    #expect(teams.contains { abs($0 - middle) < 1 })
    // No rim hides another team.
    let signs = plot.drawing.layers.filter { $0.name == "signs" }.flatMap(\.shapes)
    let rim = signs.lastIndex { if case .circle(_, 6.6, _, nil) = $0 { true } else { false } }
    let dot = signs.firstIndex { if case .circle(_, 5.2, _, nil) = $0 { true } else { false } }
    #expect(try #require(rim) < (try #require(dot)))
    guard case .path(_, _, _, let stroke?)? = map.shapes.first else {
      Issue.record("the line before the change is the lowest")
      return
    }
    #expect(!stroke.dash.isEmpty)
  }

  @Test func aShortRouteIsMeasuredInMetres() throws {
    let route = try Self.route([(47, 8), (47.005, 8)])
    let plot = try RoutePlot(route)
    #expect(texts(plot, "profile-axes").contains { $0.text == "official distance in m" })
    #expect(texts(plot, "labels").contains { $0.text.hasSuffix("00 m") })
    let feet = try RoutePlot(route, options: PlotOptions(units: .imperial))
    #expect(texts(feet, "profile-axes").contains { $0.text == "official distance in ft" })
  }
}
