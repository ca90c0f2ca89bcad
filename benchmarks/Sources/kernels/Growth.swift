import Geodesy
import Routes

/// A made-up trail that wanders north-east; its legs are shorter the more vertices it has, so that
/// every size covers the same ground.
func trail(vertices count: Int, seed: UInt64) throws -> Route {
  var random = SplitMix64(seed: seed)
  var here = try Coordinate(latitude: -40, longitude: 170)
  var azimuth = 20.0
  var vertices = [here]
  vertices.reserveCapacity(count)
  let scale = 100_000 / Double(max(count, 100_000))
  while vertices.count < count {
    azimuth += Double.random(in: -25...25, using: &random)
    // Drifts back to where it is going, so that many steps do not end in a knot.
    azimuth += (20 - azimuth) * 0.1
    here =
      Geodesic.wgs84.direct(
        from: here, azimuth: Azimuth(degrees: azimuth),
        distanceMeters: scale * Double.random(in: 20...60, using: &random)
      ).coordinate
    vertices.append(here)
  }
  return try Route(parts: [vertices])
}

/// How the cost of a position grows with the size of the route: it should not, but for cache misses.
func printGrowth(seed: UInt64) throws {
  print("seed \(seed)")
  print("")
  print(
    "            single position   column, random   column, sorted   prepare   bare inverse   table"
  )
  print(
    "  vertices               ns               ns               ns ns/vertex      ns/vertex B/vertex"
  )
  for count in [1_000, 10_000, 100_000, 1_000_000] {
    let route = try trail(vertices: count, seed: seed)
    let measured = try MeasuredRoute(route)
    let table = PositionTable(measured)
    var random = SplitMix64(seed: seed)
    let queries = 1_000_000
    var distances = (0..<queries).map { _ in
      Int64.random(in: 0...measured.length.micrometers, using: &random)
    }
    let single = nanosecondsPerItem(queries / 5) {
      var sum = 0.0
      for distance in distances.prefix(queries / 5) {
        sum += measured.position(at: Distance(micrometers: distance)).coordinate.latitude
      }
      keep(sum)
    }
    let columns = Columns(count: queries)
    let mixed = nanosecondsPerItem(queries) { columns.fill(table, distances) }
    distances.sort()
    let sorted = nanosecondsPerItem(queries) { columns.fill(table, distances) }
    let (prepare, inverse) = preparing(route, runs: count > 100_000 ? 3 : 7)
    print(
      cell(Double(count), 10) + cell(single, 17) + cell(mixed, 17) + cell(sorted, 17)
        + cell(prepare, 10) + cell(inverse, 15) + cell(Double(table.byteCount / count), 8))
  }
}

/// Columns that are filled again and again.
struct Columns {
  let longitudes: UnsafeMutablePointer<Double>
  let latitudes: UnsafeMutablePointer<Double>

  init(count: Int) {
    longitudes = .allocate(capacity: count)
    latitudes = .allocate(capacity: count)
    longitudes.initialize(repeating: 0, count: count)
    latitudes.initialize(repeating: 0, count: count)
  }

  func fill(_ table: PositionTable, _ distances: [Int64]) {
    distances.withUnsafeBufferPointer {
      table.fill(.init(longitudes: longitudes, latitudes: latitudes), at: $0)
    }
  }
}

/// Nanoseconds a vertex of preparing a route, and of the bare inverse geodesics that it needs.
func preparing(_ route: Route, runs: Int = 7) -> (prepare: Double, inverse: Double) {
  let vertices = route.vertices
  let prepare = nanosecondsPerItem(vertices.count, runs: runs) {
    if let measured = try? MeasuredRoute(route) { keep(measured) }
  }
  let inverse = nanosecondsPerItem(vertices.count, runs: runs) {
    var sum = 0.0
    for i in 1..<vertices.count {
      sum += Geodesic.wgs84.inverse(from: vertices[i - 1], to: vertices[i]).distanceMeters
    }
    keep(sum)
  }
  return (prepare, inverse)
}

func cell(_ value: Double, _ width: Int) -> String {
  let text = value < 100 ? "\((value * 10).rounded() / 10)" : "\(Int(value.rounded()))"
  return String(repeating: " ", count: max(width - text.count, 0)) + text
}
