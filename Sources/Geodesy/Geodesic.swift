internal import CPROJ

/// Shortest paths on the WGS84 ellipsoid, through the `geodesic.h` that PROJ carries.
///
/// C. F. F. Karney, "Algorithms for geodesics", J. Geodesy 87, 43–55 (2013). Errors stay below 15 nm
/// for any two points of the Earth, antipodal ones included. Pure functions, safe from any thread.
public struct Geodesic: Sendable {
  public static let wgs84 = Geodesic()

  /// Equatorial radius in metres.
  public static let equatorialRadiusMeters = 6_378_137.0
  /// Flattening of the ellipsoid.
  public static let flattening = 1 / 298.257223563

  // Written once before first use and only read after that; 400 bytes that no call should copy.
  nonisolated(unsafe) private static let ellipsoid: UnsafePointer<geod_geodesic> = {
    let pointer = UnsafeMutablePointer<geod_geodesic>.allocate(capacity: 1)
    geod_init(pointer, equatorialRadiusMeters, flattening)
    return UnsafePointer(pointer)
  }()

  /// The answer to the inverse problem: how far, and in which directions at both ends.
  public struct Inverse: Sendable {
    public let distanceMeters: Double
    /// Azimuth at the first point, towards the second.
    public let initialAzimuth: Azimuth
    /// Azimuth at the second point, away from the first.
    public let finalAzimuth: Azimuth
  }

  /// Distance and azimuths of the shortest path between two coordinates; elevations do not count.
  ///
  /// About 0.4 µs. Where the points coincide both azimuths are those PROJ gives and mean nothing.
  public func inverse(from start: Coordinate, to end: Coordinate) -> Inverse {
    let answer = inverseDegrees(start.latitude, start.longitude, end.latitude, end.longitude)
    return Inverse(
      distanceMeters: answer.meters, initialAzimuth: Azimuth(degrees: answer.azimuth1),
      finalAzimuth: Azimuth(degrees: answer.azimuth2))
  }

  /// The coordinate reached from a start in a direction after a distance, and the azimuth there.
  ///
  /// About 0.3 µs. A distance of exactly 0 answers the start itself, to the bit. The elevation of
  /// the result is unknown.
  public func direct(
    from start: Coordinate, azimuth: Azimuth, distanceMeters: Double
  ) -> (coordinate: Coordinate, azimuth: Azimuth) {
    let answer = directDegrees(
      start.latitude, start.longitude, azimuth.degrees, distanceMeters)
    return (
      Coordinate(uncheckedLatitude: answer.latitude, longitude: answer.longitude),
      Azimuth(degrees: answer.azimuth)
    )
  }

  package func inverseDegrees(
    _ latitude1: Double, _ longitude1: Double, _ latitude2: Double, _ longitude2: Double
  ) -> (meters: Double, azimuth1: Double, azimuth2: Double) {
    var meters = 0.0
    var azimuth1 = 0.0
    var azimuth2 = 0.0
    geod_inverse(
      Self.ellipsoid, latitude1, longitude1, latitude2, longitude2, &meters, &azimuth1, &azimuth2)
    return (meters, azimuth1, azimuth2)
  }

  package func directDegrees(
    _ latitude: Double, _ longitude: Double, _ azimuth: Double, _ meters: Double
  ) -> (latitude: Double, longitude: Double, azimuth: Double) {
    if meters == 0 { return (latitude, longitude, azimuth) }
    var latitude2 = 0.0
    var longitude2 = 0.0
    var azimuth2 = 0.0
    geod_direct(
      Self.ellipsoid, latitude, longitude, azimuth, meters, &latitude2, &longitude2, &azimuth2)
    return (latitude2, longitude2, azimuth2)
  }

  /// A path that is evaluated at many distances: the set-up is paid once.
  package func line(latitude: Double, longitude: Double, azimuth: Double) -> GeodesicLine {
    GeodesicLine(Self.ellipsoid, latitude, longitude, azimuth)
  }
}

/// A geodesic from a point in a direction, evaluated at any distance along it.
package struct GeodesicLine {
  private var line = geod_geodesicline()

  fileprivate init(
    _ ellipsoid: UnsafePointer<geod_geodesic>, _ latitude: Double, _ longitude: Double,
    _ azimuth: Double
  ) {
    geod_lineinit(
      &line, ellipsoid, latitude, longitude, azimuth,
      UInt32(
        GEOD_LATITUDE.rawValue | GEOD_LONGITUDE.rawValue | GEOD_AZIMUTH.rawValue
          | GEOD_DISTANCE_IN.rawValue))
  }

  /// The point at a distance in metres from the start, and the azimuth there in degrees.
  package func position(meters: Double) -> (latitude: Double, longitude: Double, azimuth: Double) {
    var latitude = 0.0
    var longitude = 0.0
    var azimuth = 0.0
    withUnsafePointer(to: line) { geod_position($0, meters, &latitude, &longitude, &azimuth) }
    return (latitude, longitude, azimuth)
  }
}
