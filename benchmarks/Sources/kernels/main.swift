import Formats
import Geodesy
import Routes
import bareexpat

// kernels                grows routes from 1,000 to 1,000,000 vertices
// kernels inspecting     grows files from 10,000 to 1,000,000 vertices and looks for their faults
// kernels positions DIR  route.geojson and distances.i64 to positions.f64, timed
// kernels reading DIR    trail.gpx and trail.geojson, timed

let arguments = CommandLine.arguments.dropFirst()
switch (arguments.first, arguments.dropFirst().first) {
case (nil, _): try printGrowth(seed: 20_260_101)
case ("inspecting", _): printInspectionGrowth(seed: 20_260_101)
case ("positions", let folder?): try measurePositions(folder)
case ("reading", let folder?): measureReading(folder)
default: print("kernels [inspecting | positions DIR | reading DIR]")
}

func measurePositions(_ folder: String) throws {
  let document = RouteReader.read(readFile(folder + "/route.geojson"))
  let measured = try MeasuredRoute(document.route())
  let table = PositionTable(measured)
  let distances = readFile(folder + "/distances.i64").withUnsafeBytes {
    Array($0.bindMemory(to: Int64.self))
  }
  let columns = Columns(count: distances.count)
  columns.fill(table, distances)
  for (name, column) in [("longitudes", columns.longitudes), ("latitudes", columns.latitudes)] {
    writeFile(
      "\(folder)/\(name).f64",
      UnsafeRawBufferPointer(UnsafeBufferPointer(start: column, count: distances.count)))
  }
  figure("random", nanosecondsPerItem(distances.count) { columns.fill(table, distances) })
  let sorted = distances.sorted()
  figure("sorted", nanosecondsPerItem(sorted.count) { columns.fill(table, sorted) })
  figure("copy", nanosecondsPerItem(sorted.count) { copy(sorted, columns) })
  let (prepare, inverse) = preparing(measured.route)
  figure("prepare", prepare)
  figure("inverse", inverse)
  figure("length", measured.length.meters)
}

/// As many bytes in and out as the positions, and nothing else.
@inline(never)
func copy(_ distances: [Int64], _ columns: Columns) {
  let (longitudes, latitudes) = (columns.longitudes, columns.latitudes)
  distances.withUnsafeBufferPointer { distances in
    for i in 0..<distances.count {
      let value = Double(bitPattern: UInt64(bitPattern: distances[i]))
      longitudes[i] = value
      latitudes[i] = value
    }
  }
}

func measureReading(_ folder: String) {
  for name in ["trail.gpx", "trail.geojson"] {
    let bytes = readFile("\(folder)/\(name)")
    let document = RouteReader.read(bytes)
    figure("\(name).vertices", Double(document.tracks.reduce(0) { $0 + $1.vertexCount }))
    figure("\(name).ms", nanosecondsPerItem(1) { keep(RouteReader.read(bytes)) } / 1e6)
  }
  let gpx = readFile("\(folder)/trail.gpx").map { CChar(bitPattern: $0) }
  figure("expat.vertices", Double(bare_expat_points(gpx, gpx.count)))
  figure("expat.ms", nanosecondsPerItem(1) { keep(bare_expat_points(gpx, gpx.count)) } / 1e6)
}
