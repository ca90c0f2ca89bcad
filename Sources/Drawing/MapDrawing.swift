internal import Formats
internal import Geodesy
internal import Inspection
internal import Routes

/// The map: land, graticule, the route and its joins, markers, labels, scale bar and legend.
struct MapDrawing {
  /// What the small print says.
  struct Notes: Hashable, Sendable {
    let kind: MapProjection.Kind
    let projection: String
    /// The scale of the outlines; nil where they would be too coarse to show.
    let land: String?
    /// Labels of waypoints that found no room, those outside of the map among them.
    let droppedLabels: Int

    var text: String {
      var parts = [projection]
      parts.append(
        land.map { "Land: Natural Earth \($0)" }
          ?? "Land outlines are left out: they are too coarse for this scale")
      if droppedLabels > 0 {
        parts.append(
          "\(NiceNumbers.text(Double(droppedLabels), decimals: 0)) waypoint "
            + "label\(droppedLabels == 1 ? "" : "s") left out for lack of room"
        )
      }
      return parts.joined(separator: " · ")
    }
  }

  let layers: [Layer]
  let notes: Notes

  /// Labels beyond these are not even tried: no map has room for them.
  static let mostLabels = 400

  /// - Parameter hasLegend: whether the signs are explained.
  /// - Complexity: O(vertices + vertices of the land outlines).
  init(
    _ measured: MeasuredRoute, in box: Box, style: PlotStyle, position: PassPosition?,
    findings: [Finding] = [], hasLegend: Bool = true
  ) throws(DrawingError) {
    let sheet = try MapSheet(showing: RouteTrace(measured), in: box, unit: style.unit)
    let graticule = Graticule(sheet.projection, sheet.viewport, unit: style.unit)
    let land = sheet.land?.rawValue
    let (kind, projection) = (sheet.projection.kind, sheet.projection.name)
    var map = MapBuilder(measured, sheet, style, position)
    map.layers.append(map.sheet.ground(graticule, style.palette))
    map.addRoute()
    map.addSigns(findings)
    map.addScaleBar()
    if hasLegend { map.addLegend(findings) }
    map.addLabels(graticule)
    layers = map.layers
    notes = Notes(
      kind: kind, projection: projection, land: land, droppedLabels: map.droppedLabels)
  }
}

/// Builds a map from the ground up; what is added later is drawn above, and finds the room that is
/// left.
private struct MapBuilder: ~Copyable {
  private let measured: MeasuredRoute
  let sheet: MapSheet
  private let style: PlotStyle
  private let symbols: MapSymbols
  private let position: PassPosition?
  private var placing: LabelPlacing
  var layers: [Layer] = []
  private(set) var droppedLabels = 0

  private let start: Point
  /// Nil where the course ends at its start by going back.
  private let finish: Point?
  private let here: Point?
  /// In the order of their distances.
  private let waypoints: [(placed: PlacedWaypoint, pixel: Point)]
  /// Indices of these, the most important first.
  private let order: [Int]
  /// Those that are drawn.
  private let dots: [Int]
  private let ticks: [Tick]

  /// More waypoints than these are drawn apart from each other, the least important left out.
  private static let mostTouchingDots = 150
  /// Findings of one severity that are marked at most; beyond, one more makes no difference.
  private static let mostMarks = 1_000

  private var unit: Double { style.unit }
  private var palette: Palette { style.palette }
  private var box: Box { sheet.box }
  private var markerRadius: Double { (MapSymbols.markerRadius + 2) * style.unit }

  init(
    _ measured: MeasuredRoute, _ sheet: consuming MapSheet, _ style: PlotStyle,
    _ position: PassPosition?
  ) {
    self.measured = measured
    self.style = style
    self.position = position
    symbols = MapSymbols(style: style)
    placing = LabelPlacing(in: sheet.box.expanded(by: -3 * style.unit))
    let vertices = measured.route.vertices
    start = sheet.pixel(vertices[0])
    finish =
      measured.route.course.thereAndBack ? nil : sheet.pixel(vertices[vertices.count - 1])
    here = position.map { sheet.pixel($0.position.coordinate) }
    let waypoints = measured.waypoints.sorted { $0.distance < $1.distance }
      .map { (placed: $0, pixel: sheet.pixel($0.waypoint.coordinate)) }
    self.waypoints = waypoints
    order = Self.importance(
      waypoints.map(\.placed), next: position?.position.nextWaypoint?.index)
    let box = sheet.box
    dots = Self.apart(
      order.filter { box.contains(waypoints[$0].pixel) }, at: waypoints.map(\.pixel),
      spacing: (waypoints.count > Self.mostTouchingDots ? 9 : 3) * style.unit)
    ticks = Self.ticks(measured, style) { sheet.pixel($0) }
    self.sheet = sheet
  }

  // MARK: The route

  mutating func addRoute() {
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
    let casingWidth = 2.6 * unit
    for kind in [RouteTrace.Kind.ferry, .unresolved, .crossing, .line] {
      let lines = sheet.lines[kind] ?? []
      add(
        lines, symbols.stroke(kind, isQuiet: position != nil),
        casingWidth: kind == .line ? casingWidth : 0)
      for line in lines { placing.avoid(line: line) }
    }
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
      for (x, y) in [(-1.0, -1.0), (-1, 1), (1, -1), (1, 1)] {
        placing.avoid(Point(x: at.x + x * 2.5 * unit, y: at.y + y * 2.5 * unit), weight: 3)
      }
    }
    for join in Self.undecided(measured) {
      let middle = sheet.pixel(join)
      guard box.contains(middle) else { continue }
      layer.shapes += symbols.question(middle)
      placing.avoid(middle, weight: 20)
    }
    for severity in [Severity.info, .warning, .error] {
      for mark in marks(findings, severity) {
        layer.shapes += symbols.finding(severity, mark)
        placing.avoid(mark, weight: 4)
      }
    }
    if let finish { layer.shapes += symbols.finish(finish) }
    layer.shapes += symbols.start(start)
    if let here { layer.shapes += symbols.position(here) }
    for point in [finish, start].compactMap({ $0 }) { keepFree(point, markerRadius) }
    if let here { keepFree(here, 11 * unit) }
    layers.append(layer)
    layers.append(
      Layer("frame", [.box(box, fill: nil, stroke: Stroke(color: palette.frame, width: unit))]))
  }

  private mutating func keepFree(_ center: Point, _ radius: Double) {
    placing.take(
      Box(minX: center.x, minY: center.y, maxX: center.x, maxY: center.y).expanded(by: radius))
    placing.avoid(center, weight: 200)
  }

  // MARK: Panels

  /// The scale bar, in the corner where it covers the least.
  mutating func addScaleBar() {
    guard let meters = sheet.viewport.trueMetersPerPixel(sheet.projection) else { return }
    let bar = ScaleBar(style, metersPerPixel: meters)
    guard let place = corner(bar.size) else { return }
    placing.take(place)
    layers.append(bar.layer(in: place))
  }

  /// The legend, in the same way.
  mutating func addLegend(_ findings: [Finding]) {
    let legend = legendOfSigns
    // As many kinds of findings as a free corner has room for.
    var most = max(legend.mostRows(inHeight: box.height * 0.8) - legend.rows.count, 0)
    while most >= 0 {
      var whole = legend
      whole.add(findings, most: most, symbols: symbols)
      if let place = corner(whole.size) {
        placing.take(place)
        layers.append(whole.layer(in: place))
        break
      }
      // Where all had room in number, it is the last row that is in the way.
      most = min(most, whole.rows.count - legend.rows.count) - 1
    }
  }

  private var legendOfSigns: Legend {
    var legend = Legend(style)
    let isQuiet = position != nil
    for (kind, text) in [
      (RouteTrace.Kind.line, "route"), (.crossing, "crossing that counts"),
      (.ferry, "ferry, not counted"), (.unresolved, "gap to be decided on"),
    ] where !(sheet.lines[kind] ?? []).isEmpty {
      // A line that is the only one explains itself.
      if kind == .line, !isQuiet, sheet.lines.count == 1 { continue }
      legend.add(.stroke(symbols.stroke(kind, isQuiet: isQuiet)), text)
      if kind == .line, isQuiet {
        legend.add(
          .stroke(symbols.travelledStroke(.line)),
          measured.route.course == .once ? "travelled" : "travelled of this pass")
      }
    }
    legend.add(.symbol(symbols.start), finish == nil ? "start and finish" : "start")
    if finish != nil { legend.add(.symbol(symbols.finish), "finish") }
    if position != nil { legend.add(.symbol(symbols.position), "position") }
    return legend
  }

  private func corner(_ size: (width: Double, height: Double)) -> Box? {
    let inner = box.expanded(by: -8 * unit)
    let boxes = [
      (inner.minX, inner.maxY - size.height), (inner.maxX - size.width, inner.maxY - size.height),
      (inner.maxX - size.width, inner.minY), (inner.minX, inner.minY),
    ].map { Box(minX: $0, minY: $1, maxX: $0 + size.width, maxY: $1 + size.height) }
    // Room for what rounding does to a box at the edge.
    let free = boxes.filter {
      let core = $0.expanded(by: -1e-6)
      return inner.contains(core) && placing.isFree(core)
    }
    return free.min { placing.cost($0) < placing.cost($1) }
  }

  // MARK: Labels

  /// The labels, the most important first.
  mutating func addLabels(_ graticule: Graticule) {
    var layer = Layer("labels")
    if let here, let position {
      layer.shapes += label(
        style.text(position.position.distance), beside: here, radius: 11 * unit,
        size: 12.5 * unit, isBold: true, color: palette.travelled)
    }
    addWaypointNames(&layer)
    for tick in ticks {
      layer.shapes += label(
        tick.text, beside: tick.at, radius: 5 * unit, size: style.smallText,
        color: palette.quietInk, mostCovered: 3)
    }
    for mark in graticule.labels {
      let point =
        switch mark.side {
        case .left: Point(x: box.minX + 5 * unit, y: mark.at.y - 4 * unit)
        case .bottom: Point(x: mark.at.x + 4 * unit, y: box.maxY - 6 * unit)
        case .inside: Point(x: mark.at.x + 4 * unit, y: mark.at.y - 4 * unit)
        }
      let run = style.ruler.run(
        mark.text, at: point, size: 8.5 * unit, color: palette.quietInk.with(opacity: 0.8))
      guard placing.isFree(run.box), placing.cost(run.box) == 0 else { continue }
      placing.take(run.box.expanded(by: 3 * unit))
      layer.shapes.append(.text(run))
    }
    layers.append(layer)
  }

  private mutating func addWaypointNames(_ layer: inout Layer) {
    let size = style.labelText
    var named: [String: [Point]] = [:]
    let hasDot = Set(dots)
    for (rank, index) in order.enumerated() {
      let (placed, point) = waypoints[index]
      let name = placed.waypoint.name?.drawable(most: 40) ?? ""
      // A place that is passed twice is named once.
      let isNamed = named[name, default: []].contains { $0.distance(to: point) < 40 * style.unit }
      if name.isEmpty || isNamed { continue }
      // The places that the route is from and to.
      let isEnd =
        (index == 0 && point.distance(to: start) < markerRadius)
        || (index == waypoints.count - 1 && point.distance(to: finish ?? start) < markerRadius)
      var shapes: [Shape] = []
      if rank < MapDrawing.mostLabels, hasDot.contains(index) {
        shapes = label(
          style.ruler.fitted(name, size: size, isBold: isEnd, width: 190 * unit), beside: point,
          radius: isEnd ? markerRadius : 3.5 * unit, size: size, isBold: isEnd, color: palette.ink,
          mostCovered: isEnd ? .max : 3)
      }
      if shapes.isEmpty { droppedLabels += 1 } else { named[name, default: []].append(point) }
      layer.shapes += shapes
    }
  }

  /// A label beside a point, or nothing where it has no room.
  private mutating func label(
    _ text: String, beside point: Point, radius: Double, size: Double, isBold: Bool = false,
    color: Color, mostCovered: Int = .max
  ) -> [Shape] {
    guard box.contains(point),
      let place = placing.place(
        width: style.ruler.width(text, size: size, isBold: isBold), height: size, beside: point,
        radius: radius, padding: 3 * unit, mostCovered: mostCovered)
    else { return [] }
    return [
      .text(
        style.ruler.run(
          text, at: Point(x: place.minX, y: place.minY + size * Typeface.ascent), size: size,
          isBold: isBold, color: color, halo: palette.halo))
    ]
  }

  // MARK: What is where

  private struct Tick {
    var text: String
    var at: Point
    var line: [Point]
    var stroke: Stroke
  }

  /// Ticks across the line at round official distances of one pass.
  private static func ticks(
    _ measured: MeasuredRoute, _ style: PlotStyle, _ pixel: (Coordinate) -> Point
  ) -> [Tick] {
    let scale = style.metersPerUnit
    let (start, length) = (measured.start.meters, measured.passLength.meters)
    guard length > 0 else { return [] }
    let step = NiceNumbers.atLeast(length / scale / 12)
    let half = 4.5 * style.unit
    // A little way back and ahead, to see where the line leads.
    let reach = length / 2_000
    return NiceNumbers.multiples(of: step, in: start / scale...(start + length) / scale)
      .compactMap { value in
        let meters = value * scale
        guard meters > start, meters < start + length else { return nil }
        let points = [max(meters - reach, start), meters, min(meters + reach, start + length)]
          .map { pixel(measured.position(at: Distance(roundingMeters: $0) ?? .zero).coordinate) }
        let (a, at, b) = (points[0], points[1], points[2])
        let away = a.distance(to: b)
        // Across the seam of a map the two lie at its opposite sides.
        guard away > 0, away < 100 * style.unit else { return nil }
        let across = Point(x: -(b.y - a.y) / away * half, y: (b.x - a.x) / away * half)
        return Tick(
          text: NiceNumbers.text(value, step: step) + " " + style.distanceUnit.rawValue, at: at,
          line: [
            Point(x: at.x - across.x, y: at.y - across.y),
            Point(x: at.x + across.x, y: at.y + across.y),
          ], stroke: Stroke(color: style.palette.ink, width: 1.5 * style.unit))
      }
  }

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

  /// The order in which waypoints get their labels: the next one, the ends, then every other one of
  /// those that are left, and so on, so that what is left out is missed evenly.
  private static func importance(_ waypoints: [PlacedWaypoint], next: Int?) -> [Int] {
    let order = thinningOrder(count: waypoints.count)
    guard let next, let first = waypoints.firstIndex(where: { $0.index == next }) else {
      return order
    }
    return [first] + order.filter { $0 != first }
  }
}
