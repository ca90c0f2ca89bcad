import Geodesy
import Routes

// How the cost of a position grows with the size of the route: it should not, but for cache misses.

let seed: UInt64 = 20_260_101
print("seed \(seed)\n")
print("vertices   prepare ns/vertex   geod_inverse ns   position ns   geod_direct ns")

for count in [1_000, 10_000, 100_000, 1_000_000] {
  let route = try trail(vertices: count, seed: seed)
  let vertices = route.vertices
  let runs = count > 100_000 ? 3 : 7
  let prepare = nanosecondsPerItem(count, runs: runs) {
    if let measured = try? MeasuredRoute(route) { keep(measured) }
  }
  let inverse = nanosecondsPerItem(count - 1, runs: runs) {
    var sum = 0.0
    for i in 1..<count {
      sum += Geodesic.wgs84.inverse(from: vertices[i - 1], to: vertices[i]).distanceMeters
    }
    keep(sum)
  }
  let measured = try MeasuredRoute(route)
  var random = SplitMix64(seed: seed)
  let queries = (0..<200_000).map { _ in
    Distance(micrometers: Int64.random(in: 0...measured.length.micrometers, using: &random))
  }
  let position = nanosecondsPerItem(queries.count) {
    var sum = 0.0
    for query in queries { sum += measured.position(at: query).coordinate.latitude }
    keep(sum)
  }
  let direct = nanosecondsPerItem(queries.count) {
    var sum = 0.0
    let azimuth = Azimuth(degrees: 20)
    for i in queries.indices {
      sum +=
        Geodesic.wgs84.direct(
          from: vertices[i % count], azimuth: azimuth, distanceMeters: 30
        ).coordinate.latitude
    }
    keep(sum)
  }
  func cell(_ value: Double, _ width: Int) -> String {
    let text = "\(Int(value.rounded()))"
    return String(repeating: " ", count: max(width - text.count, 0)) + text
  }
  print(
    cell(Double(count), 8) + cell(prepare, 20) + cell(inverse, 18) + cell(position, 14)
      + cell(direct, 17))
}
