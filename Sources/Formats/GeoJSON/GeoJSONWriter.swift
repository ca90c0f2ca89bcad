internal import Geodesy
internal import JSON
internal import Routes

/// Writes RFC 7946: one feature for the line, cut at 180 degrees, one for each waypoint.
enum GeoJSONWriter {
  static func write(_ route: Route, options: WriteOptions) -> [UInt8] {
    var out = Array("{\n  \"type\": \"FeatureCollection\",\n".utf8)
    if let name = route.name {
      out.append(contentsOf: "  \"name\": ".utf8)
      JSONText.append(name, to: &out)
      out.append(contentsOf: ",\n".utf8)
    }
    out.append(contentsOf: "  \"features\": [\n".utf8)
    line(route, options, &out)
    for waypoint in route.waypoints {
      out.append(contentsOf: ",\n".utf8)
      point(waypoint, options, &out)
    }
    out.append(contentsOf: "\n  ]\n}\n".utf8)
    return out
  }

  private static func line(_ route: Route, _ options: WriteOptions, _ out: inout [UInt8]) {
    var lines: [[Coordinate]] = []
    var cuts: [JSONValue] = []
    for index in 0..<route.partCount {
      let (pieces, added) = Antimeridian.cut(rounded(route.part(index), options))
      for (offset, count) in added.enumerated() {
        cuts.append(
          .object([("line", .integer(lines.count + offset + 1)), ("added", .integer(count))]))
      }
      lines += pieces
    }
    var members: [(String, JSONValue)] = []
    if let name = route.name { members.append(("name", .string(name))) }
    let properties = RouteProperties(writing: route)
    for (name, text) in properties.texts {
      switch name {
      case "laps": members.append((name, .integer(properties.laps ?? 1)))
      case "thereAndBack": members.append((name, .bool(properties.thereAndBack ?? false)))
      case "joins":
        members.append(
          (name, .array((properties.joins ?? []).map { .string($0.rawValue) })))
      default: members.append((name, .string(text)))
      }
    }
    if !cuts.isEmpty { members.append(("antimeridianCuts", .array(cuts))) }
    feature(members, &out)
    let isMulti = lines.count > 1
    out.append(
      contentsOf:
        "\"geometry\": {\"type\": \"\(isMulti ? "MultiLineString" : "LineString")\", \"coordinates\": "
        .utf8)
    if isMulti { out.append(0x5B) }
    for (index, line) in lines.enumerated() {
      if index > 0 { out.append(0x2C) }
      out.append(contentsOf: "[\n".utf8)
      for (i, vertex) in line.enumerated() {
        if i > 0 { out.append(contentsOf: ",\n".utf8) }
        out.append(contentsOf: "      ".utf8)
        position(vertex, options, &out)
      }
      out.append(contentsOf: "\n    ]".utf8)
    }
    if isMulti { out.append(0x5D) }
    out.append(contentsOf: "}}".utf8)
  }

  /// Rounding comes before the cut, so that a vertex that is written as 180 is cut as 180.
  private static func rounded(
    _ vertices: ArraySlice<Coordinate>, _ options: WriteOptions
  ) -> ArraySlice<Coordinate> {
    guard options.coordinateDigits <= 12 else { return vertices }
    var scale = 1.0
    for _ in 0..<options.coordinateDigits { scale *= 10 }
    return vertices.map { vertex in
      abs(vertex.longitude) < 180 && (abs(vertex.longitude) * scale).rounded() == 180 * scale
        ? Coordinate(
          uncheckedLatitude: vertex.latitude, longitude: vertex.longitude < 0 ? -180 : 180,
          elevation: vertex.elevationMetersOrNaN) : vertex
    }[...]
  }

  private static func point(
    _ waypoint: Waypoint, _ options: WriteOptions, _ out: inout [UInt8]
  ) {
    var members: [(String, JSONValue)] = []
    if let name = waypoint.name { members.append(("name", .string(name))) }
    if let type = waypoint.type { members.append(("type", .string(type))) }
    if let story = waypoint.story { members.append(("story", .string(story))) }
    if let distance = waypoint.officialDistance {
      members.append(("officialDistance", .string(distance.statedText)))
    }
    feature(members, &out)
    out.append(contentsOf: "\"geometry\": {\"type\": \"Point\", \"coordinates\": ".utf8)
    position(waypoint.coordinate, options, &out)
    out.append(contentsOf: "}}".utf8)
  }

  private static func feature(_ properties: [(String, JSONValue)], _ out: inout [UInt8]) {
    out.append(contentsOf: "    {\"type\": \"Feature\", \"properties\": ".utf8)
    out.append(contentsOf: JSONValue.object(properties).text())
    out.append(contentsOf: ",\n     ".utf8)
  }

  private static func position(
    _ coordinate: Coordinate, _ options: WriteOptions, _ out: inout [UInt8]
  ) {
    out.append(0x5B)
    NumberText.append(coordinate.longitude, decimals: options.coordinateDigits, to: &out)
    out.append(contentsOf: ", ".utf8)
    NumberText.append(coordinate.latitude, decimals: options.coordinateDigits, to: &out)
    if let meters = coordinate.elevationMeters {
      out.append(contentsOf: ", ".utf8)
      NumberText.append(meters, decimals: options.elevationDigits, to: &out)
    }
    out.append(0x5D)
  }
}
