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
    ("ASCII-8BIT", "windows-1252"), ("win-1252", "windows-1252"), ("windows1252", "windows-1252"),
    ("latin1", "ISO-8859-1"),
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

  @Test(arguments: [
    ("iso8859_2", "ISO-8859-2", "Łódź"), ("x-iso-8859-2", "ISO-8859-2", "Łódź"),
    ("x-sjis", "Shift_JIS", "長城"), ("Shift-JIS", "SHIFT-JIS", "長城"), ("x-euc-jp", "EUC-JP", "長城"),
    ("MacRoman", "macintosh", "Zürich"), ("x-mac-roman", "macintosh", "Zürich"),
    ("x-mac-cyrillic", "MAC-CYRILLIC", "Нева"), ("dos-850", "IBM850", "Zürich"),
    ("ks_c_5601-1987", "CP949", "한강"),
    // Read as a whole.
    ("GB18030", "GB18030", "Höhenweg 長城 ⛰ 𠀀"), ("x-gb18030", "GB18030", "Höhenweg 長城 ⛰ 𠀀"),
    ("ISO-2022-JP", "ISO-2022-JP", "長城"), ("ISO-2022-KR", "ISO-2022-KR", "한강"),
  ])
  func iconvIsAskedByTheNameItKnows(declared: String, system: String, name: String) throws {
    let whole = String(decoding: Self.file(declared, Array(name.utf8)), as: UTF8.self)
    let bytes = try #require(
      ForeignEncoding.converted(Array(whole.utf8)[...], from: "UTF-8", to: system))
    let document = RouteReader.read(bytes, as: .gpx, thoroughly: true)
    #expect(document.errors.isEmpty, "\(document.errors)")
    #expect(document.tracks.first?.name == name)
    #expect(document.diagnostics.map(\.code) == [.encoding], "\(document.diagnostics)")
    try expectRepaired(document, name)
  }

  @Test(arguments: ["UTF-32LE", "UTF-32BE", "IBM037"], [true, false])
  func charactersOfFourBytesAreRead(system: String, hasMark: Bool) throws {
    let isUTF32 = system.hasPrefix("UTF")
    let file = Self.file(isUTF32 ? "UTF-32" : "ebcdic-cp-us", Array("Zürich".utf8))
    let text = (hasMark && isUTF32 ? [0xEF, 0xBB, 0xBF] : []) + file
    let bytes = try #require(ForeignEncoding.converted(text[...], from: "UTF-8", to: system))
    let document = RouteReader.read(bytes, fileName: "a.gpx", thoroughly: true)
    #expect(document.codes == [.encoding] && document.tracks.first?.name == "Zürich")
    try expectRepaired(document, "Zürich")
  }

  /// The characters in UTF-8 are the repair.
  private func expectRepaired(_ document: RouteDocument, _ name: String) throws {
    #expect(document.diagnostics[0].remedy.isEmpty == false)
    let mended = RouteReader.read(
      document.source.transcodedFrom == nil
        ? document.applying(document.diagnostics[0].remedy).bytes : document.source.bytes,
      as: .gpx, thoroughly: true)
    #expect(mended.diagnostics.isEmpty && mended.tracks.first?.name == name)
  }

  @Test(arguments: ["", "utf-8 ", "?"])
  func aNameThatIsNoneIsMended(declared: String) {
    let document = RouteReader.read(
      Self.file(declared, Array("Zürich".utf8)), as: .gpx, thoroughly: true)
    #expect(document.codes == [.encoding] && document.tracks.first?.name == "Zürich")
    let mended = RouteReader.read(
      document.applying(document.diagnostics[0].remedy).bytes, as: .gpx, thoroughly: true)
    #expect(mended.diagnostics.isEmpty)
  }

  @Test func aDoubledMarkIsCalledOne() {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let document = RouteReader.read(mark + mark + Self.file("UTF-8", Array("N".utf8)), as: .gpx)
    #expect(document.diagnostics[0].message.hasPrefix("a second byte order mark stands before"))
    let json = RouteReader.read(
      mark + mark + Array("{\"type\":\"LineString\",\"coordinates\":[[7,50],[7,51]]}".utf8))
    #expect(json.codes == [.byteOrderMark] && json.shape == [[2]])
    #expect(json.diagnostics[0].message.contains("2 byte order marks"))
    #expect(json.applying(json.diagnostics[0].remedy).bytes.first == 0x7B)
  }
}
