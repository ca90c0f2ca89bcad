internal import Formats
internal import Geodesy
internal import Inspection
internal import Routes

/// Builds a map from the ground up; what is added later is drawn above, and finds the room that is
/// left.
struct MapBuilder: ~Copyable {
  let measured: MeasuredRoute
  let sheet: MapSheet
  let style: PlotStyle
  let symbols: MapSymbols
  let position: PassPosition?
  /// The waypoints that are drawn.
  let shown: ShownWaypoints
  var placing: LabelPlacing
  var layers: [Layer] = []
  /// Waypoints that found no room for their labels, those outside of the map among them.
  var unnamed: [Int] = []
  /// Teams that found no room for their names.
  var unnamedTeams = 0
  /// Whether a town is named.
  var hasTowns = false
  /// Where findings and questions are marked; no panel is drawn above.
  private(set) var marked: [Point] = []

  let start: Point
  /// Nil where the course ends at its start by going back.
  let finish: Point?
  let here: Point?
  /// In the order of their distances.
  let waypoints: [(placed: PlacedWaypoint, pixel: Point)]
  /// Indices of these, the most important first.
  let order: [Int]
  /// Those that are drawn.
  let dots: [Int]
  let ticks: [Tick]
  /// The furthest first.
  let teams: [(name: String, pixel: Point)]
  /// The line as it was before a change.
  let before: [[Point]]

  /// More waypoints than these are drawn apart from each other, the least important left out.
  private static let mostTouchingDots = 150
  /// Findings of one severity that are marked at most; beyond, one more makes no difference.
  private static let mostMarks = 1_000

  var unit: Double { style.unit }
  var palette: Palette { style.palette }
  var box: Box { sheet.box }
  var markerRadius: Double { (MapSymbols.markerRadius + 2) * style.unit }

  init(
    _ measured: MeasuredRoute, _ sheet: consuming MapSheet, _ style: PlotStyle,
    _ position: PassPosition?, teams: [PlotTeam] = [], before: MeasuredRoute? = nil,
    showing shown: ShownWaypoints = .all
  ) {
    self.measured = measured
    self.style = style
    self.position = position
    self.shown = shown
    symbols = MapSymbols(style: style)
    placing = LabelPlacing(in: sheet.box.expanded(by: -3 * style.unit))
    let vertices = measured.route.vertices
    start = sheet.pixel(vertices[0])
    finish =
      measured.route.course.thereAndBack ? nil : sheet.pixel(vertices[vertices.count - 1])
    here = position.map { sheet.pixel($0.position.coordinate) }
    let waypoints = measured.waypoints.filter { shown.contains($0.index) }
      .sorted { $0.distance < $1.distance }
      .map { (placed: $0, pixel: sheet.pixel($0.waypoint.coordinate)) }
    self.waypoints = waypoints
    order = WaypointOrder.byImportance(
      waypoints.map(\.placed), next: position?.position.nextWaypoint?.index)
    let box = sheet.box
    dots = Self.apart(
      order.filter { box.contains(waypoints[$0].pixel) }, at: waypoints.map(\.pixel),
      spacing: (waypoints.count > Self.mostTouchingDots ? 9 : 3) * style.unit)
    ticks = Self.ticks(measured, style) { sheet.pixel($0) }.filter { box.contains($0.at) }
    self.teams = teams.sorted { ($1.distance, $0.name) < ($0.distance, $1.name) }
      .map { ($0.name, sheet.pixel(measured.position(at: $0.distance).coordinate)) }
    self.before = before.map { sheet.lines(RouteTrace($0), .line) } ?? []
    self.sheet = sheet
  }

  // MARK: The route

  mutating func addRoute(hasArrows: Bool = true) {
    var layer = Layer("route", clip: box)
    let casing = palette.casing.with(opacity: 0.9)
    func add(_ lines: [[Point]], _ stroke: Stroke, casingWidth: Double) {
      guard !lines.isEmpty else { return }
      if casingWidth > 0 {
        layer.shapes.append(
          .path(
            lines: lines, isClosed: false, fill: nil,
            stroke: Stroke(color: casing, width: stroke.width + casingWidth)))
      }
      layer.shapes.append(.path(lines: lines, isClosed: false, fill: nil, stroke: stroke))
    }
    add(before, symbols.before, casingWidth: 0)
    for line in before { placing.avoid(line: line) }
    let casingWidth = 2.6 * unit
    for kind in [RouteTrace.Kind.ferry, .unresolved, .crossing, .line] {
      let lines = sheet.lines[kind] ?? []
      add(
        lines, symbols.stroke(kind, isQuiet: position != nil),
        casingWidth: kind == .line ? casingWidth : 0)
      for line in lines { placing.avoid(line: line) }
    }
    if hasArrows, isLoop { layer.shapes += arrows() }
    if let position {
      let (from, to) = position.travelled
      // A pass has no more vertices than a route may.
      let travelled = RouteTrace((try? measured.slice(from: from, to: to)) ?? [])
      for kind in [RouteTrace.Kind.crossing, .line] {
        add(
          sheet.lines(travelled, kind), symbols.travelledStroke(kind),
          casingWidth: kind == .line ? casingWidth : 0)
      }
    }
    layers.append(layer)
  }

  // MARK: Signs

  /// The signs, the least important first, and the frame above them.
  mutating func addSigns(_ findings: [Finding]) {
    var layer = Layer("signs", clip: box)
    for tick in ticks { layer.shapes.append(.line(tick.line, tick.stroke)) }
    for index in dots {
      let at = waypoints[index].pixel
      layer.shapes += symbols.waypoint(at)
      placing.mark(at)
      for (x, y) in [(-1.0, -1.0), (-1, 1), (1, -1), (1, 1)] {
        placing.avoid(Point(x: at.x + x * 2.5 * unit, y: at.y + y * 2.5 * unit), weight: 3)
      }
    }
    for join in Self.undecided(measured) {
      let middle = sheet.pixel(join)
      guard box.contains(middle) else { continue }
      layer.shapes += symbols.question(middle)
      placing.avoid(middle, weight: 20)
      marked.append(middle)
    }
    for severity in [Severity.info, .warning, .error] {
      for mark in marks(findings, severity) {
        layer.shapes += symbols.finding(severity, mark)
        placing.avoid(mark, weight: 4)
        marked.append(mark)
      }
    }
    // An inset may show neither of the ends.
    let reach = box.expanded(by: markerRadius)
    if let finish, reach.contains(finish) { layer.shapes += symbols.finish(finish) }
    if reach.contains(start) { layer.shapes += symbols.start(start) }
    // The rims of all below the dots of all: where many stand together, none hides another.
    layer.shapes += teams.map { symbols.teamRim($0.pixel) }
    for team in teams.reversed() {
      layer.shapes.append(symbols.team(team.pixel))
      placing.avoid(team.pixel, weight: 20)
      placing.mark(team.pixel)
      marked.append(team.pixel)
    }
    if let here, reach.contains(here) { layer.shapes += symbols.position(here) }
    for point in [finish, start].compactMap({ $0 }) { keepFree(point, markerRadius) }
    if let here { keepFree(here, 11 * unit) }
    layers.append(layer)
    layers.append(
      Layer("frame", [.box(box, fill: nil, stroke: Stroke(color: palette.frame, width: unit))]))
  }

  /// Whether a finding belongs to a place on the map.
  func shows(_ finding: Finding) -> Bool {
    finding.place.map { box.contains(sheet.pixel($0)) } ?? false
  }

  private mutating func keepFree(_ center: Point, _ radius: Double) {
    placing.take(Box(around: center, radius: radius))
    placing.avoid(center, weight: 200)
  }

  // MARK: What is where

  /// The middles of the gaps that nobody has decided on.
  private static func undecided(_ measured: MeasuredRoute) -> [Coordinate] {
    (measured.joins + [measured.lapJoin].compactMap { $0 })
      .filter { $0.policy == .unresolved }.prefix(mostMarks)
      .map { join in
        let leg = Geodesic.wgs84.inverse(from: join.from, to: join.to)
        return Geodesic.wgs84.direct(
          from: join.from, azimuth: leg.initialAzimuth, distanceMeters: leg.distanceMeters / 2
        ).coordinate
      }
  }

  /// Where the findings of a severity are marked: one where several fall together.
  private func marks(_ findings: [Finding], _ severity: Severity) -> [Point] {
    var cells: Set<SIMD2<Int>> = []
    var marks: [Point] = []
    for finding in findings where finding.severity == severity {
      guard marks.count < Self.mostMarks, let coordinate = finding.coordinate else { continue }
      let point = sheet.pixel(coordinate)
      guard box.contains(point),
        cells.insert(SIMD2(Int(point.x / (4 * unit)), Int(point.y / (4 * unit)))).inserted
      else { continue }
      marks.append(point)
    }
    return marks
  }

  /// Those of some points that keep a distance from all before them, about: one in each cell of a
  /// grid, and none beside another.
  private static func apart(_ order: [Int], at points: [Point], spacing: Double) -> [Int] {
    var cells: [SIMD2<Int>: Point] = [:]
    return order.filter { index in
      let point = points[index]
      let cell = SIMD2(Int(point.x / spacing), Int(point.y / spacing))
      for dx in -1...1 {
        for dy in -1...1 {
          if let other = cells[cell &+ SIMD2(dx, dy)], other.distance(to: point) < spacing {
            return false
          }
        }
      }
      cells[cell] = point
      return true
    }
  }
}
