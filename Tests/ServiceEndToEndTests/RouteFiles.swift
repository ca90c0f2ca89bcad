/// Route files that people bring.
enum RouteFiles {
  /// 25 km along a coast, with an inn and a bridge; a vertex every 641 m.
  static let coast = gpx { latitude, longitude, _ in (latitude, longitude) }

  /// The same, the 18th vertex with longitude and latitude swapped: no place on Earth.
  static let faultyCoast = gpx { $2 == 17 ? ($1, $0) : ($0, $1) }

  private static func gpx(
    _ edit: (_ latitude: Double, _ longitude: Double, _ index: Int) -> (Double, Double)
  ) -> String {
    let points = (0..<40).map { index in
      let (latitude, longitude) = edit(
        -33.9 + 0.004 * Double(index), 151.2 + 0.005 * Double(index), index)
      return "<trkpt lat=\"\(thousandths(latitude))\" lon=\"\(thousandths(longitude))\"/>"
    }
    return """
      <?xml version="1.0"?>
      <gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1">
      <wpt lat="-33.860" lon="151.250"><name>The Inn</name></wpt>
      <wpt lat="-33.820" lon="151.300"><name>The Bridge</name></wpt>
      <trk><name>Coast Walk</name><trkseg>
      \(points.joined(separator: "\n"))
      </trkseg></trk>
      </gpx>

      """
  }

  private static func thousandths(_ degrees: Double) -> String {
    let count = Int((degrees.magnitude * 1_000).rounded())
    let rest = String(1_000 + count % 1_000).dropFirst()
    return "\(degrees < 0 ? "-" : "")\(count / 1_000).\(rest)"
  }
}
