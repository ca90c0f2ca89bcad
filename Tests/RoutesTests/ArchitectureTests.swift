import Foundation
import Testing

/// Imports point one way, the engine can be linked anywhere, and stores and service do not know each
/// other.
@Suite struct ArchitectureTests {
  /// What a module may import: those of ours below it, C libraries, and what comes in packages.
  struct Layer: Sendable, CustomTestStringConvertible {
    let module: String
    let ours: Set<String>
    let c: Set<String>
    var packages: Set<String> = []
    var testDescription: String { module }
  }

  static let layers = [
    Layer(module: "Geodesy", ours: [], c: ["CPROJ"]),
    Layer(module: "Base", ours: [], c: []),
    Layer(module: "JSON", ours: [], c: []),
    Layer(module: "Routes", ours: ["Geodesy", "Base"], c: ["CGEOS"]),
    Layer(
      module: "Formats", ours: ["Routes", "Geodesy", "CivilTime", "JSON"],
      c: ["CExpat", "CPROJ", "CZlib"]),
    Layer(
      module: "Inspection", ours: ["Formats", "Routes", "Geodesy", "JSON"], c: []),
    Layer(
      module: "Drawing", ours: ["Inspection", "Formats", "Routes", "Geodesy", "JSON"],
      c: ["CCairo", "CPROJ"]),
    Layer(module: "CivilTime", ours: ["Base"], c: []),
    Layer(module: "Quests", ours: ["Routes", "Geodesy", "CivilTime"], c: []),
    Layer(
      module: "Batch", ours: ["Formats", "Routes", "Geodesy", "CivilTime", "JSON", "Base"],
      c: ["CZlib"]),
    Layer(
      module: "SQLiteStore", ours: ["Quests", "Routes", "Geodesy", "CivilTime", "Base"], c: [],
      packages: ["Foundation", "GRDB", "GRDBSQLite"]),
    Layer(
      module: "PostGISStore", ours: ["Quests", "Routes", "Geodesy", "CivilTime", "Base"],
      c: ["CPQ"],
      packages: ["Foundation"]),
    Layer(
      module: "Providers", ours: ["Quests", "CivilTime", "Base"], c: [],
      packages: ["Foundation", "Crypto", "CryptoExtras"]),
    Layer(
      module: "Service",
      ours: [
        "Providers", "Inspection", "Quests", "Formats", "Routes", "Geodesy", "CivilTime", "JSON",
        "Base",
      ], c: [],
      packages: [
        "Crypto", "HTTPTypes", "Hummingbird", "HummingbirdCore", "Logging",
        "NIOCore", "NIOPosix", "ServiceLifecycle",
      ]),
  ]

  /// What every Swift toolchain for servers brings along; Foundation is not among it on purpose.
  static let platform: Set<String> = [
    "Swift", "Glibc", "Musl", "Darwin", "Android", "Synchronization", "Dispatch",
  ]

  static let sources = URL(filePath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Sources")

  struct Import: Equatable {
    var access: String?
    var module: String
  }

  /// The imports of a source text, whatever stands before the word.
  static func imports(in text: String) -> [Import] {
    text.split(whereSeparator: { $0.isNewline || $0 == ";" }).compactMap { line in
      var words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })[...]
      var access: String?
      while let word = words.first, word != "import" {
        if word.hasPrefix("@") {
          words = words.dropFirst()
        } else if ["public", "package", "internal", "fileprivate", "private"].contains(word) {
          access = String(word)
          words = words.dropFirst()
        } else {
          return nil
        }
      }
      words = words.dropFirst()
      let kinds = ["struct", "class", "enum", "protocol", "typealias", "func", "var", "let"]
      if words.count > 1, let kind = words.first, kinds.contains(String(kind)) {
        words = words.dropFirst()
      }
      guard let name = words.first?.split(whereSeparator: { $0 == "." }).first else {
        return nil
      }
      return Import(access: access, module: String(name))
    }
  }

  static func files(of module: String) throws -> [URL] {
    let folder = sources.appending(path: module)
    let list = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    return try #require(list).compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
  }

  @Test(arguments: layers)
  func importsPointOneWay(_ layer: Layer) throws {
    let files = try Self.files(of: layer.module)
    #expect(!files.isEmpty, "no sources of \(layer.module) were found")
    for file in files {
      let name = "\(layer.module)/\(file.lastPathComponent)"
      for found in Self.imports(in: try String(contentsOf: file, encoding: .utf8)) {
        let isOurs = layer.ours.contains(found.module)
        let isC = layer.c.contains(found.module)
        #expect(
          isOurs || isC || layer.packages.contains(found.module)
            || Self.platform.contains(found.module),
          "\(name) must not import \(found.module)")
        if isC {
          #expect(
            found.access == "internal", "\(name) must say “internal import \(found.module)”")
        }
      }
    }
  }

  /// No C type is public, and nothing else of a C module is: only their own module sees them.
  @Test func cModulesAreImportedOnlyWhereTheyMayBe() throws {
    let modules = try FileManager.default.contentsOfDirectory(atPath: Self.sources.path)
    let c = modules.filter { module in
      FileManager.default.fileExists(
        atPath: Self.sources.appending(path: "\(module)/module.modulemap").path)
    }
    #expect(Set(["CGEOS", "CPROJ"]).isSubset(of: c))
    for layer in Self.layers {
      let imported = try Self.files(of: layer.module).flatMap { file in
        Self.imports(in: try String(contentsOf: file, encoding: .utf8)).map(\.module)
      }
      #expect(Set(imported).intersection(c).isSubset(of: layer.c), "\(layer.module)")
    }
  }

  @Test func theScannerSeesEveryWayToImport() {
    let text = """
      import Foundation
      internal import CPROJ
      public import Geodesy
        import struct Foundation.Date
      @preconcurrency import NIOCore
      @_exported public import Logging
      @testable import Routes; import Formats
      #if canImport(Glibc)
      \timport Glibc
      #endif
      // import Nothing
      let important = "import nothing"
      """
    #expect(
      Self.imports(in: text) == [
        Import(access: nil, module: "Foundation"), Import(access: "internal", module: "CPROJ"),
        Import(access: "public", module: "Geodesy"), Import(access: nil, module: "Foundation"),
        Import(access: nil, module: "NIOCore"), Import(access: "public", module: "Logging"),
        Import(access: nil, module: "Routes"), Import(access: nil, module: "Formats"),
        Import(access: nil, module: "Glibc"),
      ])
  }
}
