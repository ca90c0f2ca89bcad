internal import Geodesy
internal import JSON
internal import Routes

/// Writes GPX 1.1 that is valid against the Topografix schema; what GPX has no element for stands
/// under `extensions` in our namespace.
struct GPXWriter: SectionWriter {
  enum Section: CaseIterable { case head, waypoints, track, joins, segments, vertices, end }

  private let options: WriteOptions
  private let line: WrittenLine
  private var xml = XMLText()
  private var joins: JoinCursor
  private var cursor: VertexCursor

  init(_ route: Route, _ options: WriteOptions) {
    self.options = options
    line = WrittenLine(route, as: .gpx)
    joins = line.joins
    cursor = line.vertices
  }

  var bytes: [UInt8] { xml.bytes }
  mutating func take() -> [UInt8] { xml.take() }

  func count(of section: Section, in route: Route) -> Int {
    switch section {
    case .head, .track, .segments, .end: 1
    case .waypoints: route.waypoints.count
    case .joins: line.statesJoins ? route.partCount : 0
    case .vertices: route.vertices.count
    }
  }

  mutating func write(_ item: Int, of section: Section, in route: Route) {
    switch section {
    case .head: head(route)
    case .waypoints: waypoint(route.waypoints[item])
    case .track: beginTrack(route)
    case .joins: join(item, route)
    case .segments: endProperties(route)
    case .vertices: vertex(item, route)
    case .end:
      xml.close("trk")
      xml.close("gpx")
    }
  }

  private mutating func head(_ route: Route) {
    xml.open(
      "gpx",
      [
        ("version", "1.1"), ("creator", "Mile Quest"),
        ("xmlns", "http://www.topografix.com/GPX/1/1"), ("xmlns:mq", OwnWords.namespace),
      ])
    if let name = route.name {
      xml.open("metadata")
      xml.element("name", name)
      xml.close("metadata")
    }
  }

  private mutating func waypoint(_ waypoint: Waypoint) {
    // The schema's order: ele, name, desc, type, extensions.
    xml.open("wpt", degrees(waypoint.coordinate))
    elevation(waypoint.coordinate)
    if let name = waypoint.name { xml.element("name", name) }
    if let story = waypoint.story { xml.element("desc", story) }
    if let type = waypoint.type { xml.element("type", type) }
    var own: [(String, String)] = []
    if let distance = waypoint.officialDistance {
      own.append(("officialDistance", distance.statedText))
    }
    if waypoint.hasStoryAlone { own.append(("unnamed", "true")) }
    if !own.isEmpty {
      xml.open("extensions")
      xml.empty("mq:waypoint", own)
      xml.close("extensions")
    }
    xml.close("wpt")
  }

  private mutating func beginTrack(_ route: Route) {
    xml.open("trk")
    if let name = route.name { xml.element("name", name) }
    guard hasProperties(route) else { return }
    xml.open("extensions")
    xml.begin("mq:route", RouteProperties(writing: route).texts)
    if line.statesJoins { xml.plain(" joins=\"") }
  }

  private mutating func join(_ part: Int, _ route: Route) {
    guard let join = joins.join(before: part, in: route) else { return }
    if join.from > 0 { xml.plain(" ") }
    xml.plain(join.resolved(in: route).rawValue)
  }

  private mutating func endProperties(_ route: Route) {
    guard hasProperties(route) else { return }
    xml.plain(line.statesJoins ? "\"/>\n" : "/>\n")
    xml.close("extensions")
  }

  private func hasProperties(_ route: Route) -> Bool {
    line.statesJoins || !RouteProperties(writing: route).texts.isEmpty
  }

  private mutating func vertex(_ index: Int, _ route: Route) {
    _ = cursor.move(to: index, in: route)
    if cursor.isFirst(index) { xml.open("trkseg") }
    let vertex = route.vertices[index]
    if vertex.elevationMeters == nil {
      xml.empty("trkpt", degrees(vertex))
    } else {
      xml.open("trkpt", degrees(vertex))
      elevation(vertex)
      xml.close("trkpt")
    }
    if cursor.isLast(index) { xml.close("trkseg") }
  }

  private func degrees(_ coordinate: Coordinate) -> [(String, String)] {
    // The schema's longitudes end before 180, which is the same meridian as -180.
    let longitude = text(coordinate.longitude, options.coordinateDigits)
    return [
      ("lat", text(coordinate.latitude, options.coordinateDigits)),
      ("lon", longitude == "180" ? "-180" : longitude),
    ]
  }

  private mutating func elevation(_ coordinate: Coordinate) {
    guard let meters = coordinate.elevationMeters else { return }
    xml.element("ele", text(meters, options.elevationDigits))
  }

  private func text(_ value: Double, _ digits: Int) -> String {
    var bytes: [UInt8] = []
    NumberText.append(value, decimals: digits, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
