import Foundation
import Geodesy
import Routes
import Testing

@testable import Formats

/// Where the small files lie, whether they are there or not.
private let casesFolder = Corpus.packageRoot.deletingLastPathComponent()
  .appending(path: "shared/cases/routes")

/// Small files after problems that others reported, each with what is right. The files and why they
/// are there are described beside them, in `../shared/cases/README.md`.
///
/// To add one, add a line to `rows`.
@Suite(
  .enabled(
    if: FileManager.default.fileExists(atPath: casesFolder.path),
    "the cases of other people's files are not at ../shared/cases"))
struct CaseTests {
  /// What is right about a file; what is nil or empty is not looked at.
  struct Row: CustomTestStringConvertible, Sendable {
    let file: String
    var format: SourceFormat?
    /// Vertices of the whole line.
    var vertices: Int?
    /// The length of all parts and joins, to a metre.
    var kilometers: Double?
    /// What must be told, each as `code severity`.
    var told: [String] = []
    /// What must not be told.
    var untold: [String] = []
    /// Names of the waypoints.
    var names: [String]?
    /// Whether the vertices have elevations.
    var hasElevations: Bool?
    /// A part of a message that must be told.
    var says: String?
    /// Whether all that is told under `told` has a repair, after which it is told no more and the line
    /// is the same.
    var isRepaired = false

    var testDescription: String { file }
  }

  static let rows: [Row] = [
    Row(
      file: "42-shaping-points.gpx", vertices: 9, kilometers: 39.552,
      told: ["shaping-points info"], names: ["Valley", "Pass", "Hut"]),
    Row(
      file: "13e-kml-comma-vertex-swallowed.kml", vertices: 7, kilometers: 17.629,
      told: ["tuple-comma warning"], isRepaired: true),
    Row(
      file: "06d-backslash-doubled-even.polyline", format: .polyline5, vertices: 26,
      kilometers: 0.692, told: ["polyline-escaped warning"], isRepaired: true),
    Row(
      file: "08a-3d-even.polyline", format: .polyline5, told: ["polyline-triples warning"],
      says: "triples with an elevation"),
    Row(
      file: "28-mixed-points.geojson", names: ["Trailhead", "Bridge", "Huts", "Huts"]),
    Row(
      file: "28d-collection-properties.geojson", vertices: 3,
      told: ["collection-properties warning"],
      isRepaired: true),
    Row(file: "23a-plain.kmz", format: .kml, told: ["unpacked info"]),
    Row(file: "64-tcx.gpx", format: .tcx, vertices: 1, untold: ["unknown-format"]),
    Row(file: "24a-lines.geojsonl", format: .geojson, vertices: 4, told: ["sequence info"]),
    Row(file: "38-desc-only.gpx", names: ["Old mill", "Chapel"]),
    Row(
      file: "52-route-names.gpx", vertices: 5, names: ["R01", "R02", "R03", "R04", "R05"]),
    Row(
      file: "18a-leading-blank-lines.gpx", vertices: 4, told: ["declaration-late warning"],
      isRepaired: true),
    Row(
      file: "58a-utf8-without-hyphen.gpx", vertices: 2, told: ["encoding warning"],
      isRepaired: true),
    Row(
      file: "20-truncated.gpx", vertices: 17, told: ["not-well-formed error"], isRepaired: true),
    Row(file: "30-clamped-zeros.kml", vertices: 4, hasElevations: false),
    Row(
      file: "63c-lon-over-180.gpx", vertices: 3, told: ["longitude-wrapped warning"],
      isRepaired: true),
    Row(file: "62-mercator.geojson", told: ["latitude-range error"], says: "Web Mercator metres"),
    Row(
      file: "32-network-link.kml", told: ["network-link warning"], says: "files/Trail.kml"),
    Row(
      file: "17-undeclared-prefix.gpx", vertices: 4, told: ["prefix-undeclared error"],
      isRepaired: true),
    Row(file: "59a-hairpins-sparse.gpx", kilometers: 1.638),
  ]

  @Test(arguments: rows) func theCaseIsReadAsIsRight(_ row: Row) throws {
    let bytes = Array(try Data(contentsOf: casesFolder.appending(path: row.file)))
    let document = read(bytes, row)
    expectSane(document, row.file)
    let told = document.diagnostics.map { "\($0.code.rawValue) \($0.severity.rawValue)" }
    for due in row.told { #expect(told.contains(due), "\(document.found())") }
    for code in row.untold {
      #expect(!document.codes.map(\.rawValue).contains(code), "\(document.found())")
    }
    try expectLine(document, row)
    if let names = row.names { #expect(document.waypoints.map { $0.name ?? "" } == names) }
    if let says = row.says {
      #expect(document.diagnostics.contains { $0.message.contains(says) })
    }
    if let hasElevations = row.hasElevations {
      #expect(document.vertices.contains { $0.elevationMeters != nil } == hasElevations)
    }
    if row.isRepaired { try expectRepair(document, row) }
  }

  private func read(_ bytes: [UInt8], _ row: Row) -> RouteDocument {
    RouteReader.read(bytes, as: row.format, fileName: row.file, thoroughly: true)
  }

  private func expectLine(_ document: RouteDocument, _ row: Row) throws {
    if let vertices = row.vertices { #expect(document.vertices.count == vertices) }
    guard let kilometers = row.kilometers else { return }
    var options = RouteOptions()
    options.joins = .walk
    let length = try MeasuredRoute(document.route(options: options)).length.meters / 1_000
    #expect(abs(length - kilometers) < 0.001, "\(length)")
  }

  private func expectRepair(_ document: RouteDocument, _ row: Row) throws {
    let due = Set(row.told.map { String($0.prefix { $0 != " " }) })
    var repaired = document
    for _ in 0..<5 {
      let edits = repaired.diagnostics.filter { due.contains($0.code.rawValue) }.flatMap(\.remedy)
      if edits.isEmpty { break }
      let result = repaired.applying(edits)
      #expect(!result.applied.isEmpty, "\(result.refused)")
      if result.applied.isEmpty { return }
      repaired = read(result.bytes, row)
    }
    #expect(due.isDisjoint(with: repaired.codes.map(\.rawValue)), "\(repaired.found())")
    #expect(repaired.vertices == document.vertices)
    #expect(repaired.waypoints == document.waypoints && repaired.name == document.name)
    try expectLine(repaired, row)
  }
}
