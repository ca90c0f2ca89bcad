internal import Geodesy
internal import Routes

/// The elevation profile, or where nothing is known of elevations the axis of distances alone.
struct ProfileDrawing {
  private(set) var layers: [Layer] = []

  private let style: PlotStyle
  private let box: Box
  private let start: Double
  private let length: Double

  init(
    _ series: ElevationSeries, _ measured: MeasuredRoute, in box: Box, style: PlotStyle,
    position: PassPosition?
  ) {
    self.style = style
    self.box = box
    start = measured.start.meters
    length = measured.passLength.meters
    var axes = Layer("profile-axes")
    if series.hasElevations { addProfile(series, &axes, position) }
    addDistanceAxis(measured.route.course, &axes)
    layers.append(axes)
    layers.append(waypointTicks(measured))
    if let position { layers.append(marker(position)) }
  }

  private static let mostFullLines = 100
  /// A course below this has no distances to tell apart.
  private static let shortestMeters = 0.1

  private func x(_ meters: Double) -> Double {
    length > 0 ? box.minX + (meters - start) / length * box.width : box.minX
  }

  private mutating func addProfile(
    _ series: ElevationSeries, _ axes: inout Layer, _ position: PassPosition?
  ) {
    let (palette, unit, ruler) = (style.palette, style.unit, style.ruler)
    let scale = style.system == .metric ? 1 : 1 / 0.3048
    let heights = series.runs.joined().lazy.map { $0.y * scale }
    var low = heights.min() ?? 0
    var high = heights.max() ?? 0
    // A flat route is not shown as mountains.
    let least = 20.0 * scale
    if high - low < least { (low, high) = ((low + high - least) / 2, (low + high + least) / 2) }
    let step = NiceNumbers.atLeast((high - low) / max((box.height / (30 * unit)).rounded(), 2))
    let bottom = (low / step).rounded(.down) * step
    let top = max(high, bottom + step)
    func y(_ height: Double) -> Double {
      box.maxY - (height - bottom) / (top - bottom) * (box.height - 6 * unit)
    }
    for height in NiceNumbers.multiples(of: step, in: bottom...top) {
      axes.shapes.append(
        .line(
          [Point(x: box.minX, y: y(height)), Point(x: box.maxX, y: y(height))],
          Stroke(color: palette.graticule, width: 0.8 * unit)))
      axes.shapes.append(
        .text(
          ruler.run(
            NiceNumbers.text(height, step: step),
            at: Point(x: box.minX - 6 * unit, y: y(height) + style.smallText * 0.36), anchor: .end,
            size: style.smallText, color: palette.quietInk)))
    }
    axes.shapes.append(
      .text(
        ruler.run(
          style.system == .metric ? "m" : "ft",
          at: Point(x: box.minX - 6 * unit, y: box.minY - 5 * unit), anchor: .end,
          size: style.smallText, color: palette.quietInk)))

    let pixels = series.runs.map { run in
      run.map { Point(x: x($0.x), y: y($0.y * scale)) }
    }
    let lines = ElevationSeries.columns(pixels).map { line in
      line.count == 1
        ? [line[0], Point(x: line[0].x + unit, y: line[0].y)]
        : Thinning.straightened(line, tolerance: 0.15)
    }
    func profile(_ name: String, _ line: Color, _ fill: Color, _ clip: Box?) -> Layer {
      Layer(
        name, clip: clip,
        lines.map { points in
          let foot = [
            Point(x: points[points.count - 1].x, y: box.maxY), Point(x: points[0].x, y: box.maxY),
          ]
          return .area(points + foot, fill: fill)
        } + lines.map { .line($0, Stroke(color: line, width: 1.6 * unit)) })
    }
    guard let position else {
      layers.append(profile("profile", palette.route, palette.profileFill, nil))
      return
    }
    layers.append(
      profile("profile", palette.quietRoute, palette.quietRoute.with(opacity: 0.15), nil))
    let here = x(position.distanceInPass.meters)
    var done = box.expanded(by: 4 * unit)
    if position.isWayBack { done.minX = here } else { done.maxX = here }
    layers.append(
      profile(
        "profile-travelled", palette.travelled, palette.travelled.with(opacity: 0.22), done))
  }

  private func addDistanceAxis(_ course: Course, _ axes: inout Layer) {
    let (palette, unit, ruler) = (style.palette, style.unit, style.ruler)
    axes.shapes.append(
      .line(
        [Point(x: box.minX, y: box.maxY), Point(x: box.maxX, y: box.maxY)],
        Stroke(color: palette.frame, width: 1.2 * unit)))
    let scale = style.metersPerUnit
    let range = start / scale...(start + length) / scale
    let step = NiceNumbers.atLeast(length / scale / max(box.width / (90 * unit), 2))
    var free = -Double.infinity
    for value in length > Self.shortestMeters
      ? NiceNumbers.multiples(of: step, in: range) : [range.lowerBound]
    {
      let place = x(value * scale)
      axes.shapes.append(
        .line(
          [Point(x: place, y: box.maxY), Point(x: place, y: box.maxY + 5 * unit)],
          Stroke(color: palette.frame, width: 1.2 * unit)))
      let run = ruler.run(
        NiceNumbers.text(value, step: step),
        at: Point(x: place, y: box.maxY + 17 * unit), anchor: .middle, size: style.smallText,
        color: palette.quietInk)
      if run.box.minX > free, run.box.maxX < style.width {
        axes.shapes.append(.text(run))
        free = run.box.maxX + 6 * unit
      }
    }
    var title = "official distance in \(style.distanceUnit.rawValue)"
    if course.laps > 1 {
      title += course.thereAndBack ? ", one way of one lap" : ", one lap of \(course.laps)"
    } else if course.thereAndBack {
      title += ", one way of there and back"
    }
    axes.shapes.append(
      .text(
        ruler.run(
          title, at: Point(x: box.maxX, y: box.maxY + 29 * unit), anchor: .end,
          size: style.smallText, color: palette.quietInk)))
  }

  /// A line where each waypoint is, and the names that have room above.
  private func waypointTicks(_ measured: MeasuredRoute) -> Layer {
    let (palette, unit, ruler) = (style.palette, style.unit, style.ruler)
    var layer = Layer("profile-waypoints")
    let sorted = measured.waypoints.sorted { $0.distance < $1.distance }
    let height = max(box.height, 7 * unit)
    // Many lines would hide the profile; they become ticks at its foot.
    let tick = sorted.count > Self.mostFullLines ? 7 * unit : height
    var last = -Double.infinity
    for waypoint in sorted {
      let place = x(waypoint.distance.meters)
      guard place - last >= 2 * unit else { continue }
      last = place
      layer.shapes.append(
        .line(
          [Point(x: place, y: box.maxY - tick), Point(x: place, y: box.maxY)],
          Stroke(color: palette.quietInk.with(opacity: 0.45), width: 0.8 * unit)))
    }
    var placing = LabelPlacing(
      in: Box(minX: 0, minY: 0, maxX: style.width - 4 * unit, maxY: style.height))
    for index in thinningOrder(count: sorted.count).prefix(MapDrawing.mostLabels) {
      guard let name = sorted[index].waypoint.name?.drawable(most: 30), !name.isEmpty else {
        continue
      }
      let text = ruler.fitted(name, size: style.smallText, width: 150 * unit)
      let place = x(sorted[index].distance.meters)
      let run = ruler.run(
        text, at: Point(x: place, y: box.maxY - height - 6 * unit), anchor: .middle,
        size: style.smallText, color: palette.quietInk)
      // The first and last names may lean inwards, so that they are not lost.
      var leaning = run
      if run.box.maxX > box.maxX + 4 * unit {
        leaning.anchor = .end
        leaning.at.x = box.maxX + 4 * unit
      } else if run.box.minX < box.minX - 2 * unit {
        leaning.anchor = .start
        leaning.at.x = box.minX - 2 * unit
      }
      guard placing.isFree(leaning.box) else { continue }
      placing.take(leaning.box.expanded(by: 4 * unit))
      layer.shapes.append(.text(leaning))
    }
    return layer
  }

  private func marker(_ position: PassPosition) -> Layer {
    let unit = style.unit
    let place = x(position.distanceInPass.meters)
    let height = max(box.height, 9 * unit)
    return Layer(
      "profile-position",
      [
        .line(
          [Point(x: place, y: box.maxY - height), Point(x: place, y: box.maxY)],
          Stroke(color: style.palette.ink, width: 1.6 * unit)),
        .circle(
          center: Point(x: place, y: box.maxY), radius: 5 * unit, fill: style.palette.travelled,
          stroke: Stroke(color: style.palette.casing, width: 1.6 * unit)),
      ])
  }
}
