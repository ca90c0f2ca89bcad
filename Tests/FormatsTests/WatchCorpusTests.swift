import Geodesy
import Routes
import Testing

@testable import Formats

/// What other people's watches and programs wrote: each file is read, or refused with place and reason.
@Suite(Corpus.needed) struct WatchCorpusTests {
  @Test(arguments: Corpus.files("fit", "tcx"))
  func everyFileIsReadOrRefusedWithItsPlace(_ path: String) throws {
    let bytes = try Corpus.bytes(path)
    let document = RouteReader.read(bytes, fileName: path, thoroughly: true)
    expectSane(document, path)
    for error in document.errors {
      #expect(error.offset != nil && !error.message.isEmpty, "\(path): \(error)")
    }
    if document.errors.isEmpty {
      #expect(!document.tracks.isEmpty, "\(path) gave nothing")
    }
    // The same points whether times are kept or not, and whatever the file is called.
    let plain = RouteReader.read(bytes, fileName: "route.gpx")
    #expect(plain.vertices == document.vertices && plain.format == document.format)
    guard document.errors.isEmpty, document.hasLine else { return }
    let route = try document.route()
    let again = RouteReader.read(RouteWriter.write(route, as: .gpx), thoroughly: true)
    #expect(again.errors.isEmpty && again.vertices.count == route.vertices.count)
  }

  /// The faults that the names of the files tell.
  @Test(arguments: [
    ("fit/activity-filecrc.fit", Diagnostic.Code.checkSum, Severity.warning),
    ("fit/activity-unexpected-eof.fit", .notWellFormed, .error),
  ])
  func knownFaultsAreNamed(_ path: String, _ code: Diagnostic.Code, _ severity: Severity) throws {
    let document = RouteReader.read(try Corpus.bytes(path), fileName: path, thoroughly: true)
    #expect(document.diagnostics.contains { $0.code == code && $0.severity == severity })
    #expect(document.diagnostics.allSatisfy { $0.line == nil && $0.offset != nil })
  }
}
