import Authoring
import Batch
import CFuzzer
import CivilTime
import Formats
import Geodesy
import Glibc
import Inspection
import JSON
import OpenStreetMap
import Routes

/// What the bytes are taken for.
enum Target: String, CaseIterable {
  case gpx, kml, geojson, tcx, fit, polyline, packed
  /// Any format, told from the bytes.
  case any
  case csv, health
  case json, edits
  /// An extract of OpenStreetMap.
  case osm
  /// Distances, times and numbers as people write them.
  case cells

  func read(_ bytes: [UInt8]) {
    switch self {
    case .gpx: Self.route(bytes, as: .gpx)
    case .kml: Self.route(bytes, as: .kml)
    case .geojson: Self.route(bytes, as: .geojson)
    case .tcx: Self.route(bytes, as: .tcx)
    case .fit: Self.route(bytes, as: .fit)
    case .polyline: Self.route(bytes, as: .polyline5)
    // The reader looks for what is packed by itself.
    case .packed, .any: Self.route(bytes, as: nil)
    case .csv: Self.csv(bytes)
    case .health: Self.health(bytes)
    case .json: Self.json(bytes)
    case .edits: Self.edits(bytes)
    case .osm: Self.osm(bytes)
    case .cells: Self.cells(bytes)
    }
  }

  /// Small limits: the work of one input is bounded by them, so that many are tried.
  private static let limits: ReadLimits = {
    var limits = ReadLimits.standard
    limits.route.vertices = 2_000
    limits.unpackedBytes = 1 << 20
    return limits
  }()

  /// Reads, inspects, repairs and writes it, as `validate --fix-unsafe` and `convert` do.
  private static func route(_ bytes: [UInt8], as format: SourceFormat?) {
    let document = RouteReader.read(bytes, as: format, limits: limits, thoroughly: true)
    _ = Inspector.inspect(document)
    let outcome = Repair.repair(document, includingUnsafe: true, limits: limits)
    guard let measured = outcome.report.measured else { return }
    for format in RouteFormat.allCases {
      let written = RouteWriter.write(measured.route, as: format)
      // What we write is what we read.
      let again = RouteReader.read(written, as: SourceFormat(rawValue: format.rawValue))
      precondition(!again.tracks.isEmpty, "a written \(format) has no line")
    }
  }

  private static func withFile(_ bytes: [UInt8], _ read: (Int32) -> Void) {
    let descriptor = memfd_create("input", 0)
    precondition(descriptor >= 0, "no room for a file in memory")
    defer { close(descriptor) }
    precondition(write(descriptor, bytes, bytes.count) == bytes.count, "the file is cut off")
    lseek(descriptor, 0, SEEK_SET)
    read(descriptor)
  }

  private static func csv(_ bytes: [UInt8]) {
    withFile(bytes) { descriptor in
      guard let reader = try? ActivityReader(descriptor: descriptor, columns: ActivityColumns())
      else { return }
      while (try? reader.next()) != nil {}
    }
    withFile(bytes) { descriptor in
      _ = try? Tally(descriptor: descriptor, request: TallyRequest())
    }
  }

  private static func health(_ bytes: [UInt8]) {
    withFile(bytes) { descriptor in
      guard let export = try? HealthExport(descriptor: descriptor) else { return }
      while (try? export.next()) != nil {}
    }
  }

  private static func json(_ bytes: [UInt8]) {
    _ = try? JSONReader.read(bytes)
  }

  private static func edits(_ bytes: [UInt8]) {
    guard let node = try? JSONReader.read(bytes), let list = try? EditList(node) else { return }
    _ = try? list.applied(to: walk)
  }

  /// Read as a file, and as what the block of data of a file holds.
  private static func osm(_ bytes: [UInt8]) {
    var limits = OSMLimits.standard
    limits.unpackedBytes = 1 << 20
    limits.nodes = 10_000
    for file in [bytes, extract(holding: bytes)] {
      let features = try? OSMExtract(file, limits: limits).features(
        in: .globe, Set(OSMKind.allCases))
      for feature in features ?? [] {
        precondition(
          feature.lines.allSatisfy { $0.count >= (feature.kind.isArea ? 3 : 2) },
          "a feature that cannot be drawn")
      }
    }
  }

  /// A file with one block of data that is not packed: a fuzzer does not find its way through a check
  /// sum.
  private static func extract(holding data: [UInt8]) -> [UInt8] {
    func number(_ value: Int) -> [UInt8] {
      value < 128 ? [UInt8(value)] : [UInt8(value & 127 | 128)] + number(value >> 7)
    }
    func field(_ key: Int, _ content: [UInt8]) -> [UInt8] {
      number(key << 3 | 2) + number(content.count) + content
    }
    func block(_ type: String, _ content: [UInt8]) -> [UInt8] {
      let blob = field(1, content)
      let header = field(1, Array(type.utf8)) + [24] + number(blob.count)
      return [0, 0, 0, UInt8(header.count)] + header + blob
    }
    return block("OSMHeader", []) + block("OSMData", data)
  }

  private static let walk: MeasuredRoute = {
    let file = """
      {"type":"MultiLineString","coordinates":[[[10,50,100],[10,50.05,150],[10,50.1]],
      [[10,50.2],[10,50.3],[10.1,50.3],[10,50.25]]]}
      """
    let document = RouteReader.read(Array(file.utf8))
    return Inspector.inspect(document).measured!
  }()

  private static func cells(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    _ = try? Distance(text, defaultUnit: .meters)
    _ = try? Instant(text: text)
    _ = WrittenInstant(rfc3339: text)
    _ = Zone(offset: text)
    _ = try? Zone(name: "made up", tzif: bytes)
  }
}
