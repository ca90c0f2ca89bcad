internal import MapData

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The smallest cap of the globe that holds some places, nearly: a centre and an angle about it.
struct Cap {
  /// Nil where the places lie so far round the globe that no side of it is nearer than the other.
  let center: Place?
  let radiusDegrees: Double

  /// - Parameter places: at least one.
  /// - Complexity: O(places).
  init(around places: [Place]) {
    let vectors = places.map(Self.vector)
    // The centre of the smallest ball about points in space leads to that of the cap: Bădoiu and
    // Clarkson (2003), which after k rounds is off by 1/√k of the radius at most.
    var ball = vectors[0]
    for round in 1...200 {
      var furthest = vectors[0]
      var most = -1.0
      for vector in vectors {
        let away = vector - ball
        let square = (away * away).sum()
        if square > most { (most, furthest) = (square, vector) }
      }
      ball += (furthest - ball) / Double(round + 1)
    }
    let length = (ball * ball).sum().squareRoot()
    guard length > 0.05 else {
      center = nil
      radiusDegrees = 180
      return
    }
    let direction = ball / length
    center = Place(
      latitude: asin(min(max(direction.z, -1), 1)) * 180 / .pi,
      longitude: atan2(direction.y, direction.x) * 180 / .pi)
    let least = vectors.map { ($0 * direction).sum() }.min() ?? 1
    radiusDegrees = acos(min(max(least, -1), 1)) * 180 / .pi
  }

  private static func vector(_ place: Place) -> SIMD3<Double> {
    let (latitude, longitude) = (place.latitude * .pi / 180, place.longitude * .pi / 180)
    return SIMD3(
      cos(latitude) * cos(longitude), cos(latitude) * sin(longitude), sin(latitude))
  }
}

extension MapProjection.Kind {
  /// A route that reaches further than this from its middle is shown on a map of the world.
  static let widestRegionDegrees = 45.0
  /// A pole this near to what is shown is its centre.
  static let polarReachDegrees = 5.0

  /// The projection that shows places whole and with the least distortion.
  ///
  /// Regions, over 180 degrees too, are seen from above their middle; round a pole from above the
  /// pole; what spans much of the world is seen whole, cut along a meridian far from the places.
  init(showing places: [Place]) {
    let cap = Cap(around: places)
    guard let center = cap.center, cap.radiusDegrees <= Self.widestRegionDegrees else {
      self = .world(longitude: Self.middleMeridian(of: places))
      return
    }
    let toPole = 90 - abs(center.latitude)
    // Rounded so that it can be told in few digits, and finely enough for the size of the map.
    let unit = cap.radiusDegrees > 2 ? 1.0 : cap.radiusDegrees > 0.2 ? 0.1 : 0.01
    func rounded(_ value: Double) -> Double { (value / unit).rounded() * unit }
    if toPole <= cap.radiusDegrees + Self.polarReachDegrees {
      let longitude = toPole < 1 ? 0 : center.longitude.rounded()
      self = .polar(isNorth: center.latitude > 0, longitude: longitude)
    } else {
      self = .region(latitude: rounded(center.latitude), longitude: rounded(center.longitude))
    }
  }

  /// The meridian opposite to the widest gap between the places' longitudes; where they go all
  /// round, opposite to the 10 degrees with the fewest of them, of equal ones the nearest to 170
  /// west, where there is the least land.
  private static func middleMeridian(of places: [Place]) -> Double {
    let sorted = places.map(\.longitude).sorted()
    var widest = 0.0
    var gap = 0.0
    for (index, longitude) in sorted.enumerated() {
      let next = index + 1 < sorted.count ? sorted[index + 1] : sorted[0] + 360
      if next - longitude > widest { (widest, gap) = (next - longitude, (next + longitude) / 2) }
    }
    if widest >= 20 { return (gap + 180).remainder(dividingBy: 360).rounded() }
    var counts = [Int](repeating: 0, count: 36)
    for place in places {
      counts[min(max(Int((place.longitude + 180) / 10), 0), 35)] += 1
    }
    func distance(_ index: Int) -> Double {
      abs((Double(index) * 10 - 175 + 170).remainder(dividingBy: 360))
    }
    let best =
      counts.indices.min { (counts[$0], distance($0)) < (counts[$1], distance($1)) } ?? 0
    return (Double(best) * 10 - 175 + 180).remainder(dividingBy: 360)
  }
}
