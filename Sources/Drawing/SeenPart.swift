internal import MapData

/// The part of the globe that a map shows, in degrees; longitudes are counted from the projection's
/// middle meridian.
struct SeenPart {
  private(set) var south = 90.0
  private(set) var north = -90.0
  private(set) var west = 180.0
  private(set) var east = -180.0

  /// Points looked at along each side of the map.
  private static let grid = 24

  /// Nil where the map shows nothing but what is beside the globe.
  init?(_ projection: borrowing MapProjection, _ viewport: Viewport) {
    let box = viewport.box
    for i in 0...Self.grid {
      for j in 0...Self.grid {
        let pixel = Point(
          x: box.minX + box.width * Double(i) / Double(Self.grid),
          y: box.minY + box.height * Double(j) / Double(Self.grid))
        guard let place = projection.place(at: viewport.plane(pixel)) else { continue }
        let longitude = (place.longitude - projection.middleMeridian).remainder(dividingBy: 360)
        south = min(south, place.latitude)
        north = max(north, place.latitude)
        west = min(west, longitude)
        east = max(east, longitude)
      }
    }
    if south > north { return nil }
  }

  /// The same with what lies between the points that were looked at, and all longitudes where a pole
  /// is shown.
  func whole(_ projection: borrowing MapProjection, _ viewport: Viewport) -> SeenPart {
    var whole = self
    let margin = (north - south) / Double(Self.grid)
    let across = (east - west) / Double(Self.grid)
    whole.south = max(south - margin, -90)
    whole.north = min(north + margin, 90)
    whole.west = max(west - across, -180)
    whole.east = min(east + across, 180)
    for latitude in [-90.0, 90] {
      let pole = viewport.pixel(projection.point(Place(latitude: latitude, longitude: 0)))
      guard pole.x.isFinite, pole.y.isFinite, viewport.box.contains(pole) else { continue }
      (whole.west, whole.east) = (-180, 180)
      if latitude < 0 { whole.south = -90 } else { whole.north = 90 }
    }
    return whole
  }
}
