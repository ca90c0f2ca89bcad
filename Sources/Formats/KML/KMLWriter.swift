internal import Geodesy
internal import JSON
internal import Routes

/// Writes KML 2.2: one placemark for the line, one for each waypoint.
struct KMLWriter: SectionWriter {
  enum Section: CaseIterable { case head, joins, line, vertices, lineEnd, waypoints, end }

  private let options: WriteOptions
  private let line: WrittenLine
  private var xml = XMLText()
  private var joins: JoinCursor
  private var hasJoin = false
  private var cursor: VertexCursor

  init(_ route: Route, _ options: WriteOptions) {
    self.options = options
    line = WrittenLine(route, as: .kml)
    joins = line.joins
    cursor = line.vertices
  }

  var bytes: [UInt8] { xml.bytes }
  mutating func take() -> [UInt8] { xml.take() }

  func count(of section: Section, in route: Route) -> Int {
    switch section {
    case .head, .line, .lineEnd, .end: 1
    case .joins: line.statesJoins ? route.partCount : 0
    case .vertices: route.vertices.count
    case .waypoints: route.waypoints.count
    }
  }

  mutating func write(_ item: Int, of section: Section, in route: Route) {
    switch section {
    case .head: head(route)
    case .joins: join(item, route)
    case .line: endData(route)
    case .vertices: vertex(item, route)
    case .lineEnd:
      if line.partCount > 1 { xml.close("MultiGeometry") }
      xml.close("Placemark")
    case .waypoints: waypoint(route.waypoints[item])
    case .end:
      xml.close("Document")
      xml.close("kml")
    }
  }

  private mutating func head(_ route: Route) {
    xml.open("kml", [("xmlns", "http://www.opengis.net/kml/2.2")])
    xml.open("Document")
    if let name = route.name { xml.element("name", name) }
    xml.open("Placemark")
    if let name = route.name { xml.element("name", name) }
    let fields = RouteProperties(writing: route).texts
    guard line.statesJoins || !fields.isEmpty else { return }
    xml.open("ExtendedData")
    data(fields)
    guard line.statesJoins else { return }
    xml.open("Data", [("name", "milequest:joins")])
    xml.begin("value")
    xml.plain(">")
  }

  private mutating func join(_ part: Int, _ route: Route) {
    guard let join = joins.join(before: part, in: route) else { return }
    if hasJoin { xml.plain(" ") }
    hasJoin = true
    xml.plain(join.resolved(in: route).rawValue)
  }

  private mutating func endData(_ route: Route) {
    if line.statesJoins {
      xml.plain("</value>\n")
      xml.close("Data")
    }
    if line.statesJoins || !RouteProperties(writing: route).texts.isEmpty {
      xml.close("ExtendedData")
    }
    if line.partCount > 1 { xml.open("MultiGeometry") }
  }

  private mutating func vertex(_ index: Int, _ route: Route) {
    guard cursor.move(to: index, in: route) else { return }
    if cursor.isFirst(index) {
      xml.open("LineString")
      xml.element("tessellate", "1")
      altitudeMode(cursor.vertices(of: route))
      xml.open("coordinates")
    }
    xml.line(tuple(route.vertices[index]))
    if cursor.isLast(index) {
      xml.close("coordinates")
      xml.close("LineString")
    }
  }

  private mutating func waypoint(_ waypoint: Waypoint) {
    xml.open("Placemark")
    if let name = waypoint.name { xml.element("name", name) }
    if let story = waypoint.story { xml.element("description", story) }
    var fields: [(String, String)] = []
    if let type = waypoint.type { fields.append(("type", type)) }
    if let distance = waypoint.officialDistance {
      fields.append(("officialDistance", distance.statedText))
    }
    if waypoint.hasStoryAlone { fields.append(("unnamed", "true")) }
    if !fields.isEmpty {
      xml.open("ExtendedData")
      data(fields)
      xml.close("ExtendedData")
    }
    xml.open("Point")
    altitudeMode([waypoint.coordinate])
    xml.element("coordinates", String(decoding: tuple(waypoint.coordinate), as: UTF8.self))
    xml.close("Point")
    xml.close("Placemark")
  }

  /// Heights that are all 0 would be taken for unknown: that is what lines on the ground have.
  private mutating func altitudeMode(_ vertices: ArraySlice<Coordinate>) {
    if vertices.allSatisfy({ $0.elevationMeters == 0 }) { xml.element("altitudeMode", "absolute") }
  }

  private mutating func data(_ fields: [(String, String)]) {
    for (name, value) in fields {
      xml.open("Data", [("name", "milequest:" + name)])
      xml.element("value", value)
      xml.close("Data")
    }
  }

  private func tuple(_ coordinate: Coordinate) -> [UInt8] {
    var out: [UInt8] = []
    NumberText.append(coordinate.longitude, decimals: options.coordinateDigits, to: &out)
    out.append(0x2C)
    NumberText.append(coordinate.latitude, decimals: options.coordinateDigits, to: &out)
    if let meters = coordinate.elevationMeters {
      out.append(0x2C)
      NumberText.append(meters, decimals: options.elevationDigits, to: &out)
    }
    return out
  }
}
