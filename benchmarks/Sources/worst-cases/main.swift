import Formats
import Foundation
import Geodesy
import Inspection
import Routes

// worst-cases [VERTICES] [SEEDS] [KIND…]
//
// For each kind of line the worst of some seeds: processor seconds of reading, measuring, inspecting,
// asking for the nearest place, simplifying and writing, and how far the worst of them is from the bound; and the
// memory that a process of its own takes at its most to read and inspect the file, in the format in
// which it is nearest to its bound.

if CommandLine.arguments.count == 3, CommandLine.arguments[1] == Memory.option {
  Memory.inspect(CommandLine.arguments[2])
  exit(0)
}

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
  var bytes = 0
  var memory = Memory()
  var reading = 0.0
  var measuring = 0.0
  var inspecting = 0.0
  var nearest = 0.0
  var simplifying = 0.0
  var writing = 0.0
  var note = ""

  var worst: Double { max(reading, measuring, inspecting, nearest, simplifying, writing) }
  var isOver: Bool { worst > bound || memory.mebibytes > memory.bound }
  /// What each of them may cost. Members and brackets that make no vertex are paid for by the byte.
  var bound: Double { 0.5 + 2e-6 * Double(vertices + waypoints) + 2e-8 * Double(bytes) }
}

func measure(_ kind: Kind, seed: UInt64) throws -> Costs {
  var costs = Costs()
  var bytes: [UInt8] = []
  var made: Route
  if let text = kind.text(vertices: size, seed: seed) {
    bytes = text
    made = try RouteReader.read(bytes).route(.all)
  } else {
    made = try kind.route(vertices: size, waypoints: waypoints, seed: seed)
    costs.writing = processorSeconds { bytes = RouteWriter.write(made, as: .geojson) }
  }
  if bytes.count > mostBytes { costs.note = "over 64 MiB" }
  var document: RouteDocument?
  costs.reading = processorSeconds { document = RouteReader.read(bytes, thoroughly: true) }
  costs.vertices = made.vertices.count
  costs.bytes = bytes.count
  var measured: MeasuredRoute?
  costs.measuring = try processorSeconds { measured = try MeasuredRoute(made) }
  costs.memory = try Memory.worst(made, kind.isText ? bytes : nil)
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

func column(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(width - text.count, 1)) + text
}

func seconds(_ value: Double) -> String { column(String(format: "%.2f", value), 9) }

print("\(size) vertices, \(waypoints) waypoints, the worst of \(seeds) seeds; seconds of processor")
print(
  "kind                   vertices  reading  measure  inspect  nearest simplify    write  µs/vert.    bound    MiB  bound"
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
      + seconds(worst.writing)
      + seconds(worst.worst * 1e6 / Double(worst.vertices)) + seconds(worst.bound)
      + column("\(worst.memory.mebibytes)", 7) + column("\(worst.memory.bound)", 7)
      + (worst.isOver ? "  OVER" : "") + "  " + worst.memory.format + worst.note)
  if worst.isOver { isOver = true }
}
exit(isOver ? 1 : 0)
