/// A place on WGS84 (EPSG:4326): latitude and longitude in degrees, and an elevation in metres
/// where one is known.
public struct Coordinate: Hashable, Sendable {
  /// Degrees north, -90…90.
  public let latitude: Double
  /// Degrees east, -180…180. Both ends name the same meridian and are kept as given.
  public let longitude: Double
  /// NaN stands for unknown, so that a vertex is three words.
  package let elevationMetersOrNaN: Double

  /// Metres above the ellipsoid or the sea, whichever the source used, or nil.
  public var elevationMeters: Double? { elevationMetersOrNaN.isNaN ? nil : elevationMetersOrNaN }

  /// A validated coordinate; a longitude beyond ±180 is brought back by whole turns.
  ///
  /// - Throws: `latitude-range`, `longitude-range` (not finite), `elevation-range` (not finite).
  public init(
    latitude: Double, longitude: Double, elevationMeters: Double? = nil
  ) throws(GeodesyError) {
    guard latitude >= -90, latitude <= 90 else {
      throw GeodesyError(.latitudeRange, "the latitude \(latitude) is outside -90…90")
    }
    guard longitude.isFinite else {
      throw GeodesyError(.longitudeRange, "the longitude \(longitude) is not a finite number")
    }
    if let elevationMeters, !elevationMeters.isFinite {
      throw GeodesyError(
        .elevationRange, "the elevation \(elevationMeters) is not a finite number")
    }
    self.init(
      uncheckedLatitude: latitude, longitude: Coordinate.normalized(longitude: longitude),
      elevation: elevationMeters ?? .nan)
  }

  /// For callers inside the package that have checked the ranges themselves.
  package init(uncheckedLatitude: Double, longitude: Double, elevation: Double = .nan) {
    self.latitude = uncheckedLatitude
    self.longitude = longitude
    self.elevationMetersOrNaN = elevation
  }

  /// The longitude within -180…180, unchanged where it already is.
  package static func normalized(longitude: Double) -> Double {
    abs(longitude) <= 180 ? longitude : longitude.remainder(dividingBy: 360)
  }

  /// Whether both name the same point of the ellipsoid: ±180 are one meridian, and at a pole the
  /// longitude says nothing. Elevations do not count.
  public func isSamePlace(as other: Coordinate) -> Bool {
    guard latitude == other.latitude else { return false }
    if abs(latitude) == 90 { return true }
    return longitude == other.longitude || (abs(longitude) == 180 && abs(other.longitude) == 180)
  }

  // NaN is the mark for "unknown" and equal to itself here, as two nils are.
  public static func == (a: Coordinate, b: Coordinate) -> Bool {
    a.latitude == b.latitude && a.longitude == b.longitude
      && a.elevationMeters == b.elevationMeters
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(latitude)
    hasher.combine(longitude)
    hasher.combine(elevationMeters)
  }
}

extension Coordinate: CustomStringConvertible {
  /// Latitude, longitude, and the elevation where known: `51.5, -0.12, 35.0 m`.
  public var description: String {
    "\(latitude), \(longitude)" + (elevationMeters.map { ", \($0) m" } ?? "")
  }
}
