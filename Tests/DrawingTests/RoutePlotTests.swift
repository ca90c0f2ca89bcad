import Formats
import Foundation
import Geodesy
import Inspection
import Routes
import Testing

@testable import Drawing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct RoutePlotTests {
  // MARK: What every picture keeps to

  /// The rules that hold for any picture, whatever it shows.
  private func check(_ plot: RoutePlot, _ name: String) throws {
    let drawing = plot.drawing
    let page = Box(
      minX: 0, minY: 0, maxX: Double(drawing.widthPixels), maxY: Double(drawing.heightPixels))
    for layer in drawing.layers {
      // What is clipped may lie a little beyond the clip, anything else on the page.
      let room = layer.clip?.expanded(by: 40) ?? page.expanded(by: 0.5)
      for shape in layer.shapes {
        switch shape {
        case .path(let lines, _, _, _):
          for point in lines.joined() {
            #expect(room.contains(point), "\(name): \(layer.name) has \(point)")
          }
        case .circle(let center, _, _, _): #expect(room.contains(center), "\(name): \(layer.name)")
        case .text(let run):
          #expect(page.contains(run.box), "\(name): “\(run.text)” leaves the page")
        }
      }
    }
    let labels = texts(drawing, "labels")
    for (index, label) in labels.enumerated() {
      for other in labels[(index + 1)...] {
        #expect(
          !label.box.intersects(other.box), "\(name): “\(label.text)” and “\(other.text)” overlap")
      }
    }
    let axis = texts(drawing, "profile-axes") + texts(drawing, "profile-waypoints")
    for (index, label) in axis.enumerated() {
      for other in axis[(index + 1)...] where label.text != other.text {
        #expect(
          !label.box.intersects(other.box), "\(name): “\(label.text)” and “\(other.text)” overlap")
      }
    }
    let counts = try SVGCounter(drawing.svg())
    let all = drawing.layers.flatMap(\.shapes)
    #expect(counts.elements["text"] == all.count { if case .text = $0 { true } else { false } })
    #expect(
      counts.elements["circle"] ?? 0 == all.count { if case .circle = $0 { true } else { false } })
    #expect(counts.elements["title"] == 1 && counts.elements["desc"] == 1)
    let png = try plot.png()
    #expect(Array(png.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    func number(_ offset: Int) -> Int { png[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
    #expect(number(16) == drawing.widthPixels && number(20) == drawing.heightPixels)
  }

  private func texts(_ drawing: Drawing, _ layer: String) -> [TextRun] {
    drawing.layers.filter { $0.name == layer }.flatMap(\.shapes).compactMap {
      if case .text(let run) = $0 { run } else { nil }
    }
  }

  @Test(arguments: Sample.quests)
  func questsInAllSizesAndThemes(_ quest: String) throws {
    let route = try Sample.quest(quest)
    for (theme, width, height, units) in [
      (PlotTheme.light, 1_200, 900, MeasurementSystem.metric), (.dark, 400, 400, .imperial),
      (.light, 2_000, 500, .imperial), (.dark, 600, 1_600, .metric),
    ] {
      let options = PlotOptions(
        widthPixels: width, heightPixels: height, theme: theme, units: units)
      try check(try RoutePlot(route, options: options), "\(quest) \(width) × \(height)")
    }
    for position in [Distance(micrometers: route.length.micrometers / 3), route.end] {
      try check(
        try RoutePlot(route, options: PlotOptions(position: position)), "\(quest) at \(position)")
    }
  }

  @Test func hostileRoutesGiveSanePictures() throws {
    let long = String(repeating: "<&>\u{1}\u{202E}Ω", count: 700)
    let routes: [(String, MeasuredRoute)] = [
      ("one vertex", try Sample.route([[(47, 8)]])),
      ("one vertex at the pole", try Sample.route([[(-90, 8)]])),
      ("one place", try Sample.route([Array(repeating: (0, 180), count: 50)])),
      ("parts in one place", try Sample.route([[(1, 1)], [(1, 1)], [(1, 1)]])),
      ("along the pole", try Sample.route([[(90, 0), (90, 120), (90, -120)]])),
      ("over the pole", try Sample.route([[(80, 0), (80, 180)]])),
      ("antipodes", try Sample.route([[(0, 0), (0, 180)], [(47, 10), (-47, -170)]])),
      ("a nanometre", try Sample.route([[(0, 0), (1e-14, 1e-14)]])),
      ("pole to pole", try Sample.route([[(-90, 0), (90, 0)]])),
      (
        "names",
        try Sample.route(
          [[(50, 0), (51, 1)]], name: long,
          waypoints: [
            try Sample.waypoint(long, 50.5, 0.5), try Sample.waypoint("", 50.2, 0.2),
            try Sample.waypoint("日本語 🏔 العربية", 50.8, 0.8),
            try Sample.waypoint("far away", -50, 170),
          ])
      ),
    ]
    for (name, route) in routes {
      try check(try RoutePlot(route), name)
      try check(try RoutePlot(route, options: PlotOptions(position: route.end)), name)
    }
  }

  @Test func elevationsBeyondAllMeasureAndHoles() throws {
    func vertex(_ longitude: Double, _ elevation: Double?) throws -> Coordinate {
      try Coordinate(latitude: 0, longitude: longitude, elevationMeters: elevation)
    }
    let wild = try MeasuredRoute(
      try Route(parts: [
        [try vertex(0, 1e300), try vertex(0.1, -1e300), try vertex(0.2, nil), try vertex(0.3, 5)]
      ]))
    try check(try RoutePlot(wild), "wild")
    let holes = ElevationSeries(
      try MeasuredRoute(
        try Route(
          parts: [
            [try vertex(0, 10), try vertex(0.1, 20), try vertex(0.2, nil), try vertex(0.3, 5)],
            [try vertex(0.31, 5), try vertex(0.32, 5)], [try vertex(0.4, 7), try vertex(0.5, 7)],
          ], joinPolicies: [.walk, .counted])))
    // Open at the vertex without an elevation and at the crossing, not at the gap that is walked.
    #expect(holes.runs.map(\.count) == [2, 3, 2])
    let plain = try RoutePlot(try Sample.route([[(0, 0), (0, 1)]]))
    #expect(!plain.drawing.layers.contains { $0.name == "profile" })
    #expect(plain.drawing.layers.contains { $0.name == "profile-axes" })
  }

  // MARK: What is on the map

  @Test func joinsAreDrawnApartAndNamed() throws {
    let route = try Sample.route(
      [[(0, 0), (0, 1)], [(0, 2), (0, 3)], [(0, 4), (0, 5)], [(0, 6), (0, 7)]],
      joins: [.ferry, .counted, nil])
    let drawing = try RoutePlot(route).drawing
    let legend = texts(drawing, "legend").map(\.text)
    #expect(
      legend == [
        "route", "crossing that counts", "ferry, not counted", "gap to be decided on", "start",
        "finish",
      ])
    let dashes = drawing.layers.filter { $0.name == "route" }.flatMap(\.shapes).compactMap {
      if case .path(_, _, _, let stroke?) = $0, !stroke.dash.isEmpty { stroke } else { nil }
    }
    #expect(dashes.count == 3 && Set(dashes).count == 3)
    #expect(texts(drawing, "signs").map(\.text) == ["?"])
  }

  @Test func findingsAreMarkedAndCounted() throws {
    let route = try Sample.route([[(0, 0), (0, 1)]])
    func finding(_ code: String, _ severity: Severity, _ longitude: Double?, count: Int = 1) throws
      -> Finding
    {
      Finding(
        Diagnostic.Code(rawValue: code), severity, "a message",
        coordinate: try longitude.map { try Coordinate(latitude: 0, longitude: $0) }, count: count)
    }
    let findings = [
      try finding("spike", .warning, 0.5), try finding("spike", .warning, 0.7, count: 4),
      try finding("no-name", .info, nil), try finding("jump", .error, 0.2),
      // Two in one place are one mark.
      try finding("jump", .error, 0.2), try finding("far", .error, 120, count: .max),
      try finding("far", .error, nil, count: .max),
    ]
    let plot = try RoutePlot(route, findings: findings)
    try check(plot, "findings")
    let legend = texts(plot.drawing, "legend").map(\.text)
    // Those of the whole file, and of places elsewhere, are none of the map's.
    #expect(legend == ["start", "finish", "jump × 2", "spike × 2"])
    #expect(texts(plot.drawing, "notes")[0].text.contains("findings not on the map"))
    #expect(plot.mapNotes.findingsElsewhere == .max - 4)
    let few = try RoutePlot(route, findings: Array(findings[...2]))
    #expect(texts(few.drawing, "notes")[0].text.contains("4 findings not on the map"))
    let palette = Palette(.light)
    let marks = plot.drawing.layers.filter { $0.name == "signs" }.flatMap(\.shapes)
    func marked(_ color: Color) -> Int {
      marks.count { if case .path(_, _, color, _) = $0 { true } else { false } }
    }
    #expect(marked(palette.error) == 1 && marked(palette.warning) == 2)
    let many = try (0..<100).map { try finding("code-\($0)", .warning, 0.5, count: 2) }
    let crowded = try RoutePlot(route, findings: many)
    try check(crowded, "many kinds")
    #expect(
      texts(crowded.drawing, "legend").last?.text.contains("more kinds of findings × ") == true)
  }

  @Test func thePositionSplitsTheLine() throws {
    let route = try Sample.route([[(0, 0), (0, 1)]], course: Course(thereAndBack: true))
    let third = Distance(micrometers: (route.length.micrometers * 3 + 3) / 4)
    let plot = try RoutePlot(route, options: PlotOptions(position: third))
    try check(plot, "on the way back")
    let header = texts(plot.drawing, "header").map(\.text)
    #expect(header.contains { $0.contains("75.0 % done, on the way back") }, "\(header)")
    // What is travelled on the way back leads from the turn, at the right, to the middle.
    let travelled = Palette(.light).travelled
    let lines = plot.drawing.layers.filter { $0.name == "route" }.flatMap(\.shapes).flatMap {
      shape -> [[Point]] in
      if case .path(let lines, _, _, let stroke?) = shape, stroke.color == travelled {
        return lines
      }
      return []
    }
    let box = try #require(bounds(of: lines.joined()))
    let map = try #require(plot.drawing.layers.first { $0.name == "route" }?.clip)
    #expect(abs(box.minX - map.center.x) < 2 && box.maxX > map.maxX - 60)
  }

  @Test func labelsThatHaveNoRoomAreCounted() throws {
    let waypoints = try (0..<300).map { try Sample.waypoint("Place \($0)", 0, Double($0) / 300) }
    let route = try Sample.route([[(0, 0), (0, 1)]], waypoints: waypoints)
    let plot = try RoutePlot(route)
    try check(plot, "crowded")
    let shown = texts(plot.drawing, "labels").count { $0.text.hasPrefix("Place ") }
    #expect(shown > 10 && plot.mapNotes.droppedLabels == 300 - shown)
    #expect(
      texts(plot.drawing, "notes")[0].text.contains("\(300 - shown) waypoint labels left out"))
    // The ends are never left out.
    #expect(texts(plot.drawing, "labels").contains { $0.text == "Place 0" && $0.isBold })
    #expect(texts(plot.drawing, "labels").contains { $0.text == "Place 299" && $0.isBold })
  }

  @Test func theScaleBarIsTrueInTheMiddle() throws {
    // One degree along the equator is 111.3195 km.
    let route = try Sample.route([[(0, 0), (0, 1)]])
    let drawing = try RoutePlot(route).drawing
    let line = try #require(
      drawing.layers.first { $0.name == "route" }?.shapes.last.flatMap {
        if case .path(let lines, _, _, _) = $0 { lines[0] } else { nil }
      })
    let pixels = line[line.count - 1].x - line[0].x
    let bar = try #require(drawing.layers.first { $0.name == "scale-bar" }).shapes
    guard case .path(let lines, _, _, _) = bar[1], case .text(let text) = bar[2] else {
      Issue.record("the bar is a line and a text")
      return
    }
    let points = lines[0]
    let kilometers = try #require(Double(text.text.replacing(" km", with: "")))
    let length = points[points.count - 1].x - points[0].x
    #expect(abs(length / pixels - kilometers / 111.3195) < 1e-3)
  }

  @Test func aLargeRouteIsASmallPicture() throws {
    var random = SeededGenerator(state: 7)
    var (latitude, longitude) = (45.0, 0.0)
    let line = (0..<200_000).map { _ -> (Double, Double) in
      latitude += Double.random(in: -0.001...0.001, using: &random)
      longitude += Double.random(in: -0.001...0.001, using: &random)
      return (latitude, longitude)
    }
    let svg = try RoutePlot(try Sample.route([line])).svg()
    #expect(svg.count < 1_500_000)
    #expect(try SVGCounter(svg).elements["path"] ?? 0 > 4)
  }

  @Test func sizesHaveLimits() throws {
    let route = try Sample.route([[(0, 0), (0, 1)]])
    for (width, height) in [(399, 900), (4_097, 900), (1_200, 0), (1_200, Int.max)] {
      #expect(throws: DrawingError.self) {
        try RoutePlot(route, options: PlotOptions(widthPixels: width, heightPixels: height))
      }
    }
  }

  @Test func textIsMeasuredAlikeInAllSizes() {
    let ruler = TextRuler()
    let once = ruler.width("Land's End", size: 10)
    #expect(once > 40 && once < 70)
    #expect(abs(ruler.width("Land's End", size: 25) - 2.5 * once) < 0.01)
    #expect(ruler.width("Land's End", size: 10, isBold: true) > once)
    let fitted = ruler.fitted("Land's End to John o' Groats", size: 10, width: 80)
    #expect(fitted.hasSuffix("…") && ruler.width(fitted, size: 10) <= 80)
    #expect("a\u{0}b\n\n c\u{202E}d ".drawable(most: 9) == "a b cd")
    #expect(String(repeating: "x", count: 50).drawable(most: 9) == "xxxxxxxxx…")
  }

  @Test func roundNumbers() {
    #expect(NiceNumbers.atLeast(0.3) == 0.5 && NiceNumbers.atLeast(12) == 20)
    #expect(NiceNumbers.atMost(0.3) == 0.2 && NiceNumbers.atMost(1_000) == 1_000)
    #expect(NiceNumbers.text(1_234_567.891, decimals: 1) == "1,234,567.9")
    #expect(NiceNumbers.text(-0.25, step: 0.05) == "−0.25")
    #expect(NiceNumbers.text(999.96, decimals: 1) == "1,000.0")
    #expect(NiceNumbers.multiples(of: 0.1, in: 0...0.3).count == 4)
    #expect(thinningOrder(count: 5) == [0, 4, 2, 1, 3])
  }
}

/// Reads an SVG file as XML and counts its elements.
private final class SVGCounter: NSObject, XMLParserDelegate {
  var elements: [String: Int] = [:]

  init(_ bytes: [UInt8]) throws {
    super.init()
    let parser = XMLParser(data: Data(bytes))
    parser.delegate = self
    #expect(parser.parse(), "\(parser.parserError.map { "\($0)" } ?? "")")
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    elements[name, default: 0] += 1
    for (_, value) in attributes {
      #expect(!value.contains("nan") && !value.contains("inf"), "\(name): \(value)")
    }
  }
}
