internal import Formats
internal import Geodesy
internal import Inspection
internal import JSON
internal import OpenStreetMap
internal import Routes

/// A quest as one HTML file that needs nothing else: a map to zoom and move, the profile, the
/// waypoints' stories and the findings.
///
/// What a file says, such as names, is handed over as JSON and shown as text, never as markup.
struct QuestPage {
  private let measured: MeasuredRoute
  private let findings: [Finding]
  private let style: PlotStyle
  private let sheet: MapSheet.Content
  private let layers: [Layer]
  private let notes: String
  private let title: String
  private let facts: String
  private let position: PassPosition?
  private let arrows: [(at: Point, ahead: Point)]
  private let towns: [MapTown]
  private let teams: [PlotTeam]
  private let hasStreets: Bool

  /// Units of the drawing; so fine that a map can be enlarged.
  private static let size = (width: 4_000.0, height: 3_000.0)
  /// Places along the course between which the dot moves.
  private static let steps = 2_000
  private static let mostTowns = 400

  struct MapTown {
    var name: String
    var at: Point
  }

  init(
    _ measured: MeasuredRoute, findings: [Finding], basemap: OSMExtract?, options: PlotOptions,
    title: String, facts: String
  ) throws(DrawingError) {
    self.measured = measured
    self.findings = findings
    self.title = title
    self.facts = facts
    teams = options.teams
    style = PlotStyle(
      width: Self.size.width, height: Self.size.height, unit: 1, system: options.units,
      theme: options.theme, length: measured.passLength)
    position = options.position.map { PassPosition(measured.position(at: $0), on: measured) }
    let box = Box(minX: 0, minY: 0, maxX: style.width, maxY: style.height)
    let sheet = try MapSheet(
      showing: RouteTrace(measured), in: box, unit: 1, margin: Self.size.width / 16)
    let graticule = Graticule(sheet, unit: 3)
    let ground = MapGround(sheet, unit: 1, palette: style.palette)
    let streets = try MapStreets(basemap, sheet, unit: 1, palette: style.palette)
    hasStreets = !streets.isEmpty
    towns = Array(
      ground.towns.map { MapTown(name: $0.name, at: sheet.pixel($0.place)) }
        .filter { box.contains($0.at) }.prefix(Self.mostTowns))
    notes =
      MapDrawing.Notes(
        kind: sheet.projection.kind, projection: sheet.projection.name, land: ground.scale,
        isApproximate: ground.isApproximate, hasTowns: !towns.isEmpty, hasStreets: hasStreets,
        lacksStreets: streets.isMissing, findingsElsewhere: 0, droppedLabels: 0
      ).text
    self.sheet = sheet.content(
      measured, findings: findings, teams: options.teams, steps: Self.steps)
    var map = MapBuilder(measured, sheet, style, position)
    arrows = map.isLoop ? map.arrowPlaces() : []
    map.addRoute(hasArrows: false)
    layers = [ground.layer, streets.layer, graticule.layer(in: box, style)] + map.layers
  }

  /// The file, in UTF-8.
  func html() -> [UInt8] {
    var page = XMLText()
    _ = page.take()
    page.plain("<!doctype html>\n")
    page.open("html", [("lang", "en"), ("data-theme", style.palette.isDark ? "dark" : "light")])
    page.open("head")
    page.plain("<meta charset=\"utf-8\">\n")
    page.plain(
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        + "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        + "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n")
    page.element("title", title)
    page.plain("<style>\n\(PageStyle.text)</style>\n")
    page.close("head")
    page.open("body")
    page.open("header")
    page.element("h1", title, [("dir", "auto")])
    page.element("p", facts)
    page.close("header")
    page.plain(PageBody.beforeMap)
    page.open(
      "svg",
      [
        ("id", "map"), ("viewBox", "0 0 \(Int(Self.size.width)) \(Int(Self.size.height))"),
        ("tabindex", "0"), ("role", "application"),
        (
          "aria-label",
          "Map of the route. Move it with the arrow keys, zoom with plus and minus, 0 shows all."
        ),
      ])
    page.open("g", [("id", "view")])
    for layer in layers where !layer.shapes.isEmpty {
      page.open("g", [("class", layer.name)])
      for shape in layer.shapes { SVG.append(shape, to: &page) }
      page.close("g")
    }
    page.close("g")
    page.plain("<g id=\"pins\"></g>\n")
    if hasStreets {
      page.element(
        "text", OSMExtract.attribution,
        [
          ("id", "attribution"), ("x", "\(Int(Self.size.width) - 30)"),
          ("y", "\(Int(Self.size.height) - 30)"),
        ])
    }
    page.close("svg")
    page.plain(PageBody.afterMap)
    page.element("footer", notes)
    page.plain("<script type=\"application/json\" id=\"quest\">")
    // No tag ends the script's text early.
    let json = data.text().flatMap { $0 == 0x3C ? Array("\\u003c".utf8) : [$0] }
    page.plain(String(decoding: json, as: UTF8.self))
    page.plain("</script>\n<script>\n\(PageScript.text)</script>\n")
    page.close("body")
    page.close("html")
    return page.bytes
  }

  // MARK: Data

  private var data: JSONValue {
    let unit = style.distanceUnit
    return .object([
      ("size", .array([.number(Self.size.width), .number(Self.size.height)])),
      (
        "unit",
        .object([("name", .string(unit.rawValue)), ("meters", .number(style.metersPerUnit))])
      ),
      (
        "height",
        .object([
          ("name", .string(style.system == .metric ? "m" : "ft")),
          ("meters", .number(style.system == .metric ? 1 : 0.3048)),
        ])
      ),
      ("colors", colors), ("line", line), ("profile", profile),
      (
        "arrows",
        .array(arrows.map { .array([$0.at.x, $0.at.y, $0.ahead.x, $0.ahead.y].map(rounded)) })
      ),
      (
        "towns",
        .array(
          towns.map {
            .object([("name", .string($0.name)), ("x", rounded($0.at.x)), ("y", rounded($0.at.y))])
          })
      ),
      ("waypoints", .array(zip(measured.waypoints, sheet.waypoints).map(waypoint))),
      ("findings", .array(zip(findings, sheet.findings).map(finding))),
      (
        "teams",
        .array(
          zip(teams, sheet.teams).map { team, at in
            .object([
              ("name", .string(team.name.drawable(most: 200))), ("x", rounded(at.x)),
              ("y", rounded(at.y)), ("d", .number(team.distance.meters)),
            ])
          })
      ),
      ("position", position.map { .number($0.distanceInPass.meters) } ?? .null),
      ("isBack", .bool(measured.route.course.thereAndBack)),
    ])
  }

  private var colors: JSONValue {
    let palette = style.palette
    return .object(
      [
        ("error", palette.error), ("warning", palette.warning), ("info", palette.info),
        ("start", palette.start), ("finish", palette.finish), ("ink", palette.ink),
        ("paper", palette.paper), ("waypoint", palette.waypoint), ("dot", palette.travelled),
      ].map { ($0.0, .string(SVG.hex($0.1))) })
  }

  private var line: JSONValue {
    func column(_ value: (PagePlace) -> JSONValue) -> JSONValue {
      .array(sheet.line.map(value))
    }
    return .object([
      ("d", column { .number(($0.meters * 10).rounded() / 10) }),
      ("x", column { rounded($0.at.x) }), ("y", column { rounded($0.at.y) }),
      ("lat", column { .number(($0.latitude * 1e6).rounded() / 1e6) }),
      ("lon", column { .number(($0.longitude * 1e6).rounded() / 1e6) }),
      ("e", column { $0.elevation.map { .number(($0 * 10).rounded() / 10) } ?? .null }),
    ])
  }

  /// Runs of distances and heights in turn, reduced to what a thousand columns show.
  private var profile: JSONValue {
    let (start, length) = (measured.start.meters, measured.passLength.meters)
    let scale = length > 0 ? length / 1_000 : 1
    let runs = ElevationSeries(measured).runs.map { run in
      run.map { Point(x: ($0.x - start) / scale, y: $0.y) }
    }
    return .array(
      ElevationSeries.columns(runs).map { run in
        .array(run.flatMap { [rounded(start + $0.x * scale), rounded($0.y)] })
      })
  }

  private func waypoint(_ placed: PlacedWaypoint, _ at: Point?) -> JSONValue {
    let waypoint = placed.waypoint
    return .object(
      [
        ("name", .string(waypoint.name?.drawable(most: 200) ?? "")),
        ("story", .optional(waypoint.story)), ("type", .optional(waypoint.type)),
        ("d", .number(placed.distance.meters)),
      ] + place(at, waypoint.coordinate))
  }

  private func finding(_ finding: Finding, _ at: Point?) -> JSONValue {
    let place: String? =
      if let line = finding.line {
        "line \(line)" + (finding.column.map { ", column \($0)" } ?? "")
      } else {
        nil
      }
    return .object(
      [
        ("severity", .string("\(finding.severity)")), ("code", .string(finding.code.rawValue)),
        ("message", .string(finding.message)), ("place", .optional(place)),
        ("pointer", .optional(finding.pointer)), ("count", .integer(finding.count)),
        ("d", .optional(finding.distance?.meters)),
      ] + self.place(at, finding.coordinate))
  }

  private func place(_ at: Point?, _ coordinate: Coordinate?) -> [(String, JSONValue)] {
    guard let at, let coordinate else { return [] }
    return [
      ("x", rounded(at.x)), ("y", rounded(at.y)), ("lat", .number(coordinate.latitude)),
      ("lon", .number(coordinate.longitude)),
    ]
  }

  private func rounded(_ value: Double) -> JSONValue { .number((value * 10).rounded() / 10) }
}

/// A place of the course on the page.
struct PagePlace {
  /// Official, of the first pass.
  var meters: Double
  var at: Point
  var latitude: Double
  var longitude: Double
  var elevation: Double?
}

extension MapSheet {
  /// Where on the map lies what a page lists.
  struct Content {
    let line: [PagePlace]
    /// In the order of the route's list.
    let waypoints: [Point?]
    let findings: [Point?]
    let teams: [Point]
  }

  func content(
    _ measured: MeasuredRoute, findings: [Finding], teams: [PlotTeam], steps: Int
  ) -> Content {
    let (start, length) = (measured.start.meters, measured.passLength.meters)
    let count = length > 0 ? steps : 0
    // Listed waypoints and findings get their exact places, beside the even steps.
    let listed = measured.waypoints.map(\.distance.meters) + findings.compactMap(\.distance?.meters)
    let even = (0...count).map { count == 0 ? start : start + length * Double($0) / Double(count) }
    let places = Set(even + listed.filter { start...(start + length) ~= $0 }).sorted()
    func point(_ coordinate: Coordinate) -> Point? {
      let at = pixel(coordinate)
      return box.contains(at) ? at : nil
    }
    return Content(
      line: places.map { meters in
        let there = measured.position(at: Distance(roundingMeters: meters) ?? .zero).coordinate
        return PagePlace(
          meters: meters, at: pixel(there), latitude: there.latitude, longitude: there.longitude,
          elevation: there.elevationMeters)
      },
      waypoints: measured.waypoints.map { point($0.waypoint.coordinate) },
      findings: findings.map { $0.place.flatMap(point) },
      teams: teams.map { pixel(measured.position(at: $0.distance).coordinate) })
  }
}
