import Formats
import Foundation
import Geodesy
import Inspection
import Routes

// worst-cases [VERTICES] [SEEDS] [KIND…]
//
// For each kind of line the worst of some seeds: processor seconds of reading, measuring, inspecting,
// asking for the nearest place and simplifying, and how far the worst of them is from the bound.

let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
let size = min(arguments.first ?? 100_000, RouteLimits.standard.vertices)
let seeds = arguments.dropFirst().first ?? 3
let kinds = CommandLine.arguments.dropFirst().compactMap(Kind.init)
let mostBytes = 64 << 20
let waypoints = min(size / 10, RouteLimits.standard.waypoints)

/// Processor seconds of the whole process.
func processorSeconds(_ body: () throws -> Void) rethrows -> Double {
  let start = clock()
  try body()
  return Double(clock() - start) / Double(CLOCKS_PER_SEC)
}

struct Costs {
  var vertices = 0
  var reading = 0.0
  var measuring = 0.0
  var inspecting = 0.0
  var nearest = 0.0
  var simplifying = 0.0
  var note = ""

  var worst: Double { max(reading, measuring, inspecting, nearest, simplifying) }
  /// What each of them may cost.
  var bound: Double { 0.5 + 2e-6 * Double(vertices + waypoints) }
}

func measure(_ kind: Kind, seed: UInt64) throws -> Costs {
  var bytes: [UInt8] = []
  var made: Route
  if kind == .nestedCollections {
    bytes = Kind.nested(vertices: size, seed: seed)
    made = try RouteReader.read(bytes).route(.all)
  } else {
    made = try kind.route(vertices: size, waypoints: waypoints, seed: seed)
    bytes = RouteWriter.write(made, as: .geojson)
  }
  var costs = Costs()
  if bytes.count > mostBytes { costs.note = "over 64 MiB" }
  var document: RouteDocument?
  costs.reading = processorSeconds { document = RouteReader.read(bytes, thoroughly: true) }
  costs.vertices = made.vertices.count
  var measured: MeasuredRoute?
  costs.measuring = try processorSeconds { measured = try MeasuredRoute(made) }
  if let document { costs.inspecting = processorSeconds { _ = Inspector.inspect(document) } }
  guard let measured else { return costs }
  if !measured.roughlyPlaced.isEmpty {
    costs.note += " \(measured.roughlyPlaced.count) placed roughly"
  }
  let target =
    made.waypoints.isEmpty
    ? made.vertices[made.vertices.count / 2] : made.waypoints[made.waypoints.count / 2].coordinate
  var isCutShort = false
  costs.nearest = try processorSeconds {
    isCutShort = try NearestPlaces(measured).search(near: target).isCutShort
  }
  if isCutShort { costs.note += " nearest cut short" }
  for tolerance in [0.5, 50.0] {
    costs.simplifying = max(
      costs.simplifying, processorSeconds { _ = made.simplified(toleranceMeters: tolerance) })
  }
  return costs
}

func peakMegabytes() -> Int {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return usage.ru_maxrss / 1024
}

func column(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(width - text.count, 1)) + text
}

func seconds(_ value: Double) -> String { column(String(format: "%.2f", value), 9) }

print("\(size) vertices, \(waypoints) waypoints, the worst of \(seeds) seeds; seconds of processor")
print(
  "kind                   vertices  reading  measure  inspect  nearest simplify  µs/vert.    bound  MiB"
)
var isOver = false
for kind in kinds.isEmpty ? Kind.allCases : kinds {
  var worst: Costs?
  for seed in 1...UInt64(max(seeds, 1)) {
    let costs: Costs
    do { costs = try measure(kind, seed: seed) } catch {
      print("\(kind.rawValue), seed \(seed): refused: \(error)")
      continue
    }
    if costs.worst > worst?.worst ?? -1 { worst = costs }
  }
  guard let worst else { continue }
  let name = kind.rawValue + String(repeating: " ", count: max(20 - kind.rawValue.count, 1))
  print(
    name + column("\(worst.vertices)", 11) + seconds(worst.reading) + seconds(worst.measuring)
      + seconds(worst.inspecting) + seconds(worst.nearest) + seconds(worst.simplifying)
      + seconds(worst.worst * 1e6 / Double(worst.vertices)) + seconds(worst.bound)
      + column("\(peakMegabytes())", 6)
      + (worst.worst > worst.bound ? "  OVER" : "") + "  " + worst.note)
  if worst.worst > worst.bound { isOver = true }
}
exit(isOver ? 1 : 0)
