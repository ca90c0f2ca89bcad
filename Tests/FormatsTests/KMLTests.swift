import Formats
import Foundation
import Geodesy
import Routes
import Testing

@Suite struct KMLTests {
  private func kml(_ inside: String) -> RouteDocument {
    read(
      "<kml xmlns=\"http://www.opengis.net/kml/2.2\""
        + " xmlns:gx=\"http://www.google.com/kml/ext/2.2\">"
        + "<Document>\(inside)</Document></kml>")
  }

  private func line(_ coordinates: String) -> RouteDocument {
    kml(
      "<Placemark><LineString>\n<coordinates>\(coordinates)</coordinates></LineString></Placemark>")
  }

  // MARK: Geometries

  @Test func linesAndPoints() throws {
    let document = kml(
      """
      <name>Tour</name><Style><LineStyle><width>4</width></LineStyle></Style>
      <Folder><name>not the tour's</name>
      <Placemark><name>A</name><styleUrl>#s</styleUrl><TimeSpan><begin>2024</begin></TimeSpan>
        <LineString><extrude>1</extrude><tessellate>1</tessellate>
        <altitudeMode>absolute</altitudeMode>
        <coordinates>
          7,46,1200
          7.5,46.5
        </coordinates></LineString></Placemark>
      <Placemark><name>Ring</name>
        <LinearRing><coordinates>0,0 1,0 1,1 0,0</coordinates></LinearRing></Placemark>
      <Placemark><name>Hut</name><description><![CDATA[<b>Tea</b> &amp; cake]]></description>
        <Point><coordinates> 7,46,1200 </coordinates></Point></Placemark>
      <Placemark><name>Nothing</name></Placemark></Folder>
      """)
    #expect(document.codes.isEmpty)
    #expect(document.name == "Tour")
    #expect(document.tracks.map(\.name) == ["A", "Ring"])
    #expect(document.shape == [[2], [4]])
    #expect(document.vertices.prefix(2) == [place(46, 7, 1200), place(46.5, 7.5)])
    #expect(
      document.waypoints == [
        Waypoint(name: "Hut", coordinate: place(46, 7, 1200), story: "<b>Tea</b> &amp; cake")
      ])
    #expect(try document.route().name == "Tour")
  }

  @Test func theNameNearestToTheLineWins() throws {
    let line = "<LineString><coordinates>7,46 7.1,46.1</coordinates></LineString>"
    let outer = "<name>D</name><description>all of it</description>"
    let named = kml(
      "\(outer)<Placemark><name>Ridge</name><description>steep</description>\(line)</Placemark>")
    #expect(try named.route().name == "Ridge")
    let lost = Dictionary(
      uniqueKeysWithValues: named.leftovers().map { ($0.name, $0.count) })
    #expect(lost == ["description": 2, "the name “D” of the whole file": 1])
    let folder = kml("<name>D</name><Folder><name>F</name><Placemark>\(line)</Placemark></Folder>")
    #expect(try folder.route().name == "F")
    #expect(folder.leftovers().map(\.name) == ["name of a Document or Folder"])
    let two = kml(
      "<name>D</name><Placemark><name>A</name>\(line)</Placemark><Placemark>\(line)</Placemark>")
    #expect(try two.route().name == "D" && two.leftovers().isEmpty)
    #expect(try two.route(.several([0])).name == "A")
  }

  /// Heights over the ground are none above the sea, whatever their number.
  @Test func altitudesOverTheGroundAreNoElevations() {
    for (mode, due) in [
      ("absolute", [0.0, 0]), ("relativeToGround", []), ("relativeToSeaFloor", []),
      ("clampToGround", []), ("clampToSeaFloor", []),
    ] {
      let zero = kml(
        "<Placemark><LineString><altitudeMode>\(mode)</altitudeMode><coordinates>7,46,0 7.1,46,0"
          + "</coordinates></LineString></Placemark>")
      #expect(zero.vertices.compactMap(\.elevationMeters) == due, "\(mode)")
      let high = kml(
        "<Placemark><LineString><coordinates>7,46,800 7.1,46,2</coordinates>"
          + "<altitudeMode>\(mode)</altitudeMode></LineString></Placemark>")
      let isRelative = mode.hasPrefix("relative")
      #expect(
        high.vertices.compactMap(\.elevationMeters) == (isRelative ? [] : [800, 2]), "\(mode)")
      #expect(high.leftovers().map(\.name) == (isRelative ? ["altitude over the ground"] : []))
    }
  }

  @Test func multiGeometriesNest() {
    let document = kml(
      """
      <Placemark><name>M</name><MultiGeometry>
        <LineString><coordinates>1,2 3,4</coordinates></LineString>
        <MultiGeometry><LineString><coordinates>5,6</coordinates></LineString>
          <Point><coordinates>9,9</coordinates></Point></MultiGeometry>
        <Point><coordinates>8,8,8</coordinates></Point>
        <LinearRing><coordinates>5,6 7,8 5,6</coordinates></LinearRing>
        <name>not a name</name><Model/></MultiGeometry></Placemark>
      """)
    #expect(document.codes.isEmpty)
    #expect(document.shape == [[2, 1, 3]])
    #expect(document.tracks.first?.name == "M")
    #expect(document.waypoints.map(\.name) == ["M", "M"])
    #expect(document.waypoints.map(\.coordinate) == [place(9, 9), place(8, 8, 8)])
  }

  @Test(arguments: ["gx:", ""]) func tracks(_ prefix: String) {
    let p = prefix
    let document = kml(
      """
      <Placemark><name>T</name><\(p)Track><when>2024-01-01T00:00:00Z</when><when>2024</when>
        <\(p)coord>7 46 1200</\(p)coord><\(p)coord> 7.5\n46.5 </\(p)coord>
        <\(p)coord>\t8  47   0</\(p)coord><\(p)angles>1 2 3</\(p)angles></\(p)Track></Placemark>
      <Placemark><\(p)MultiTrack><\(p)interpolate>1</\(p)interpolate>
        <\(p)Track><\(p)coord>1 2</\(p)coord></\(p)Track>
        <\(p)Track><\(p)coord>3 4</\(p)coord><\(p)coord>5 6</\(p)coord></\(p)Track>
      </\(p)MultiTrack></Placemark>
      """)
    #expect(document.codes.isEmpty)
    #expect(document.shape == [[3], [1, 2]])
    #expect(document.vertices.prefix(3) == [place(46, 7, 1200), place(46.5, 7.5), place(47, 8, 0)])
    let faults: [(String, Diagnostic.Code)] = [
      ("7", .positionTooShort), ("7,46", .numberSyntax), ("7 91", .latitudeRange),
      ("361 1", .longitudeRange), ("7 x", .numberSyntax), ("7 1e400", .numberRange),
    ]
    for (coord, code) in faults {
      let document = kml(
        "<Placemark><gx:Track><gx:coord>\(coord)</gx:coord></gx:Track></Placemark>")
      #expect(document.codes.first == code, "\(coord)")
    }
    // An empty one is what a receiver without a fix writes.
    let gap = kml("<Placemark><gx:Track><gx:coord/><gx:coord>1 2</gx:coord></gx:Track></Placemark>")
    #expect(gap.vertices == [place(2, 1)])
  }

  @Test func areasAreLeftOutAndTold() {
    let ring = "<LinearRing><coordinates>0,0 1,0 1,1 0,0</coordinates></LinearRing>"
    let polygon = "<Polygon><outerBoundaryIs>\(ring)</outerBoundaryIs></Polygon>"
    for text in ["\n\(polygon)", "<MultiGeometry>\n\(polygon)</MultiGeometry>"] {
      let document = kml("<Placemark>\(text)</Placemark>")
      #expect(document.found() == ["2:1 area"])
      #expect(document.diagnostics[0].severity == .info)
      #expect(!document.hasLine && document.tracks.isEmpty)
    }
    // Its ring does not end up in a line beside it.
    let line = "<LineString><coordinates>5,5 6,6</coordinates></LineString>"
    let both = kml("<Placemark><MultiGeometry>\(polygon)\(line)</MultiGeometry></Placemark>")
    #expect(both.vertices == [place(5, 5), place(6, 6)])
  }

  @Test func emptyLinesAreToldAndDropped() throws {
    let document = kml(
      "<Placemark><MultiGeometry><LineString/><LineString><coordinates> </coordinates></LineString>"
        + "<LineString><coordinates>1,2</coordinates></LineString></MultiGeometry></Placemark>")
    #expect(document.codes == [.emptyPart, .emptyPart])
    #expect(document.shape == [[0, 0, 1]])
    #expect(try document.route().partCount == 1)
  }

  // MARK: Coordinates

  @Test func messagesAndPlacesOfCoordinates() {
    let cases: [(String, [String])] = [
      (
        "1,2 3,x",
        ["18 number-syntax “3,x” is not longitude,latitude or longitude,latitude,altitude"]
      ),
      (
        "1, 2",
        [
          "14 number-syntax “1,” is not longitude,latitude or longitude,latitude,altitude; no space"
            + " may follow a comma",
          "17 position-too-short a coordinate needs a longitude and a latitude",
        ]
      ),
      ("1,2 91,91", ["18 latitude-range the latitude 91.0 is outside -90…90"]),
      ("1,2 361,1", ["18 longitude-range the longitude 361.0 is outside -180…180"]),
      ("1", ["14 position-too-short a coordinate needs a longitude and a latitude"]),
      (
        "1,2,", ["14 number-syntax “1,2,” is not longitude,latitude or longitude,latitude,altitude"]
      ),
      (
        "1,2;3,4",
        ["14 number-syntax “1,2;3,4” is not longitude,latitude or longitude,latitude,altitude"]
      ),
      (
        "1,2,1e400",
        ["14 number-range “1,2,1e400” is not longitude,latitude or longitude,latitude,altitude"]
      ),
    ]
    for (coordinates, due) in cases {
      let document = line(coordinates)
      let found = document.diagnostics.map { diagnostic in
        let words = diagnostic.message.split(separator: " (placemark")[0]
        return "\(diagnostic.column ?? 0) \(diagnostic.code.rawValue) \(words)"
      }
      #expect(
        found.map { $0.replacing("; no space may follow a comma", with: "") }
          == due.map { $0.replacing("; no space may follow a comma", with: "") }, "\(coordinates)")
      #expect(document.diagnostics.allSatisfy { $0.line == 2 })
    }
    #expect(
      line("1, 2").diagnostics[0].message.contains("no space may follow a comma (placemark 1"))
    #expect(line("1,2 3,x").diagnostics[0].message.hasSuffix("(placemark 1, point 2)"))
    let named = kml(
      "<Placemark><name>N</name><Point><coordinates>x</coordinates></Point></Placemark>")
    #expect(named.diagnostics[0].message.hasSuffix("(placemark \"N\", point 1)"))
    // Edges, exponents and signs.
    #expect(line("180,90 -180,-90 +1e1,-.5,+3").vertices.last == place(-0.5, 10, 3))
    // A fourth number may be anything.
    #expect(
      line("1,2,3,4").found() == ["\(line("x").found()[0].prefix { $0 != " " }) number-syntax"])
  }

  @Test func commasBetweenCoordinates() {
    let wanted = [place(47, 8), place(47.1, 8.1), place(47.2, 8.2)]
    #expect(line("8,47 8.1,47.1,8.2,47.2").vertices == wanted)
    #expect(line("8,47,8.1,47.1,8.2,47.2").vertices == wanted)
    let high = [place(47, 8, 500), place(47.1, 8.1, 510)]
    #expect(line("8,47,500,8.1,47.1,510").vertices == high)
    // The coordinates before tell how many numbers each has; where they do not fit nothing is guessed.
    for text in ["8,47,500 8.1,47.1,8.2,47.2", "8,47 8,47,1,8,47", "8,47,500,600"] {
      #expect(line(text).errors.map(\.code) == [.numberSyntax], "\(text)")
    }
    // Other edits wait until the commas are gone.
    let document = line("8,47,500,8.1,47.1,510")
    #expect(document.applying([.removeVertex(0)]).refused.first?.error.code == .source)
  }

  @Test(arguments: [
    (0..<20).map { "7,0\(10 + $0) 50,0\(10 + $0)" }.joined(separator: " "),
    (0..<40).map { "-3,80\(100 + $0)\n52,50\(100 + $0)" }.joined(separator: "\n"),
    (0..<9_000).map { "7,\(10_000 + $0) 50,\(10_000 + $0)" }.joined(separator: " "),
  ])
  func decimalCommasAreOneError(_ text: String) {
    let document = line(text)
    #expect(document.found() == ["2:14 number-syntax"])
    let message = document.diagnostics[0].message
    #expect(message.contains("decimal commas") && message.contains("write points"))
    #expect(document.vertices == [])
    let whole = kml("<Placemark><Point><coordinates>7,010 50,001</coordinates></Point></Placemark>")
    #expect(whole.codes == [.numberSyntax] && whole.waypoints == [])
  }

  @Test func soundCoordinatesAreNoDecimalCommas() {
    #expect(line("7,50 8,51").vertices == [place(50, 7), place(51, 8)])
    #expect(line("7,50,100 8,51,100").codes == [])
    // One that cannot be such a number shows that the others are none.
    #expect(
      line("7,010 8,011 9,012 9.5,12 10,013").vertices
        == [place(10, 7), place(11, 8), place(12, 9), place(12, 9.5), place(13, 10)])
    #expect(line("7,010 8,011").vertices == [place(10, 7), place(11, 8)])
    // Numbers that are wrong in other ways keep their messages and places.
    let grid = line("500,433000 501,433001 502,433002 503,433003")
    #expect(grid.codes == [.latitudeRange])
  }

  @Test func coordinatesInPieces() {
    // Comments, character references and a document larger than what is fed at once.
    #expect(line("1,2 <!-- 5,6 -->3,&#52; 5<![CDATA[,6]]>").vertices.map(\.latitude) == [2, 4, 6])
    #expect(line("1,2 <x>9,9</x> 3,4").vertices == [place(2, 1), place(4, 3)])
    let many = (0..<20_000).map { "\(Double($0) / 1_000 - 10),\(Double($0) / 500 - 20),\($0)" }
    for separator in [" ", "\n", "\r\n\t "] {
      let document = line(many.joined(separator: separator))
      #expect(document.codes.isEmpty)
      #expect(document.vertices.count == many.count)
      let wrong = document.vertices.enumerated().filter { index, vertex in
        vertex != place(Double(index) / 500 - 20, Double(index) / 1_000 - 10, Double(index))
      }
      #expect(wrong.isEmpty)
      // Every vertex knows where its tuple begins.
      let bytes = document.source.bytes
      let offsets = document.tracks.flatMap { $0.parts.flatMap(\.offsets) }
      let strays = zip(offsets, many).filter { !bytes[Int($0)...].starts(with: $1.utf8) }
      #expect(strays.isEmpty)
    }
  }

  @Test func encodingsHaveTheirPlaces() throws {
    let text =
      "<kml><Placemark><name>Aé£</name><Point><coordinates>1,99</coordinates></Point></Placemark>"
      + "</kml>"
    for (encoding, name) in [(String.Encoding.isoLatin1, "ISO-8859-1"), (.utf8, "UTF-8")] {
      let head = "<?xml version='1.0' encoding='\(name)'?>"
      let bytes = Array(try #require((head + text).data(using: encoding)))
      #expect(RouteReader.read(bytes).found() == ["1:\(head.count + 53) latitude-range"])
    }
  }

  // MARK: Our own fields

  @Test func ourOwnFields() throws {
    func data(_ name: String, _ value: String) -> String {
      "<Data name=\"\(name)\"><displayName>d</displayName><value>\(value)</value></Data>"
    }
    let own =
      data("milequest:joins", "ferry") + data("milequest:laps", "2") + data("laps", "9")
      + data("other:laps", "9") + data("milequest:thereAndBack", "true")
      + data("milequest:lapJoin", "walk") + data("milequest:officialLength", "2.5 mi")
      + data("milequest:unknown", "x")
      + "<SchemaData><SimpleData name='a'>1</SimpleData></SchemaData>"
    let lines = ["1,2 3,4", "5,6 7,8"]
      .map { "<LineString><coordinates>\($0)</coordinates></LineString>" }.joined()
    let document = kml(
      "<Placemark><ExtendedData>\(own)</ExtendedData>"
        + "<MultiGeometry>\(lines)</MultiGeometry></Placemark>"
        + "<Placemark><ExtendedData>\(data("milequest:type", "hut"))"
        + "\(data("milequest:officialDistance", "1500"))</ExtendedData>"
        + "<Point><coordinates>1,2</coordinates></Point></Placemark>")
    #expect(document.codes.isEmpty)
    let route = try document.route()
    #expect(route.joinPolicies == [.ferry] && route.officialLength == distance("2.5mi"))
    #expect(route.course == Course(laps: 2, thereAndBack: true, lapJoin: .walk))
    #expect(
      route.waypoints
        == [Waypoint(coordinate: place(2, 1), type: "hut", officialDistance: distance("1.5km"))])
    // For the file as a whole, beside its placemarks.
    let whole = kml(
      "<ExtendedData>\(data("milequest:laps", "3"))</ExtendedData>"
        + "<Placemark><MultiGeometry>\(lines)</MultiGeometry></Placemark>")
    #expect(try whole.route().course.laps == 3)
    for (name, value) in [
      ("laps", "0"), ("laps", ""), ("joins", "swim"), ("lapJoin", "x"), ("thereAndBack", "1"),
      ("officialLength", "far"), ("officialDistance", ""),
    ] {
      let text =
        "<Placemark><ExtendedData>\n\(data("milequest:" + name, value))</ExtendedData></Placemark>"
      let found = kml(text).found()
      #expect(found.count == 1 && found[0].hasPrefix("2:") && found[0].hasSuffix("route-property"))
    }
  }

  @Test func otherRootsAreNoKML() {
    #expect(read("<kmlx/>", as: .kml).codes == [.unknownFormat])
    #expect(read("<gpx/>", as: .kml).codes == [.unknownFormat])
    #expect(read("<k:kml xmlns:k='x'><k:Placemark/></k:kml>").codes.isEmpty)
    #expect(RouteReader.read([0x50, 0x4B, 3, 4, 0, 0]).diagnostics[0].message.contains("KMZ"))
    #expect(RouteReader.read([0x1F, 0x8B, 8]).diagnostics[0].message.contains("gzip"))
    #expect(read("").diagnostics[0].message.contains("empty"))
  }

  @Test func anEmptyLineIsToldWhereItBegins() {
    let text = "<kml><Placemark>\n <LineString>\n</LineString></Placemark></kml>"
    let places = read(text).diagnostics.filter { $0.code == .emptyPart }
      .map { [$0.line, $0.column] }
    #expect(places == [[2, 2]])
  }
}
