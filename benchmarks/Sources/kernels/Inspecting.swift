import Formats
import Inspection
import Routes

/// What looking for faults costs beside reading the file, and how both grow.
///
/// The files are made-up trails: one that keeps apart from itself, one that comes back along the same
/// way, and a lap that is drawn again and again, for which the search for crossings has a bound.
func printInspectionGrowth(seed: UInt64) {
  print("seed \(seed)")
  print("")
  print("                            read   read thoroughly   all rules   all in all")
  print("  line            vertices ns/vertex     ns/vertex   ns/vertex   of reading")
  for count in [10_000, 100_000, 1_000_000] {
    for format in [RouteFormat.gpx, .geojson] {
      for shape in Shape.allCases {
        guard let route = try? shape.route(vertices: count, seed: seed) else { continue }
        let bytes = RouteWriter.write(route, as: format)
        let runs = count > 100_000 ? 3 : 5
        let reading = nanosecondsPerItem(count, runs: runs) { keep(RouteReader.read(bytes)) }
        let thorough = nanosecondsPerItem(count, runs: runs) {
          keep(RouteReader.read(bytes, thoroughly: true))
        }
        let document = RouteReader.read(bytes, thoroughly: true)
        let inspecting = nanosecondsPerItem(count, runs: runs) {
          keep(Inspector.inspect(document))
        }
        let name = "  \(format.rawValue) \(shape.rawValue)"
        print(
          name + String(repeating: " ", count: max(18 - name.count, 1)) + cell(Double(count), 8)
            + cell(reading, 10) + cell(thorough, 14) + cell(inspecting, 12)
            + cell((thorough + inspecting) / reading, 13))
      }
    }
  }
}

private enum Shape: String, CaseIterable {
  case apart, back, laps

  func route(vertices count: Int, seed: UInt64) throws -> Route {
    switch self {
    case .apart: return try trail(vertices: count, seed: seed)
    case .back:
      let there = try trail(vertices: count / 2, seed: seed).vertices
      return try Route(parts: [there + there.reversed()])
    case .laps:
      let lap = try trail(vertices: 400, seed: seed).vertices
      let round = lap + lap.reversed()
      return try Route(
        parts: [(0..<count).map { round[$0 % round.count] }])
    }
  }
}
