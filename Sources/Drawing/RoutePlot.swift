internal import Geodesy
public import Inspection
public import OpenStreetMap
public import Routes

/// A picture of a route: a map with land outlines, and the elevation profile along the official
/// distance below it.
///
/// Of a course with laps or there-and-back one pass is drawn, as the others cover it; a position is
/// drawn where it lies in its pass, and what is highlighted is what has been travelled of that pass.
public struct RoutePlot: Sendable {
  let drawing: Drawing
  /// What the map chose and had to leave out.
  let mapNotes: MapDrawing.Notes

  /// - Parameters:
  ///   - findings: those with a coordinate are marked on the map, and counted by code in its legend; of
  ///     the others their number is given below.
  ///   - before: the route as it was before a change, drawn beneath.
  ///   - basemap: an extract of which streets and water are drawn beneath.
  /// - Throws: `basemap` where that cannot be read, `limit` where the size is beyond `PlotOptions.pixels`, `projection`.
  /// - Complexity: O(vertices + vertices of the land outlines), whatever the size of the picture.
  public init(
    _ measured: MeasuredRoute, findings: [Finding] = [], before: MeasuredRoute? = nil,
    basemap: OSMExtract? = nil, options: PlotOptions = PlotOptions()
  ) throws(DrawingError) {
    for (side, pixels) in [("width", options.widthPixels), ("height", options.heightPixels)]
    where !PlotOptions.pixels.contains(pixels) {
      throw DrawingError(
        .limit,
        "the \(side) of \(pixels) pixels is not within "
          + "\(PlotOptions.pixels.lowerBound)…\(PlotOptions.pixels.upperBound)")
    }
    let style = PlotStyle(options, length: measured.passLength)
    let place = options.position.map { PassPosition(measured.position(at: $0), on: measured) }
    let profile = ElevationSeries(measured)
    let layout = PlotLayout(style, hasProfile: profile.hasElevations)
    let map = try MapDrawing(
      measured, in: layout.map, style: style, position: place, findings: findings,
      teams: options.teams, before: before, basemap: basemap)
    let header = HeaderText(measured, options: options, position: place)
    mapNotes = map.notes
    drawing = Drawing(
      widthPixels: options.widthPixels, heightPixels: options.heightPixels, title: header.title,
      summary: header.summary(map.notes), background: style.palette.paper,
      layers: map.layers
        + ProfileDrawing(
          profile, measured, in: layout.profile, style: style, position: place
        ).layers
        + [
          header.layer(layout, style), Layer("notes", layout.smallPrint(map.notes.text, style)),
        ])
  }

  /// The picture as an SVG file, in UTF-8.
  public func svg() -> [UInt8] { drawing.svg() }

  /// The picture as a PNG file.
  ///
  /// - Throws: `image` when memory runs out.
  public func png() throws(DrawingError) -> [UInt8] { try drawing.png() }

  /// The picture as a PDF file of one page, a pixel a point large, with its text as text.
  ///
  /// - Parameter created: when it says that it was made, as ISO 8601.
  /// - Throws: `image` when memory runs out.
  public func pdf(created: String) throws(DrawingError) -> [UInt8] {
    try drawing.pdf(created: created)
  }

  /// The route as one HTML file that works offline: a map to zoom and move, the profile whose dot
  /// moves with that on the map, the waypoints' stories, and findings that lead to their places.
  ///
  /// - Parameters:
  ///   - findings: all of them are listed.
  ///   - basemap: an extract of which streets and water are drawn beneath.
  /// - Throws: `projection`, `basemap`.
  /// - Complexity: O(vertices + vertices of the land outlines).
  public static func page(
    _ measured: MeasuredRoute, findings: [Finding] = [], basemap: OSMExtract? = nil,
    options: PlotOptions = PlotOptions()
  ) throws(DrawingError) -> [UInt8] {
    let place = options.position.map { PassPosition(measured.position(at: $0), on: measured) }
    let header = HeaderText(measured, options: options, position: place)
    return try QuestPage(
      measured, findings: findings, basemap: basemap, options: options, title: header.title,
      facts: header.line
    ).html()
  }
}

/// Sizes, colours and units that all of a picture shares.
struct PlotStyle {
  let width: Double
  let height: Double
  /// The size of everything that does not follow from the route, 1 at 1200 by 900 pixels.
  let unit: Double
  let palette: Palette
  let system: MeasurementSystem
  /// That of ticks and axes: a small one where the route is short.
  let distanceUnit: DistanceUnit
  let ruler = TextRuler()

  /// A pass that is shorter than this is measured in metres or feet.
  private static let shortMeters = 2_000.0

  init(_ options: PlotOptions, length: Distance) {
    let (width, height) = (Double(options.widthPixels), Double(options.heightPixels))
    self.init(
      width: width, height: height, unit: min(max(min(width / 1_200, height / 900), 0.6), 4),
      system: options.units, theme: options.theme, length: length)
  }

  init(
    width: Double, height: Double, unit: Double, system: MeasurementSystem,
    theme: PlotTheme = .light, length: Distance? = nil
  ) {
    self.width = width
    self.height = height
    self.unit = unit
    self.system = system
    palette = Palette(theme)
    let isShort = length.map { $0.meters > 0 && $0.meters < Self.shortMeters } ?? false
    distanceUnit =
      switch (system, isShort) {
      case (.metric, false): .kilometers
      case (.metric, true): .meters
      case (.imperial, false): .miles
      case (.imperial, true): .feet
      }
  }

  var metersPerUnit: Double { Double(distanceUnit.micrometers) / 1e6 }
  var smallText: Double { 9.5 * unit }
  var labelText: Double { 11 * unit }

  /// A distance in the units of the picture, with a decimal.
  func text(_ distance: Distance) -> String { Self.text(distance, distanceUnit) }

  static func text(_ distance: Distance, _ unit: DistanceUnit) -> String {
    let value = distance.meters / (Double(unit.micrometers) / 1e6)
    let isSmall = unit == .meters || unit == .feet
    return NiceNumbers.text(value, decimals: abs(value) < 10 ? 2 : isSmall ? 0 : 1) + " "
      + unit.rawValue
  }
}

/// Where the parts of a picture are.
struct PlotLayout {
  let title: Point
  let subtitle: Point
  let map: Box
  /// The area between the axes.
  let profile: Box
  private let notes: Point
  let textWidth: Double

  init(_ style: PlotStyle, hasProfile: Bool) {
    let unit = style.unit
    let margin = 22 * unit
    title = Point(x: margin, y: margin + 17 * unit)
    subtitle = Point(x: margin, y: margin + 37 * unit)
    textWidth = style.width - 2 * margin
    notes = Point(x: margin, y: style.height - 13 * unit)
    let axis = style.height - 58 * unit
    let profileHeight = hasProfile ? min(120 * unit, style.height * 0.2) : 0
    profile = Box(
      minX: margin + 44 * unit, minY: axis - profileHeight, maxX: style.width - margin - 6 * unit,
      maxY: axis)
    map = Box(
      minX: margin, minY: margin + 50 * unit, maxX: style.width - margin,
      maxY: profile.minY - 34 * unit)
  }

  func smallPrint(_ text: String, _ style: PlotStyle) -> [Shape] {
    let fitted = style.ruler.fitted(text, size: style.smallText, width: textWidth)
    return [
      .text(
        style.ruler.run(
          fitted, at: notes, size: style.smallText, color: style.palette.quietInk))
    ]
  }
}

/// A position as it lies in its pass over the route.
struct PassPosition {
  let position: Position
  /// Official distance of the pass's own start and of the position from the start of the course.
  let travelled: (from: Distance, to: Distance)
  /// Where in the first pass the place is.
  let distanceInPass: Distance
  let isWayBack: Bool

  init(_ position: Position, on measured: MeasuredRoute) {
    self.position = position
    let lapStart =
      measured.start.micrometers + Int64(position.lap - 1) * measured.lapLength.micrometers
    let inLap = position.distance.micrometers - lapStart
    let pass = measured.passLength.micrometers
    isWayBack = measured.route.course.thereAndBack && inLap > pass
    let inPass = isWayBack ? 2 * pass - inLap : min(inLap, pass)
    distanceInPass = Distance(micrometers: measured.start.micrometers + inPass)
    travelled = (
      Distance(micrometers: isWayBack ? lapStart + pass : lapStart), position.distance
    )
  }
}

/// What stands above the map.
private struct HeaderText {
  let title: String
  private let facts: String
  private let standing: String?

  init(_ measured: MeasuredRoute, options: PlotOptions, position: PassPosition?) {
    let name = (options.title ?? measured.route.name)?.drawable(most: 200) ?? ""
    title = name.isEmpty ? "Route without a name" : name
    let first: DistanceUnit = options.units == .metric ? .kilometers : .miles
    let second: DistanceUnit = options.units == .metric ? .miles : .kilometers
    func both(_ distance: Distance) -> String {
      "\(PlotStyle.text(distance, first)) (\(PlotStyle.text(distance, second)))"
    }
    var facts = [both(measured.length)]
    let course = measured.route.course
    if course.laps > 1 { facts.append("\(course.laps) laps") }
    if course.thereAndBack { facts.append("there and back") }
    if let climb = measured.route.climb() {
      let scale = options.units == .metric ? 1 : 1 / 0.3048
      func height(_ meters: Double) -> String {
        NiceNumbers.text(meters * scale, decimals: 0) + (options.units == .metric ? " m" : " ft")
      }
      facts.append("\(height(climb.ascentMeters)) up, \(height(climb.descentMeters)) down")
    }
    self.facts = facts.joined(separator: " · ")
    standing = position.map { place in
      let done = Distance(
        micrometers: place.position.distance.micrometers - measured.start.micrometers)
      var text =
        "at \(both(place.position.distance)), "
        + "\(ProgressText.percent(done, of: measured.length)) done"
      if course.laps > 1 { text += ", lap \(place.position.lap)" }
      if place.isWayBack { text += ", on the way back" }
      if let next = place.position.nextWaypoint {
        let left = Distance(
          micrometers: next.distance.micrometers - place.position.distance.micrometers)
        let name = next.name?.drawable(most: 40) ?? "a waypoint without a name"
        text += ", \(name) in \(PlotStyle.text(left, first))"
      }
      return text
    }
  }

  /// All of it but the title.
  var line: String { [facts, standing].compactMap { $0 }.joined(separator: " · ") }

  func layer(_ layout: PlotLayout, _ style: PlotStyle) -> Layer {
    let ruler = style.ruler
    let (large, small) = (20 * style.unit, 12.5 * style.unit)
    var shapes: [Shape] = [
      .text(
        ruler.run(
          ruler.fitted(title, size: large, isBold: true, width: layout.textWidth),
          at: layout.title, size: large, isBold: true, color: style.palette.ink))
    ]
    let factsRun = ruler.run(
      ruler.fitted(facts, size: small, width: layout.textWidth), at: layout.subtitle, size: small,
      color: style.palette.quietInk)
    shapes.append(.text(factsRun))
    if let standing {
      let left = factsRun.box.maxX + 16 * style.unit
      let room = layout.subtitle.x + layout.textWidth - left
      let text = ruler.fitted(standing, size: small, isBold: true, width: room)
      if room > 60 * style.unit {
        shapes.append(
          .text(
            ruler.run(
              text, at: Point(x: left, y: layout.subtitle.y), size: small, isBold: true,
              color: style.palette.travelled)))
      }
    }
    return Layer("header", shapes)
  }

  /// The picture in words.
  func summary(_ notes: MapDrawing.Notes) -> String {
    let parts = ["A map of the route, \(facts)", standing, notes.text].compactMap { $0 }
    return parts.joined(separator: "; ") + "."
  }
}
