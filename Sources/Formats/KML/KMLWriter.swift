internal import Geodesy
internal import JSON
internal import Routes

/// Writes KML 2.2: one placemark for the line, one for each waypoint.
enum KMLWriter {
  static func write(_ route: Route, options: WriteOptions) -> [UInt8] {
    var xml = XMLText()
    xml.open("kml", [("xmlns", "http://www.opengis.net/kml/2.2")])
    xml.open("Document")
    if let name = route.name { xml.element("name", name) }
    xml.open("Placemark")
    if let name = route.name { xml.element("name", name) }
    data(RouteProperties(writing: route).texts, &xml)
    if route.partCount > 1 { xml.open("MultiGeometry") }
    for index in 0..<route.partCount {
      xml.open("LineString")
      xml.element("tessellate", "1")
      altitudeMode(route.part(index), &xml)
      xml.open("coordinates")
      for vertex in route.part(index) { xml.line(tuple(vertex, options)) }
      xml.close("coordinates")
      xml.close("LineString")
    }
    if route.partCount > 1 { xml.close("MultiGeometry") }
    xml.close("Placemark")
    for waypoint in route.waypoints {
      xml.open("Placemark")
      if let name = waypoint.name { xml.element("name", name) }
      if let story = waypoint.story { xml.element("description", story) }
      var fields: [(String, String)] = []
      if let type = waypoint.type { fields.append(("type", type)) }
      if let distance = waypoint.officialDistance {
        fields.append(("officialDistance", distance.statedText))
      }
      if waypoint.hasStoryAlone { fields.append(("unnamed", "true")) }
      data(fields, &xml)
      xml.open("Point")
      altitudeMode([waypoint.coordinate], &xml)
      xml.element(
        "coordinates", String(decoding: tuple(waypoint.coordinate, options), as: UTF8.self))
      xml.close("Point")
      xml.close("Placemark")
    }
    xml.close("Document")
    xml.close("kml")
    return xml.bytes
  }

  /// Heights that are all 0 would be taken for unknown: that is what lines on the ground have.
  private static func altitudeMode(_ vertices: ArraySlice<Coordinate>, _ xml: inout XMLText) {
    if vertices.allSatisfy({ $0.elevationMeters == 0 }) { xml.element("altitudeMode", "absolute") }
  }

  private static func data(_ fields: [(String, String)], _ xml: inout XMLText) {
    if fields.isEmpty { return }
    xml.open("ExtendedData")
    for (name, value) in fields {
      xml.open("Data", [("name", "milequest:" + name)])
      xml.element("value", value)
      xml.close("Data")
    }
    xml.close("ExtendedData")
  }

  private static func tuple(_ coordinate: Coordinate, _ options: WriteOptions) -> [UInt8] {
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
