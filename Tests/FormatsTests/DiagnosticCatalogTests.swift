import Foundation
import Testing

@testable import Formats

/// Every code is explained, and its example shows what it says.
@Suite struct DiagnosticCatalogTests {
  /// The codes that the source text declares.
  private static func declared() throws -> [String] {
    let file = Corpus.packageRoot.appending(path: "Sources/Formats/Diagnostic.swift")
    let text = try String(contentsOf: file, encoding: .utf8)
    return text.split(separator: "\n").compactMap { line in
      guard line.contains("public static let") else { return nil }
      return line.split(separator: "\"").dropFirst().first.map(String.init)
    }
  }

  @Test func everyCodeIsExplained() throws {
    let declared = try Self.declared()
    #expect(declared.count >= 49)
    #expect(DiagnosticCatalog.all.map(\.code.rawValue) == declared)
    for code in declared {
      let found = DiagnosticCatalog.explanation(of: Diagnostic.Code(rawValue: code))
      #expect(found?.code.rawValue == code)
    }
    #expect(DiagnosticCatalog.explanation(of: Diagnostic.Code(rawValue: "no-such-code")) == nil)
  }

  @Test(arguments: DiagnosticCatalog.all.map(\.code))
  func examplesShowTheFault(_ code: Diagnostic.Code) throws {
    let entry = try #require(DiagnosticCatalog.explanation(of: code))
    // Nothing in a polyline tells that it is one, and a packed file or one of a watch is no text.
    let isShortened = [
      .textCut, .commentLong, .polylineEscaped, .polylineTriples, .unpacked, .checkSum,
    ]
    .contains(code)
    #expect(entry.example.isWhole || isShortened)
    if code == .noLine {
      // Told by whoever needs a line: a file of waypoints is a sound file.
      #expect(!examine(entry.example.bad).hasLine && examine(entry.example.good).hasLine)
      return
    }
    let good = examine(entry.example.good)
    #expect(!good.codes.contains(code))
    #expect(good.errors.isEmpty)
    guard entry.example.isWhole else { return }
    let found = examine(entry.example.bad).diagnostics.filter { $0.code == code }
    #expect(!found.isEmpty, "\(examine(entry.example.bad).found())")
    #expect(found.allSatisfy { $0.severity <= entry.severity })
  }

  @Test func explanationsAreReadable() {
    for entry in DiagnosticCatalog.all {
      let sentences = entry.text.split(separator: ". ").count
      #expect((2...4).contains(sentences), "\(entry.code.rawValue): \(sentences) sentences")
      #expect(entry.title.first?.isUppercase == true && !entry.title.hasSuffix("."))
      #expect(entry.example.bad != entry.example.good)
    }
    #expect(Set(DiagnosticCatalog.all.map(\.title)).count == DiagnosticCatalog.all.count)
  }
}
