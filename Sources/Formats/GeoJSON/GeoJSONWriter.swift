internal import Geodesy
internal import JSON
internal import Routes

/// Writes RFC 7946: one feature for the line, cut at 180 degrees, one for each waypoint.
struct GeoJSONWriter: SectionWriter {
  enum Section: CaseIterable {
    case head, joins, joinsEnd, cuts, geometry, vertices, lineEnd, waypoints, end
  }

  private let options: WriteOptions
  private let line: WrittenLine
  private(set) var bytes: [UInt8] = []
  private var joins: JoinCursor
  private var hasJoin = false
  /// Whether the line's properties have a member yet.
  private var hasMember: Bool
  private var cuts: CutLine
  /// Of the lines that the parts are cut into.
  private var lineCount = 0
  private var hasCut = false
  private var vertices: CutLine
  /// Whether a line of the geometry was begun.
  private var hasLine = false

  init(_ route: Route, _ options: WriteOptions) {
    self.options = options
    line = WrittenLine(route, as: .geojson)
    joins = line.joins
    hasMember = false
    cuts = CutLine(line, options)
    vertices = cuts
  }

  mutating func take() -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }

  func count(of section: Section, in route: Route) -> Int {
    switch section {
    case .head, .joinsEnd, .geometry, .lineEnd, .end: 1
    case .joins: line.statesJoins ? route.partCount : 0
    case .cuts, .vertices: route.vertices.count
    case .waypoints: route.waypoints.count
    }
  }

  mutating func write(_ item: Int, of section: Section, in route: Route) {
    switch section {
    case .head: head(route)
    case .joins: join(item, route)
    case .joinsEnd: if line.statesJoins { bytes.append(0x5D) }
    case .cuts: cut(item, route)
    case .geometry: beginGeometry()
    case .vertices: vertex(item, route)
    case .lineEnd:
      if lineCount > 1 { bytes.append(0x5D) }
      append("}}")
    case .waypoints:
      append(",\n")
      point(route.waypoints[item])
    case .end: append("\n  ]\n}\n")
    }
  }

  // MARK: Properties

  private mutating func head(_ route: Route) {
    append("{\n  \"type\": \"FeatureCollection\",\n")
    if let name = route.name {
      append("  \"name\": ")
      JSONText.append(name, to: &bytes)
      append(",\n")
    }
    append("  \"features\": [\n")
    var members: [(String, JSONValue)] = []
    if let name = route.name { members.append(("name", .string(name))) }
    let properties = RouteProperties(writing: route)
    for (name, text) in properties.texts {
      switch name {
      case "laps": members.append((name, .integer(properties.laps ?? 1)))
      case "thereAndBack": members.append((name, .bool(properties.thereAndBack ?? false)))
      default: members.append((name, .string(text)))
      }
    }
    beginFeature(members)
    if line.statesJoins { beginMember("joins") }
  }

  private mutating func join(_ part: Int, _ route: Route) {
    guard let join = joins.join(before: part, in: route) else { return }
    if hasJoin { bytes.append(0x2C) }
    hasJoin = true
    JSONText.append(join.resolved(in: route).rawValue, to: &bytes)
  }

  private mutating func cut(_ vertex: Int, _ route: Route) {
    guard let step = cuts.step(to: vertex, in: route) else { return }
    if step.isFirst { lineCount += 1 }
    let added: Int
    switch step.leg {
    case .along: return
    case .leaves: added = 1
    case .crosses: added = 2
    }
    if hasCut { bytes.append(0x2C) } else { beginMember("antimeridianCuts") }
    hasCut = true
    append("{\"line\":\(lineCount),\"added\":\(added)}")
    lineCount += 1
  }

  /// A member of the line's properties that is an array.
  private mutating func beginMember(_ name: String) {
    append("\(hasMember ? "," : "")\"\(name)\":[")
    hasMember = true
  }

  // MARK: Geometry

  private mutating func beginGeometry() {
    if hasCut { bytes.append(0x5D) }
    endProperties()
    let type = lineCount > 1 ? "MultiLineString" : "LineString"
    append("\"geometry\": {\"type\": \"\(type)\", \"coordinates\": ")
    if lineCount > 1 { bytes.append(0x5B) }
  }

  private mutating func vertex(_ vertex: Int, _ route: Route) {
    guard let step = vertices.step(to: vertex, in: route) else { return }
    switch step.leg {
    case .along(let end):
      append(step.isFirst ? hasLine ? ",[\n" : "[\n" : ",\n")
      linePosition(end)
    case .leaves(let start, let end): breakLine(start, end)
    case .crosses(let start, let end):
      let crossing = Antimeridian.crossing(from: start, to: end)
      append(",\n")
      linePosition(crossing)
      breakLine(Antimeridian.mirrored(crossing), end)
    }
    hasLine = true
    if step.isLast { append("\n    ]") }
  }

  /// Ends a line, and begins the next on the other side of the cut.
  private mutating func breakLine(_ start: Coordinate, _ end: Coordinate) {
    append("\n    ],[\n")
    linePosition(start)
    append(",\n")
    linePosition(end)
  }

  private mutating func linePosition(_ coordinate: Coordinate) {
    append("      ")
    position(coordinate)
  }

  // MARK: Features

  private mutating func point(_ waypoint: Waypoint) {
    var members: [(String, JSONValue)] = []
    if let name = waypoint.name { members.append(("name", .string(name))) }
    if let type = waypoint.type { members.append(("type", .string(type))) }
    if let story = waypoint.story { members.append(("story", .string(story))) }
    if let distance = waypoint.officialDistance {
      members.append(("officialDistance", .string(distance.statedText)))
    }
    beginFeature(members)
    endProperties()
    append("\"geometry\": {\"type\": \"Point\", \"coordinates\": ")
    position(waypoint.coordinate)
    append("}}")
  }

  /// Begins a feature, whose properties are left open.
  private mutating func beginFeature(_ properties: [(String, JSONValue)]) {
    append("    {\"type\": \"Feature\", \"properties\": ")
    JSONValue.object(properties).write(to: &bytes)
    bytes.removeLast()
    hasMember = !properties.isEmpty
  }

  private mutating func endProperties() { append("},\n     ") }

  private mutating func position(_ coordinate: Coordinate) {
    bytes.append(0x5B)
    NumberText.append(coordinate.longitude, decimals: options.coordinateDigits, to: &bytes)
    append(", ")
    NumberText.append(coordinate.latitude, decimals: options.coordinateDigits, to: &bytes)
    if let meters = coordinate.elevationMeters {
      append(", ")
      NumberText.append(meters, decimals: options.elevationDigits, to: &bytes)
    }
    bytes.append(0x5D)
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
