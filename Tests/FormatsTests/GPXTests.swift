import Formats
import Foundation
import Geodesy
import Routes
import Testing

@Suite struct GPXTests {
  private func track(_ inside: String, root: String = "gpx") -> String {
    "<\(root)><trk><name>North</name><trkseg>\(inside)</trkseg></trk></gpx>"
  }

  // MARK: Versions and namespaces

  @Test func bothVersions() {
    let old = """
      <?xml version="1.0"?>
      <gpx version="1.0" creator="x" xmlns="http://www.topografix.com/GPX/1/0">
        <name>Old</name><desc>d</desc><author>a</author><bounds minlat="1"/>
        <wpt lat="1" lon="2"><ele>3</ele><name>A</name><cmt>c</cmt><desc>story</desc></wpt>
        <trk><name>T</name><number>1</number><trkseg><trkpt lat="1" lon="2"><ele>3</ele>
          <course>1</course><speed>2</speed></trkpt></trkseg></trk></gpx>
      """
    let new = """
      <gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">
        <metadata><name>New</name><author><name>not this</name></author></metadata>
        <wpt lat="1" lon="2"><ele>3</ele><name>A</name><desc>story</desc>
          <link href="h"><text>t</text></link></wpt>
        <trk><name>T</name><trkseg><trkpt lat="1" lon="2"><ele>3</ele></trkpt></trkseg></trk></gpx>
      """
    for (text, name) in [(old, "Old"), (new, "New")] {
      let document = read(text)
      #expect(document.codes.isEmpty)
      #expect(document.name == name)
      #expect(document.tracks.map(\.name) == ["T"])
      #expect(document.vertices == [place(1, 2, 3)])
      #expect(
        document.waypoints
          == [Waypoint(name: "A", coordinate: place(1, 2, 3), story: "story")])
    }
    let future = read("<?xml version='1.0'?>\n<gpx creator='version=' version='2.0'></gpx>")
    #expect(future.found() == ["2:25 version"])
    #expect(future.diagnostics[0].severity == .warning)
    #expect(read("<gpx/>").codes.isEmpty)
  }

  @Test(arguments: ["", "g:", "gpx:"]) func prefixes(_ prefix: String) {
    let p = prefix
    let space = prefix.isEmpty ? "xmlns" : "xmlns:\(prefix.dropLast())"
    let text = """
      <\(p)gpx \(space)="http://www.topografix.com/GPX/1/1" xmlns:x="urn:x">
      <\(p)metadata><\(p)name>N</\(p)name></\(p)metadata>
      <\(p)wpt lat="5" lon="6"><x:name>no</x:name><\(p)name>W</\(p)name><x:ele>9</x:ele></\(p)wpt>
      <x:trk><x:trkseg><x:trkpt lat="8" lon="8"/></x:trkseg></x:trk>
      <\(p)trk><x:name>no</x:name><\(p)name>T</\(p)name>
      <\(p)extensions><x:trkpt lat="9" lon="9"/>
      <\(p)trkseg><\(p)trkpt lat="9" lon="9"/></\(p)trkseg>
      </\(p)extensions>
      <\(p)trkseg><\(p)trkpt lat="1" lon="2"><\(p)ele>3</\(p)ele><\(p)extensions><x:ele>4</x:ele>
      <x:lat>5</x:lat></\(p)extensions></\(p)trkpt><x:trkpt lat="7" lon="7"/>
      <\(p)trkpt x:lat="9" lat="1" lon="3"/></\(p)trkseg></\(p)trk></\(p)gpx>
      """
    let document = read(text)
    #expect(document.codes.isEmpty)
    #expect(document.name == "N")
    #expect(document.tracks.map(\.name) == ["T"])
    #expect(document.vertices == [place(1, 2, 3), place(1, 3)])
    #expect(document.waypoints == [Waypoint(name: "W", coordinate: place(5, 6))])
  }

  @Test func otherRootsAreNoGPX() {
    for text in ["<gpx2/>", "<gpxx/>", "<GPX/>", "<svg/>", "<x:gp/>"] {
      #expect(read(text, as: .gpx).codes == [.unknownFormat], "\(text)")
      #expect(read(text).codes == [.unknownFormat], "\(text)")
    }
    #expect(read("<!-- <kml> --><?x <kml?><gpx/>").format == .gpx)
  }

  // MARK: Encodings

  @Test func encodings() throws {
    let text = track("<trkpt lat=\"1\" lon=\"2\"/>").replacing("North", with: "Übergang “£é€”")
    // Latin-1 has neither curly quotes nor a euro sign.
    let latin = text.replacing("“", with: "[").replacing("”", with: "]").replacing("€", with: "¤")
    let encodings: [(String, String?, String.Encoding, String, String)] = [
      ("", nil, .utf8, text, "UTF-8 by default"),
      ("\u{FEFF}", nil, .utf8, text, "UTF-8 with its mark"),
      ("\u{FEFF}", "UTF-8", .utf8, text, "UTF-8, declared, with its mark"),
      ("\u{FEFF}", "UTF-16", .utf16LittleEndian, text, "UTF-16LE"),
      ("\u{FEFF}", "UTF-16", .utf16BigEndian, text, "UTF-16BE"),
      ("\u{FEFF}", nil, .utf16BigEndian, text, "UTF-16BE, not declared"),
      ("", "UTF-16LE", .utf16LittleEndian, text, "UTF-16LE without its mark"),
      ("", "UTF-16BE", .utf16BigEndian, text, "UTF-16BE without its mark"),
      ("", "ISO-8859-1", .isoLatin1, latin, "Latin-1"),
      ("", "iso-8859-1", .isoLatin1, latin, "Latin-1 in small letters"),
      ("", "windows-1252", .windowsCP1252, text, "Windows-1252"),
      ("", "CP1252", .windowsCP1252, text, "Windows-1252 by another name"),
    ]
    for (mark, declared, encoding, body, what) in encodings {
      let head = declared.map { "<?xml version=\"1.0\" encoding=\"\($0)\"?>\n" } ?? ""
      let whole = mark + head + body.replacing("lon=\"2\"", with: "lon=\"400\"")
      func bytes(_ text: String) throws -> [UInt8] {
        Array(try #require(text.data(using: encoding, allowLossyConversion: false)))
      }
      let document = RouteReader.read(try bytes(mark + head + body))
      // Few readers know more than the encodings that every reader of XML must know.
      let isRare = encoding == .windowsCP1252
      #expect(document.codes == (isRare ? [.encoding] : []), "\(what)")
      let name = body.contains("“") ? "Übergang “£é€”" : "Übergang [£é¤]"
      #expect(document.tracks.first?.name == name, "\(what)")
      #expect(document.vertices == [place(1, 2)], "\(what)")
      // The place is counted in characters whatever their width.
      let broken = RouteReader.read(try bytes(whole))
      let column = try #require(body.range(of: "lon=")).lowerBound
      let scalars = body[..<column].unicodeScalars.count
      let line = declared == nil ? 1 : 2
      #expect(broken.found(.error) == ["\(line):\(scalars + 1) longitude-range"], "\(what)")
    }
  }

  @Test func latin9AndUnknownEncodings() {
    let head = Array("<?xml version='1.0' encoding='ISO-8859-15'?><gpx><name>".utf8)
    let tail = Array("</name></gpx>".utf8)
    let euro = RouteReader.read(head + [0xA4, 0xBD, 0xE9] + tail)
    #expect(euro.name == "€œé" && euro.codes == [.encoding])
    let unknown = read("<?xml version='1.0' encoding='EBCDIC-X'?><gpx/>")
    #expect(unknown.codes == [.encoding])
    #expect(unknown.diagnostics[0].message.contains("save it as UTF-8"))
    // A byte that Windows-1252 has no character for.
    let cp1252 = Array("<?xml version='1.0' encoding='windows-1252'?><gpx><name>".utf8)
    #expect(!RouteReader.read(cp1252 + [0x81] + tail).errors.isEmpty)
    // UTF-16 that says it is UTF-8 and the other way round.
    #expect(read("<?xml version='1.0' encoding='UTF-16'?><gpx/>").codes == [.encoding])
  }

  @Test(arguments: [
    ("utf8", String.Encoding.utf8), ("UTF_8", .utf8), ("latin1", .isoLatin1), ("L1", .isoLatin1),
    ("ISO-8859-2", .isoLatin2), ("windows-1250", .windowsCP1250), ("cp1251", .windowsCP1251),
    ("Shift_JIS", .shiftJIS),
  ])
  func encodingsAreReadByTheirUsualNames(_ name: String, _ encoding: String.Encoding) throws {
    let word =
      switch encoding {
      case .isoLatin2, .windowsCP1250: "Łódź"
      case .windowsCP1251: "Путь"
      case .shiftJIS: "長い道"
      default: "Über"
      }
    let text = track("<trkpt lat=\"1\" lon=\"2\"/>").replacing("North", with: word)
    let whole = "<?xml version='1.0' encoding='\(name)'?>\n" + text
    let bytes = Array(try #require(whole.data(using: encoding)))
    let document = RouteReader.read(bytes)
    #expect(document.codes == [.encoding] && document.errors.isEmpty)
    #expect(document.tracks.first?.name == word)
    #expect(bytes[Int(document.tracks[0].parts[0].offsets[0])...].starts(with: "<trkpt".utf8))
    let mended = document.applying(document.diagnostics[0].remedy).bytes
    let again = RouteReader.read(mended)
    #expect(again.codes.isEmpty && again.tracks.first?.name == word, "\(again.found())")
  }

  @Test func encodingsThatAreDeclaredWrongly() {
    let text = "<gpx><trk><name>Über</name><trkseg><trkpt lat='1' lon='2'/></trkseg></trk></gpx>"
    let latin = Array(text.unicodeScalars.map { UInt8($0.value) })
    let cases: [(String, [UInt8])] = [
      ("<?xml version='1.0' encoding='UTF-16'?>", Array(text.utf8)),
      ("<?xml version='1.0' encoding='ISO-8859-1'?>", Array(text.utf8)),
      ("<?xml version='1.0' encoding='US-ASCII'?>", Array(text.utf8)),
      ("<?xml version='1.0' encoding='UTF-8'?>", latin), ("", latin),
    ]
    for (head, body) in cases {
      let document = RouteReader.read(Array(head.utf8) + body)
      #expect(document.codes == [.encoding] && document.errors.isEmpty, "\(head)")
      #expect(document.tracks.first?.name == "Über", "\(head)")
      let again = RouteReader.read(document.applying(document.diagnostics[0].remedy).bytes)
      #expect(again.codes.isEmpty && again.tracks.first?.name == "Über", "\(again.found())")
    }
  }

  @Test func faultsOfTheSyntaxAreToldTogether() {
    let document = read(
      "<gpx>\n<trk><name>a & b</name><desc>x &nbsp; y</desc>\n<cmt>1 < 2</cmt><trkseg>\n"
        + "<trkpt lat='1' lon='2'><ele>3</trkpt>\n</foo><trkpt lat='4' lon='5'/>\n</trkseg></trk></gpx>"
    )
    #expect(document.errors.map(\.line) == [2, 2, 3, 4, 5])
    #expect(document.vertices == [place(1, 2, 3), place(4, 5)])
    #expect(document.tracks[0].name == "a & b")
    let result = document.applying(document.errors.flatMap(\.remedy))
    let again = RouteReader.read(result.bytes)
    #expect(again.codes.isEmpty && again.vertices == document.vertices, "\(again.found())")
  }

  @Test(arguments: [
    ("<trkpt lat='3' lon='3'><ele>12", 3), ("<trkpt lat='3' lon='3", 2), ("<!-- x", 2),
    ("<trkpt lat='3' lon='3'><name><![CDATA[a", 3), ("<trkpt lat='3' lon='3'/>", 3),
  ])
  func whatIsBeforeACutIsRead(_ end: String, _ count: Int) {
    let document = read(
      "<gpx><trk><trkseg><trkpt lat='1' lon='1'/><trkpt lat='2' lon='2'/>\n\(end)")
    #expect(document.errors.map(\.code) == [.notWellFormed] && document.errors[0].line == 2)
    #expect(document.vertices.count == count)
    // A number that may have lost digits is none.
    #expect(document.vertices.allSatisfy { $0.elevationMeters == nil })
    let again = RouteReader.read(document.applying(document.errors[0].remedy).bytes)
    #expect(again.errors.isEmpty && again.vertices == document.vertices, "\(again.found())")
  }

  // MARK: Places and messages

  @Test func theMessageOfTheDesign() throws {
    // Line 812, column 14: point 311 of the track.
    var lines = [
      "<?xml version=\"1.0\"?>", "<gpx version=\"1.1\">", "<trk><name>North</name><trkseg>",
    ]
    for i in 0..<310 {
      lines.append("    <trkpt lat=\"46.\(i)\"")
      lines.append("       lon=\"7\"/>")
    }
    while lines.count < 811 { lines.append("") }
    lines.append("<trkpt lat=\"1\" lon=\"391.2\"/></trkseg></trk></gpx>")
    let document = read(lines.joined(separator: "\n"))
    let diagnostic = try #require(document.diagnostics.first)
    #expect(document.diagnostics.count == 1)
    #expect(
      diagnostic.message
        == "the longitude 391.2 is outside -180…180 (track \"North\", point 311)")
    #expect(diagnostic.line == 812 && diagnostic.column == 16)
    #expect(diagnostic.severity == .error && diagnostic.pointer == nil)
    #expect(lines[811].utf8.dropFirst(15).starts(with: "lon".utf8))
  }

  @Test func messagesAndPlacesOfAttributes() {
    let cases: [(String, [String])] = [
      (
        "<trkpt lat=\"90.5\" lon=\"-180.1\"/>",
        [
          "8 latitude-range the latitude 90.5 is outside -90…90 (track \"North\", point 1)",
          "19 longitude-range the longitude -180.1 is outside -180…180 (track \"North\", point 1)",
        ]
      ),
      (
        "<trkpt lon='1' />",
        ["1 coordinate-missing the attribute lat is missing (track \"North\", point 1)"]
      ),
      (
        "<trkpt lat='1'></trkpt>",
        ["1 coordinate-missing the attribute lon is missing (track \"North\", point 1)"]
      ),
      (
        "<trkpt/>",
        ["1 coordinate-missing the attributes lat and lon are missing (track \"North\", point 1)"]
      ),
      (
        "<trkpt lat='51,5' lon='1'/>",
        [
          "8 number-syntax the latitude “51,5” is not a number; write a point for decimals"
            + " (track \"North\", point 1)"
        ]
      ),
      (
        "<trkpt lat='' lon=' \n'/>",
        [
          "8 number-syntax the latitude is empty (track \"North\", point 1)",
          "15 number-syntax the longitude is empty (track \"North\", point 1)",
        ]
      ),
      (
        "<trkpt lat='N 1' lon='1°'/>",
        [
          "8 number-syntax the latitude “N 1” is not a number (track \"North\", point 1)",
          "18 number-syntax the longitude “1°” is not a number (track \"North\", point 1)",
        ]
      ),
      (
        "<trkpt a=\"lat='9' &gt;\" lon = '1'\tlat\n=\n'x'/>",
        ["35 number-syntax the latitude “x” is not a number (track \"North\", point 1)"]
      ),
      (
        "<trkpt lat='1e999' lon='1'/>",
        [
          "8 number-range the latitude 1e999 is beyond what a double holds"
            + " (track \"North\", point 1)"
        ]
      ),
      (
        "<trkpt lat='1' lon='1'><ele>12,5</ele></trkpt>",
        [
          "24 elevation-syntax the elevation “12,5” is not written in metres with a point, such as"
            + " 12.5; it is read all the same (track \"North\", point 1)"
        ]
      ),
      (
        "<trkpt lat='1' lon='1'><ele>1,234</ele></trkpt>",
        [
          "24 elevation-syntax the elevation “1,234” is not a number and is left out"
            + " (track \"North\", point 1)"
        ]
      ),
    ]
    for (point, due) in cases {
      let document = read(track("\n\(point)"))
      let found = document.diagnostics.map { "\($0.column ?? 0) \($0.code.rawValue) \($0.message)" }
      #expect(found == due, "\(point)")
      #expect(document.diagnostics.allSatisfy { $0.line == 2 })
      #expect(document.vertices.isEmpty == !document.errors.isEmpty)
    }
    // Spaces around a number and a plus sign are XML's way to write it.
    #expect(read(track("<trkpt lat=' +1.50 ' lon='\n-2'/>")).vertices == [place(1.5, -2)])
    #expect(read(track("<trkpt lat='90' lon='180'/>")).vertices == [place(90, 180)])
    #expect(read(track("<trkpt lat='-90' lon='-180'/>")).vertices == [place(-90, -180)])
    #expect(read(track("<trkpt lat='-0' lon='-0.0'/>")).codes.isEmpty)
  }

  @Test func pointsAreNamedByTrackRouteAndWaypoint() {
    let text = """
      <gpx><wpt lat='1' lon='2'/><wpt lat='x' lon='1'/><wpt lat='91' lon='1'/>
      <trk><trkseg><trkpt lat='1' lon='1'/></trkseg><trkseg><trkpt lat='91' lon='1'/></trkseg></trk>
      <trk><trkseg><trkpt lat='91' lon='1'/></trkseg></trk>
      <rte><name>\(String(repeating: "long ", count: 50))</name>
      <rtept lat='91' lon='1'/></rte></gpx>
      """
    let ends = read(text).diagnostics.map { String($0.message.drop { $0 != "(" }) }
    #expect(
      ends == [
        "(waypoint 2)", "(waypoint 3)", "(track 1, point 2)", "(track 2, point 1)",
        "(route \"\(String(repeating: "long ", count: 8))…\", point 1)",
      ])
  }

  @Test func placesInLinesOfAllKinds() {
    // CRLF, tabs, and characters of two, three and four bytes before the point.
    let text =
      "<gpx>\r\n<trk>\r\n\t<trkseg><!-- é漢🏔 --><trkpt lat='99' lon='1'/></trkseg></trk></gpx>"
    #expect(read(text).found() == ["3:29 latitude-range"])
    #expect(read("<gpx>\n\n  <trk></gpx>").found() == ["3:10 not-well-formed"])
    #expect(read("<gpx>\n<wpt").found() == ["2:1 not-well-formed"])
    #expect(read("<gpx>\n<wpt>").found().count == 2)
  }

  @Test func notWellFormedInWords() {
    for (text, words) in [
      ("<gpx><trk></gpx>", "does not match the tag that is open"),
      ("<gpx><name>a & b</name></gpx>", "a stray “<” or “&”"),
      ("<gpx><name>a < b</name></gpx>", "a stray “<” or “&”"),
      ("<gpx><wpt lat='1' lat='2' lon='3'/></gpx>", "twice"),
      ("<gpx><name>&auml;</name></gpx>", "an entity other than"), ("<gpx/><gpx/>", "after the end"),
      ("<gpx><name>x</name>", "cut off"), ("<gpx><name", "cut off"), ("<gpx><!-- ", "cut off"),
      ("<gpx><![CDATA[", "cut off"),
    ] {
      let document = read(text)
      #expect(document.codes == [.notWellFormed], "\(text)")
      #expect(document.diagnostics[0].message.contains(words), "\(document.diagnostics[0].message)")
    }
  }

  // MARK: Tracks, routes, segments

  @Test func tracksAndRoutesAndSegments() throws {
    let point = "<trkpt lat='1' lon='2'/>"
    func document(_ text: String) -> RouteDocument { read("<gpx>\(text)</gpx>") }
    let several = document(
      "<trk><name>A</name><trkseg>\(point)\(point)</trkseg><trkseg/><trkseg>\(point)</trkseg></trk>"
        + "<trk/><trk><name>C</name><trkseg></trkseg></trk><trk><trkseg>\(point)</trkseg></trk>")
    #expect(several.shape == [[2, 0, 1], [], [0], [1]])
    #expect(several.tracks.map(\.name) == ["A", nil, "C", nil])
    #expect(several.codes == [.emptyPart, .emptyPart])
    #expect(several.diagnostics.allSatisfy { $0.severity == .info })
    // Empty parts are dropped, a part of one vertex stays.
    let route = try several.route()
    #expect(route.partStarts == [0, 2, 3])
    #expect(try several.route(.one(0)).partStarts == [0, 2])
    #expect(several.trackIndices(named: "C") == [2] && several.trackIndices(named: "4") == [3])
    #expect(several.trackIndices(named: "5") == [] && several.trackIndices(named: "0") == [])

    let rte = "<rte><name>R</name><rtept lat='5' lon='6'/><rtept lat='5' lon='7'/></rte>"
    let routes = document(rte + rte)
    #expect(routes.shape == [[2], [2]] && routes.codes.isEmpty)
    let both = document(rte + "<trk><trkseg>\(point)</trkseg></trk>" + rte)
    // A point is no line, and hides no route.
    #expect(both.shape == [[2], [2]] && both.codes == [.routesIgnored])
    #expect(both.asides.map(\.vertexCount) == [1])
    let line = document(rte + "<trk><trkseg>\(point)\(point)</trkseg></trk>" + rte)
    #expect(line.shape == [[2]] && line.codes == [.routesIgnored])
    #expect(line.diagnostics[0].message.contains("2 routes (rte) are left aside"))
    #expect(line.diagnostics[0].column == 6)
    // A route is chosen by its name; all chosen ones stand in file order.
    #expect {
      try line.choice(named: ["R"])
    } throws: {
      ($0 as? RouteError)?.message == "2 tracks are called “R”: say which by number, 2, 3"
    }
    let chosen = try line.route(line.choice(named: ["1", "2"]))
    #expect(chosen.partStarts == [0, 2] && chosen.vertices[0].longitude == 6)
    #expect(throws: RouteError.self) { try line.choice(named: ["S"]) }
    // A track without a point does not hide a route.
    let empty = document("<trk><trkseg/></trk>" + rte)
    #expect(empty.shape == [[2]])
    let none = document("<trk><name>T</name></trk>")
    #expect(!none.hasLine && none.tracks.count == 1)
  }

  @Test func pointsInTheWrongPlaceAreTold() {
    let text = """
      <gpx><trkpt lat='1' lon='2'/><trkseg><trkpt lat='1' lon='2'/></trkseg><rtept lat='1' lon='2'/>
      <trk><trkpt lat='1' lon='2'/><trkseg><trkpt lat='3' lon='4'/></trkseg></trk></gpx>
      """
    let document = read(text)
    #expect(document.vertices == [place(3, 4)])
    #expect(
      document.found(.warning) == [
        "1:6 element-misplaced", "1:30 element-misplaced", "1:71 element-misplaced",
        "2:6 element-misplaced",
      ])
  }

  @Test func textAroundMarkupAndInPieces() {
    let text = """
      <gpx><trk><name> A <b>x</b>&amp;<!-- c --><![CDATA[<B>]]>
      </name><trkseg><trkpt lat='1' lon='2'><ele> 1<x/>2.5 </ele></trkpt></trkseg></trk></gpx>
      """
    let document = read(text)
    #expect(document.tracks.first?.name == "A &<B>")
    #expect(document.vertices == [place(1, 2, 12.5)])
  }

  // MARK: Our own elements

  @Test func ourOwnElements() throws {
    let inner = "laps='2' thereAndBack='true' lapJoin='counted' officialLength='2,5' other='x'"
    func document(_ track: String, _ waypoint: String = "", _ file: String = "") -> RouteDocument {
      read(
        """
        <gpx xmlns:own="urn:milequest:route:1" xmlns:not="urn:x">\(file)
        <wpt lat="1" lon="2"><extensions>\(waypoint)</extensions></wpt>
        <trk><extensions>
        \(track)</extensions><trkseg><trkpt lat='1' lon='2'/></trkseg>
        <trkseg><trkpt lat='1' lon='3'/></trkseg></trk></gpx>
        """)
    }
    let sound = document(
      "<own:route joins='ferry' \(inner.replacing("2,5", with: "2.5 mi"))/>"
        + "<not:route laps='9'/><route laps='9'/><own:other laps='9'/>",
      "<not:waypoint officialDistance='9'/><own:waypoint officialDistance='1500'/>")
    #expect(sound.codes.isEmpty)
    let route = try sound.route()
    #expect(route.joinPolicies == [.ferry])
    #expect(route.course == Course(laps: 2, thereAndBack: true, lapJoin: .counted))
    #expect(route.officialLength == distance("2.5mi"))
    #expect(route.waypoints.first?.officialDistance == distance("1.5km"))
    // For the file as a whole, and with the namespace on the element itself.
    let whole = document(
      "", "", "<extensions><z:route xmlns:z='urn:milequest:route:1' laps='3'/></extensions>")
    #expect(whole.codes.isEmpty)
    #expect(try whole.route().course.laps == 3)
    let faulty: [(String, String)] = [
      (inner, "4:59"), ("laps='0'", "4:12"), ("laps='x'", "4:12"), ("joins='walk swim'", "4:12"),
      ("lapJoin=''", "4:12"), ("thereAndBack='yes'", "4:12"), ("a='laps=' laps='-1'", "4:22"),
      ("officialLength='5 parsecs'", "4:12"),
    ]
    for (attributes, found) in faulty {
      let document = document("<own:route \(attributes)/>")
      #expect(document.found() == [found + " route-property"], "\(attributes)")
    }
    #expect(
      document("", "<own:waypoint officialDistance='far'/>").found() == ["2:48 route-property"])
  }

  @Test func choicesOfTheCallerOverruleTheFile() throws {
    let text = """
      <gpx xmlns:mq="urn:milequest:route:1"><trk><extensions><mq:route joins="ferry walk" laps="2"/>
      </extensions><trkseg><trkpt lat="0" lon="0"/></trkseg>
      <trkseg><trkpt lat="0" lon="1"/></trkseg>
      <trkseg><trkpt lat="0" lon="2"/></trkseg></trk>
      <trk><extensions><mq:route joins="counted" laps="5"/></extensions>
      <trkseg><trkpt lat="0" lon="3"/></trkseg><trkseg><trkpt lat="0" lon="4"/></trkseg></trk></gpx>
      """
    let document = read(text)
    // Between two tracks nobody has said anything, and laps of one track are not those of all.
    let all = try document.route()
    #expect(all.joinPolicies == [.ferry, .walk, nil, .counted])
    #expect(all.course.laps == 1)
    #expect(try document.route(.one(1)).course.laps == 5)
    var options = RouteOptions()
    options.joinsByLength.setAbove(meters: 0, .counted)
    options.joinByNumber = [3: .ferry]
    options.laps = 7
    options.thereAndBack = true
    let chosen = try document.route(options: options)
    #expect(chosen.joinPolicies == [.counted, .counted, .ferry, .counted])
    #expect(chosen.course.laps == 7 && chosen.course.thereAndBack)
    for number in [0, 5, -1] {
      options.joinByNumber = [number: .ferry]
      let error = #expect(throws: RouteError.self) { try document.route(options: options) }
      #expect(error?.code == .range)
      #expect(error?.message.contains("joins 1 to 4") == true)
    }
  }

  // MARK: Written

  /// xmllint is in the Debian package libxml2-utils.
  private static let linter = [
    "/usr/bin/xmllint", "/usr/local/bin/xmllint", "/opt/homebrew/bin/xmllint",
  ]
  .first { FileManager.default.isExecutableFile(atPath: $0) }

  @Test(
    Corpus.needed,
    .enabled(if: Self.linter != nil, "xmllint (Debian package libxml2-utils) is not there"))
  func whatIsWrittenIsValid() throws {
    var random = SplitMix64("whatIsWrittenIsValid")
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "milequest-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var files: [String] = []
    for number in 0..<60 {
      var options = WriteOptions()
      options.coordinateDigits = random.int(0...15)
      options.elevationDigits = random.int(0...15)
      let file = folder.appending(path: "\(number).gpx")
      try Data(RouteWriter.write(random.route(), as: .gpx, options: options)).write(to: file)
      files.append(file.path)
    }
    let schema = Corpus.folder.appending(path: "schema/gpx11.xsd").path
    let (status, text) = try lint(["--schema", schema] + files)
    #expect(status == 0, "\(text.prefix(2_000)), seed \(runSeed)")
    // The linter does look: a file with a longitude of 180 is not valid.
    let wrong = folder.appending(path: "wrong.gpx")
    try Data(track("<trkpt lat='1' lon='180'/>").utf8).write(to: wrong)
    #expect(try lint(["--schema", schema, wrong.path]).status != 0)
  }

  private func lint(_ arguments: [String]) throws -> (status: Int32, text: String) {
    let (status, output) = try Home.run(
      try #require(Self.linter), ["--noout", "--nonet"] + arguments)
    return (status, String(decoding: output, as: UTF8.self))
  }

  @Test func anEmptySegmentIsToldWhereItBegins() {
    let text = "<gpx version='1.1' creator='x'><trk>\n  <trkseg/><trkseg>\n</trkseg></trk></gpx>"
    let places = read(text).diagnostics.filter { $0.code == .emptyPart }
      .map { [$0.line, $0.column] }
    #expect(places == [[2, 3], [2, 12]])
  }

  // MARK: Routes of devices

  @Test func pointsThatShapeARouteAreVerticesAndNotWaypoints() {
    let document = examine(
      """
      <gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1" xmlns:g="urn:g"><rte>
      <rtept lat="1" lon="1"><name>A</name><extensions><g:RoutePointExtension><g:rpt lat="2" lon="2">
      <g:Subclass>00</g:Subclass></g:rpt></g:RoutePointExtension></extensions></rtept>
      <rtept lat="3" lon="3"><name>B</name></rtept></rte></gpx>
      """)
    #expect(document.vertices == [place(1, 1), place(2, 2), place(3, 3)])
    #expect(document.waypoints.map(\.name) == ["A", "B"])
    #expect(document.codes == [.shapingPoints])
    // They stand in one another, so the order of the points cannot be changed.
    #expect(document.applying([.reversePart(0)]).refused.first?.error.code == .unsupported)
    #expect(
      read(
        String(
          decoding: document.applying([.moveVertex(1, to: place(2, 5))]).bytes,
          as: UTF8.self)
      ).vertices[1] == place(2, 5))
  }

  @Test(arguments: [
    ("Left", true), ("Turn right", true), ("TURN LEFT onto Main St", true), ("Right on Elm", true),
    ("At the roundabout, take the 2nd exit", true), ("Left Bank", false), ("Turnpike Lane", false),
    ("Right of Way Inn", false), ("Straight Cliffs", false), ("Hut", false),
    ("Exit Glacier", false),
  ])
  func directionsAreNoWaypoints(_ name: String, _ isCue: Bool) {
    let document = read(
      "<gpx><rte><rtept lat=\"1\" lon=\"1\"><name>\(name)</name></rtept>"
        + "<rtept lat=\"2\" lon=\"2\"/></rte></gpx>")
    #expect(document.waypoints.map(\.name) == (isCue ? [] : [name]))
    #expect(document.codes.contains(.routeNames) == isCue)
  }

  @Test func aNamedPointThatIsAWaypointAlreadyIsNoSecondOne() {
    let document = read(
      "<gpx><wpt lat=\"1\" lon=\"1\"><name>Hut</name></wpt><rte><rtept lat=\"1\" lon=\"1\"><name>Hut"
        + "</name></rtept><rtept lat=\"2\" lon=\"2\"><name>Col</name></rtept></rte></gpx>")
    #expect(document.waypoints.map(\.name) == ["Hut", "Col"])
    let removed = document.applying([.removeWaypoint(1)]).bytes
    let again = RouteReader.read(removed)
    #expect(again.waypoints.count == 1 && again.vertices.count == 2)
  }
}
