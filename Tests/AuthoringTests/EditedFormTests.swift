import Foundation
import Geodesy
import JSON
import Routes
import Testing

@testable import Authoring
@testable import Formats

/// An edited file keeps its encoding, its line ends, its prefixes and its kind.
@Suite struct EditedFormTests {
  private func edited(_ bytes: [UInt8], _ edits: String) throws -> [UInt8]? {
    let document = RouteReader.read(bytes)
    let original = try document.route()
    let list = try EditList(JSONReader.read(Array(edits.utf8)))
    let route = try list.applied(to: MeasuredRoute(original)).route.route
    return EditedFile.bytes(of: document, holding: route, from: original) { try? $0.route() }
  }

  private func edited(_ text: String, _ edits: String) throws -> String? {
    try edited(Array(text.utf8), edits).map { String(decoding: $0, as: UTF8.self) }
  }

  private static let rename =
    #"[{"edit":"rename","waypoint":"Quay","name":"Köln & 東京"}]"#
  private static let every =
    #"[{"edit":"waypointsEvery","every":"4km","namePattern":"Zürich – Łódź {n}"}]"#

  private static func gpx(_ declaration: String = "", prefix: String = "") -> String {
    let xmlns = prefix.isEmpty ? "xmlns" : "xmlns:\(prefix.dropLast())"
    return """
      \(declaration)<\(prefix)gpx version="1.1" creator="x" \(xmlns)="http://www.topografix.com/GPX/1/1">
        <\(prefix)wpt lat="0" lon="0.02"><\(prefix)name>Quay</\(prefix)name></\(prefix)wpt>
        <\(prefix)trk><\(prefix)trkseg>
          <\(prefix)trkpt lat="0" lon="0"></\(prefix)trkpt>
          <\(prefix)trkpt lat="0" lon="0.05"></\(prefix)trkpt>
        </\(prefix)trkseg></\(prefix)trk>
      </\(prefix)gpx>
      """
  }

  @Test func lettersOfTheEncodingAreWrittenAsThemselves() throws {
    let utf8 = try #require(try edited(Self.gpx(), Self.rename))
    #expect(utf8.contains("<name>Köln &amp; 東京</name>"))
    let declared = Self.gpx("<?xml version=\"1.0\" encoding=\"windows-1252\"?>\n")
    for edits in [Self.rename, Self.every] {
      let bytes = try #require(try edited(Array(declared.utf8), edits))
      let text = try #require(String(bytes: bytes, encoding: .windowsCP1252))
      #expect(text.contains("windows-1252"))
      if edits == Self.rename {
        #expect(text.contains("Köln &amp; &#x6771;&#x4EAC;"), "\(text)")
      } else {
        #expect(text.contains("<name>Zürich – &#x141;ód&#x17A; 1</name>"), "\(text)")
      }
    }
    let ascii = Self.gpx("<?xml version=\"1.0\" encoding=\"US-ASCII\"?>\n")
    #expect(try #require(try edited(ascii, Self.rename)).contains("K&#xF6;ln &amp; &#x6771;"))
  }

  @Test func newElementsHaveThePrefixOfTheFile() throws {
    let text = try #require(try edited(Self.gpx(prefix: "gpx:"), Self.every))
    #expect(text.contains("<gpx:name>Zürich – Łódź 1</gpx:name>"), "\(text)")
    #expect(text.contains("<gpx:wpt lat=") && !text.contains("<wpt"), "\(text)")
    #expect(!text.contains("</wpt>") && text.hasPrefix("<gpx:gpx"))
  }

  @Test func lineEndsAreThoseOfTheFile() throws {
    let geoJSON = """
      {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {},
         "geometry": {"type": "LineString", "coordinates": [[0, 0], [0.05, 0]]}}
      ]}
      """
    for text in [Self.gpx(), geoJSON] {
      let windows = text.replacing("\n", with: "\r\n")
      let bytes = try #require(try edited(Array(windows.utf8), Self.every))
      #expect(bytes.count > windows.utf8.count)
      for (index, byte) in bytes.enumerated() where byte == 0x0A {
        #expect(index > 0 && bytes[index - 1] == 0x0D, "\(String(decoding: bytes, as: UTF8.self))")
      }
      let unix = try #require(try edited(text, Self.every))
      #expect(!unix.utf8.contains(0x0D))
    }
  }

  @Test func utf16BecomesUTF8AndKeepsTheRest() throws {
    let text = Self.gpx("<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n<!-- kept -->\n")
    let units = text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    let bytes: [UInt8] = [0xFF, 0xFE] + units
    let written = try #require(try edited(bytes, Self.rename))
    let shown = String(decoding: written, as: UTF8.self)
    #expect(shown.contains("encoding=\"UTF-8\"") && shown.contains("<!-- kept -->"))
    #expect(shown.contains("<name>Köln"))
  }

  @Test func heightsHaveNoMoreDigitsThanAreMeasured() throws {
    let text = Self.gpx()
      .replacing(
        "lon=\"0\"></trkpt>",
        with:
          "lon=\"0\"><ele>327.05999755859375</ele></trkpt><trkpt lat='0' lon='0.01'><ele>327.1</ele></trkpt>"
      )
      .replacing("lon=\"0.05\"></trkpt>", with: "lon=\"0.05\"><ele>331.0009765625</ele></trkpt>")
    let smooth = #"[{"edit":"smoothElevation","over":"900m"},{"edit":"cut","from":"1km"}]"#
    let written = try #require(try edited(text, smooth))
    let heights = written.matches(of: /<ele>([^<]*)<\/ele>/).map { String($0.output.1) }
    #expect(heights.count == 3, "\(written)")
    #expect(heights.first?.split(separator: ".").last.map { $0.count <= 3 } == true, "\(heights)")
    // What no edit touches stays.
    #expect(heights.last == "331.0009765625")
  }

  private static let rte = """
    <gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1"><rte><name>Way</name>
      <rtept lat="0" lon="0"><name>A</name><sym>Flag</sym></rtept>
      <rtept lat="0" lon="0.03"/>
      <rtept lat="0" lon="0.05"><name>B</name></rtept>
      <rtept lat="0" lon="0.1"><name>C</name></rtept>
    </rte></gpx>
    """

  @Test(arguments: [
    (#"[{"edit":"reverse"}]"#, ["C", "B", "A"]),
    (#"[{"edit":"cut","to":"5.5659745396km"}]"#, ["A", "B"]),
    (#"[{"edit":"cut","to":"4km"}]"#, ["A"]),
    (#"[{"edit":"dropWaypoint","waypoint":"B"},{"edit":"reverse"}]"#, ["C", "A"]),
    (#"[{"edit":"rename","waypoint":"B","name":"Bay"}]"#, ["A", "Bay", "C"]),
  ])
  func routesStayRoutes(_ edits: String, _ names: [String]) throws {
    let written = try #require(try edited(Self.rte, edits), "\(edits)")
    #expect(written.contains("<rte>") && !written.contains("<trk>"))
    #expect(RouteReader.read(Array(written.utf8)).waypoints.map(\.name) == names, "\(written)")
    #expect(written.contains("<sym>Flag</sym>"))
  }

  @Test func aCutThatTakesPartsOutKeepsTheOthers() throws {
    func part(_ from: Double, _ note: String) -> String {
      """
      <trkseg><trkpt lat="0" lon="\(from)"><cmt>\(note)</cmt></trkpt><trkpt lat="0" lon="\(from + 0.01)"/>
      <trkpt lat="0" lon="\(from + 0.02)"/></trkseg>
      """
    }
    let text =
      "<gpx version='1.1' creator='x' xmlns='http://www.topografix.com/GPX/1/1'><trk>"
      + part(0, "one") + part(0.02, "two") + part(0.04, "three") + part(0.06, "four")
      + "</trk></gpx>"
    for (edits, kept, gone) in [
      (#"[{"edit":"cut","from":"3km"}]"#, ["three", "four"], ["one"]),
      (#"[{"edit":"cut","from":"3km","to":"7km"}]"#, ["three", "four"], ["one"]),
      (#"[{"edit":"cut","to":"3km"}]"#, ["one", "two"], ["three", "four"]),
    ] {
      let written = try #require(try edited(text, edits), "\(edits)")
      for note in kept { #expect(written.contains("<cmt>\(note)</cmt>"), "\(edits): \(written)") }
      for note in gone { #expect(!written.contains("<cmt>\(note)</cmt>"), "\(edits): \(written)") }
    }
  }

  private static let line =
    #"{"type": "Feature", "id": 7, "properties": {"colour": "red"}, "geometry": {"type": "LineString", "coordinates": [[0, 0], [0.03, 0], [0.05, 0]]}}"#
  private static let quay =
    #"{"type":"Feature","properties":{"name":"Quay","icon":3},"geometry":{"type":"Point","coordinates":[0.02,0]}}"#

  @Test func aSingleFeatureStaysOne() throws {
    let cut = try #require(try edited(Self.line, #"[{"edit":"cut","to":"4km"}]"#))
    #expect(cut.hasPrefix(#"{"type": "Feature", "id": 7"#))
    let put = try #require(try edited(Self.line, Self.every))
    #expect(put.contains(Self.line) && put.contains("FeatureCollection"))
  }

  @Test(arguments: ["\n", "\r\n", "\n\u{1E}"])
  func aSequenceStaysOne(_ end: String) throws {
    let start = end.hasSuffix("\u{1E}") ? "\u{1E}" : ""
    let text = start + Self.line + end + Self.quay + "\n"
    let renamed = try #require(try edited(text, Self.rename))
    #expect(renamed == text.replacing("Quay", with: "Köln & 東京"))
    let put = try #require(try edited(text, Self.every))
    #expect(put.hasPrefix(start + Self.line + end) && put.hasSuffix("}\n"))
    let document = RouteReader.read(Array(put.utf8))
    #expect(document.isSequence && document.waypoints.count == 2 && document.errors.isEmpty)
    let cut = try #require(try edited(text, #"[{"edit":"cut","from":"2500m"}]"#))
    #expect(cut.contains("\"id\": 7") && !cut.contains("Quay"))
  }

  @Test func distancesAreSaidInTheUnitOfTheEdit() throws {
    let document = RouteReader.read(Array(Self.gpx().utf8))
    let measured = try MeasuredRoute(document.route())
    for (edits, words) in [
      (
        #"[{"edit":"cut","from":"4mi"}]"#,
        "4 mi, is not on the route, which goes from 0.000 mi to 3.459 mi"
      ),
      (
        #"[{"edit":"cut","from":"3km","to":"2km"}]"#, "the cut ends at 2.000 km, which is not after"
      ),
    ] {
      let list = try EditList(JSONReader.read(Array(edits.utf8)))
      #expect {
        _ = try list.applied(to: measured)
      } throws: {
        "\($0)".contains(words)
      }
    }
  }
}
