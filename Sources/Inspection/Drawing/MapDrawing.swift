internal import Formats
internal import Geodesy
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

  private(set) var layers: [Layer] = []
  let notes: Notes

  /// Labels beyond these are not even tried: no map has room for them.
  static let mostLabels = 400
  /// More waypoints than these are drawn apart from each other, the least important left out.
  private static let mostTouchingDots = 150
  /// Findings of one severity that are marked at most; beyond, one more makes no difference.
  private static let mostMarks = 1_000
  /// One pixel of a larger map shows more than this; then the coarse outlines will do.
  private static let coarseMetersPerPixel = 9_000.0
  /// One pixel of a smaller map shows less than this, and the outlines are off by many pixels.
  private static let finestLandMetersPerPixel = 60.0

  init(
    _ measured: MeasuredRoute, in box: Box, style: PlotStyle, position: PassPosition?,
    findings: [Finding]
  ) throws(DrawingError) {
    let (palette, unit, ruler) = (style.palette, style.unit, style.ruler)
    let symbols = MapSymbols(style: style)

    // Where everything lies.
    let trace = RouteTrace(measured)
    let projection = try MapProjection(.init(showing: trace.sample(most: 4_000)))
    let planes = trace.pieces.map { (kind: $0.kind, lines: projection.lines($0.places)) }
    let globe = projection.isWorld ? projection.points(turned: Seam.globe) : nil
    let shown =
      bounds(of: planes.lazy.flatMap(\.lines).joined())
      ?? Box(minX: 0, minY: 0, maxX: 0, maxY: 0)
    let viewport = Viewport(
      showing: shown, in: box, margin: 46 * unit, globe: globe.flatMap { bounds(of: $0) })
    let sheet = box.expanded(by: 3 * unit)
    func pixel(_ coordinate: Coordinate) -> Point {
      viewport.pixel(
        projection.point(
          Place(latitude: coordinate.latitude, longitude: coordinate.longitude)))
    }

    // The ground.
    let perPixel = viewport.metersPerPixel * unit
    let scale: Land.Scale? =
      perPixel < Self.finestLandMetersPerPixel
      ? nil : perPixel > Self.coarseMetersPerPixel ? .coarse : .fine
    var ground = Layer("ground", clip: box)
    if let globe {
      ground.shapes.append(
        .area(
          sheet.clipped(area: Thinning.straightened(viewport.pixels(globe), tolerance: 0.1)),
          fill: palette.sea,
          stroke: Stroke(color: palette.frame, width: unit)))
    } else {
      ground.shapes.append(.box(box, fill: scale == nil ? palette.land : palette.sea))
    }
    if let scale {
      let land = LandOnMap(Land(scale), projection)
      let areas = land.areas.map { sheet.clipped(area: viewport.pixels($0)) }
      ground.shapes.append(
        .path(
          lines: Thinning.thinned(areas, tolerance: 0.25 * unit, isClosed: true), isClosed: true,
          fill: palette.land, stroke: nil))
      let coasts = land.coasts.flatMap { sheet.clipped(line: viewport.pixels($0)) }
      ground.shapes.append(
        .path(
          lines: Thinning.thinned(coasts, tolerance: 0.25 * unit), isClosed: false, fill: nil,
          stroke: Stroke(color: palette.coast, width: 0.9 * unit)))
    }
    let graticule = Graticule(projection, viewport, unit: unit)
    ground.shapes.append(
      .path(
        lines: graticule.lines, isClosed: false, fill: nil,
        stroke: Stroke(color: palette.graticule, width: 0.8 * unit)))
    layers.append(ground)

    // The route.
    var placing = LabelPlacing(in: box.expanded(by: -3 * unit))
    var routeLayer = Layer("route", clip: box)
    var kinds: [RouteTrace.Kind: [[Point]]] = [:]
    for plane in planes {
      kinds[plane.kind, default: []] += plane.lines.flatMap {
        sheet.clipped(line: viewport.pixels($0))
      }
    }
    let tolerance = 0.3 * unit
    for kind in RouteTrace.Kind.allCases {
      kinds[kind] = kinds[kind].map { Thinning.thinned($0, tolerance: tolerance) }
      for line in kinds[kind] ?? [] { placing.avoid(line: line) }
    }
    func add(_ lines: [[Point]], _ stroke: Stroke, hasCasing: Bool) {
      guard !lines.isEmpty else { return }
      if hasCasing {
        routeLayer.shapes.append(
          .path(
            lines: lines, isClosed: false, fill: nil,
            stroke: Stroke(
              color: palette.casing.with(opacity: 0.9), width: stroke.width + 2.6 * unit)))
      }
      routeLayer.shapes.append(.path(lines: lines, isClosed: false, fill: nil, stroke: stroke))
    }
    for kind in [RouteTrace.Kind.ferry, .unresolved, .crossing, .line] {
      add(
        kinds[kind] ?? [], symbols.stroke(kind, isQuiet: position != nil),
        hasCasing: kind == .line)
    }
    if let position {
      let (from, to) = position.travelled
      let slice = RouteTrace((try? measured.slice(from: from, to: to)) ?? [])
      for kind in [RouteTrace.Kind.crossing, .line] {
        let lines = slice.pieces.filter { $0.kind == kind }
          .flatMap { projection.lines($0.places) }
          .flatMap { sheet.clipped(line: viewport.pixels($0)) }
        add(
          Thinning.thinned(lines, tolerance: tolerance), symbols.travelledStroke(kind),
          hasCasing: kind == .line)
      }
    }
    layers.append(routeLayer)

    // Signs, the least important first.
    var signs = Layer("signs", clip: box)
    let ticks = Self.ticks(measured, style, pixel)
    for tick in ticks { signs.shapes.append(.line(tick.line, tick.stroke)) }
    let waypoints = measured.waypoints.sorted { $0.distance < $1.distance }
      .map { (placed: $0, pixel: pixel($0.waypoint.coordinate)) }
    let order = Self.importance(
      waypoints.map(\.placed), next: position?.position.nextWaypoint?.index)
    let dots = Self.apart(
      order.filter { box.contains(waypoints[$0].pixel) }, at: waypoints.map(\.pixel),
      spacing: (waypoints.count > Self.mostTouchingDots ? 9 : 3) * unit)
    for index in dots {
      let at = waypoints[index].pixel
      signs.shapes += symbols.waypoint(at)
      for (x, y) in [(-1.0, -1.0), (-1, 1), (1, -1), (1, 1)] {
        placing.avoid(Point(x: at.x + x * 2.5 * unit, y: at.y + y * 2.5 * unit), weight: 3)
      }
    }
    for join in Self.undecided(measured) {
      let middle = pixel(join)
      guard box.contains(middle) else { continue }
      signs.shapes += symbols.question(middle)
      placing.avoid(middle, weight: 20)
    }
    for severity in [Severity.info, .warning, .error] {
      for mark in Self.marks(findings, severity, box, unit, pixel) {
        signs.shapes += symbols.finding(severity, mark)
        placing.avoid(mark, weight: 4)
      }
    }
    let vertices = measured.route.vertices
    let start = pixel(vertices[0])
    let finish = pixel(
      measured.route.course.thereAndBack ? vertices[0] : vertices[vertices.count - 1])
    let hasFinish = !measured.route.course.thereAndBack
    if hasFinish { signs.shapes += symbols.finish(finish) }
    signs.shapes += symbols.start(start)
    let here = position.map { pixel($0.position.coordinate) }
    if let here { signs.shapes += symbols.position(here) }
    func square(_ center: Point, _ radius: Double) -> Box {
      Box(minX: center.x, minY: center.y, maxX: center.x, maxY: center.y).expanded(by: radius)
    }
    let radius = (MapSymbols.markerRadius + 2) * unit
    for point in [start] + (hasFinish ? [finish] : []) {
      placing.take(square(point, radius))
      placing.avoid(point, weight: 200)
    }
    if let here {
      placing.take(square(here, 11 * unit))
      placing.avoid(here, weight: 200)
    }
    layers.append(signs)
    layers.append(
      Layer("frame", [.box(box, fill: nil, stroke: Stroke(color: palette.frame, width: unit))]))

    // Legend and scale bar, in the corners where they cover the least.
    var legend = Legend(style)
    for (kind, text) in [
      (RouteTrace.Kind.line, "route"), (.crossing, "crossing that counts"),
      (.ferry, "ferry, not counted"), (.unresolved, "gap to be decided on"),
    ] where !(kinds[kind] ?? []).isEmpty && (kind != .line || position != nil || kinds.count > 1) {
      legend.add(.stroke(symbols.stroke(kind, isQuiet: position != nil)), text)
      if kind == .line, position != nil {
        legend.add(
          .stroke(symbols.travelledStroke(.line)),
          measured.route.course == .once ? "travelled" : "travelled of this pass")
      }
    }
    legend.add(.symbol(symbols.start), hasFinish ? "start" : "start and finish")
    if hasFinish { legend.add(.symbol(symbols.finish), "finish") }
    if position != nil { legend.add(.symbol(symbols.position), "position") }
    func corner(_ size: (width: Double, height: Double)) -> Box? {
      let inner = box.expanded(by: -8 * unit)
      let boxes = [
        (inner.minX, inner.maxY - size.height), (inner.maxX - size.width, inner.maxY - size.height),
        (inner.maxX - size.width, inner.minY), (inner.minX, inner.minY),
      ].map { Box(minX: $0, minY: $1, maxX: $0 + size.width, maxY: $1 + size.height) }
        .filter { inner.contains($0.expanded(by: -1e-6)) }
      let free = boxes.filter { placing.isFree($0.expanded(by: -1e-6)) }
      return (free.isEmpty ? [] : free).min { placing.cost($0) < placing.cost($1) }
    }
    var panels: [Layer] = []
    if let meters = viewport.trueMetersPerPixel(projection) {
      let bar = ScaleBar(style, metersPerPixel: meters)
      if let place = corner(bar.size) {
        placing.take(place)
        panels.append(bar.layer(in: place))
      }
    }
    // As many kinds of findings as a free corner has room for.
    var most = max(legend.mostRows(inHeight: box.height * 0.8) - legend.rows.count, 0)
    while most >= 0 {
      var whole = legend
      whole.add(findings, most: most, symbols: symbols)
      if let place = corner(whole.size) {
        placing.take(place)
        panels.append(whole.layer(in: place))
        break
      }
      // Where all had room in number, it is the last row that is in the way.
      most = min(most, whole.rows.count - legend.rows.count) - 1
    }
    layers += panels

    // Labels, the most important first.
    var labels = Layer("labels")
    let size = style.labelText
    func label(
      _ text: String, beside point: Point, radius: Double, size: Double, isBold: Bool = false,
      color: Color, mostCovered: Int = .max
    ) -> Bool {
      guard box.contains(point) else { return false }
      let width = ruler.width(text, size: size, isBold: isBold)
      guard
        let place = placing.place(
          width: width, height: size, beside: point, radius: radius, padding: 3 * unit,
          mostCovered: mostCovered)
      else { return false }
      labels.shapes.append(
        .text(
          ruler.run(
            text, at: Point(x: place.minX, y: place.minY + size * Typeface.ascent), size: size,
            isBold: isBold, color: color, halo: palette.halo)))
      return true
    }
    if let here, let position {
      _ = label(
        style.text(position.position.distance), beside: here, radius: 11 * unit,
        size: 12.5 * unit, isBold: true, color: palette.travelled)
    }
    var dropped = 0
    var named: [String: [Point]] = [:]
    let hasDot = Set(dots)
    for (rank, index) in order.enumerated() {
      let (placed, point) = waypoints[index]
      let name = placed.waypoint.name?.drawable(most: 40) ?? ""
      // A place that is passed twice is named once.
      if name.isEmpty
        || named[name, default: []].contains(where: { $0.distance(to: point) < 40 * unit })
      {
        continue
      }
      // The places that the route is from and to.
      let isEnd =
        (index == 0 && point.distance(to: start) < radius)
        || (index == waypoints.count - 1 && point.distance(to: finish) < radius)
      let isShown =
        rank < Self.mostLabels && hasDot.contains(index)
        && label(
          ruler.fitted(name, size: size, isBold: isEnd, width: 190 * unit), beside: point,
          radius: isEnd ? radius : 3.5 * unit, size: size, isBold: isEnd, color: palette.ink,
          mostCovered: isEnd ? .max : 3)
      if isShown { named[name, default: []].append(point) } else { dropped += 1 }
    }
    for tick in ticks {
      _ = label(
        tick.text, beside: tick.at, radius: 5 * unit, size: style.smallText,
        color: palette.quietInk, mostCovered: 3)
    }
    for mark in graticule.labels {
      let width = ruler.width(mark.text, size: 8.5 * unit)
      let point =
        switch mark.side {
        case .left: Point(x: box.minX + 5 * unit, y: mark.at.y - 4 * unit)
        case .bottom: Point(x: mark.at.x + 4 * unit, y: box.maxY - 6 * unit)
        case .inside: Point(x: mark.at.x + 4 * unit, y: mark.at.y - 4 * unit)
        }
      let run = TextRun(
        text: mark.text, at: point, size: 8.5 * unit, color: palette.quietInk.with(opacity: 0.8),
        width: width)
      guard placing.isFree(run.box), placing.cost(run.box) == 0 else { continue }
      placing.take(run.box.expanded(by: 3 * unit))
      labels.shapes.append(.text(run))
    }
    layers.append(labels)
    notes = Notes(
      kind: projection.kind, projection: projection.name, land: scale?.rawValue,
      droppedLabels: dropped)
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
  private static func marks(
    _ findings: [Finding], _ severity: Severity, _ box: Box, _ unit: Double,
    _ pixel: (Coordinate) -> Point
  ) -> [Point] {
    var cells: Set<[Int]> = []
    var marks: [Point] = []
    for finding in findings where finding.severity == severity {
      guard marks.count < mostMarks, let coordinate = finding.coordinate else { continue }
      let point = pixel(coordinate)
      guard box.contains(point),
        cells.insert([Int(point.x / (4 * unit)), Int(point.y / (4 * unit))]).inserted
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
