import Formats
import Foundation
import Geodesy
import Routes
import Testing

/// Edits stay within their bounds whatever they are asked, and leave sound files sound.
@Suite struct EditingBoundsTests {
  /// Offsets that nobody meant are refused or do something bounded; nothing traps.
  @Test func anyOffsetCanBeAskedFor() {
    var random = SplitMix64("editing offsets")
    for (format, text) in OddFile.all {
      let document = read(text, as: format)
      let count = text.utf8.count
      for offset in -2...count + 2 {
        let edits: [RouteEdit] = [
          .replacePosition(atOffset: offset, latitude: 1, longitude: 2),
          .removeElement(atOffset: offset), .removeMember(atOffset: offset),
          .insertAttribute(name: "a", value: "b", inTagAt: offset),
          .replaceValue(atOffset: offset, with: [0x31]), .sortChildren(ofElementAt: offset),
          .removeVertex(random.int(-1...20)), .cutAtAntimeridian(part: random.int(-1...5)),
        ]
        let result = document.applying(edits.shuffled(using: &random))
        let told = result.applied.count + result.deferred.count + result.refused.count
        #expect(told == edits.count)
      }
    }
  }

  @Test func manyEditsCostWhatTheirNumberSays() throws {
    let count = 20_000
    let line = (0..<count).map { place(Double($0) * 1e-3, 1) }
    let route = try Route(parts: [line])
    for format in [RouteFormat.gpx, .kml, .geojson, .polyline5] {
      let document = RouteReader.read(RouteWriter.write(route, as: format), as: format.source)
      let edits = stride(from: 1, to: count, by: 2).map { RouteEdit.removeVertex($0) }
      let result = document.applying(edits)
      #expect(result.applied.count == count / 2)
      let after = RouteReader.read(result.bytes, as: format.source)
      #expect(after.vertices == stride(from: 0, to: count, by: 2).map { document.vertices[$0] })
    }
  }

  private static let xmllint = "/usr/bin/xmllint"

  @Test(
    Corpus.needed,
    .enabled(if: FileManager.default.isExecutableFile(atPath: xmllint), "xmllint is not here"))
  func editedGPXStaysValidAgainstTheSchema() throws {
    var random = SplitMix64("editing schema")
    for _ in 0..<25 {
      let document = RouteReader.read(RouteWriter.write(try random.route(), as: .gpx))
      let model = EditingModel(document)
      var edits = (0..<6).map { _ in
        random.vertexEdit(random.int(0...model.vertexCount - 1), of: .gpx)
      }
      edits.append(.setOfficialLength(distance("12 km")))
      let result = document.applying(edits)
      let file = FileManager.default.temporaryDirectory
        .appending(path: "editing-\(UUID().uuidString).gpx")
      defer { try? FileManager.default.removeItem(at: file) }
      try Data(result.bytes).write(to: file)
      let schema = Corpus.folder.appending(path: "schema/gpx11.xsd").path
      let (status, _) = try Home.run(
        Self.xmllint, ["--noout", "--nonet", "--schema", schema, file.path])
      #expect(status == 0, "\(shown(result.bytes)), seed \(runSeed)")
    }
  }
}
