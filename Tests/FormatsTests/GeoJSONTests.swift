import Formats
import Foundation
import Geodesy
import Routes
import Testing

@Suite struct GeoJSONTests {
  private func feature(_ geometry: String, _ properties: String = "{}") -> String {
    "{\"type\":\"Feature\",\"properties\":\(properties),\"geometry\":\(geometry)}"
  }

  private func collection(_ features: String...) -> String {
    "{\"type\":\"FeatureCollection\",\"features\":[\(features.joined(separator: ","))]}"
  }

  private func geometry(_ type: String, _ coordinates: String) -> String {
    "{\"type\":\"\(type)\",\"coordinates\":\(coordinates)}"
  }

  // MARK: Geometries

  /// Type, coordinates, vertices of the parts, waypoints, codes.
  private static let geometries: [(String, String, [Int], Int, [Diagnostic.Code])] = [
    ("Point", "[1,2]", [], 1, []),
    ("Point", "[1,2,3]", [], 1, []),
    ("Point", "[1,2,3,4,5]", [], 1, []),
    ("Point", "[]", [], 0, [.emptyPart]),
    ("MultiPoint", "[[1,2],[3,4]]", [], 2, []),
    ("MultiPoint", "[]", [], 0, [.emptyPart]),
    ("LineString", "[[1,2],[3,4],[5,6]]", [3], 0, []),
    ("LineString", "[[1,2,3],[3,4]]", [2], 0, []),
    ("LineString", "[[1,2]]", [1], 0, [.onePointPart]),
    ("LineString", "[]", [], 0, [.emptyPart]),
    ("MultiLineString", "[[[1,2],[3,4]],[[5,6],[7,8],[9,10]]]", [2, 3], 0, []),
    ("MultiLineString", "[[],[[5,6],[7,8]],[]]", [2], 0, [.emptyPart]),
    ("MultiLineString", "[[]]", [], 0, [.emptyPart]),
    ("Polygon", "[[[0,0],[1,0],[1,1],[0,0]]]", [], 0, [.area]),
    (
      "Polygon", "[[[0,0],[9,0],[9,9],[0,0]],[[1,1],[2,2],[2,1],[1,1]]]", [], 0, [.area]
    ),
    ("Polygon", "[[[0,0],[1,1],[1,0],[0,0]]]", [], 0, [.area, .ringWinding]),
    ("Polygon", "[[[0,0],[1,0],[0,0]]]", [], 0, [.area, .ringOpen]),
    ("Polygon", "[[[0,0],[1,0],[1,1]]]", [], 0, [.area, .ringOpen, .ringOpen]),
    ("Polygon", "[[[0,0,1],[1,0,1],[1,1,1],[0,0,2]]]", [], 0, [.area, .ringOpen]),
    ("Polygon", "[[[0,0,1],[1,0,1],[1,1,1],[0,0,1]]]", [], 0, [.area]),
    ("MultiPolygon", "[[[[0,0],[1,0],[1,1],[0,0]]],[[[5,5],[6,5],[6,6],[5,5]]]]", [], 0, [.area]),
    // Faults.
    ("Point", "[1]", [], 0, [.positionTooShort]),
    ("Point", "[[1,2]]", [], 0, [.coordinatesDepth]),
    ("Point", "[\"1\",2]", [], 0, [.positionNotNumber]),
    ("Point", "[1,null]", [], 0, [.positionNotNumber]),
    ("Point", "[1,2,\"3\"]", [], 0, [.positionNotNumber]),
    ("Point", "[1,2,3,true]", [], 0, [.positionNotNumber]),
    ("Point", "{}", [], 0, [.memberType]),
    ("Point", "7", [], 0, [.memberType]),
    ("Point", "[1,2", [], 0, [.notWellFormed]),
    ("MultiPoint", "[1,2]", [], 0, [.coordinatesDepth]),
    ("LineString", "[1,2]", [], 0, [.coordinatesDepth]),
    ("LineString", "[[[1,2],[3,4]]]", [], 0, [.coordinatesDepth]),
    ("LineString", "[[1,2],[[3,4]]]", [], 0, [.coordinatesDepth]),
    ("LineString", "[[1,2],[3]]", [], 0, [.positionTooShort]),
    ("LineString", "[[1,2],[]]", [], 0, [.positionTooShort]),
    ("LineString", "[[],[1,2],[3,4]]", [], 0, [.positionTooShort]),
    ("LineString", "[[1,2],3]", [], 0, [.positionTooShort]),
    ("LineString", "[[1,2],\"x\"]", [], 0, [.positionNotNumber]),
    ("LineString", "[[1,2],{}]", [], 0, [.positionNotNumber]),
    ("LineString", "[[1,2],null]", [], 0, [.positionNotNumber]),
    ("LineString", "[[1,2],[3,[4]]]", [], 0, [.positionNotNumber]),
    ("LineString", "[[[]]]", [], 0, [.coordinatesDepth]),
    ("MultiLineString", "[[1,2],[3,4]]", [], 0, [.coordinatesDepth]),
    ("MultiLineString", "[[[1,2],[3,4]],[5,6]]", [], 0, [.coordinatesDepth]),
    ("MultiLineString", "[[[1,2],[]]]", [], 0, [.positionTooShort]),
    ("Polygon", "[[0,0],[1,0],[1,1],[0,0]]", [], 0, [.coordinatesDepth]),
    ("Circle", "[1,2]", [], 0, [.typeUnknown]),
    ("linestring", "[[1,2],[3,4]]", [], 0, [.typeUnknown]),
  ]

  /// Every geometry as a bare one, in a feature, in a collection, and with its type last.
  @Test func everyGeometryInEveryPlace() {
    for (type, coordinates, shape, points, codes) in Self.geometries {
      let first = geometry(type, coordinates)
      let last = "{\"coordinates\":\(coordinates),\"bbox\":[1,2,3,4],\"type\":\"\(type)\"}"
      for bare in coordinates == "[1,2" ? [first] : [first, last] {
        let two =
          "{\"type\":\"GeometryCollection\",\"geometries\":[\(bare),\(geometry("Point", "[0,0]"))]}"
        let nested =
          "{\"type\":\"GeometryCollection\",\"geometries\":[\(two),\(geometry("Point", "[0,0]"))]}"
        for (text, extra) in [
          (bare, 0), (feature(bare), 0), (collection(feature(bare)), 0), (two, 1), (nested, 2),
          (feature(two), 1), (collection(feature(nested)), 2),
        ] {
          let document = read(text)
          expectSane(document, text)
          // The box is not that of each geometry, and collections are nested on purpose.
          let beside: [Diagnostic.Code] = [.bboxWrong, .collectionNested]
          #expect(document.codes.filter { !beside.contains($0) } == codes, "\(text)")
          let isBroken = codes == [.notWellFormed]
          #expect(document.tracks.flatMap { $0.parts.map(\.vertices.count) } == shape, "\(text)")
          #expect(document.waypoints.count == (isBroken ? 0 : points + extra), "\(text)")
          expectOffsets(document, ["["], waypoints: ["["])
        }
      }
    }
  }

  @Test func valuesAndOrder() {
    let document = read(
      collection(
        feature(
          geometry("LineString", "[[1,2],[ -3.5e0 , 4 , 5 ],[0.5,-6,7,8,9]]"), "{\"name\":\"A\"}"),
        feature(geometry("MultiPoint", "[[10,20],[11,21,31]]"), "{\"name\":\"P\",\"type\":\"t\"}"),
        feature("null", "null"),
        feature(geometry("MultiLineString", "[[[1,1],[2,2]],[[3,3],[4,4]]]"))))
    #expect(document.codes.isEmpty)
    #expect(document.tracks.map(\.name) == ["A", nil])
    #expect(document.shape == [[3], [2, 2]])
    #expect(document.vertices.prefix(3) == [place(2, 1), place(4, -3.5, 5), place(-6, 0.5, 7)])
    #expect(
      document.waypoints == [
        Waypoint(name: "P", coordinate: place(20, 10), type: "t"),
        Waypoint(name: "P", coordinate: place(21, 11, 31), type: "t"),
      ])
    #expect(document.tracks[0].offset == 40)
  }

  /// Wherever a file ends, the positions before that are kept, with the names that came before.
  @Test func whatIsCutOffKeepsWhatCameBefore() {
    let whole =
      "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"name\":\"N\"},"
      + "\"geometry\":{\"type\":\"MultiLineString\",\"coordinates\":[[[1,2],[3,4]],[[5,6],[7,8]]]}}]}"
    let first = whole.range(of: "[[[")?.lowerBound ?? whole.endIndex
    for end in whole.indices[first...].dropFirst() where end < whole.index(before: whole.endIndex) {
      let text = String(whole[..<end])
      let document = read(text)
      let positions = text[first...].matches(of: /\[\d,\d\]/).count
      #expect(document.vertices.count == positions, "\(text)")
      #expect(document.codes.contains(.notWellFormed))
      if positions > 0 { #expect(document.tracks.map(\.name) == ["N"]) }
    }
    // The type may have come after the coordinates.
    let late = read("{\"coordinates\":[[1,2],[3,4],[5,")
    #expect(late.shape == [[2]] && late.codes == [.notWellFormed])
  }

  @Test func theNestingOfPolygonsIsUnderstood() {
    // Two outer rings with a hole each, all wound as they should be; then the second hole is not.
    let outer = "[[0,0],[9,0],[9,9],[0,0]]"
    let hole = "[[3,1],[4,2],[4,1],[3,1]]"
    let wrong = "[[3,1],[4,1],[4,2],[3,1]]"
    let sound = read(geometry("MultiPolygon", "[[\(outer),\(hole)],[\(outer),\(hole)]]"))
    #expect(sound.codes == [.area])
    let turned = read(geometry("MultiPolygon", "[[\(outer),\(hole)],[\(outer),\(wrong)]]"))
    #expect(turned.codes == [.area, .ringWinding])
    #expect(turned.diagnostics[1].pointer == "/coordinates/1/1")
    let open = read(geometry("Polygon", "[\(outer),[[3,1],[4,2],[4,1],[3,2]]]"))
    #expect(open.diagnostics.map(\.pointer) == ["/coordinates", "/coordinates/1"])
    #expect(open.codes == [.area, .ringOpen])
    #expect(
      read(geometry("Polygon", "[[[0,0],[1,0],[1,99],[0,0]]]")).codes == [.area, .latitudeRange])
  }

  // MARK: Members

  @Test func membersAreChecked() {
    let line = geometry("LineString", "[[1,2],[3,4]]")
    let cases: [(String, [String])] = [
      ("{\"type\":\"Feature\",\"geometry\":\(line)}", ["member-missing properties"]),
      ("{\"type\":\"Feature\",\"properties\":{}}", ["member-missing geometry"]),
      ("{\"type\":\"FeatureCollection\"}", ["member-missing features"]),
      ("{\"type\":\"LineString\"}", ["member-missing coordinates"]),
      ("{\"type\":\"GeometryCollection\"}", ["member-missing geometries"]),
      ("{}", ["member-missing type"]),
      ("{\"coordinates\":[[1,2],[3,4]]}", ["member-missing type"]),
      ("{\"type\":null}", ["member-type /type"]), ("{\"type\":[]}", ["member-type /type"]),
      ("{\"type\":\"FeatureCollection\",\"features\":{}}", ["member-type /features"]),
      (
        "{\"type\":\"FeatureCollection\",\"features\":[1,\"\",[],null]}",
        (0...3).map { "member-type /features/\($0)" }
      ),
      (collection(line), ["type-unknown /features/0/type"]),
      (collection(collection()), ["type-unknown /features/0/type"]),
      (feature(feature("null")), ["type-unknown /geometry/type"]),
      (feature("[]"), ["member-type /geometry"]),
      (feature("null", "[]"), ["member-type /properties"]),
      (
        "{\"type\":\"GeometryCollection\",\"geometries\":[1,\(line),\(feature("null"))]}",
        ["member-type /geometries/0", "type-unknown /geometries/2/type"]
      ),
      ("{\"type\":\"GeometryCollection\",\"geometries\":{}}", ["member-type /geometries"]),
      (
        "{\"type\":\"GeometryCollection\",\"geometries\":[\(line)]}",
        ["collection-single /geometries"]
      ),
      (
        "{\"type\":\"LineString\",\"coordinates\":[[1,2],[3,4]],\"properties\":{},\"features\":0}",
        ["member-forbidden /properties", "member-forbidden /features", "member-type /features"]
      ),
      (
        "{\"type\":\"Feature\",\"id\":[],\"properties\":{},\"geometry\":\(line)}",
        ["member-type /id"]
      ),
      (
        "{\"type\":\"Feature\",\"id\":\"x\",\"properties\":{},\"geometry\":\(line)}", []
      ),
      // One that is given twice is not silently taken once.
      (
        "{\"type\":\"LineString\",\"coordinates\":[[1,2],[3,4]],\"coordinates\":[[5,6],[7,8]]}",
        ["member-duplicate /coordinates"]
      ),
      (
        "{\"type\":\"LineString\",\"\\u0074ype\":\"Point\",\"coordinates\":[[1,2],[3,4]]}",
        ["member-duplicate /type", "coordinates-depth /coordinates/0"]
      ),
      ("{\"type\":\"LineString\",\"x\":1,\"x\":2,\"coordinates\":[[1,2],[3,4]]}", []),
      // Bounds.
      ("{\"bbox\":[1,2,3,4],\"type\":\"LineString\",\"coordinates\":[[1,2],[3,4]]}", []),
      ("{\"bbox\":[1,2,3,4,5,6],\"type\":\"LineString\",\"coordinates\":[[1,2],[3,4]]}", []),
      ("{\"bbox\":null,\"type\":\"LineString\",\"coordinates\":[[1,2],[3,4]]}", []),
      ("{\"bbox\":[],\"type\":\"LineString\",\"coordinates\":[[1,2],[3,4]]}", ["bbox /bbox"]),
      ("{\"bbox\":[1,2,3],\"type\":\"LineString\",\"coordinates\":[[1,2],[3,4]]}", ["bbox /bbox"]),
      (
        "{\"bbox\":[1,\"2\",3,[]],\"type\":\"LineString\",\"coordinates\":[[1,2],[3,4]]}",
        ["bbox /bbox/1", "bbox /bbox/3"]
      ),
      ("{\"bbox\":{},\"type\":\"LineString\",\"coordinates\":[[1,2],[3,4]]}", ["bbox /bbox"]),
      ("[]", ["member-type "]), ("\"x\"", ["member-type "]), ("17", ["member-type "]),
    ]
    for (text, due) in cases {
      let document = read(text, as: .geojson)
      expectSane(document, text)
      let found = document.diagnostics.map { diagnostic in
        diagnostic.code == .memberMissing
          ? "member-missing \(diagnostic.message.split(separator: "“")[1].prefix { $0 != "”" })"
          : "\(diagnostic.code.rawValue) \(diagnostic.pointer ?? "-")"
      }
      #expect(found == due, "\(text)")
    }
  }

  @Test func propertiesOfRoutesAndWaypoints() throws {
    let lines = "[[[0,0],[1,0]],[[2,0],[3,0]]]"
    let own =
      "{\"name\":\"N\",\"joins\":[\"ferry\"],\"officialLength\":\"2.5 mi\",\"laps\":2,"
      + "\"thereAndBack\":true,\"lapJoin\":\"counted\",\"description\":\"d\",\"type\":\"walk\"}"
    let point = feature(
      geometry("Point", "[1,0]"),
      "{\"officialDistance\":1.5e2,\"description\":\"d\",\"name\":null,\"type\":7}")
    let inside = read(collection(feature(geometry("MultiLineString", lines), own), point))
    #expect(inside.codes.isEmpty)
    let route = try inside.route()
    #expect(route.name == "N" && route.joinPolicies == [.ferry])
    #expect(route.course == Course(laps: 2, thereAndBack: true, lapJoin: .counted))
    #expect(route.officialLength == distance("2.5mi"))
    #expect(
      route.waypoints
        == [Waypoint(name: "d", coordinate: place(0, 1), officialDistance: distance("150m"))])
    // The same beside the features speaks for the file.
    let beside = read(
      "{\"type\":\"FeatureCollection\",\"name\":\"F\",\"joins\":[\"counted\"],\"laps\":3,"
        + "\"thereAndBack\":false,\"lapJoin\":null,\"officialLength\":4000,\"features\":["
        + "\(feature(geometry("MultiLineString", lines))),\(point)]}")
    #expect(beside.codes.isEmpty)
    let whole = try beside.route()
    #expect(
      whole.name == "F" && whole.joinPolicies == [.counted] && whole.course == Course(laps: 3))
    #expect(whole.officialLength == distance("4km"))
    // What means nothing is no fault.
    let others = "{\"joins\":null,\"x\":{\"laps\":0},\"styles\":[1,{\"a\":[]}],\"\":\"\"}"
    #expect(read(feature(geometry("MultiLineString", lines), others)).codes.isEmpty)
    let faults = [
      "\"joins\":\"ferry\"", "\"joins\":[1]", "\"joins\":[\"swim\"]", "\"laps\":0", "\"laps\":1.5",
      "\"laps\":\"2\"", "\"laps\":1e10", "\"thereAndBack\":1", "\"thereAndBack\":\"yes\"",
      "\"lapJoin\":\"x\"", "\"lapJoin\":[]", "\"officialLength\":\"far\"",
      "\"officialLength\":true",
      "\"officialDistance\":\"1 parsec\"", "\"antimeridianCuts\":1", "\"antimeridianCuts\":[1]",
    ]
    for fault in faults {
      let document = read(feature(geometry("MultiLineString", lines), "{\(fault)}"))
      #expect(document.codes == [.routeProperty], "\(fault)")
      let member = String(fault.dropFirst().prefix { $0 != "\"" })
      #expect(document.diagnostics[0].pointer?.contains(member) == true || fault.contains("[1]"))
    }
  }

  // MARK: Pointers and places

  @Test func pointersAndPlaces() {
    let cases: [(String, String, String)] = [
      (
        collection(feature("null"), feature(geometry("LineString", "[[1,2],[3,94]]"))),
        "/features/1/geometry/coordinates/1", "latitude-range"
      ),
      (
        collection(feature(geometry("MultiLineString", "[[[1,2],[3,4]],[[1,2],[3,94]]]"))),
        "/features/0/geometry/coordinates/1/1", "latitude-range"
      ),
      (geometry("Point", "[1,94]"), "/coordinates", "latitude-range"),
      (geometry("MultiPoint", "[[1,4],[361,4]]"), "/coordinates/1", "longitude-range"),
      (
        "{\"type\":\"GeometryCollection\",\"geometries\":[\(geometry("Point", "[1,2]")),"
          + "\(geometry("LineString", "[[1,2],[\"3\",4]]"))]}",
        "/geometries/1/coordinates/1/0", "position-not-number"
      ),
      // Keys with the two signs that RFC 6901 escapes.
      ("{\"a/b~c\":tru}", "/a~1b~0c", "not-well-formed"),
      ("{\"~1\":[1,{\"b\":01}]}", "/~01", "number-syntax"),
      (
        "{\"type\":\"FeatureCollection\",\"features\":[{\"x/y\":[1 2]}]}",
        "/features/0/x~1y", "not-well-formed"
      ),
      (
        "{\"type\":\"FeatureCollection\",\"features\":[{\"properties\":{\"a\":1 \"b\":2}}]}",
        "/features/0/properties", "not-well-formed"
      ),
      ("{\"type\":\"FeatureCollection\",\"features\":[{},{} {}]}", "", "not-well-formed"),
      ("{\"type\":\"FeatureCollection\" \"features\":[]}", "", "not-well-formed"),
    ]
    for (text, pointer, code) in cases {
      let last = read(text).errors.first { $0.code.rawValue == code }
      #expect(last?.pointer == pointer, "\(text)")
    }
    let text =
      "\u{FEFF}{\n  \"type\": \"LineString\",\n  \"é🏔\": 1, \"coordinates\":\n\t[[0, 0], [1, 91]]}"
    let document = read(text)
    #expect(document.found() == ["1:1 byte-order-mark", "4:11 latitude-range"])
    #expect(document.diagnostics[1].message.contains("are the two swapped?"))
    #expect(document.diagnostics[0].severity == .info)
    #expect(
      read("{\"type\": \"Point\",\n\"coordinates\": [1, 2],}").found() == ["2:22 not-well-formed"])
    #expect(read("{\"type\": \"Point\",\n\"coordinates\": [1,, 2]}").codes.contains(.notWellFormed))
  }

  @Test func notJSONInWords() {
    for (text, words) in [
      ("{'type':1}", "“'” stands where a member's name in double quotes should"),
      ("{\"type\"}", "“}” stands where “:” after the member's name should"),
      ("{\"x\":NaN}", "JSON has no “NaN”"),
      ("{\"x\":-Infinity}", "JSON has no “-Infinity”: leave the number out"),
      ("{\"x\":Nothing}", "“N” stands where a value should"),
      ("{\"x\":nul}", "“nul” is not a value"), ("{\"x\":01}", "“01” is not a number"),
      ("{\"x\":1.}", "“1.” is not a number"), ("{\"x\":.5}", "“.” stands where a value should"),
      ("{\"x\":+1}", "“+” stands where a value should"), ("{\"x\":-}", "“-” is not a number"),
      ("{\"x\":1e}", "is not a number"), ("{\"x\":\"a\nb\"}", "a control character (0xA)"),
      ("{\"x\":\"\u{1}\"}", "a control character stands"),
      ("{\"x\":[1,]}", "a comma before a closing bracket"),
      ("{\"x\":1,}", "a comma before a closing bracket"),
      ("{\"x\":\"a", "never closed by a double quote"),
      ("{\"x\":[1", "the file ends where “]” should follow: it is cut off"),
      ("{\"x\":1} x", "more after the end"), ("{\"x\":\"\\q\"}", "“\\q” is not an escape"),
      ("{\"x\":// c\n1}", "a comment stands here"),
    ] {
      let document = read(text, as: .geojson)
      #expect(
        document.errors.contains { $0.message.contains(words) }, "\(document.found()) \(text)")
    }
    let wide = RouteReader.read(
      Array("{\"type\":\"Point\"}".data(using: .utf16) ?? Data()), as: .geojson)
    #expect(wide.codes == [.encoding])
  }

  // MARK: Longitudes beyond 180

  @Test func longitudesBeyond180AreBroughtBack() {
    let document = read(
      geometry("LineString", "[[170,1],[190,2],[-190,3],[360,4],[-360,5],[180,6]]"))
    #expect(document.found() == ["1:45 longitude-wrapped"])
    #expect(document.diagnostics[0].severity == .warning)
    #expect(
      document.vertices == [
        place(1, 170), place(2, -170), place(3, 170), place(4, 0), place(5, 0), place(6, 180),
      ])
    #expect(read(geometry("Point", "[360.0001,1]")).codes == [.longitudeRange])
    #expect(read(geometry("Point", "[95,100]")).diagnostics[0].message.hasSuffix("-90…90"))
    #expect(read(geometry("Point", "[51,100]")).diagnostics[0].message.contains("swapped"))
  }

  @Test func rewrittenFilesOfTheAntimeridian() throws {
    // Written by hand, cut as RFC 7946 asks: without our marks the parts stay two.
    let cut = read(geometry("MultiLineString", "[[[170,-10],[180,0]],[[-180,0],[-170,10]]]"))
    #expect(cut.shape == [[2, 2]])
    // The gap between two names of one place is no gap.
    #expect(try cut.route().resolvedJoinPolicies == [.walk])
    // Marks that do not fit are passed over.
    for marks in [
      "[{\"line\":1,\"added\":3}]", "[{\"line\":2,\"added\":2}]", "[{\"line\":0,\"added\":2}]",
      "[{\"line\":-1,\"added\":2}]", "[{\"line\":1.5,\"added\":2}]", "[{}]", "[]",
      "[{\"line\":9e99,\"added\":2}]",
    ] {
      let text = feature(
        geometry("MultiLineString", "[[[170,-10],[180,0]],[[-180,0],[-170,10]]]"),
        "{\"antimeridianCuts\":\(marks)}")
      #expect(read(text).shape == [[2, 2]], "\(marks)")
    }
    let moved = feature(
      geometry("MultiLineString", "[[[170,-10],[180,0]],[[-180,1],[-170,10]]]"),
      "{\"antimeridianCuts\":[{\"line\":1,\"added\":2}]}")
    #expect(read(moved).shape == [[2, 2]])
    let fits = feature(
      geometry("MultiLineString", "[[[170,-10],[180,0]],[[-180,0],[-170,10]]]"),
      "{\"antimeridianCuts\":[{\"added\":2,\"x\":[],\"line\":1}]}")
    #expect(read(fits).vertices == [place(-10, 170), place(10, -170)])
    expectOffsets(read(fits), ["["], waypoints: ["["])
  }

  /// The leg from (-10, 170) to (10, -170) crosses 180 degrees at latitude 0 by symmetry, on the
  /// ellipsoid as on the sphere and on the flat map.
  @Test(Corpus.needed) func theMultiLineOfTheCorpusIsCutAsItsAnswerSays() throws {
    func positions(_ bytes: [UInt8]) throws -> [[[Double]]] {
      try JSONDecoder().decode(Written.Geometry.self, from: Data(bytes)).lines
    }
    let input = RouteReader.read(try Corpus.bytes("geojson/antimeridian/input/multi-line.json"))
    let written = RouteWriter.write(try input.route(), as: .geojson)
    let ours = try #require(
      JSONDecoder().decode(Written.self, from: Data(written)).features.first)
    for folder in ["output-flat", "output-spherical"] {
      var file = "geojson/antimeridian/\(folder)/multi-line.json"
      var bytes = try Corpus.bytes(file)
      // The answer on the sphere is a pointer to the flat one.
      if bytes.count < 35 {
        #expect(String(decoding: bytes, as: UTF8.self).hasSuffix("flat/multi-line.json"))
        file = "geojson/antimeridian/output-flat/multi-line.json"
        bytes = try Corpus.bytes(file)
      }
      let due = try positions(bytes)
      #expect(ours.geometry.lines == due, "\(folder)")
    }
    #expect(ours.properties.antimeridianCuts?.map(\.added) == [2])
    #expect(ours.properties.antimeridianCuts?.map(\.line) == [1])
    let again = try RouteReader.read(written).route()
    #expect(again.vertices == [place(-10, 170), place(10, -170), place(0, 0), place(1, 1)])
    #expect(again.partStarts == [0, 2])
  }

  @Test func whatARouteHasNoPlaceForIsCounted() {
    let document = read(
      """
      {"type": "FeatureCollection", "generator": "x", "features": [
        {"type": "Feature", "id": 7, "properties": {"name": "way"},
         "geometry": {"type": "LineString", "coordinates": [[7, 46], [7.1, 46.1]]}},
        {"type": "Feature", "properties": {"name": "park"}, "geometry": {"type": "Polygon",
         "coordinates": [[[7, 46], [7.1, 46], [7.1, 46.1], [7, 46]]]}}]}
      """)
    #expect(Set(document.leftovers().map(\.name)) == ["generator", "id", "Polygon", "name"])
  }

  /// One text a line, or each behind a record separator (RFC 8142), is a collection.
  @Test func sequencesAreRead() {
    let one = "{\"type\":\"LineString\",\"coordinates\":[[7,50],[7.01,50]]}"
    let two =
      "{\"type\":\"Feature\",\"properties\":{\"name\":\"B\"},\"geometry\":{\"type\":\"Point\","
      + "\"coordinates\":[7,50]}}"
    for text in [
      "\(one)\n\(two)\n", "\(one)\r\n\r\n\(two)", "\u{1E}\(one)\n\u{1E}\(two)\n",
      "\u{1E}\(one)\u{1E}\(two)", "\u{FEFF}\(one)\n\(two)",
    ] {
      let document = RouteReader.read(Array(text.utf8))
      #expect(document.errors.isEmpty && document.tracks.count == 1, "\(text)")
      #expect(document.waypoints.map(\.name) == ["B"] && document.isSequence)
      // The name of a point is not that of the file.
      #expect(document.name == nil)
      #expect(document.diagnostics.filter { $0.code == .sequence }.map(\.severity) == [.info])
      #expect(document.applying([.removePart(0)]).refused.count == 1)
    }
    // What is no text of its own is what it was.
    for text in ["\(one)\(two)", "\(one) \(two)", "\(one)\n[1]", "\(one)\nx"] {
      #expect(RouteReader.read(Array(text.utf8)).errors.map(\.code) == [.notWellFormed], "\(text)")
    }
    let cut = RouteReader.read(Array("\(one)\n\(one.dropLast(9))".utf8))
    #expect(cut.tracks.count == 2 && cut.errors.count == 1)
  }
}
