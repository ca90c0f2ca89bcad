public import Routes

/// How numbers are written.
public struct WriteOptions: Sendable {
  /// Decimals of a degree: 7 are about a centimetre. GPX, KML and GeoJSON.
  public var coordinateDigits = 7
  /// Decimals of an elevation in metres.
  public var elevationDigits = 3
  /// The most digits that can be asked for; more than a `Double` of this size holds says nothing.
  public static let mostDigits = 15

  public init() {}
}

/// Writes a route in any format.
public enum RouteWriter {
  /// The file's bytes.
  ///
  /// What a format cannot hold is left out; the documentation has a table. GeoJSON and KML have no line
  /// of a single position, so such parts are left out there.
  /// - Complexity: O(vertices).
  public static func write(
    _ route: Route, as format: RouteFormat, options: WriteOptions = WriteOptions()
  ) -> [UInt8] {
    var options = options
    options.coordinateDigits = min(max(options.coordinateDigits, 0), WriteOptions.mostDigits)
    options.elevationDigits = min(max(options.elevationDigits, 0), WriteOptions.mostDigits)
    switch format {
    case .gpx: return GPXWriter.write(route, options: options)
    case .kml: return KMLWriter.write(ofLines(route), options: options)
    case .geojson: return GeoJSONWriter.write(ofLines(route), options: options)
    case .polyline5: return PolylineWriter.write(route, digits: 5)
    case .polyline6: return PolylineWriter.write(route, digits: 6)
    }
  }

  /// A route that has only points is written as it is: it has no line to write instead.
  private static func ofLines(_ route: Route) -> Route {
    (try? route.withoutSinglePoints()) ?? route
  }
}
