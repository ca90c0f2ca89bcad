import Foundation
import Geodesy
import Routes

/// A coordinate whose numbers the test vouches for.
func place(_ latitude: Double, _ longitude: Double, _ elevation: Double = .nan) -> Coordinate {
  Coordinate(uncheckedLatitude: latitude, longitude: longitude, elevation: elevation)
}

func metersBetween(_ a: Coordinate, _ b: Coordinate) -> Double {
  Geodesic.wgs84.inverseDegrees(a.latitude, a.longitude, b.latitude, b.longitude).meters
}

/// The coordinate after some metres on the geodesic from one to another, without elevation.
func between(_ a: Coordinate, _ b: Coordinate, meters: Double) -> Coordinate {
  let leg = Geodesic.wgs84.inverseDegrees(a.latitude, a.longitude, b.latitude, b.longitude)
  let there = Geodesic.wgs84.directDegrees(a.latitude, a.longitude, leg.azimuth1, meters)
  return place(there.latitude, there.longitude)
}

/// The coordinate some metres north and east of another.
func offset(_ a: Coordinate, north: Double, east: Double) -> Coordinate {
  let meters = (north * north + east * east).squareRoot()
  let azimuth = atan2(east, north) * 180 / .pi
  let there = Geodesic.wgs84.directDegrees(a.latitude, a.longitude, azimuth, meters)
  return place(there.latitude, there.longitude)
}

func micrometers(_ count: Int64) -> Distance { Distance(micrometers: count) }

/// The distance that a text states; only for texts that the test itself writes.
func distance(_ text: String) -> Distance {
  guard let value = try? Distance(text) else { fatalError("“\(text)” is not a distance") }
  return value
}

func measured(
  _ parts: [[Coordinate]], joins: [JoinPolicy?]? = nil, waypoints: [Waypoint] = [],
  officialLength: Distance? = nil, course: Course = .once,
  calibration: CalibrationRequest = CalibrationRequest()
) throws -> MeasuredRoute {
  try MeasuredRoute(
    Route(
      parts: parts, joinPolicies: joins, waypoints: waypoints, officialLength: officialLength,
      course: course),
    calibration: calibration)
}

func roundedMicrometers(_ meters: Double) -> Int64 {
  Int64((meters * 1e6).rounded(.toNearestOrEven))
}

/// The smaller angle between two directions in degrees.
func angleBetween(_ a: Double, _ b: Double) -> Double {
  abs((a - b).remainder(dividingBy: 360))
}

/// Metres as a whole number of 2^-64: sums and differences are exact, a double from a millimetre on
/// too.
struct ExactMeters: Comparable {
  static let zero = ExactMeters(units: 0)
  let units: Int128

  init(units: Int128) { self.units = units }

  init(_ meters: Double) {
    // Multiplying by a power of two only changes the exponent.
    units = Int128((meters * 0x1p64).rounded(.towardZero))
  }

  /// A part of this: numerator / denominator, both not negative, cut off.
  func scaled(_ numerator: Int64, over denominator: Int64) -> ExactMeters {
    let product = units.multipliedFullWidth(by: Int128(numerator))
    return ExactMeters(units: Int128(denominator).dividingFullWidth(product).quotient)
  }

  /// The nearest whole number of micrometres, half to even.
  var micrometers: Int64 {
    let product = units * 1_000_000
    let (whole, rest) = (product >> 64, product & (1 << 64 - 1))
    let half: Int128 = 1 << 63
    return Int64(rest > half || (rest == half && whole & 1 == 1) ? whole + 1 : whole)
  }

  static func micrometers(_ count: Int64) -> ExactMeters {
    ExactMeters(units: (Int128(count) << 64) / 1_000_000)
  }

  var double: Double { Double(units) * 0x1p-64 }

  static func + (a: ExactMeters, b: ExactMeters) -> ExactMeters {
    ExactMeters(units: a.units + b.units)
  }
  static func - (a: ExactMeters, b: ExactMeters) -> ExactMeters {
    ExactMeters(units: a.units - b.units)
  }
  static func < (a: ExactMeters, b: ExactMeters) -> Bool { a.units < b.units }
}

/// The lowest distance from a leg to a target by samples and a golden section, nothing assumed but
/// that the distance has one minimum between three samples.
func nearestOnLeg(
  _ a: Coordinate, _ b: Coordinate, to target: Coordinate
) -> (meters: Double, along: Double) {
  let leg = Geodesic.wgs84.inverseDegrees(a.latitude, a.longitude, b.latitude, b.longitude)
  func height(_ along: Double) -> Double {
    let here = Geodesic.wgs84.directDegrees(a.latitude, a.longitude, leg.azimuth1, along)
    return Geodesic.wgs84.inverseDegrees(
      here.latitude, here.longitude, target.latitude, target.longitude
    ).meters
  }
  let samples = leg.meters > 1e5 ? 80 : 4
  let step = leg.meters / Double(samples)
  let heights = (0...samples).map { height(step * Double($0)) }
  var best = (meters: Double.infinity, along: 0.0)
  for i in 0...samples {
    let isLow =
      (i == 0 || heights[i - 1] >= heights[i]) && (i == samples || heights[i + 1] >= heights[i])
    if !isLow { continue }
    var (low, high) = (step * Double(max(i - 1, 0)), step * Double(min(i + 1, samples)))
    for _ in 0..<60 {
      let (left, right) = (low + (high - low) * 0.382, low + (high - low) * 0.618)
      if height(left) < height(right) { high = right } else { low = left }
    }
    for (meters, along) in [
      (heights[i], step * Double(i)), (height((low + high) / 2), (low + high) / 2),
    ] where meters < best.meters {
      best = (meters, along)
    }
  }
  return best
}
