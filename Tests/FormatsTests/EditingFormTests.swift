import Formats
import Foundation
import Geodesy
import Routes
import Testing

/// What edits leave behind, to the byte.
@Suite struct EditingFormTests {
  private func edited(
    _ text: String, _ edits: RouteEdit..., as format: RouteFormat? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) -> String {
    let result = read(text, as: format).applying(edits)
    for refused in result.refused {
      Issue.record("\(refused.error.message)", sourceLocation: sourceLocation)
    }
    #expect(result.deferred.isEmpty, sourceLocation: sourceLocation)
    return String(decoding: result.bytes, as: UTF8.self)
  }

  private func refusal(_ text: String, _ edit: RouteEdit) -> EditError.Code? {
    let result = read(text).applying([edit])
    #expect(result.bytes == Array(text.utf8))
    return result.refused.first?.error.code
  }

  private func offset(of piece: String, in text: String) throws -> Int {
    let range = try #require(text.utf8.firstRange(of: piece.utf8))
    return text.utf8.distance(from: text.utf8.startIndex, to: range.lowerBound)
  }

  private func gpx(_ body: String, version: String = "1.1", head: String = "") -> String {
    "<gpx version=\"\(version)\" creator=\"x\" xmlns=\"http://www.topografix.com/GPX/"
      + "\(version.replacing(".", with: "/"))\"\(head)>\(body)</gpx>"
  }

  private func line(_ coordinates: String, _ properties: String = "{}") -> String {
    #"{"type": "Feature", "properties": "# + properties
      + #", "geometry": {"type": "LineString", "coordinates": "# + coordinates + "}}"
  }

  // MARK: Space and separators

  @Test func removedPointsTakeTheirLinesAlong() {
    let text = gpx(
      """
      <trk><trkseg>
        <trkpt lat="1" lon="1"/>
        <trkpt lat="2" lon="2">
          <time>x</time>
        </trkpt>
        <trkpt lat="3" lon="3"/> <trkpt lat="4" lon="4"/>
        <trkpt lat="5" lon="5"/>
      </trkseg></trk>
      """)
    #expect(
      edited(text, .removeVertex(1), .removeVertex(2), .removeVertex(4))
        == gpx(
          """
          <trk><trkseg>
            <trkpt lat="1" lon="1"/>
            <trkpt lat="4" lon="4"/>
          </trkseg></trk>
          """))
    #expect(
      edited(text, .removeVertex(2), .removeVertex(3))
        == gpx(
          """
          <trk><trkseg>
            <trkpt lat="1" lon="1"/>
            <trkpt lat="2" lon="2">
              <time>x</time>
            </trkpt>
            <trkpt lat="5" lon="5"/>
          </trkseg></trk>
          """))
  }

  @Test func removedPositionsTakeOneCommaEach() {
    let text = line("[[1, 1],\n  [2, 2],\n  [3, 3],\n  [4, 4]\n]")
    #expect(edited(text, .removeVertex(0)) == line("[[2, 2],\n  [3, 3],\n  [4, 4]\n]"))
    #expect(edited(text, .removeVertex(3)) == line("[[1, 1],\n  [2, 2],\n  [3, 3]\n]"))
    #expect(
      edited(text, .removeVertex(1), .removeVertex(2), .removeVertex(3)) == line("[[1, 1]\n]"))
    #expect(edited(text, .removeVertex(0), .removeVertex(2)) == line("[[2, 2],\n  [4, 4]\n]"))
  }

  @Test func newVerticesLookLikeTheirNeighbours() {
    let text = gpx("<trk><trkseg>\r\n\t<trkpt lat='1' lon='1'/>\r\n</trkseg></trk>")
    #expect(
      edited(text, .insertVertex(after: 0, place(2.5, -3, 7)))
        == gpx(
          "<trk><trkseg>\r\n\t<trkpt lat='1' lon='1'/>\r\n\t"
            + "<trkpt lat=\"2.5\" lon=\"-3\"><ele>7</ele></trkpt>\r\n</trkseg></trk>"))
    #expect(
      edited(line("[[1,1],\n [2,2]]"), .insertVertex(after: 1, place(3, 4)))
        == line("[[1,1],\n [2,2],\n [4,3]]"))
  }

  @Test func numbersKeepTheirDecimalsAndAreNeverWrittenWithAnExponent() {
    #expect(
      edited(line("[[1.123456789, 2e0], [3, 4]]"), .moveVertex(0, to: place(1e-7, 1.1234567894)))
        == line("[[1.123456789, 0.0000001], [3, 4]]"))
    #expect(
      edited(line("[[1.50, 2], [3, 4]]"), .moveVertex(0, to: place(7, 1.5)))
        == line("[[1.50, 7], [3, 4]]"))
    #expect(
      edited(
        gpx("<trk><trkseg><trkpt lat='1' lon='2'/></trkseg></trk>"),
        .moveVertex(0, to: place(1, 180)))
        == gpx("<trk><trkseg><trkpt lat='1' lon='-180'/></trkseg></trk>"))
  }

  @Test func elevationsStandInFrontOfTheOtherChildren() {
    let text = gpx("<trk><trkseg><trkpt lat='1' lon='2'>\n  <time>x</time></trkpt></trkseg></trk>")
    #expect(
      edited(text, .setElevation(vertex: 0, meters: 5))
        == text.replacing("\n  <time>", with: "\n  <ele>5</ele>\n  <time>"))
  }

  // MARK: Positions that were refused

  @Test func positionsThatWereRefusedAreRewritten() throws {
    let swapped = line("[[8, 47], [47, 123.5]]")
    let document = read(swapped)
    let offset = try #require(document.errors.first?.offset)
    #expect(
      edited(swapped, .replacePosition(atOffset: offset, latitude: 47, longitude: 123.5))
        == line("[[8, 47], [123.5, 47]]"))
    let point = gpx("<wpt lat=\"123.5\" lon=\"47\"/><wpt lat=\"1\"/>")
    let errors = read(point).errors.compactMap(\.offset)
    #expect(
      edited(
        point, .replacePosition(atOffset: errors[0], latitude: 47, longitude: 123.5),
        .replacePosition(atOffset: errors[1], latitude: 1, longitude: 2))
        == gpx("<wpt lat=\"47\" lon=\"123.5\"/><wpt lon=\"2\" lat=\"1\"/>"))
    let kml = Sample.kml.replacing("-7.26,46.51", with: "46.51,107.26,3")
    let place = try #require(read(kml).errors.first?.offset)
    #expect(
      edited(kml, .replacePosition(atOffset: place, latitude: 46.51, longitude: 107.26))
        == kml.replacing("46.51,107.26,3", with: "107.26,46.51,3"))
  }

  // MARK: Structure

  @Test func childrenComeIntoTheOrderOfTheSchema() throws {
    let text = gpx(
      "<trk/><!-- c --><wpt lat='1' lon='2'>\n<name>n</name>\n<ele>1</ele></wpt>\n<metadata/>")
    #expect(
      edited(text, .sortChildren(ofElementAt: 0))
        == gpx(
          "<metadata/><!-- c --><wpt lat='1' lon='2'>\n<name>n</name>\n<ele>1</ele></wpt>\n<trk/>"))
    #expect(
      edited(text, .sortChildren(ofElementAt: try offset(of: "<wpt", in: text)))
        == text.replacing("<name>n</name>\n<ele>1</ele>", with: "<ele>1</ele>\n<name>n</name>"))
  }

  @Test func elementsMembersAttributesAndValues() throws {
    let text = gpx("<a/>\n<wpt lat='1' lon='2'/>")
    #expect(
      edited(
        text, .removeElement(atOffset: try offset(of: "<a/>", in: text)),
        .insertAttribute(name: "id", value: "é\"<", inTagAt: try offset(of: "lat=", in: text)))
        == gpx("\n<wpt id=\"é&quot;&lt;\" lat='1' lon='2'/>"))
    let json = #"{"a": 1, "type": "Point", "coordinates": [1, 2], "b": [1, 2]}"#
    #expect(
      edited(
        json, .removeMember(atOffset: 1), .removeMember(atOffset: try offset(of: "\"b\"", in: json))
      )
        == #"{"type": "Point", "coordinates": [1, 2]}"#)
    #expect(
      edited(
        json, .removeMember(atOffset: try offset(of: "1, \"t", in: json)),
        .replaceValue(atOffset: try offset(of: "[1, 2]}", in: json), with: Array("null".utf8)))
        == #"{"type": "Point", "coordinates": [1, 2], "b": null}"#)
  }

  @Test func removedLinesTakeTheFeatureThatHeldNothingElse() {
    let head = #"{"type": "FeatureCollection", "features": ["#
    let (a, b) = (line("[[1, 1], [2, 2]]"), line("[[3, 3], [4, 4]]"))
    #expect(edited(head + a + ",\n" + b + "]}", .removePart(0)) == head + b + "]}")
    #expect(edited(head + a + ",\n" + b + "]}", .removePart(1)) == head + a + "]}")
    #expect(edited(a, .removePart(0)).hasSuffix("\"geometry\": null}"))
    #expect(
      refusal(#"{"type": "LineString", "coordinates": [[1, 1], [2, 2]]}"#, .removePart(0))
        == .unsupported)
  }

  // MARK: Joins

  private let joined = """
    {"type": "Feature", "properties": {"joins": ["ferry", "ferry", "counted"]}, "geometry":
    {"type": "MultiLineString", "coordinates": [[[1, 1], [2, 2]], [[3, 3], [4, 4]],
    [[5, 5], [6, 6]], [[6, 6], [8, 8]]]}}
    """

  @Test func statedJoinsFollowTheParts() throws {
    func joins(_ edits: RouteEdit...) -> [JoinPolicy]? {
      let result = read(joined).applying(edits)
      #expect(result.applied.count == edits.count)
      return RouteReader.read(result.bytes).tracks.first?.properties.joins
    }
    #expect(joins(.removePart(0)) == [.ferry, .counted])
    #expect(joins(.removePart(1)) == [.ferry, .counted])
    // A ferry and a crossing that counts make a gap that nobody has spoken about.
    #expect(joins(.removePart(2)) == [.ferry, .unresolved])
    #expect(joins(.removePart(1), .removePart(3)) == [.ferry])
    #expect(joins(.removePart(0), .removePart(1), .removePart(2)) == [])
    #expect(joins(.orderParts([2, 3, 0, 1])) == [.counted, .unresolved, .ferry])
    #expect(joins(.reversePart(1)) == [.ferry, .ferry, .counted])
    let both = read(joined).applying([.removePart(0), .setJoins([.walk, .walk, .walk])])
    #expect(both.deferred == [.setJoins([.walk, .walk, .walk])])
  }

  @Test func routePropertiesAreStatedWhereReadingLooks() throws {
    let policies: [JoinPolicy] = [.ferry, .counted, .walk]
    let length = distance("1234.5 km")
    for (format, text) in Sample.all + OddFile.all
    where format != .polyline5 && format != .polyline6 {
      let document = read(text, as: format)
      let count = document.tracks.flatMap(\.parts).count { !$0.vertices.isEmpty } - 1
      let wanted = (0..<count).map { policies[$0 % 3] }
      // The second may need the place that the first makes.
      var bytes = Array(text.utf8)
      var left: [RouteEdit] = [.setJoins(wanted), .setOfficialLength(length)]
      for _ in 0..<2 {
        let result = RouteReader.read(bytes, as: format.source).applying(left)
        #expect(result.refused.isEmpty, "\(result.refused)")
        bytes = result.bytes
        left = result.deferred
      }
      #expect(left.isEmpty)
      let after = RouteReader.read(bytes, as: format.source)
      #expect(after.errors.isEmpty)
      let route = try after.route()
      #expect(count < 1 || route.joinPolicies == wanted.map(Optional.some), "\(text)")
      #expect(route.officialLength == length)
      #expect(EditingModel(after) == EditingModel(document))
    }
    #expect(refusal(gpx("<trk/>", version: "1.0"), .setOfficialLength(length)) == .format)
    #expect(refusal(joined, .setJoins([.walk])) == .range)
  }

  // MARK: The cut at 180 degrees

  @Test func linesAreCutAsTheWriterCutsThemAndReadTheSame() throws {
    for coordinates in [
      "[[170, 10, 5], [179, 11], [-179, 12, 7], [-170, 10]]",
      "[[179, 0], [180, 1], [-179, 2]]", "[[180, 0], [-179, 1], [179, 2]]",
      "[[-179, 0], [180, 1], [-178, 1]]", "[[179, 0], [-180, 1]]", "[[1, 2], [3, 4]]",
      "[[179, 0], [181, 1]]",
    ] {
      for properties in ["{}", "null", #"{"name": "n"}"#] {
        let text = line(coordinates, properties)
        let document = read(text)
        let result = document.applying([.cutAtAntimeridian(part: 0)])
        let after = RouteReader.read(result.bytes)
        #expect(after.errors.isEmpty && result.refused.isEmpty)
        let before = document.vertices
        #expect(after.vertices.count == before.count)
        for (a, b) in zip(after.vertices, before) { #expect(a.isSamePlace(as: b)) }
        // The same lines as the writer makes of it.
        let written = RouteWriter.write(try document.route(), as: .geojson)
        #expect(lines(result.bytes) == lines(written), "\(coordinates)")
      }
    }
    let multi =
      #"{"type": "Feature", "properties": {"antimeridianCuts":[{"line":1,"added":2}]}, "#
      + #""geometry": {"type": "MultiLineString", "coordinates": [[[179, 1], [180, 1]], "#
      + #"[[-180, 1], [-179, 1]], [[170, 5], [-170, 5]]]}}"#
    let result = read(multi).applying([.cutAtAntimeridian(part: 1)])
    #expect(EditingModel(RouteReader.read(result.bytes)) == EditingModel(read(multi)))
    #expect(lines(result.bytes).count == 4)
    #expect(refusal(multi, .cutAtAntimeridian(part: 0)) == .unsupported)
    #expect(refusal(multi, .reversePart(1)) == .unsupported)
  }

  /// The longitudes of the lines as they stand in a file.
  private func lines(_ bytes: [UInt8]) -> [[Double]] {
    let text = String(decoding: bytes, as: UTF8.self)
      .replacing("antimeridianCuts", with: "x").replacing("\"properties\"", with: "\"p\"")
    let document = read(text)
    return document.tracks.flatMap { $0.parts.map { $0.vertices.map(\.longitude) } }
  }

  // MARK: What is refused

  @Test func whatIsNotThereIsRefused() {
    let gpx = OddFile.gpx
    for edit: RouteEdit in [
      .removeVertex(-1), .removeVertex(8), .removePart(.max), .removeWaypoint(.min),
      .orderParts([0, 0, 1, 2]), .orderParts([]), .orderWaypoints([0, 1, 9]),
      .replacePosition(atOffset: .max, latitude: 0, longitude: 0),
      .replacePosition(atOffset: 0, latitude: 0, longitude: 0),
      .removeElement(atOffset: -5), .removeElement(atOffset: gpx.utf8.count),
      .insertAttribute(name: "a b", value: "", inTagAt: 0),
      .text(TextEdit(0..<gpx.utf8.count + 1)), .text(TextEdit(-1..<0)),
    ] {
      #expect(refusal(gpx, edit) == .range, "\(edit)")
    }
    #expect(refusal(gpx, .removeMember(atOffset: 0)) == .format)
    #expect(refusal(OddFile.geojson, .removeElement(atOffset: 0)) == .format)
    #expect(refusal(OddFile.geojson, .replaceValue(atOffset: -1, with: [])) == .range)
  }

  @Test func aFileThatWasCutShortIsLeftAlone() {
    for text in [OddFile.gpx, OddFile.kml, OddFile.geojson, OddFile.polyline + "\n!"] {
      let cut = text.hasSuffix("!") ? text : String(text.dropLast(30))
      let format: RouteFormat? = text.hasSuffix("!") ? .polyline5 : nil
      let document = read(cut, as: format)
      let result = document.applying([.removeVertex(0)])
      #expect(result.refused.first?.error.code == .source)
      #expect(throws: EditError.self) { try document.textEdits(for: [.removeVertex(0)]) }
    }
  }

  @Test func plainEditsMixWithOthersAndYieldToThem() throws {
    let text = line("[[1, 1], [2, 2], [3, 3]]")
    let inside = try offset(of: "2, 2", in: text)
    let result = read(text).applying([
      .removeVertex(1), .text(TextEdit(inside..<inside + 1, [0x39])),
      .text(TextEdit(0..<0, [0x20])),
    ])
    #expect(result.applied.count == 2 && result.deferred.count == 1)
    #expect(String(decoding: result.bytes, as: UTF8.self) == " " + line("[[1, 1], [3, 3]]"))
    #expect(throws: EditError.self) {
      try read(text).textEdits(for: [.removeVertex(1), .moveVertex(1, to: place(0, 0))])
    }
  }

  @Test func filesInUTF16AreTurnedIntoUTF8First() throws {
    let text = Sample.gpx.replacing("UTF-8", with: "UTF-16")
    for isLittle in [true, false] {
      let bytes = ([0xFEFF] + Array(text.utf16)).flatMap { unit in
        let pair = [UInt8(unit & 0xFF), UInt8(unit >> 8)]
        return isLittle ? pair : pair.reversed()
      }
      let document = RouteReader.read(bytes)
      #expect(document.applying([.removeVertex(0)]).refused.first?.error.code == .encoding)
      let transcoded = document.source.transcodedToUTF8()
      #expect(transcoded == Array(Sample.gpx.utf8))
    }
    #expect(read(Sample.kml).source.transcodedToUTF8() == Array(Sample.kml.utf8))
  }

  @Test func latin1StaysLatin1() throws {
    let text =
      "<?xml version='1.0' encoding='ISO-8859-1'?>"
      + gpx("<wpt lat='1' lon='2'><name>X</name></wpt>")
    let bytes = text.utf8.map { $0 == 0x58 ? 0xE9 : $0 }
    let result = RouteReader.read(bytes).applying([
      .replacePosition(atOffset: try offset(of: "<wpt", in: text), latitude: 5, longitude: 2)
    ])
    #expect(result.applied.count == 1)
    #expect(result.bytes == bytes.replacing("lat='1'".utf8, with: "lat='5'".utf8))
  }
}
