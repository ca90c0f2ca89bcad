import Authoring
import Formats
import Geodesy
import JSON

/// The heights of a GeoTIFF or any other raster that GDAL knows, read by GDAL's own programs: an image
/// of the ground may be of any size, projection and packing.
///
/// Heights stand in the first band. A height is the mean of the four cells around a place, weighted by how near they are; where one of
/// them is empty it is that of the cell that the place lies in.
struct ElevationFile: ElevationModel {
  private let path: String
  private let columns: Int
  private let rows: Int
  /// From cells to the file's own coordinates, as GDAL writes it.
  private let transform: [Double]
  private let system: String
  private let empty: Double?
  /// To metres.
  private let scale: Double
  private let offset: Double

  /// - Throws: `edit-unsuitable` where GDAL is missing or does not know the file.
  init(_ path: String) throws(AuthoringError) {
    let told = try Self.run("gdalinfo", ["-json", path], file: path)
    var limits = JSONLimits.standard
    limits.bytes = max(told.utf8.count, 1)
    guard let info = try? JSONReader.read(Array(told.utf8), limits: limits),
      let size = info["size"]?.array?.compactMap(\.double), size.count == 2,
      let band = info["bands"]?.array?.first
    else { throw Self.fault(path, "GDAL sees no raster in it") }
    let numbers = info["geoTransform"]?.array?.compactMap(\.double) ?? []
    guard numbers.count == 6, abs(numbers[1] * numbers[5] - numbers[2] * numbers[4]) > 0,
      let system = info["coordinateSystem"]?["wkt"]?.string, !system.isEmpty
    else {
      throw Self.fault(
        path,
        "it does not say where on Earth it lies: add its reference system, for example with "
          + "gdal_translate -a_srs EPSG:4326")
    }
    self.path = path
    self.system = system
    columns = Int(size[0])
    rows = Int(size[1])
    transform = numbers
    empty = band["noDataValue"]?.double
    let unit = band["unit"]?.string ?? ""
    guard let meters = Self.meters(of: unit) else {
      throw Self.fault(
        path, "its heights are in “\(unit.prefix(40))”, which is no unit of length here")
    }
    scale = (band["scale"]?.double ?? 1) * meters
    offset = (band["offset"]?.double ?? 0) * meters
  }

  func elevations(at places: [Coordinate]) throws(AuthoringError) -> [Double?] {
    let cells = try self.cells(of: places)
    var asked: [Int: Double?] = [:]
    for cell in cells {
      guard let cell else { continue }
      for (index, _) in neighbours(of: cell) { asked[index] = .some(nil) }
    }
    let order = asked.keys.sorted()
    if order.isEmpty { return Array(repeating: nil, count: places.count) }
    let lines = try Self.run(
      "gdallocationinfo", ["-valonly", "-b", "1", path],
      input: order.map { "\($0 % columns) \($0 / columns)\n" }.joined(), file: path
    ).split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in zip(order, lines) { asked[index] = .some(height(String(line))) }
    return cells.map { cell in
      guard let cell else { return nil }
      var sum = 0.0
      for (index, weight) in neighbours(of: cell) where weight > 0 {
        guard let height = asked[index] ?? nil else {
          return asked[Int(cell.y) * columns + Int(cell.x)] ?? nil
        }
        sum += weight * height
      }
      return sum
    }
  }

  /// Nil also where a cell holds what no height on Earth is, such as -32,768.
  private func height(_ text: String) -> Double? {
    guard let value = Double(text), value.isFinite, value != empty else { return nil }
    let height = value * scale + offset
    return RouteDocument.isImpossible(elevation: height) ? nil : height
  }

  /// How many metres a unit is, by the names that GDAL has for it; nil for others.
  private static func meters(of unit: String) -> Double? {
    switch unit.lowercased() {
    case "", "m", "metre", "metres", "meter", "meters": 1
    case "ft", "foot", "feet", "foot (international)": 0.3048
    case "us survey foot", "us survey feet", "us-ft", "ftus", "foot_us": 1200.0 / 3937
    case "cm", "centimetre", "centimeter": 0.01
    case "dm", "decimetre", "decimeter": 0.1
    default: nil
    }
  }

  /// Where places lie among the cells, in cells from the corner; nil beyond the edge.
  private func cells(of places: [Coordinate]) throws(AuthoringError) -> [(x: Double, y: Double)?] {
    let lines = try Self.run(
      "gdaltransform", ["-output_xy", "-s_srs", "EPSG:4326", "-t_srs", system],
      input: places.map { "\($0.longitude) \($0.latitude)\n" }.joined(), file: path
    ).split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= places.count else {
      throw Self.fault(path, "GDAL placed \(lines.count) of \(places.count) vertices")
    }
    let t = transform
    let determinant = t[1] * t[5] - t[2] * t[4]
    return places.indices.map { index in
      let pair = lines[index].split(separator: " ").compactMap { Double(String($0)) }
      guard pair.count == 2 else { return nil }
      let (east, north) = (pair[0] - t[0], pair[1] - t[3])
      let x = (t[5] * east - t[2] * north) / determinant
      let y = (t[1] * north - t[4] * east) / determinant
      guard x >= 0, y >= 0, x < Double(columns), y < Double(rows) else { return nil }
      return (x, y)
    }
  }

  /// The four cells whose middles are around a place, by their number in the file, and what each counts.
  private func neighbours(of cell: (x: Double, y: Double)) -> [(index: Int, weight: Double)] {
    let (u, v) = (cell.x - 0.5, cell.y - 0.5)
    let (left, top) = (u.rounded(.down), v.rounded(.down))
    func clamped(_ value: Double, _ count: Int) -> Int { min(max(Int(value), 0), count - 1) }
    let (a, b) = (clamped(left, columns), clamped(left + 1, columns))
    let (c, d) = (clamped(top, rows), clamped(top + 1, rows))
    let (right, bottom) = (u - left, v - top)
    return [
      (c * columns + a, (1 - right) * (1 - bottom)), (c * columns + b, right * (1 - bottom)),
      (d * columns + a, (1 - right) * bottom), (d * columns + b, right * bottom),
      // The one that the place lies in.
      (Int(cell.y) * columns + Int(cell.x), 0),
    ]
  }

  private static func fault(_ path: String, _ what: String) -> AuthoringError {
    AuthoringError(.unsuitable, "\(path): \(what)")
  }

  /// What one of GDAL's programs prints.
  private static func run(
    _ name: String, _ arguments: [String], input: String = "", file: String
  ) throws(AuthoringError) -> String {
    let ended: OutsideProgram.Ended
    do { ended = try OutsideProgram.run(name, arguments, input: Array(input.utf8)) } catch {
      throw fault(
        file,
        "heights are read by GDAL's program \(name), which cannot be started: install gdal-bin")
    }
    // A file that is damaged in the middle ends in a message and no other status. A place beyond the
    // projection is one that the file does not show.
    let said = ended.errors.split(separator: "\n").filter {
      ended.status != 0 || $0.hasPrefix("ERROR") && !$0.contains("PROJ:")
    }
    guard said.isEmpty, ended.status == 0 else {
      throw fault(file, "\(name): \(said.first.map(String.init) ?? "it ended early")")
    }
    return ended.output
  }
}
