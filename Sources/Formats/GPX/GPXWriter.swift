internal import Geodesy
internal import JSON
internal import Routes

/// Writes GPX 1.1 that is valid against the Topografix schema; what GPX has no element for stands
/// under `extensions` in our namespace.
enum GPXWriter {
  static func write(_ route: Route, options: WriteOptions) -> [UInt8] {
    var xml = XMLText()
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
    for waypoint in route.waypoints {
      // The schema's order: ele, name, desc, type, extensions.
      xml.open("wpt", degrees(waypoint.coordinate, options))
      elevation(waypoint.coordinate, options, &xml)
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
    xml.open("trk")
    if let name = route.name { xml.element("name", name) }
    let properties = RouteProperties(writing: route).texts
    if !properties.isEmpty {
      xml.open("extensions")
      xml.empty("mq:route", properties)
      xml.close("extensions")
    }
    for index in 0..<route.partCount {
      xml.open("trkseg")
      for vertex in route.part(index) {
        if vertex.elevationMeters == nil {
          xml.empty("trkpt", degrees(vertex, options))
        } else {
          xml.open("trkpt", degrees(vertex, options))
          elevation(vertex, options, &xml)
          xml.close("trkpt")
        }
      }
      xml.close("trkseg")
    }
    xml.close("trk")
    xml.close("gpx")
    return xml.bytes
  }

  private static func degrees(
    _ coordinate: Coordinate, _ options: WriteOptions
  ) -> [(String, String)] {
    // The schema's longitudes end before 180, which is the same meridian as -180.
    let longitude = text(coordinate.longitude, options.coordinateDigits)
    return [
      ("lat", text(coordinate.latitude, options.coordinateDigits)),
      ("lon", longitude == "180" ? "-180" : longitude),
    ]
  }

  private static func elevation(
    _ coordinate: Coordinate, _ options: WriteOptions, _ xml: inout XMLText
  ) {
    guard let meters = coordinate.elevationMeters else { return }
    xml.element("ele", text(meters, options.elevationDigits))
  }

  private static func text(_ value: Double, _ digits: Int) -> String {
    var bytes: [UInt8] = []
    NumberText.append(value, decimals: digits, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
