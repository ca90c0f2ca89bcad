import Testing

@testable import Formats

/// Faults of the text that leave no doubt about what is meant: the file is read, and the repair leaves
/// nothing of them.
@Suite struct HarmlessFaultTests {
  private static let line =
    "<trkseg><trkpt lat=\"50\" lon=\"7\"/><trkpt lat=\"50.1\" lon=\"7\"/></trkseg>"

  private static func gpx(_ content: String) -> String {
    "<?xml version=\"1.0\"?>\n<gpx version=\"1.1\" creator=\"t\" "
      + "xmlns=\"http://www.topografix.com/GPX/1/1\">\(content)</gpx>"
  }

  private static func track(_ name: String) -> String { "<trk><name>\(name)</name>\(line)</trk>" }

  /// Reads, repairs and reads again.
  private func expectMended(
    _ text: String, _ format: RouteFormat, name: String?, tracks: Int = 1, has words: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let document = examine(text, as: format)
    #expect(
      document.shape == [[Int]](repeating: [2], count: tracks), sourceLocation: sourceLocation)
    #expect(document.tracks.first?.name == name, sourceLocation: sourceLocation)
    #expect(document.codes == [.notWellFormed], sourceLocation: sourceLocation)
    #expect(
      document.diagnostics.first?.message.contains(words) == true, "\(document.diagnostics)",
      sourceLocation: sourceLocation)
    let edits = document.diagnostics.flatMap(\.remedy)
    let mended = RouteReader.read(
      document.applying(edits).bytes, as: format.source, thoroughly: true)
    #expect(mended.diagnostics.isEmpty, "\(mended.diagnostics)", sourceLocation: sourceLocation)
    #expect(mended.tracks.first?.name == name, sourceLocation: sourceLocation)
    #expect(mended.vertices == document.vertices, sourceLocation: sourceLocation)
  }

  @Test(arguments: ["a -- b", "---", " a --", "-", "--><!-- -- "])
  func hyphensInComments(comment: String) {
    let text = Self.gpx("<!--\(comment)-->" + Self.track("<![CDATA[A--B <!-- c -- d]]>"))
    expectMended(text, .gpx, name: "A--B <!-- c -- d", has: "within a comment")
  }

  /// A line of four points, whose tags can be broken.
  private static let points = [
    "<trkpt lat=\"50\" lon=\"7\"></trkpt>", "<trkpt lat=\"51\" lon=\"7\"></trkpt>",
    "<trkpt lat=\"52\" lon=\"7\"></trkpt>", "<trkpt lat=\"53\" lon=\"7\"></trkpt>",
  ]

  private static func whole(_ segment: String) -> String {
    "<trk><name>A</name><trkseg>\(segment)</trkseg></trk>"
  }

  /// One tag of a file that is wrong or missing costs no point.
  @Test(arguments: [
    (
      whole(
        points.joined().replacing(
          "lat=\"51\" lon=\"7\"></trkpt>", with: "lat=\"51\" lon=\"7\"></trkp>")),
      "“trkp” does not close an open tag"
    ),
    (
      whole(
        points.joined().replacing("lat=\"51\" lon=\"7\"></trkpt>", with: "lat=\"51\" lon=\"7\">")),
      "“trkpt” begins here and is never closed"
    ),
    (
      whole(points.joined().replacing("<trkpt lat=\"52\"", with: "<trkp lat=\"52\"")),
      "the tag “trkp” is closed as “trkpt”"
    ),
    (
      "<trk><name>A<desc>B</desc><trkseg>\(points.joined())</trkseg></trk>",
      "“name” begins here and is never closed"
    ),
    ("<trk><name>A</name><trkseg>\(points.joined())</trk>", "does not match"),
    (
      "<metadata><time>2026-05-03T18:30:00Z</time>" + whole(points.joined()),
      "“metadata” begins here"
    ),
    (whole(points.joined()) + "</trk>", "does not match"),
    (
      whole(
        points.joined().replacing(
          "lon=\"7\"></trkpt><trkpt lat=\"52", with: "lon=\"7\"></trkpt\n<trkpt lat=\"52")),
      "“>” of a tag is missing"
    ),
    (
      whole(
        points.joined().replacing(
          "<trkpt lat=\"51\" lon=\"7\">", with: "<trkpt lat=\"51\" lon=\"7\"")),
      "“>” of a tag is missing"
    ),
    (
      whole(
        points.joined().replacing(
          "<trkpt lat=\"51\" lon=\"7\">", with: "trkpt lat=\"51\" lon=\"7\">")),
      "“<” of a tag is missing"
    ),
    (
      whole(points.joined().replacing("lat=\"51\" lon=\"7\">", with: "lat=\"51\" lon=\"7>")),
      "closing quote of a tag is missing"
    ),
    (
      whole(points.joined().replacing("lat=\"51\" lon=\"7\">", with: "lat=\"51 lon=\"7\">")),
      "a quote, a space or “=” is missing"
    ),
    (
      whole(points.joined().replacing("lat=\"51\" lon=\"7\">", with: "lat\"51\" lon=\"7\">")),
      "a quote, a space or “=” is missing"
    ),
    (
      whole(points.joined().replacing("lat=\"51\" lon=\"7\">", with: "lat=51 lon=\"7\">")),
      "a quote, a space or “=” is missing"
    ),
    (whole(points.joined().replacing("lat=\"51\"", with: "lat=\"51\" lat=\"51\"")), "given twice"),
  ])
  func tagsThatAreWrongOrMissing(inside: String, words: String) {
    let document = examine(Self.gpx(inside), as: .gpx)
    #expect(
      document.shape == [[4]] && document.tracks.first?.name == "A", "\(document.diagnostics)")
    #expect(document.codes == [.notWellFormed])
    #expect(
      document.diagnostics.first?.message.contains(words) == true, "\(document.diagnostics)")
    let mended = RouteReader.read(
      document.applying(document.diagnostics.flatMap(\.remedy)).bytes, thoroughly: true)
    #expect(mended.diagnostics.isEmpty, "\(mended.diagnostics)")
    #expect(mended.vertices == document.vertices)
  }

  @Test func tagsThatAreMissingBeforeTheEnd() {
    let text = Self.gpx(Self.whole(Self.points.joined()))
      .replacing("lat=\"51\" lon=\"7\"></trkpt>", with: "lat=\"51\" lon=\"7\">")
      .replacing("</trkseg></trk></gpx>", with: "")
    let document = examine(text, as: .gpx)
    #expect(document.shape == [[4]], "\(document.diagnostics)")
    // A folder may hold another, and a segment that ends with its track loses nothing.
    let two = examine(
      Self.gpx(
        "<trk><trkseg>\(Self.points.joined())<trk><trkseg>\(Self.points.joined())</trkseg></trk>"),
      as: .gpx)
    #expect(two.shape == [[4], [4]], "\(two.diagnostics)")
    let folders = examine(
      "<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Folder><Folder><Placemark><LineString><coordinates>"
        + "7,50 7,51</coordinates></LineString></Placemark></Folder></kml>", as: .kml)
    #expect(folders.shape == [[2]] && folders.codes == [.notWellFormed])
  }

  /// What follows the end of a document and is none: closing tags, zeros, text.
  @Test(arguments: [
    "</gpx>", "</gpx>\n</gpx>\n", "\0\0\0\0", "\n\0", "EOF", "</trk> x", "<!-- a -->\0",
  ])
  func moreAfterTheEnd(more: String) {
    expectMended(
      Self.gpx(Self.track("A")) + "\n" + more, .gpx, name: "A", has: "more after the end")
  }

  @Test func aDocumentThatIsClosedTooEarly() {
    let text = Self.gpx(Self.track("A") + "</gpx>" + Self.track("B"))
    expectMended(text, .gpx, name: "A", tracks: 2, has: "more of it follows")
  }

  /// A tag that nobody can read costs its own point, and only a guess takes it out of the file.
  @Test(arguments: [
    "lat=\"51\" ~lon=\"7\">", "lat@\"51\" lon=\"7\">", "lat=\"51\" =lon\"7\">",
  ])
  func aTagThatCannotBeRead(rest: String) throws {
    let text = Self.gpx(
      Self.whole(Self.points.joined().replacing("lat=\"51\" lon=\"7\">", with: rest)))
    let document = examine(text, as: .gpx)
    #expect(document.shape == [[3]], "\(document.diagnostics)")
    let guesses = document.diagnostics.filter(\.isGuess)
    #expect(guesses.contains { $0.message.contains("cannot be read and is left out") })
    let mended = RouteReader.read(
      document.applying(document.diagnostics.flatMap(\.remedy)).bytes, thoroughly: true)
    #expect(mended.diagnostics.isEmpty && mended.vertices == document.vertices)
  }

  @Test func anAngleBracketWithinAnAttribute() {
    let text = Self.gpx(Self.track("A")).replacing("creator=\"", with: "creator=\"a < b, ")
    expectMended(text, .gpx, name: "A", has: "a stray “<”")
  }

  /// Bytes that a card or a disk lost within a tag cost that point.
  @Test func bytesThatAreLostWithinATag() throws {
    let text = Self.gpx(Self.whole(Self.points.joined()))
    var bytes = Array(text.utf8)
    let start = try #require(bytes.firstRange(of: Array("lat=\"51\"".utf8))).lowerBound
    for (i, byte) in [0xFF, 0x81, 0x00, 0x9D, 0xFE].enumerated() {
      bytes[start + 3 + i] = UInt8(byte)
    }
    let document = RouteReader.read(bytes, as: .gpx, thoroughly: true)
    #expect(document.shape == [[3]], "\(document.diagnostics)")
  }

  /// A tag that begins with the last bytes of a file.
  @Test func anAttributeThatBeginsAtTheEnd() {
    for text in ["<gpx><wpt lat=1 lon=\"", "<gpx><wpt lat=1 lon=", "<gpx><wpt lat=\"1\"lon='"] {
      #expect(!examine(text, as: .gpx).errors.isEmpty)
    }
  }

  @Test func halvesOfCharacters() {
    expectMended(
      Self.gpx(Self.track("Hut &#xD83C;&#xDFD5; &#55356;&#57301;")), .gpx, name: "Hut 🏕 🏕",
      has: "as two halves")
  }

  @Test(arguments: [
    "<?xml encoding=\"UTF-8\" version=\"1.0\"?>", "<?xml encoding='UTF-8'?>",
    "<?xml version=\"1.0\" standalone=\"yes\" encoding=\"UTF-8\"?>",
  ])
  func declarationsInDisorder(declaration: String) {
    let text = Self.gpx(Self.track("A"))
    let start = text.firstRange(of: "<gpx")?.lowerBound ?? text.startIndex
    expectMended(
      declaration + text[start...], .gpx, name: "A", has: "written as version, encoding")
  }

  @Test func pointsOfAnElementInTheWrongPlaceAreCounted() {
    let inner = "<trkseg>\(Self.points.joined())</trkseg>"
    let document = examine(
      Self.gpx("<trk><name>A</name><trkseg>\(Self.points.joined())\(inner)</trkseg></trk>"),
      as: .gpx)
    #expect(document.shape == [[4]])
    let lost = document.diagnostics.filter { $0.code == .misplaced }
    #expect(lost.count == 1 && lost[0].message.hasPrefix("4 points stand within"))
  }

  /// Cut anywhere, what is written is JSON.
  @Test func aCutCollectionIsClosedWherePropertiesComeFirst() throws {
    let feature = { (name: String) in
      "{\"type\":\"Feature\",\"properties\":{\"name\":\"\(name)\",\"tags\":[1,{\"a\":2}]},"
        + "\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[7,50],[7,51]]}}"
    }
    let text = "{\"type\":\"FeatureCollection\",\"features\":[\(feature("A")),\(feature("B"))]}"
    for length in 1..<text.utf8.count {
      let document = RouteReader.read(
        Array(text.utf8.prefix(length)), as: .geojson, thoroughly: true)
      let edits = document.diagnostics.flatMap(\.remedy)
      if edits.isEmpty { continue }
      let mended = document.applying(edits).bytes
      #expect(
        RouteReader.read(mended, as: .geojson, thoroughly: true).errors.allSatisfy {
          $0.code != .notWellFormed
        }, "\(length): \(String(decoding: mended, as: UTF8.self))")
    }
  }

  /// Of two values nobody knows which was meant, so that only a guess removes one.
  @Test func anAttributeWithTwoValues() throws {
    let text = Self.gpx(
      Self.whole(Self.points.joined().replacing("lat=\"51\"", with: "lat=\"51\" lat=\"50.5\"")))
    let document = examine(text, as: .gpx)
    #expect(document.shape == [[4]] && document.vertices[1].latitude == 51)
    let fault = try #require(document.diagnostics.first)
    #expect(fault.isGuess && fault.message.contains("with two values"))
  }

  @Test func aFileOfZeros() {
    let document = RouteReader.read([UInt8](repeating: 0, count: 5_000), as: .gpx, thoroughly: true)
    #expect(document.diagnostics.allSatisfy { $0.remedy.isEmpty })
  }

  @Test func namesOfHTML() {
    expectMended(
      Self.gpx(Self.track("H&ouml;henweg A&nbsp;B &ndash; C&amp;D &#8364;")), .gpx,
      name: "Höhenweg A\u{A0}B – C&D €", has: "3 times")
    #expect(HTMLEntity.codePoint("yuml") == 255 && HTMLEntity.codePoint("Omega") == 0x3A9)
  }

  @Test(arguments: [
    "A\u{1}B", "A&#11;B", "A&#x0;B", "A&#xD800;B", "A&#1114112;B", "A\u{FFFE}B", "A&#xFFFF;B",
    "A\u{1}&#11;\u{FFFF}B",
  ])
  func charactersThatXMLHasNot(name: String) {
    expectMended(Self.gpx(Self.track(name)), .gpx, name: "AB", has: "none of XML")
  }

  @Test func twoDocuments() {
    let first = Self.gpx(Self.track("A"))
    let words = "a second document begins here"
    expectMended(first + "\n" + Self.gpx(Self.track("B")), .gpx, name: "A", tracks: 2, has: words)
    let kml =
      "<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Placemark><name>A</name><LineString><coordinates>"
      + "7,50 7,51</coordinates></LineString></Placemark></kml>"
    expectMended(kml + kml, .kml, name: "A", tracks: 2, has: words)
    // One of another kind is not read, and stays in the file.
    let other = examine(first + kml, as: .gpx)
    #expect(other.shape == [[2]] && other.diagnostics.allSatisfy { $0.remedy.isEmpty })
  }

  // MARK: JSON

  private static let json =
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"A // B, ]\"},\"geometry\":{\"type\":"
    + "\"LineString\",\"coordinates\":[[7,50],[7,51]]}}"

  @Test(arguments: [
    ("// my route\n" + json, "a comment"), (json + " // end\n", "a comment"),
    ("/* my\nroute */" + json.replacing("[[7", with: "[/**/[7"), "2 times"),
    ("var route = " + json + ";", "JavaScript"), ("const r=" + json, "JavaScript"),
    ("callback(" + json + ");\n", "JavaScript"), ("window.data =\n" + json + " ;", "JavaScript"),
    ("module.exports = " + json, "JavaScript"),
    (json.replacing("51]", with: "51],"), "a comma"),
    (json.replacing("]}", with: "] , }"), "a comma"),
    (json.replacing("50]", with: "50\n,]").replacing("51]", with: "51 ,]"), "2 times"),
  ])
  func textAroundJSON(text: String, words: String) {
    expectMended(text, .geojson, name: "A // B, ]", has: words)
  }

  /// A file's name need not tell that it is GeoJSON.
  @Test(arguments: [
    "// my route\n", "var route = ", "/* my */ callback(", "\n// a\n// b\nmodule.exports =\n",
  ])
  func jsonIsKnownByItsObject(beginning: String) {
    let document = RouteReader.read(Array((beginning + Self.json).utf8), fileName: "trail.txt")
    #expect(document.format == .geojson && document.shape == [[2]], "\(document.diagnostics)")
  }

  @Test func controlsInTextsOfJSON() {
    let text = Self.json.replacing("A //", with: "A\t\u{1}//")
    let document = examine(text, as: .geojson)
    #expect(document.shape == [[2]] && document.codes == [.notWellFormed])
    let mended = document.applying(document.diagnostics[0].remedy).bytes
    #expect(String(decoding: mended, as: UTF8.self).contains("A\\u0009\\u0001//"))
    #expect(RouteReader.read(mended, as: .geojson).shape == [[2]])
  }

  // MARK: Names and places that stand elsewhere

  @Test func commentsNameWhatHasNoOtherName() {
    let point = "lat=\"50\" lon=\"7\""
    let document = read(
      Self.gpx(
        "<wpt \(point)><cmt>Hut</cmt></wpt><wpt \(point)><cmt>C</cmt><desc>D</desc></wpt>"
          + "<wpt \(point)><name>N</name><cmt>C</cmt></wpt><wpt \(point)/>"
          + "<rte><cmt>Way</cmt><rtept \(point)><cmt>Inn</cmt></rtept><rtept lat=\"51\" lon=\"7\"/></rte>"
      ))
    #expect(document.waypoints.map(\.name) == ["Hut", "D", "N", nil, "Inn"])
    #expect(document.tracks.map(\.name) == ["Way"])
    #expect(read(Self.gpx("<trk><cmt>T</cmt>\(Self.line)</trk>")).tracks[0].name == "T")
  }

  @Test func otherFieldsNameFeatures() {
    func names(_ properties: String) -> [String?] {
      let document = read(
        "{\"type\":\"Feature\",\"properties\":{\(properties)},\"geometry\":{\"type\":\"Point\","
          + "\"coordinates\":[7,50]}}")
      return [document.waypoints[0].name, document.waypoints[0].story]
    }
    #expect(names("\"label\":\"Hut\",\"description\":\"D\"") == ["Hut", "D"])
    #expect(names("\"Description\":\"D\"") == ["D", nil])
    #expect(names("\"Name\":\"N\",\"label\":\"L\",\"Description\":\"D\"") == ["N", "D"])
    #expect(names("\"cmt\":\"C\"") == ["C", nil])
    #expect(names("\"story\":\"S\"") == [nil, "S"])
  }

  @Test func extendedDataNamesPlacemarks() {
    func names(_ content: String) -> [String?] {
      let document = read(
        "<kml><Placemark>\(content)<Point><coordinates>7,50</coordinates></Point></Placemark></kml>"
      )
      return [document.waypoints[0].name, document.waypoints[0].story]
    }
    let simple =
      "<ExtendedData><SchemaData><SimpleData name=\"Name\">N</SimpleData>"
      + "<SimpleData name=\"Description\">D</SimpleData></SchemaData></ExtendedData>"
    #expect(names(simple) == ["N", nil])
    #expect(names("<description>S</description>" + simple) == ["N", "S"])
    #expect(names("<name>A</name>" + simple) == ["A", nil])
    let data = "<ExtendedData><Data name=\"Description\"><value>D</value></Data></ExtendedData>"
    #expect(names(data) == ["D", nil])
    #expect(names("<description>S</description>" + data) == ["S", nil])
  }

  @Test func coordinatesWithoutAGeometry() {
    func placemark(_ coordinates: String) -> RouteDocument {
      examine(
        "<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Placemark><name>A</name><coordinates>"
          + "\(coordinates)</coordinates></Placemark></kml>")
    }
    let line = placemark("7,50,9 7,51,9")
    #expect(line.shape == [[2]] && line.tracks[0].name == "A" && line.codes == [.misplaced])
    #expect(line.vertices[0].elevationMeters == 9)
    let point = placemark("7,50")
    #expect(point.tracks.isEmpty && point.waypoints.map(\.name) == ["A"])
    #expect(point.codes == [.misplaced])
  }

  /// What would be looked for anew at each place takes hours here.
  @Test(arguments: ["{}", "/* ", "{} /* ", "//", ",}", "{},]"])
  func whatMayBeMendedIsLookedForOnce(_ piece: String) {
    for start in ["{\"type\":\"Feature\"", "{\"type\":}"] {
      let text = start + String(repeating: piece, count: 1_000_000)
      #expect(!RouteReader.read(Array(text.utf8), as: .geojson).errors.isEmpty)
    }
  }
}
