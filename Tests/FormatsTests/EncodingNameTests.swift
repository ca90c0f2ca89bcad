import Testing

@testable import Formats

/// Encodings by the names that people and programs give them.
@Suite struct EncodingNameTests {
  private static func file(_ declared: String, _ name: [UInt8]) -> [UInt8] {
    Array("<?xml version=\"1.0\" encoding=\"\(declared)\"?>\n".utf8)
      + "<gpx version=\"1.1\" creator=\"t\" xmlns=\"http://www.topografix.com/GPX/1/1\"><trk><name>"
      .utf8
      + name
      + ("</name><trkseg><trkpt lat=\"50\" lon=\"7\"/><trkpt lat=\"50.1\" lon=\"7\"/></trkseg></trk>"
      + "</gpx>").utf8
  }

  @Test(arguments: [
    ("ANSI", "windows-1252"), ("ansi", "windows-1252"), ("Windows", "windows-1252"),
    ("ASCII-8BIT", "windows-1252"), ("win-1252", "windows-1252"), ("latin1", "ISO-8859-1"),
    ("Latin-1", "ISO-8859-1"), ("ISO-8859", "ISO-8859-1"), ("utf8", "UTF-8"), ("UTF", "UTF-8"),
    ("utf-8-sig", "UTF-8"), ("unicode", "UTF-8"), ("UCS-2", "UTF-8"),
  ])
  func aUsualNameIsRead(declared: String, meant: String) throws {
    let name: [UInt8] = meant == "UTF-8" ? Array("Zürich".utf8) : [0x5A, 0xFC] + Array("rich".utf8)
    let document = RouteReader.read(Self.file(declared, name), as: .gpx, thoroughly: true)
    #expect(document.errors.isEmpty, "\(document.errors)")
    #expect(document.tracks.first?.name == "Zürich")
    let found = document.diagnostics.filter { $0.code == .encoding }
    #expect(found.map(\.severity) == [.warning], "\(document.diagnostics)")
    #expect(found.first?.remedy.isEmpty == false)
  }

  @Test(arguments: ["ANSI", "windows", "ASCII-8BIT"])
  func whatSaysLeastMayBeUTF8(declared: String) throws {
    let document = RouteReader.read(
      Self.file(declared, Array("Zürich".utf8)), as: .gpx, thoroughly: true)
    #expect(document.tracks.first?.name == "Zürich" && document.errors.isEmpty)
    #expect(
      document.diagnostics.contains { $0.code == .encoding && $0.message.hasSuffix("is in UTF-8") })
  }
}
