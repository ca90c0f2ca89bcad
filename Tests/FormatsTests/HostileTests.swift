import Formats
import Foundation
import Geodesy
import Testing

/// Files that nobody wrote in good faith: refused with code and place, in bounded time.
@Suite struct HostileTests {
  /// A text at the place where a format has a latitude of a line.
  private func files(latitude: String) -> [(RouteFormat, String)] {
    [
      (.gpx, "<gpx><trk><trkseg><trkpt lat='\(latitude)' lon='1'/></trkseg></trk></gpx>"),
      (
        .kml,
        "<kml><Placemark><LineString><coordinates>1,\(latitude)</coordinates></LineString>"
          + "</Placemark></kml>"
      ),
      (
        .kml,
        "<kml xmlns:gx='x'><Placemark><gx:Track><gx:coord>1 \(latitude)</gx:coord></gx:Track>"
          + "</Placemark></kml>"
      ),
      (.geojson, "{\"type\":\"MultiPoint\",\"coordinates\":[[1,2],[1,\(latitude)]]}"),
    ]
  }

  // MARK: DOCTYPE

  @Test(arguments: [
    "<!DOCTYPE gpx>", "<!DOCTYPE gpx SYSTEM \"file:///etc/passwd\">",
    "<!DOCTYPE gpx [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>",
    "<!DOCTYPE gpx [<!ENTITY % x SYSTEM \"http://localhost/x\"> %x;]>",
    "<!DOCTYPE\n gpx [\n<!ELEMENT gpx ANY>\n]>",
  ])
  func aDoctypeIsRefused(_ doctype: String) {
    for format in [RouteFormat.gpx, .kml] {
      let root = format.rawValue
      let text = "<?xml version=\"1.0\"?>\n  \(doctype)\n<\(root)><name>&b;</name></\(root)>"
      for given in [format, nil] {
        let document = read(text, as: given)
        expectSane(document, text)
        #expect(document.codes == [.doctype])
        // It is recognized at its own bracket, where it has one.
        #expect(document.diagnostics.first?.line == (doctype.hasPrefix("<!DOCTYPE\n") ? 3 : 2))
        #expect(document.diagnostics.first?.message.contains("DOCTYPE") == true)
        #expect(document.name == nil)
      }
    }
  }

  @Test func entitiesOfOnesOwnDoNotExist() {
    #expect(read("<gpx><name>&lt;&#65;&a;</name></gpx>").found() == ["1:21 not-well-formed"])
    #expect(read("<gpx><name>&lt;&#65;&amp;</name></gpx>").name == "<A&")
  }

  // MARK: Nesting

  @Test(arguments: [64, 65, 100_000]) func elementsNestSixtyFourDeep(_ levels: Int) {
    for root in ["gpx", "kml"] {
      let open = String(repeating: "<a>", count: levels - 1)
      let close = String(repeating: "</a>", count: levels - 1)
      for inside in ["", root == "gpx" ? "wpt lat='0' lon='0'" : "Placemark"] {
        let text =
          inside.isEmpty
          ? "<\(root)>\(open)\(close)</\(root)>"
          : "<\(root)><\(inside)>\(open.dropLast(3))\(close.dropLast(4))"
            + "</\(inside.prefix { $0 != " " })></\(root)>"
        let document = read(text)
        expectSane(document, "\(root), \(levels) levels")
        if levels == 64 {
          #expect(document.codes.isEmpty, "\(root) \(inside)")
        } else {
          #expect(document.codes == [.limit])
          #expect(document.diagnostics.first?.message.contains("64 levels") == true)
        }
      }
    }
  }

  @Test(arguments: [64, 65, 100_000]) func valuesNestSixtyFourDeep(_ levels: Int) {
    func nested(_ open: String, _ close: String, _ count: Int) -> String {
      String(repeating: open, count: count) + String(repeating: close, count: count)
    }
    let point = "\"type\":\"Point\",\"coordinates\":[1,2]"
    let feature = "{\"type\":\"Feature\",\"geometry\":{\(point)},\"properties\":{\"x\":"
    let texts = [
      "arrays": "{\(point),\"x\":\(nested("[", "]", levels - 1))}",
      "objects":
        "{\(point),\"x\":\(nested("{\"a\":", "}", levels - 1).replacing(":}", with: ":0}"))}",
      "in properties": "\(feature)\(nested("[", "]", levels - 2))}}",
      "in bbox": "{\(point),\"bbox\":\(nested("[", "]", levels - 1))}",
      "in id": "{\(point),\"id\":\(nested("[", "]", levels - 1))}",
    ]
    for (name, text) in texts {
      let document = read(text)
      expectSane(document, name)
      let isTooDeep = document.codes.contains(.limit)
      #expect(isTooDeep == (levels > 64), "\(name)")
      if levels <= 64 { #expect(document.waypoints.count == 1, "\(name)") }
    }
    // Coordinates and geometries nest by their own rules, within the same limit.
    let coordinates = "{\"type\":\"LineString\",\"coordinates\":\(nested("[", "]", levels - 1))}"
    let document = read(coordinates)
    expectSane(document, "coordinates")
    #expect(document.codes == [levels > 64 ? .limit : .coordinatesDepth])
    let collections = read(
      String(repeating: "{\"type\":\"GeometryCollection\",\"geometries\":[", count: levels / 2)
        + "{\(point)}" + String(repeating: "]}", count: levels / 2))
    expectSane(collections, "collections")
    #expect(collections.codes.contains(.limit))
  }

  // MARK: Numbers

  @Test func numbersBeyondADoubleAreRefusedAndTinyOnesAreZero() {
    for (format, text) in files(latitude: "1e400") + files(latitude: "-1.5E+99999999999") {
      let document = read(text)
      #expect(document.format == format.source)
      #expect(document.codes == [.numberRange], "\(text)")
      #expect(!document.hasLine)
    }
    for text in ["1e-400", "-1e-400", "0.0e999999999", "1E-99999999999", "0e400"] {
      for (format, file) in files(latitude: text) {
        let document = read(file)
        #expect(document.codes.isEmpty, "\(text) in \(format)")
        let last = document.vertices.last ?? document.waypoints.last?.coordinate
        #expect(last?.latitude == 0, "\(text) in \(format)")
      }
    }
    // An elevation is not worth losing a track for.
    let track = "<gpx><trk><trkseg><trkpt lat='1' lon='2'><ele>E</ele></trkpt></trkseg></trk></gpx>"
    let high = read(track.replacing("E", with: "1e400"))
    #expect(high.found() == ["1:42 elevation-syntax"])
    #expect(high.errors.isEmpty && high.vertices == [place(1, 2)])
    #expect(read(track.replacing("E", with: "1e-400")).vertices == [place(1, 2, 0)])
    // Also where the number means nothing to a route.
    #expect(
      read("{\"type\":\"Point\",\"coordinates\":[1,2],\"x\":[1e400]}").codes == [.numberRange])
    #expect(read("{\"type\":\"Point\",\"coordinates\":[1,2],\"x\":[1e-400]}").codes.isEmpty)
  }

  @Test(arguments: ["1", "0.", "0", "1e", "-"]) func aNumberOfTenMegabytesIsRefused(_ start: String)
  {
    let digits = String(repeating: "1", count: 10 << 20)
    for (format, text) in files(latitude: start + digits) {
      let document = read(text)
      expectSane(document, "\(format)")
      #expect(
        document.errors.map(\.code) == [start == "0" ? document.codes[0] : .limit], "\(format)")
      #expect(document.diagnostics.allSatisfy { $0.message.utf8.count < 300 })
    }
  }

  @Test func aNumberOfAThousandDigitsIsTheMost() {
    let long = "0." + String(repeating: "3", count: 1_021)
    for (format, text) in files(latitude: long) {
      // The tuple of KML shares the limit.
      let isFine = format != .kml
      let document = read(text)
      #expect(document.codes == (isFine ? [] : [.limit]), "\(format)")
      let last = document.vertices.last ?? document.waypoints.last?.coordinate
      if isFine { #expect(last?.latitude == 1.0 / 3) }
      if isFine { #expect(read(text.replacing("0.", with: "0.3")).codes == []) }
      #expect(read(text.replacing("0.", with: "0.33")).codes == [.limit], "\(format)")
    }
  }

  @Test func aPolylineValueWithoutEndIsRefused() {
    let document = read(String(repeating: "_", count: 10 << 20), as: .polyline5)
    #expect(document.found() == ["1:9 number-range"])
    #expect(read("_____", as: .polyline6).found() == ["1:5 not-well-formed"])
  }

  @Test func numbersThatAreNone() {
    for text in [
      "", "nan", "inf", "-", "+", ".", "e5", "1e", "1e+", "0x10", "1_0", "1..2", "1 2", "٣",
    ] {
      for (format, file) in files(latitude: text) {
        let document = read(file)
        expectSane(document, file)
        // A space ends a KML tuple; what stands before it is one.
        if text == "1 2", format == .kml { continue }
        #expect(!document.errors.isEmpty, "“\(text)” in \(format)")
      }
    }
    // XML Schema's numbers are wider than JSON's.
    for text in ["+1", "01", ".5", "5.", "-.5e1"] {
      for (format, file) in files(latitude: text) {
        #expect(read(file).errors.isEmpty == (format != .geojson), "“\(text)” in \(format)")
      }
    }
  }

  // MARK: Bytes

  /// In the name of the encoding it is a fault of that name, which is read past; elsewhere it is refused.
  @Test func zeroBytesAreFoundWhereverTheyStand() {
    for (format, text) in Sample.all {
      let bytes = Array(text.utf8)
      for at in stride(from: 0, to: bytes.count, by: 3) {
        var broken = bytes
        broken[at] = 0
        let document = RouteReader.read(broken, as: format.source)
        expectSane(document, "\(format) at \(at)")
        let isNamed = document.diagnostics.contains { $0.code == .encoding }
        #expect(isNamed || !document.errors.isEmpty, "\(format) at \(at)")
      }
      #expect(!RouteReader.read(bytes + [0], as: format.source).errors.isEmpty, "\(format)")
    }
  }

  @Test func halvesOfSurrogatePairsAreRefused() {
    func json(_ text: String) -> RouteDocument {
      read("{\"type\":\"Point\",\"coordinates\":[1,2],\n\"name\":\"\(text)\"}")
    }
    for half in [
      "\\ud800", "\\uDBFF!", "\\udc00", "\\udfff\\ud800", "\\ud800\\u0041", "\\ud800\\n",
    ] {
      #expect(json(half).found().last?.hasSuffix("encoding") == true, "\(half)")
      #expect(json(half).errors.count == 1 && json("a" + half).errors[0].column == 10, "\(half)")
      // Where the text means nothing, it is no better.
      #expect(
        read("{\"type\":\"Point\",\"coordinates\":[1,2],\"x\":\"\(half)\"}").errors.count == 1)
    }
    #expect(json("\\ud83c\\udfd4\\u00e9").name == "🏔é")
    for bad in ["\\u+041", "\\u-041", "\\u 041", "\\u12g4", "\\u12", "\\x41", "\\"] {
      #expect(json(bad).codes == [.notWellFormed], "\(bad)")
    }
  }

  @Test func bytesThatAreNotUTF8AreRefused() {
    let sequences: [[UInt8]] = [
      [0xED, 0xA0, 0x80], [0xED, 0xB0, 0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80],
      [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x80], [0xFF],
      [0xE2, 0x82], [0xC3], [0xF0, 0x9F, 0x8F],
    ]
    for bytes in sequences {
      let json = Array("{\"type\":\"Point\",\"coordinates\":[1,2],\"name\":\"é".utf8)
      for tail in ["\"}", "é\"}"] {
        let document = RouteReader.read(json + bytes + Array(tail.utf8))
        #expect(document.found() == ["1:46 encoding"], "\(bytes)")
      }
      for format in [RouteFormat.gpx, .kml] {
        let root = format.rawValue
        let document = RouteReader.read(
          Array("<\(root)>\n<name>é".utf8) + bytes + Array("</name></\(root)>".utf8))
        #expect(document.found() == ["2:8 not-well-formed"], "\(bytes)")
      }
    }
  }

  @Test func aLoneSurrogateInUTF16XMLIsRefused() throws {
    let whole = "<gpx><name>A🏔B</name></gpx>"
    for encoding in [String.Encoding.utf16LittleEndian, .utf16BigEndian] {
      let bytes = Array(try #require(("\u{FEFF}" + whole).data(using: encoding)))
      #expect(RouteReader.read(bytes).name == "A🏔B")
      let index = try #require(bytes.indices.first { bytes[$0] == 0xD8 })
      let unit = index - index % 2
      for half in [unit, unit + 2] {
        var broken = bytes
        broken.removeSubrange(half..<half + 2)
        let document = RouteReader.read(broken)
        expectSane(document, "UTF-16")
        #expect(document.errors.count == 1 && document.name == nil)
        #expect(document.errors.first?.line == 1)
      }
    }
  }

  // MARK: Files that are cut off

  @Test(arguments: Sample.all.map(\.format)) func aCutFileIsNeverTakenForAWholeOne(
    _ format: RouteFormat
  ) throws {
    let text = try #require(Sample.all.first { $0.format == format }).text
    let bytes = Array(text.utf8)
    #expect(RouteReader.read(bytes, as: format.source).errors.isEmpty)
    let whole = bytes.count - 1
    for count in 0..<bytes.count {
      for given in [format, nil] {
        if given == nil, format == .polyline5 || format == .polyline6 { continue }
        let document = RouteReader.read(Array(bytes[..<count]), as: given?.source)
        expectSane(document, "the first \(count) bytes of \(format)")
        let isComplete: Bool
        if format == .polyline5 || format == .polyline6 {
          // A byte below 0x5F ends a number, and two numbers are a vertex.
          let line = bytes[..<count].split(separator: 0x0A).last ?? []
          let ends = line.count { $0 < 0x5F }
          isComplete = count > 0 && ends % 2 == 0 && (line.last ?? 0) < 0x5F
        } else {
          isComplete = count >= whole
        }
        #expect(document.errors.isEmpty == isComplete, "the first \(count) bytes of \(format)")
      }
    }
  }

  @Test func aCutFileInUTF16IsNeverTakenForAWholeOne() throws {
    for encoding in [String.Encoding.utf16LittleEndian, .utf16BigEndian] {
      let text = "\u{FEFF}" + Sample.gpx.replacing("UTF-8", with: "UTF-16")
      let bytes = Array(try #require(text.data(using: encoding)))
      #expect(RouteReader.read(bytes).errors.isEmpty)
      for count in 0..<bytes.count - 2 {
        let document = RouteReader.read(Array(bytes[..<count]), fileName: "a.gpx")
        expectSane(document, "the first \(count) bytes")
        #expect(!document.errors.isEmpty, "the first \(count) bytes")
      }
    }
  }

  @Test func warningsDoNotHideThatAFileIsCutOff() {
    let points = (0..<1_500).map { "<trkpt lat='1' lon='0.\($0)'><ele>?</ele></trkpt>" }.joined()
    let document = read("<gpx><trk><trkseg>\n\(points)<trkpt lat='9")
    #expect(document.errors.map(\.code) == [.notWellFormed])
    #expect(document.diagnostics.count == 1_001)
    #expect(document.furtherDiagnostics == 500)
    expectSane(document, "warnings")
    // Nor a fault in the middle of a file that goes on.
    let bad = "<trkpt lat='91' lon='0'/>"
    let whole = read("<gpx><trk><trkseg>\n\(points)\(bad)\(points)</trkseg></trk></gpx>")
    #expect(whole.errors.map(\.code) == [.latitudeRange])
    #expect(whole.diagnostics.count == 1_001)
    #expect(whole.furtherDiagnostics == 2_000)
  }

  @Test func thereIsMoreAfterTheEnd() {
    for (format, text) in Sample.all.prefix(3) {
      for more in ["x", "{}", "<a/>", "]", "\u{0}"] {
        let document = read(text + more)
        // On a line of its own it is the next text of a sequence, and a bad one.
        let due: Diagnostic.Code =
          format == .geojson && more == "{}" ? .memberMissing : .notWellFormed
        #expect(document.errors.map(\.code) == [due], "\(more) in \(format)")
      }
      #expect(read(text + " \n\t\r ").errors.isEmpty)
    }
  }

  // MARK: Size

  private static let megabyte = String(repeating: "x", count: 1 << 20)

  @Test func tagsAndCommentsAreBounded() {
    let big = Self.megabyte
    for root in ["gpx", "kml"] {
      for (piece, column) in [
        ("<\(big)/>", 1), ("<a b='\(big)'/>", 1), ("<a \(big)='1'/>", 1),
        ("<?\(big)?>", 1), ("<a \(String(repeating: " ", count: 1 << 20))/>", 1),
      ] {
        let document = read("<\(root)>\n\(piece)</\(root)>")
        expectSane(document, String(piece.prefix(8)))
        #expect(document.codes == [.limit], "\(piece.prefix(8))")
        #expect(document.diagnostics.first?.line == 2)
        #expect(document.diagnostics.first?.column == column)
        #expect(document.diagnostics.first?.message.contains("65536 bytes") == true)
      }
      // A comment is passed over.
      let comment = read("<\(root)>\n<!--\(big)--><x/></\(root)>")
      #expect(comment.found() == ["2:1 comment-long"] && comment.errors.isEmpty)
      #expect(read("<\(root)>\n<!--\(big)").codes == [.limit])
      // What streams by is no burden.
      for piece in [big, "<![CDATA[\(big)]]>", String(repeating: "<a/>", count: 100_000)] {
        #expect(read("<\(root)><x>\(piece)</x></\(root)>").codes.isEmpty)
      }
      #expect(read("<\(root)><!--\(big.prefix(60_000))--></\(root)>").codes.isEmpty)
    }
  }

  @Test func textsAreCutBetweenCharacters() {
    func gpx(_ text: String) -> RouteDocument {
      read("<gpx><trk><name>\(text)</name><trkseg/></trk></gpx>")
    }
    #expect(gpx(String(repeating: "x", count: 4_096)).codes == [.emptyPart])
    let emoji = String(repeating: "🏔", count: 1_024)
    #expect(gpx(emoji).tracks.first?.name == emoji)
    for text in ["x" + emoji, emoji + "é", Self.megabyte, "x" + emoji + "\n&amp;\nand more"] {
      let document = gpx(text)
      #expect(document.codes == [.textCut, .emptyPart])
      #expect(document.errors.isEmpty)
      let name = document.tracks.first?.name ?? ""
      #expect(text.hasPrefix(name) && (4_088...4_096).contains(name.utf8.count))
      let json = read(
        "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[1,2]},"
          + "\"properties\":{\"name\":\"\(text.replacing("\n", with: " "))\"}}")
      if text.utf8.count > 65_536 {
        #expect(json.codes == [.limit])
      } else {
        #expect(json.codes == [.textCut])
        let name = json.waypoints.first?.name ?? ""
        #expect(text.hasPrefix(name) && (4_088...4_096).contains(name.utf8.count))
      }
    }
  }

  @Test func textsOfJSONAreBounded() {
    let big = Self.megabyte
    let point = "\"type\":\"Point\",\"coordinates\":[1,2]"
    for text in [
      "{\(point),\"\(big)\":1}", "{\(point),\"name\":\"\(big)\"}", "{\"type\":\"\(big)\"}",
      "{\(point),\"crs\":{\"type\":\"\(big)\"}}", "{\(point),\"properties\":{\"\(big)\":1}}",
    ] {
      let document = read(text)
      expectSane(document, String(text.prefix(40)))
      #expect(document.codes.contains(.limit), "\(text.prefix(40))")
    }
    // A value that nobody asks for may be as long as it likes.
    let escapes = String(repeating: "\\u00e9", count: 100_000)
    for value in [big, escapes, String(repeating: "é", count: 100_000)] {
      #expect(read("{\(point),\"x\":\"\(value)\"}").codes.isEmpty)
      #expect(read("{\(point),\"x\":{\"\(value)\":0}}").codes.isEmpty)
    }
    #expect(read("{\(point)\(String(repeating: " ", count: 1 << 20))}").codes.isEmpty)
  }

  @Test func collectionsAreBounded() {
    var limits = ReadLimits()
    limits.collections = 5
    func feature(_ depth: Int) -> String {
      #"{"type":"Feature","properties":{},"geometry":"#
        + String(repeating: #"{"type":"GeometryCollection","geometries":["#, count: depth)
        + #"{"type":"LineString","coordinates":[[7,50],[7.1,50]]}"#
        + String(repeating: "]}", count: depth) + "}"
    }
    for (depths, isWhole) in [([5], true), ([2, 3], true), ([3, 3], false), ([6], false)] {
      let text =
        #"{"type":"FeatureCollection","features":["#
        + depths.map(feature).joined(separator: ",") + "]}"
      let document = RouteReader.read(Array(text.utf8), limits: limits)
      #expect(document.errors.map(\.code) == (isWhole ? [] : [.limit]), "\(depths)")
      if !isWhole {
        #expect(document.errors[0].message.contains("more than 5 collections of geometries"))
      }
    }
  }

  @Test func aFileIsBounded() {
    var limits = ReadLimits()
    limits.fileBytes = 100
    let bytes = [UInt8](repeating: 0x20, count: 101)
    let document = RouteReader.read(bytes, as: .gpx, limits: limits)
    #expect(document.codes == [.limit])
    #expect(document.diagnostics[0].message.contains("more than 100 bytes, the limit"))
    limits.fileBytes = 1 << 20
    limits.route.vertices = 3
    limits.route.waypoints = 2
    limits.textBytes = 2
    for (format, text) in Sample.all where format != .polyline6 {
      let document = RouteReader.read(Array(text.utf8), as: format.source, limits: limits)
      expectSane(document, "\(format)")
      #expect(document.errors.map(\.code) == [.limit], "\(format)")
      #expect(document.errors.first?.message.contains("more than 3 po") == true, "\(format)")
    }
    let points = (0..<3).map { _ in "{\"type\":\"Point\",\"coordinates\":[1,2]}" }
      .joined(separator: ",")
    let three = [
      "<gpx>\(String(repeating: "<wpt lat='1' lon='2'/>", count: 3))</gpx>",
      "<kml>"
        + String(
          repeating: "<Placemark><Point><coordinates>1,2</coordinates></Point></Placemark>",
          count: 3) + "</kml>",
      "{\"type\":\"GeometryCollection\",\"geometries\":[\(points)]}",
    ]
    for text in three {
      let document = RouteReader.read(Array(text.utf8), limits: limits)
      #expect(document.errors.map(\.code) == [.limit])
      #expect(document.errors.first?.message.contains("more than 2 waypoints") == true)
      #expect(RouteReader.read(Array(text.utf8)).waypoints.count == 3)
    }
  }

  // MARK: Many

  @Test func aThousandErrorsAreEnough() {
    let count = 3_000
    let gpx = String(repeating: "<trkpt lat='99' lon='0'/>", count: count)
    let kml = String(
      repeating: "<Placemark><Point><coordinates>1</coordinates></Point></Placemark>",
      count: count)
    let features = Array(repeating: "{\"type\":\"?\"}", count: count).joined(separator: ",")
    for text in [
      "<gpx><trk><trkseg>\(gpx)</trkseg></trk></gpx>", "<kml>\(kml)</kml>",
      "{\"type\":\"FeatureCollection\",\"features\":[\(features)]}",
    ] {
      let document = read(text)
      expectSane(document, String(text.prefix(20)))
      #expect(document.diagnostics.count == 1_001)
      #expect(document.diagnostics.last?.code == .limit)
      #expect(document.diagnostics.last?.message.contains("mend these first") == true)
    }
    // Coordinates that are out of range may be those of a system that is named behind them.
    let wild = Array(repeating: "[300000,200000]", count: count).joined(separator: ",")
    let line = "{\"type\":\"LineString\",\"coordinates\":[\(wild)]"
    let document = read(line + "}")
    #expect(document.errors.count == 1 && document.furtherDiagnostics == 0)
    #expect(document.errors[0].message.contains("(\(count) positions of the file, here first)"))
    let named = read(line + ",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"EPSG:3857\"}}}")
    #expect(named.errors.isEmpty && named.vertices.count == count)
  }

  /// What a file costs once must not be paid for each of its errors or geometries again.
  @Test func timeGrowsWithTheSizeOnly() {
    // A thousand errors at the end of one line of a megabyte.
    let bad = Array(repeating: "[1,99]", count: 1_500).joined(separator: ",")
    let space = String(repeating: " ", count: 1 << 20)
    let oneLine = cpuSeconds {
      let document = read("{\"type\":\"LineString\",\(space)\"coordinates\":[\(bad)]}")
      #expect(document.errors.count == 1_000)
      #expect(document.errors.last?.column == 37 + (1 << 20) + 999 * 7)
    }
    let good = Array(repeating: "[1,9]", count: 1_500).joined(separator: ",")
    let plainLine = cpuSeconds {
      let document = read("{\"type\":\"LineString\",\(space)\"coordinates\":[\(good)]}")
      #expect(document.errors.isEmpty)
    }
    // Two thousand geometries in a reference system that has to be looked up.
    let line = "{\"type\":\"LineString\",\"coordinates\":[[1,2],[3,4]]}"
    let lines = Array(repeating: line, count: 2_000).joined(separator: ",")
    let reprojected = cpuSeconds {
      let document = read(
        "{\"type\":\"GeometryCollection\",\"crs\":{\"type\":\"name\",\"properties\":"
          + "{\"name\":\"EPSG:3857\"}},\"geometries\":[\(lines)]}")
      #expect(document.vertices.count == 4_000)
    }
    let plain = cpuSeconds {
      let document = read("{\"type\":\"GeometryCollection\",\"geometries\":[\(lines)]}")
      #expect(document.vertices.count == 4_000)
    }
    // Each costs a few times what a sound file of its size costs on the same machine; it was a
    // hundred times where a place or a system was looked up for each fault.
    #expect(oneLine < 30 * plainLine + 0.2, "\(oneLine) s against \(plainLine) s")
    #expect(reprojected < 30 * plain + 0.2, "\(reprojected) s against \(plain) s")
  }

  private func cpuSeconds(_ body: () -> Void) -> Double {
    func now() -> Double {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    let start = now()
    body()
    return now() - start
  }
}
