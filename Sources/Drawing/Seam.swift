internal import MapData

/// Where a map of the world is cut: longitudes of ±180 from its middle meridian.
enum Seam {
  /// A step this near to a pole may go over it.
  private static let polarLatitude = 85.0

  /// A line in pieces that end and begin at the seam. A step over a pole is led up to the pole on one
  /// meridian and down on the other, as the pole is a line on such maps.
  static func cut(line: [Place]) -> [[Place]] {
    guard var previous = line.first else { return [] }
    var pieces: [[Place]] = []
    var current = [previous]
    for place in line.dropFirst() {
      let step = place.longitude - previous.longitude
      let turn = step.remainder(dividingBy: 360)
      let isPolar = min(abs(place.latitude), abs(previous.latitude)) > polarLatitude
      if isPolar, abs(turn) > 60, place.latitude * previous.latitude > 0 {
        let pole = place.latitude > 0 ? 90.0 : -90
        current.append(Place(latitude: pole, longitude: previous.longitude))
        pieces.append(current)
        current = [Place(latitude: pole, longitude: place.longitude)]
      } else if abs(step) > 180 {
        let edge = step < 0 ? 180.0 : -180
        let share = turn == 0 ? 0 : (edge - previous.longitude) / turn
        let latitude = previous.latitude + share * (place.latitude - previous.latitude)
        current.append(Place(latitude: latitude, longitude: edge))
        pieces.append(current)
        current = [Place(latitude: latitude, longitude: -edge)]
      }
      current.append(place)
      previous = place
    }
    pieces.append(current)
    return pieces
  }

  /// A closed ring as areas within ±180 of the middle meridian. One that goes round a pole, which is
  /// on its left, is closed over it.
  static func cut(ring: [Place]) -> [[Place]] {
    var line: [Point] = []
    line.reserveCapacity(ring.count + 3)
    var longitude = ring[0].longitude
    for place in ring {
      longitude += (place.longitude - longitude).remainder(dividingBy: 360)
      line.append(Point(x: longitude, y: place.latitude))
    }
    let closing = (ring[0].longitude - longitude).remainder(dividingBy: 360)
    let rounds = ((longitude + closing - ring[0].longitude) / 360).rounded()
    if rounds != 0 {
      // Three times round, so that the map lies within it whatever its middle meridian.
      let once = line
      let full = rounds * 360
      line = (-1...1).flatMap { k in once.map { Point(x: $0.x + Double(k) * full, y: $0.y) } }
      let pole = rounds > 0 ? 90.0 : -90
      line.append(Point(x: line[line.count - 1].x, y: pole))
      line.append(Point(x: line[0].x, y: pole))
    }
    let map = Box(minX: -180, minY: -90, maxX: 180, maxY: 90)
    return (rounds == 0 ? [-1, 0, 1] : [0]).compactMap { k in
      let area = map.clipped(area: line.map { Point(x: $0.x + Double(k) * 360, y: $0.y) })
      return area.count < 3 ? nil : alongTheEdge(area)
    }
  }

  /// The same area with enough points on the map's edge, which is no straight line on the plane.
  private static func alongTheEdge(_ area: [Point]) -> [Place] {
    var places: [Place] = []
    places.reserveCapacity(area.count)
    var previous = area[area.count - 1]
    for point in area {
      if abs(point.x) == 180, point.x == previous.x {
        let steps = Int(abs(point.y - previous.y).rounded(.up))
        for k in 1..<max(steps, 1) {
          let share = Double(k) / Double(steps)
          places.append(
            Place(
              latitude: previous.y + share * (point.y - previous.y), longitude: point.x))
        }
      }
      places.append(Place(latitude: point.y, longitude: point.x))
      previous = point
    }
    return places
  }

  /// The outline of the whole globe.
  static let globe: [Place] =
    (-90...90).map { Place(latitude: Double($0), longitude: 180) }
    + (-90...90).reversed().map { Place(latitude: Double($0), longitude: -180) }
}
