import Formats
import Foundation
import TestSupport
import Testing

/// What the schemas of GPX ask beyond what reading needs.
@Suite struct GPXSchemaTests {
  private static let root11 =
    "<gpx version=\"1.1\" creator=\"x\" xmlns=\"http://www.topografix.com/GPX/1/1\" xmlns:o=\"urn:o\">"
  private static let root10 =
    "<gpx version=\"1.0\" creator=\"x\" xmlns=\"http://www.topografix.com/GPX/1/0\" xmlns:o=\"urn:o\">"

  private func new(_ inside: String) -> String { Self.root11 + "\n" + inside + "\n</gpx>" }
  private func old(_ inside: String) -> String { Self.root10 + "\n" + inside + "\n</gpx>" }
  private func point(_ inside: String) -> String {
    "<trk><trkseg><trkpt lat=\"1\" lon=\"2\">\(inside)</trkpt></trkseg></trk>"
  }

  private func message(_ text: String) -> String {
    examine(text).diagnostics.first?.message ?? "nothing"
  }

  @Test func soundFilesHaveNone() {
    let sound11 = new(
      """
      <metadata><name>n</name><desc>d</desc><author><name>a</name><email id="a" domain="b.c"/>
        <link href="h"><text>t</text><type>y</type></link></author>
        <copyright author="a"><year>2026</year><license>l</license></copyright>
        <link href="1"/><link href="2"/><time>2026-05-03T18:30:00Z</time><keywords>k</keywords>
        <bounds minlat="1" minlon="2" maxlat="1" maxlon="2"/><extensions><o:a/></extensions></metadata>
      <wpt lat="1" lon="2"><ele>1</ele><name>n</name><sym>s</sym></wpt><wpt lat="1" lon="2"/>
      <rte><name>r</name><rtept lat="1" lon="2"/><rtept lat="1" lon="2"/></rte>
      <trk><name>t</name><link href="1"/><number>1</number><extensions><o:a><b/></o:a></extensions>
        <trkseg><trkpt lat="1" lon="2"><ele>1</ele><time>2026-05-03T18:30:00Z</time><fix>3d</fix>
        <extensions><x xmlns="urn:x"><y/></x></extensions></trkpt><extensions/></trkseg><trkseg/></trk>
      <extensions><o:b/></extensions>
      """)
    #expect(examine(sound11).found(.warning) == [])
    let sound10 = old(
      """
      <name>n</name><author>a</author><time>2026-05-03T18:30:00Z</time>
      <bounds minlat="1" minlon="2" maxlat="1" maxlon="2"/>
      <wpt lat="1" lon="2"><ele>1</ele><url>u</url><o:a/><o:b/></wpt>
      <trk><name>t</name><o:c/><trkseg><trkpt lat="1" lon="2"><ele>1</ele><course>1</course>
        <speed>2</speed><o:d/></trkpt></trkseg></trk><o:e/>
      """)
    #expect(examine(sound10).found() == [])
    // Ordinary reading tells nothing of all this.
    #expect(read("<gpx><trk><trkseg/><name>n</name></trk></gpx>").found(.warning) == [])
  }

  @Test func order() {
    let text = new(
      point("<time>2026-05-03T18:30:00Z</time><ele>1</ele>")
        + "\n<wpt lat='1' lon='2'><name>n</name>\n<ele>1</ele></wpt>")
    #expect(
      examine(text).found() == ["2:70 schema-order", "3:1 schema-order", "4:1 schema-order"])
    #expect(examine(text).diagnostics.allSatisfy { $0.severity == .warning })
    #expect(
      message(text)
        == "in “trkpt”, “ele” stands behind “time”; GPX 1.1 wants “ele” first")
    // The order that is right goes on where it was: only the one that is late is told.
    let late = new(
      point("<ele>1</ele><sym>s</sym><name>n</name><type>t</type><fix>3d</fix>"))
    #expect(examine(late).found() == ["2:61 schema-order"])
    let foreign = old(point("<o:a/><ele>1</ele>"))
    #expect(examine(foreign).found() == ["2:43 schema-order"])
    #expect(message(foreign).contains("stands behind an element of another namespace"))
  }

  @Test func repeated() {
    let text = new(point("<ele>1</ele><ele>2</ele>"))
    #expect(examine(text).found() == ["2:49 schema-repeated"])
    #expect(examine(text).vertices[0].elevationMeters == 2)
    #expect(
      message(text)
        == "“trkpt” holds “ele” more than once, and GPX 1.1 allows one; the last is used")
    #expect(examine(new(point("<link href='a'/><link href='b'/>"))).found() == [])
  }

  @Test func unknownElements() {
    let misspelt = new(point("<elev>1</elev>"))
    #expect(examine(misspelt).found() == ["2:37 schema-element"])
    #expect(message(misspelt) == "GPX 1.1 has no “elev” in “trkpt”; was “ele” meant?")
    #expect(
      message(new(point("<speed>1</speed>")))
        == "GPX 1.1 has no “speed” in “trkpt”; it is an element of GPX 1.0")
    #expect(examine(old(point("<speed>1</speed>"))).found() == [])
    #expect(
      message(new("<trk><ele>1</ele></trk>"))
        == "GPX 1.1 has no “ele” in “trk”; it belongs in wpt, rtept, trkpt")
    let within = new(point("<extensions><power>1</power></extensions>"))
    #expect(examine(within).found() == ["2:49 schema-element"])
    #expect(message(within).hasSuffix("must be of another namespace than GPX"))
    let foreign = new(point("<o:hr>1</o:hr>"))
    #expect(examine(foreign).found(.info) == ["2:37 schema-element"])
    let segment = old("<trk><trkseg><o:a/></trkseg></trk>")
    #expect(examine(segment).found(.info).contains("2:14 schema-element"))
    let declared = new(point("<hr xmlns='urn:hr'>1</hr>"))
    #expect(examine(declared).found(.info) == ["2:37 schema-element"])
  }

  @Test func attributes() {
    let text = """
      <gpx xmlns="http://www.topografix.com/GPX/1/1">
      <metadata><author><email id="a"/></author><copyright/>
      <link/><bounds minlat="1" maxlat="2" minlon="1"/></metadata></gpx>
      """
    #expect(
      examine(text).found() == [
        "1:1 attribute-missing", "1:1 attribute-missing", "2:19 attribute-missing",
        "2:43 attribute-missing", "3:1 attribute-missing", "3:8 attribute-missing",
      ])
    #expect(message(text) == "“gpx” has no attribute “version”, as GPX 1.1 asks")
  }

  @Test func namespaces() {
    let none = "<gpx version='1.1' creator='x'/>"
    #expect(examine(none).found() == ["1:1 namespace"])
    let other = "<gpx version='1.1' creator='x' xmlns='http://www.topografix.com/GPX/1/1/'/>"
    #expect(examine(other).found() == ["1:32 namespace"])
    for spelling in [
      "https://www.topografix.com/GPX/1/1", "http://topografix.com/GPX/1/1/",
      "HTTP://WWW.TOPOGRAFIX.COM/gpx/1/1", "http://www.topografix.com/GPX/1/1/gpx.xsd",
    ] {
      let text = "<gpx version='1.1' creator='x' xmlns='\(spelling)'/>"
      let document = examine(text)
      #expect(document.found() == ["1:32 namespace"])
      #expect(document.diagnostics[0].remedy.count == 1, "\(spelling)")
      let edited = document.applying(document.diagnostics[0].remedy)
      #expect(examine(String(decoding: edited.bytes, as: UTF8.self)).found() == [], "\(spelling)")
    }
    // What names another thing, or another version than the attribute, is not guessed at.
    for (version, name) in [("1.1", "urn:gpx"), ("1.1", "https://www.topografix.com/GPX/1/0")] {
      let document = examine("<gpx version='\(version)' creator='x' xmlns='\(name)'/>")
      #expect(document.found() == ["1:32 namespace"] && document.diagnostics[0].remedy.isEmpty)
    }
    let mixed = "<gpx version='1.1' creator='x' xmlns='http://www.topografix.com/GPX/1/0'/>"
    #expect(examine(mixed).found() == ["1:32 namespace"])
    #expect(message(mixed).contains("that of GPX 1.0 and the version says 1.1"))
    let prefixed = """
      <g:gpx version='1.1' creator='x' xmlns:g='http://www.topografix.com/GPX/1/1'><g:trk><g:trkseg>
      <g:trkpt lat='1' lon='2'><g:time>2026-05-03T18:30:00Z</g:time><g:ele>1</g:ele></g:trkpt>
      </g:trkseg></g:trk></g:gpx>
      """
    #expect(examine(prefixed).found() == ["2:63 schema-order"])
  }

  @Test func aMillionOfTheSameIsOne() {
    let many = String(
      repeating: "<trkpt lat='1' lon='2'><elev/><ele>1</ele><ele>1</ele></trkpt>\n", count: 20_000)
    let document = examine(new("<trk><trkseg>\n\(many)</trkseg></trk>"))
    #expect(document.found() == ["3:24 schema-element", "3:43 schema-repeated"])
    #expect(
      document.diagnostics.allSatisfy {
        $0.message.hasSuffix("(20000 times in the file, here first)")
      })
    // Nor do many different ones fill the memory.
    let names = (0..<5_000).map { "<a\($0)/>" }.joined()
    let unknown = examine(new(point(names)))
    #expect(unknown.diagnostics.count == 200)
    #expect(unknown.furtherDiagnostics == 4_800)
  }

  // MARK: Bounds

  private func bounds(
    _ minlat: String, _ minlon: String, _ maxlat: String, _ maxlon: String, _ points: String
  ) -> RouteDocument {
    examine(
      new(
        "<metadata>\n<bounds minlat='\(minlat)' minlon='\(minlon)' maxlat='\(maxlat)' "
          + "maxlon='\(maxlon)'/></metadata><trk><trkseg>\(points)</trkseg></trk>"))
  }

  @Test func boundsHoldTheirPoints() {
    let points = "<trkpt lat='1.5' lon='2.5'/><trkpt lat='1.75' lon='2.75'/>"
    #expect(bounds("1.5", "2.5", "1.75", "2.75", points).found() == [])
    #expect(bounds("-90", "-180", "90", "180", points).found() == [])
    // Rounded to the digits written.
    #expect(bounds("1.5", "2.5", "1.8", "2.7", points).found() == [])
    for (south, west, north, east) in [
      ("1.6", "2.5", "1.75", "2.75"), ("1.5", "2.6", "1.75", "2.75"),
      ("1.5", "2.5", "1.74", "2.75"), ("1.5", "2.5", "1.75", "2.74"),
      ("1.75", "2.5", "1.5", "2.75"), ("1.5", "2.5", "91", "2.75"), ("x", "2.5", "1.75", "2.75"),
    ] {
      let document = bounds(south, west, north, east, points)
      #expect(document.found(.warning) == ["3:1 bounds-wrong"], "\(south) \(west) \(north) \(east)")
    }
    let over = "<trkpt lat='1' lon='179'/><trkpt lat='1' lon='-179'/>"
    #expect(bounds("1", "179", "1", "-179", over).found() == [])
    #expect(bounds("1", "179.5", "1", "-179", over).found() == ["3:1 bounds-wrong"])
    #expect(bounds("1", "-179", "1", "179", over).found() == [])
  }

  // MARK: Against another validator

  private static let xmllint = "/usr/bin/xmllint"
  private static let canCompare: ConditionTrait = .enabled(
    if: Corpus.isThere && FileManager.default.isExecutableFile(atPath: xmllint),
    "xmllint or the corpus with the schemas is not there")

  /// Whether xmllint finds a fault of order, elements, required attributes or namespace.
  private func isRejected(_ path: String, _ version: String) throws -> Bool {
    let schema = Corpus.folder.appending(path: "schema/gpx\(version.replacing(".", with: "")).xsd")
    let (_, output) = try Home.run(
      Self.xmllint, ["--nonet", "--noout", "--schema", schema.path, path])
    let text = String(decoding: output, as: UTF8.self)
    return text.contains("This element is not expected")
      || text.contains("is required but missing") || text.contains("No matching global declaration")
      || text.contains("is not allowed") || text.contains("is not a valid value")
      || text.contains("[facet") || text.contains("not 'nillable'")
      || text.contains("The type definition") || text.contains("The QName value")
  }

  private static let codes: Set<Diagnostic.Code> = [
    .schemaOrder, .schemaElement, .schemaRepeated, .attributeMissing, .namespace,
    .schemaAttribute, .schemaValue, .elevationSyntax, .timeSyntax, .latitudeRange, .longitudeRange,
    .longitudeWrapped, .numberSyntax, .boundsWrong,
  ]

  @Test(canCompare, arguments: Corpus.files("gpx"))
  func xmllintAgreesOnTheCorpus(_ file: String) throws {
    let document = RouteReader.read(try Corpus.bytes(file), thoroughly: true)
    let text = String(decoding: document.source.bytes.prefix(2_000), as: UTF8.self)
    let version = text.contains("xmlns=\"http://www.topografix.com/GPX/1/0\"") ? "1.0" : "1.1"
    let rejected = try isRejected(Corpus.folder.appending(path: file).path, version)
    let ours = document.diagnostics.filter { Self.codes.contains($0.code) }
    #expect(rejected == !ours.isEmpty, "\(ours.map(\.summary))")
  }

  /// Whether xmllint and the reader refuse the same of one file.
  private func agree(_ text: String, _ version: String) throws -> Bool {
    let path = NSTemporaryDirectory() + "one-\(UUID().uuidString).gpx"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    let ours = examine(text).diagnostics.filter { Self.codes.contains($0.code) }
    return try isRejected(path, version) == !ours.isEmpty
  }

  @Test(
    canCompare,
    arguments: [
      "", "h", "https://example.org/a?b=c#d", "a b", " a ", "http://a b/", "http://exämple.org/ü",
      "http://a/%zz", "http://a/%20", "http://[::1]/", "http://[::1", "http://a:80/", "http://a:b/",
      "1a:b", "a:b", ":a", "//a/b", "///a", "a#b#c", "a?b?c", "mailto:a@b.c", "C:\\a", "{a}", "a|b",
      "http://u:p@h/", "http://u@v@h/", "?", "#", "%", "a/b:c", "http://a/<b>",
    ])
  func xmllintAgreesOnAddresses(_ address: String) throws {
    let escaped = address.replacing("<", with: "&lt;")
    #expect(try agree(new("<wpt lat='1' lon='2'><link href='\(escaped)'/></wpt>"), "1.1"))
    if address != escaped { return }
    #expect(try agree(old("<wpt lat='1' lon='2'><url>\(address)</url></wpt>"), "1.0"))
  }

  @Test(
    canCompare,
    arguments: [
      "x<wpt lat='1' lon='2'/>", "<wpt lat='1' lon='2'/>x", "<wpt lat='1' lon='2'>x</wpt>",
      "<wpt lat='1' lon='2'>\n<ele>1</ele> x \n<name>n</name></wpt>",
      "<trk><trkseg>x</trkseg></trk>",
      "<trk><trkseg><trkpt lat='1' lon='2'/>\n 7 <trkpt lat='1' lon='2'/></trkseg></trk>",
      "<extensions>x</extensions>", "<extensions><o:a>x</o:a></extensions>",
      "<extensions><o:a/>x<o:a/></extensions>", "<extensions><!-- x --></extensions>",
      "<trk><!-- x --><name>n</name><!-- y --></trk>", "<trk><![CDATA[x]]></trk>",
      "<trk><name><![CDATA[x]]></name></trk>", "<wpt lat='1' lon='2'/><?x y?>", "<rte>&amp;</rte>",
      "<metadata><author><email id='a' domain='b.c'></email></author></metadata>",
      "<metadata><author><email id='a' domain='b.c'> </email></author></metadata>",
      "<metadata><author><email id='a' domain='b.c'>x</email></author></metadata>",
      "<metadata><bounds minlat='1' minlon='2' maxlat='1' maxlon='2'>x</bounds></metadata>\n"
        + "<wpt lat='1' lon='2'/>",
    ])
  func xmllintAgreesOnTextBetweenElements(_ inside: String) throws {
    #expect(try agree(new(inside), "1.1"))
  }

  @Test(
    canCompare,
    arguments: [
      "<wpt lat='1' lon='2' xsi:type='wptType'/>", "<wpt lat='1' lon='2' xsi:type='trkType'/>",
      "<wpt lat='1' lon='2' xsi:type='foo'/>", "<wpt lat='1' lon='2' xsi:nil='true'/>",
      "<wpt lat='1' lon='2'><ele xsi:nil='true'/></wpt>",
      "<wpt lat='1' lon='2'><name xsi:nil='false'>n</name></wpt>", "<trk xsi:type='trkType'/>",
      "<trk xsi:any='x'/>", "<trk xsi:schemaLocation='http://a http://b'/>",
    ])
  func xmllintAgreesOnWhatIsSaidOfTheSchema(_ inside: String) throws {
    let bare = new(inside).replacing(
      "<gpx ", with: "<gpx xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' ")
    #expect(try agree(bare, "1.1"))
    let document = RouteReader.read(Array(bare.utf8), thoroughly: true)
    let faults = document.diagnostics.filter { $0.code == .schemaAttribute }
    let mended = document.applying(faults.flatMap(\.remedy))
    let text = String(decoding: mended.bytes, as: UTF8.self)
    #expect(try agree(text, "1.1"))
    #expect(!examine(text).diagnostics.contains { $0.code == .schemaAttribute })
  }

  @Test(
    canCompare,
    arguments: [
      "", "Z", "+14:00", "-14:00", "+14:01", "+15:00", "-23:59", "+0100", "+01", "+05:45",
      ".5-03:30",
      "+13:59", "z", " Z", "-00:00",
    ])
  func xmllintAgreesOnOffsets(_ offset: String) throws {
    #expect(
      try agree(
        new("<wpt lat='1' lon='2'><time>2024-01-01T10:00:00\(offset)</time></wpt>"), "1.1"))
  }

  @Test func textBetweenElements() {
    let text = new(
      "<trk><trkseg><trkpt lat='1' lon='2'/>\n 7 <trkpt lat='1' lon='2'/></trkseg></trk>")
    #expect(examine(text).found(.warning).contains("3:2 schema-element"))
    #expect(
      examine(text).diagnostics.contains {
        $0.message
          == "“trkseg” holds the text “7”, and GPX 1.1 lets only elements stand there; nobody reads it"
      })
  }

  @Test(canCompare, arguments: 1...4) func xmllintAgreesOnShuffledFiles(_ seed: Int)
    throws
  {
    var random = SplitMix64("shuffled GPX \(seed)")
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "gpx-schema-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let leaves = [
      "<ele>1</ele>", "<time>2026-05-03T18:30:00Z</time>", "<name>n</name>", "<link href='h'/>",
      "<link/>", "<speed>1</speed>", "<sym>s</sym>", "<extensions/>", "<number>1</number>",
      "<trkseg/>", "<desc>d</desc>", "<url>u</url>", "<type>t</type>", "<sat>-1</sat>",
      "<fix>4d</fix>", "<fix>3d</fix>", "<hdop>1e1</hdop>", "<hdop/>", "<ele> 1.5 </ele>",
      "<ele>1e3</ele>", "<ele/>", "<dgpsid>1024</dgpsid>", "<magvar>360</magvar>",
      "<number>-0</number>", "<number>1.0</number>", "<link href='h' rel='x'/>", "<sat>+7</sat>",
    ]
    func some() -> String {
      (0..<Int.random(in: 0...2, using: &random)).map { _ in leaves.randomElement(using: &random)! }
        .joined()
    }
    var rejections = 0
    for version in ["1.0", "1.1"] {
      for index in 0..<25 {
        let inside =
          "<wpt lat='1' lon='2'>\(some())</wpt><trk>\(some())<trkseg><trkpt lat='1' lon='2'>"
          + "\(some())</trkpt></trkseg></trk>"
        let text = version == "1.0" ? old(inside) : new(inside)
        let path = folder.appending(path: "\(version)-\(index).gpx")
        try Data(text.utf8).write(to: path)
        let rejected = try isRejected(path.path, version)
        if rejected { rejections += 1 }
        let ours = examine(text).diagnostics.filter { Self.codes.contains($0.code) }
        #expect(rejected == !ours.isEmpty, "\(text) \(ours.map(\.summary))")
      }
    }
    #expect((5...48).contains(rejections))
  }

  /// Longitudes of GPX 1.1 end below 180, so the meridian is -180 in bounds too.
  @Test func mendedBoundsNameTheMeridianByItsWest() {
    for (version, due) in [("1.1", "maxlon=\"-180.0\""), ("1.0", "maxlon=\"180.0\"")] {
      let path = version.replacing(".", with: "/")
      let bounds = "<bounds minlat=\"1\" minlon=\"2\" maxlat=\"3\" maxlon=\"4\"/>"
      let head = version == "1.1" ? "<metadata>\(bounds)</metadata>" : bounds
      let document = RouteReader.read(
        Array(
          ("<gpx version=\"\(version)\" creator=\"c\" xmlns=\"http://www.topografix.com/GPX/\(path)\">"
            + "\(head)<trk><trkseg><trkpt lat=\"-17\" lon=\"179.9\"/><trkpt lat=\"-17\" lon=\"180\"/>"
            + "</trkseg></trk></gpx>").utf8), thoroughly: true)
      let fault = document.diagnostics.first { $0.code == .boundsWrong }
      let mended = document.applying(fault?.remedy ?? [])
      #expect(String(decoding: mended.bytes, as: UTF8.self).contains(due))
    }
  }
}
