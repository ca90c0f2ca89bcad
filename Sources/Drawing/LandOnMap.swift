internal import MapData

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The land on the plane of a projection.
struct LandOnMap {
  /// Closed; all of them together make the land by the even-odd rule.
  var areas: [[Point]] = []
  /// The coasts, without the edges at which the map is cut.
  var coasts: [[Point]] = []

  init(_ land: Land, _ projection: borrowing MapProjection) {
    if projection.isWorld {
      for ring in land.rings {
        let turned = projection.turned(ring)
        areas += Seam.cut(ring: turned).map { projection.points(turned: $0) }
        coasts += Seam.cut(line: turned + [turned[0]]).map { projection.points(turned: $0) }
      }
      return
    }
    // From above a place the whole globe is a disc, the opposite place its rim. A ring about the
    // opposite place is turned inside out by that; with the rim added where that place is land, the
    // even-odd rule still fills what is land, and nothing has to be cut.
    let rim = Self.rimMeters
    for ring in land.rings {
      var points = projection.points(turned: projection.turned(ring))
        .filter { $0.x.isFinite && $0.y.isFinite }
      guard let first = points.first else { continue }
      points = Self.bentRound(points + [first])
      coasts.append(points)
      points.removeLast()
      areas.append(points)
    }
    if land.contains(Self.opposite(projection.kind)) {
      areas.append(
        (0..<360).map { degree in
          let angle = Double(degree) * .pi / 180
          return Point(x: rim * cos(angle), y: rim * sin(angle))
        })
    }
  }

  /// The radius of the disc that shows the globe: twice that of the sphere of equal area, and a
  /// little more so that nothing lies beyond.
  private static let rimMeters = 2 * 6_371_100.0 * 1.001

  private static func opposite(_ kind: MapProjection.Kind) -> Place {
    switch kind {
    case .region(let latitude, let longitude):
      Place(latitude: -latitude, longitude: longitude + 180)
    case .polar(let isNorth, _): Place(latitude: isNorth ? -90 : 90, longitude: 0)
    case .world(let longitude): Place(latitude: 0, longitude: longitude + 180)
    }
  }

  /// Near the rim a short step can lead far round it; such steps go along the rim instead of across
  /// the map.
  private static func bentRound(_ points: [Point]) -> [Point] {
    let far = 0.75 * rimMeters
    let origin = Point(x: 0, y: 0)
    var bent = [points[0]]
    for (a, b) in zip(points, points.dropFirst()) {
      let (ra, rb) = (a.distance(to: origin), b.distance(to: origin))
      if ra > far, rb > far {
        let angle = atan2(a.y, a.x)
        let turn = (atan2(b.y, b.x) - angle).remainder(dividingBy: 2 * .pi)
        let steps = Int((abs(turn) * 36 / .pi).rounded(.up))
        for k in 1..<max(steps, 1) {
          let share = Double(k) / Double(steps)
          let radius = ra + share * (rb - ra)
          bent.append(
            Point(x: radius * cos(angle + share * turn), y: radius * sin(angle + share * turn)))
        }
      }
      bent.append(b)
    }
    return bent
  }
}
