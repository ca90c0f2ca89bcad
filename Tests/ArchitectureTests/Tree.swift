import Foundation

/// The sources as they stand on the disk.
enum Tree {
  struct File: Sendable {
    /// Below `Sources`.
    let path: String
    let text: String

    /// The words of the code that begin so, comments left out.
    func words(beginningWith start: String) -> Set<String> {
      // Most files hold none of them, and a search is quicker than taking a text apart.
      guard text.range(of: start) != nil else { return [] }
      let words = text.split(whereSeparator: \.isNewline)
        .filter { !$0.drop { $0.isWhitespace }.hasPrefix("//") }
        .flatMap { $0.split { !$0.isLetter && !$0.isNumber && $0 != "_" } }
      return Set(words.filter { $0.hasPrefix(start) }.map(String.init))
    }
  }

  /// The folder that holds `Sources`, `Tests` and `docs`.
  static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static let sources = root.appending(path: "Sources")

  /// The folders in `Sources` that hold Swift.
  static let modules: [String] = folders.filter { !files(of: $0).isEmpty }

  /// The folders that hold a library of C.
  static let cModules: Set<String> = Set(
    folders.filter {
      FileManager.default.fileExists(
        atPath: sources.appending(path: "\($0)/module.modulemap").path)
    })

  private static let folders: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: sources.path)) ?? []).sorted()

  /// The Swift files of a module, in any order.
  static func files(of module: String) -> [File] { files(of: module, ending: ".swift") }

  /// What runs in the browser, in any order.
  static var browserFiles: [File] { files(of: "Web/src", ending: ".ts") }

  private static func files(of module: String, ending: String) -> [File] {
    let folder = sources.appending(path: module)
    return (FileManager.default.subpaths(atPath: folder.path) ?? [])
      .filter { $0.hasSuffix(ending) }
      .compactMap { path in
        (try? String(contentsOf: folder.appending(path: path), encoding: .utf8))
          .map { File(path: "\(module)/\(path)", text: $0) }
      }
  }
}
