import Formats
import Foundation
import Testing

@testable import Inspection

/// The files of others that lie beside the package.
enum Corpus {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "shared/corpus")
  static let isThere = FileManager.default.fileExists(
    atPath: folder.appending(path: "SOURCES.md").path)

  static func files(_ folder: String, _ endings: String...) -> [String] {
    let walk = FileManager.default.enumerator(atPath: Self.folder.appending(path: folder).path)
    return (walk?.compactMap { $0 as? String } ?? []).sorted()
      .filter { path in endings.contains { path.hasSuffix("." + $0) } }
      .map { folder + "/" + $0 }
  }

  static func report(_ path: String) throws -> Report {
    let bytes = Array(try Data(contentsOf: folder.appending(path: path)))
    return Inspector.inspect(
      RouteReader.read(bytes, fileName: path, thoroughly: true))
  }
}

/// The files of others: what is wrong with the bad ones is told where it is, the good ones pass.
@Suite(
  .enabled(if: Corpus.isThere, "the corpus of other people's files is not at ../shared/corpus"))
struct InspectionCorpusTests {
  /// Files whose fault the other linter puts on another line than where it stands: it names the line
  /// on which the object around it begins.
  static let elsewhere: Set<String> = [
    "bad-duplicate-properties", "bad-json", "bad-object-type", "bad-properties-as-array",
    "badfeatureid", "bbox-string", "false", "feature_changed_semantics",
    "featurecollection_changed_semantics", "geometry_changed_semantics", "nofeaturetype",
    "polygon_winding_order", "stringcoord",
  ]

  @Test(arguments: Corpus.files("geojson/hint-bad", "geojson"))
  func badFilesHaveAFindingWithAPlace(_ path: String) throws {
    let report = try Corpus.report(path)
    let told = report.findings.filter { $0.code != .noLine && $0.code != .area }
    #expect(!told.isEmpty)
    #expect(told.allSatisfy { $0.line != nil && $0.column != nil })
    #expect(told.contains { $0.pointer != nil })
    let result = path.replacing(".geojson", with: ".result")
    let theirs = try #require(
      JSONSerialization.jsonObject(
        with: Data(contentsOf: Corpus.folder.appending(path: result))) as? [[String: Any]])
    let lines = Set(theirs.compactMap { $0["line"] as? Int })
    let name = path.split(separator: "/").last?.split(separator: ".").first.map(String.init) ?? ""
    let agrees = told.contains { lines.contains($0.line ?? 0) }
    #expect(agrees || Self.elsewhere.contains(name), "\(lines) and \(report.summary)")
  }

  @Test(arguments: Corpus.files("geojson", "geojson", "json").filter { !$0.contains("hint-bad") })
  func goodFilesPass(_ path: String) throws {
    let report = try Corpus.report(path)
    // Text pointers to other files, which are no JSON.
    if report.document.source.bytes.count < 40 { return }
    let errors = report.findings.filter {
      $0.severity == .error && ![.joinUnresolved, .noLine, .noLength].contains($0.code)
    }
    #expect(errors.isEmpty, "\(errors.map(\.message))")
  }

  @Test(arguments: Corpus.files("gpx", "gpx"))
  func tracksPassButForJoins(_ path: String) throws {
    let report = try Corpus.report(path)
    let broken = ["gpx/coregpx/wptError.gpx", "gpx/togeojson/bad.gpx"]
    let errors = report.findings.filter {
      $0.severity == .error && ![.joinUnresolved, .noLine, .noLength].contains($0.code)
    }
    #expect(errors.isEmpty != broken.contains(path), "\(errors.map(\.message))")
    // No real track costs more than the allowances.
    let cut = report.findings.filter { [.placingCut, .contactsCut].contains($0.code) }
    #expect(cut.isEmpty, "\(cut.map(\.message))")
    // What is told has its place.
    #expect(report.findings.allSatisfy { $0.line != nil || $0.code == .noLine })
  }

  @Test(arguments: Corpus.files("gpx/trails", "gpx"))
  func repairsOfRealTrailsEndAndKeepWhatTheyPromise(_ path: String) throws {
    let bytes = Array(try Data(contentsOf: Corpus.folder.appending(path: path)))
    let document = RouteReader.read(bytes, thoroughly: true)
    let outcome = Repair.repair(document, includingUnsafe: false)
    let left = outcome.report.findings.filter { $0.fix?.isSafe == true }
    #expect(left.isEmpty, "\(left.map(\.code.rawValue))")
    if let before = outcome.lengthBefore, let after = outcome.lengthAfter {
      #expect(abs(before.meters - after.meters) < 1e-5)
    }
    // All that is not a vertex survives.
    let names = { (bytes: [UInt8]) in
      String(decoding: bytes, as: UTF8.self).matches(of: /<name>/).count
    }
    let doubled = outcome.mended.filter { $0.code == .waypointDoubled }.count
    #expect(names(outcome.bytes) == names(bytes) - doubled)
  }

  /// Safe repairs keep the length of every file, and guesses keep the line at every waypoint.
  @Test(arguments: Corpus.files("gpx", "gpx") + Corpus.files("geojson", "geojson"))
  func repairsKeepLengthsAndWaypoints(_ path: String) throws {
    let document = RouteReader.read(
      Array(try Data(contentsOf: Corpus.folder.appending(path: path))), fileName: path,
      thoroughly: true)
    let safe = Repair.repair(document, includingUnsafe: false)
    if let before = safe.before, let after = safe.after {
      // Where a line is cut at 180 degrees the new vertices are rounded to their digits.
      let slack = safe.mended.contains { $0.code == .antimeridianUncut } ? 1.0 : 1e-5
      #expect(abs(before.measuredMeters - after.measuredMeters) < slack)
    }
    let guessed = Repair.repair(document, includingUnsafe: true)
    guard let before = Inspector.inspect(document).measured, let after = guessed.report.measured
    else { return }
    // Waypoints may have changed places.
    for one in before.waypoints where one.offsetMeters <= 50 {
      let offset = after.waypoints.filter { $0.waypoint.coordinate == one.waypoint.coordinate }
        .map(\.offsetMeters).min()
      let codes = guessed.mended.map(\.code.rawValue)
      #expect(offset.map { $0 <= one.offsetMeters + 1 } ?? false, "\(codes)")
    }
  }
}
