import Foundation
import Testing

/// The files of others that lie beside the package; `SOURCES.md` there names their origins.
enum Corpus {
  static let packageRoot = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  static let folder = packageRoot.deletingLastPathComponent().appending(path: "shared/corpus")

  static var isThere: Bool {
    FileManager.default.fileExists(atPath: folder.appending(path: "SOURCES.md").path)
  }

  static let needed: ConditionTrait = .enabled(
    if: isThere, "the corpus of other people's files is not at ../shared/corpus")

  /// Paths within the corpus, sorted, of the files with one of these endings; none without it.
  static func files(_ endings: String...) -> [String] {
    let walk = FileManager.default.enumerator(atPath: folder.path)
    let all = walk?.compactMap { $0 as? String } ?? []
    return all.filter { path in endings.contains { path.hasSuffix("." + $0) } }.sorted()
  }

  /// Paths of the files that hold routes, sorted. A `.json` is GeoJSON only where it lies under
  /// `geojson`.
  static let routes =
    (files("gpx", "geojson") + files("json").filter { $0.hasPrefix("geojson/") }).sorted()

  static func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appending(path: path)))
  }
}
