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

  /// The same with digits that can be written.
  var bounded: WriteOptions {
    var options = self
    options.coordinateDigits = min(max(coordinateDigits, 0), Self.mostDigits)
    options.elevationDigits = min(max(elevationDigits, 0), Self.mostDigits)
    return options
  }
}

/// Writes a route in any format.
public enum RouteWriter {
  /// The file's bytes.
  ///
  /// What a format cannot hold is left out; the documentation has a table. Only GPX has
  /// parts of a single position; elsewhere they are left out.
  /// - Complexity: O(vertices).
  public static func write(
    _ route: Route, as format: RouteFormat, options: WriteOptions = WriteOptions()
  ) -> [UInt8] {
    var pieces = RoutePieces(route, as: format, options: options, pieceBytes: .max)
    return pieces.next(of: route) ?? []
  }
}

/// The bytes of `RouteWriter.write`, piece by piece: a file is as large as its route, and its pieces
/// are not.
///
/// It does not hold the route. Whoever writes a file slowly can let go of the route between two pieces.
public struct RoutePieces: Sendable {
  /// How long a piece is, about.
  public static let pieceBytes = 128 << 10

  private var maker: any PieceMaker

  /// - Parameter pieceBytes: a piece ends with the item that reaches them, such as a vertex, a waypoint
  ///   or a name.
  /// - Complexity: O(parts).
  public init(
    _ route: Route, as format: RouteFormat, options: WriteOptions = WriteOptions(),
    pieceBytes: Int = RoutePieces.pieceBytes
  ) {
    let options = options.bounded
    func pieces(_ writer: some SectionWriter) -> any PieceMaker {
      Sections(writer, pieceBytes: pieceBytes)
    }
    maker =
      switch format {
      case .gpx: pieces(GPXWriter(route, options))
      case .kml: pieces(KMLWriter(route, options))
      case .geojson: pieces(GeoJSONWriter(route, options))
      case .polyline5, .polyline6: pieces(PolylineWriter(route, as: format))
      }
  }

  /// The next piece; nil after the last.
  ///
  /// - Parameter route: the one that this began with.
  public mutating func next(of route: Route) -> [UInt8]? { maker.next(of: route) }
}
