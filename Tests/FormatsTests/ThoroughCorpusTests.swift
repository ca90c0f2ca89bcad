import Formats
import Foundation
import Testing

/// Real files stand a thorough reading.
@Suite struct ThoroughCorpusTests {
  private static var routes: [URL] {
    let folder = Corpus.packageRoot.appending(path: "routes")
    let all = try? FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    return (all ?? []).filter { $0.pathExtension == "geojson" }.sorted { $0.path < $1.path }
  }

  @Test func sampleQuestsAreSound() throws {
    #expect(Self.routes.count >= 10)
    for file in Self.routes {
      let document = RouteReader.read(Array(try Data(contentsOf: file)), thoroughly: true)
      #expect(document.diagnostics.isEmpty, "\(file.lastPathComponent) \(document.found())")
    }
  }

  @Test(Corpus.needed, arguments: CorpusTests.sound)
  func aThoroughReadingReadsTheSame(_ file: String) throws {
    let bytes = try Corpus.bytes(file)
    let quick = RouteReader.read(bytes, fileName: file)
    let document = RouteReader.read(bytes, fileName: file, thoroughly: true)
    expectSane(document, file)
    #expect(document.errors.isEmpty)
    #expect(document.vertices == quick.vertices && document.waypoints == quick.waypoints)
    #expect(Set(quick.diagnostics).isSubset(of: document.diagnostics))
  }
}
