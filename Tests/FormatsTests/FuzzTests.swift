import Formats
import Foundation
import Geodesy
import Routes
import Testing

/// Random bytes and random damage: never a crash, and whatever is accepted is sound.
@Suite struct FuzzTests {
  @Test func randomBytes() {
    var random = SplitMix64("randomBytes")
    let beginnings = [
      "", "{", "<gpx>", "<kml>", "{\"type\":", "<?xml version='1.0'?>", "\u{FEFF}", "[[", "_p~iF",
    ]
    for _ in 0..<4_000 {
      let start = Array(random.element(of: beginnings).utf8)
      let isText = random.chance(0.5)
      let bytes =
        start
        + (0..<random.int(0...120)).map { _ in
          isText ? UInt8(random.int(32...126)) : UInt8(truncatingIfNeeded: random.next())
        }
      check(bytes, random.chance(0.3) ? random.element(of: RouteFormat.allCases) : nil)
    }
  }

  @Test(arguments: Sample.all.map(\.format)) func randomDamage(_ format: RouteFormat) throws {
    var random = SplitMix64("randomDamage \(format)")
    let sample = try #require(Sample.all.first { $0.format == format }).text
    let sound = Array(sample.utf8)
    let isPolyline = format == .polyline5 || format == .polyline6
    for _ in 0..<(isPolyline ? 6_000 : 5_000) {
      var bytes = sound
      for _ in 0..<random.int(1...4) { damage(&bytes, &random, format) }
      check(bytes, random.chance(0.8) ? format : nil)
    }
  }

  /// What a file says of itself is short, and every repair of it begins there.
  @Test(arguments: [RouteFormat.gpx, .kml]) func randomDamageOfTheDeclaration(_ format: RouteFormat)
    throws
  {
    var random = SplitMix64("randomDamageOfTheDeclaration \(format)")
    let sound = Array(try #require(Sample.all.first { $0.format == format }).text.utf8)
    let words = [
      "<?xml version=\"1.0\"", " encoding=\"", "\"?>", "UTF-8", "UTF-16", "\0\0", "latin1", "é",
      "<!--",
    ]
    for _ in 0..<4_000 {
      var bytes = sound
      for _ in 0..<random.int(1...4) {
        let at = random.int(0...min(60, bytes.count - 1))
        let end = min(at + random.int(1...20), bytes.count)
        switch random.int(0...3) {
        case 0: bytes.removeSubrange(at..<end)
        case 1: bytes.insert(contentsOf: bytes[..<end], at: at)
        case 2: bytes[at] = UInt8(truncatingIfNeeded: random.next())
        default: bytes.insert(contentsOf: random.element(of: words).utf8, at: at)
        }
      }
      check(bytes, random.chance(0.8) ? format : nil)
    }
  }

  /// Found by `make fuzz`: the name of an encoding that holds a declaration, and controls within.
  @Test(arguments: [SourceFormat.gpx, .kml, .tcx]) func aDeclarationWithinADeclaration(
    _ format: SourceFormat
  ) {
    let text =
      "<?xml version=\"1.0\" encoding=\"<?xml version=\"1.0\" encoding=\"UTF\u{19}\0\0\0\0\0\0\0"
      + "\n<Traini-8\"?>\n<Tn"
    let document = RouteReader.read(Array(text.utf8), as: format)
    #expect(!document.errors.isEmpty)
    expectSane(document, text)
  }

  @Test func randomDamageInUTF16() throws {
    var random = SplitMix64("randomDamageInUTF16")
    let text = "\u{FEFF}" + Sample.gpx.replacing("UTF-8", with: "UTF-16")
    let sound = Array(try #require(text.data(using: .utf16LittleEndian)))
    for _ in 0..<1_000 {
      var bytes = sound
      for _ in 0..<random.int(1...3) { damage(&bytes, &random, .gpx) }
      check(bytes, .gpx)
    }
  }

  // MARK: Damage

  private static let words: [RouteFormat: [String]] = [
    .gpx: [
      "<trkpt lat='1' lon='2'/>", "<trkseg>", "</trkseg>", "<rte>", "</rte>", "<wpt lat='x'/>",
      "<!--", "-->", "<![CDATA[", "]]>", "&amp;", "&#x41;", "&#0;", "<?x?>", "lat=\"91\"", "\"",
      "lon='-181'", "<ele>x</ele>", "joins=\"x\"", "laps='0'", "é", "\u{0}", "<gpx>", "</gpx>",
      "1e400", "<ele/>", "<time>x</time>", "<x:y/>", "<bounds minlat='1'/>", "<speed/>",
    ],
    .kml: [
      "<LineString>", "</LineString>", "<coordinates>1,2 3,4</coordinates>", "1,2", ", ", "1e400",
      "<gx:coord>", "<Polygon>", "<MultiGeometry>", "<Data name='milequest:laps'>", "<value>",
      "]]>", "<when>1970</when>",
      "<Placemark>", "</Placemark>", "&lt;", "\u{0}", "<Folder>", "é", "-", "e", ".",
    ],
    .geojson: [
      "[", "]", "{", "}", ",", ":", "\"", "[]", "{}", "null", "true", "1e400", "-0", "1e-999",
      "[1,2]",
      "[[[1,2]]]", "\"type\"", "\"coordinates\"", "\"Polygon\"", "\"LineString\"", "\\ud800",
      "\\u0000",
      "\"crs\":null,", "\"laps\":0,", "\"joins\":[\"walk\"],", "é", "\u{0}", "\\", "[181,0]",
      "[0,91]",
      "\"bbox\":[1,2,3,4],", "\"Type\":1,", "\"antimeridianCuts\":[{\"line\":1,\"added\":2}],",
    ],
    .polyline5: ["_", "?", "~", "\n", "~~~~~~~", "_p~iF", "é", "\u{0}", " "],
    .polyline6: ["_", "?", "~", "\r\n", "_______", "_izlhA", "\u{7F}"],
  ]

  private func damage(_ bytes: inout [UInt8], _ random: inout SplitMix64, _ format: RouteFormat) {
    guard !bytes.isEmpty else { return }
    let at = random.int(0...bytes.count - 1)
    let end = min(at + random.int(1...40), bytes.count)
    switch random.int(0...7) {
    case 0: bytes[at] ^= UInt8(1 << random.int(0...7))
    case 1: bytes[at] = UInt8(truncatingIfNeeded: random.next())
    case 2: bytes.removeSubrange(at..<end)
    case 3: bytes.insert(contentsOf: bytes[at..<end], at: random.int(0...bytes.count))
    case 4: bytes.replaceSubrange(at..<end, with: bytes[at..<end].reversed())
    case 5: bytes.removeLast(random.int(0...min(30, bytes.count)))
    default:
      let word = random.element(of: Self.words[format] ?? [])
      bytes.insert(contentsOf: word.utf8, at: at)
    }
  }

  // MARK: What must hold

  private func check(_ bytes: [UInt8], _ format: RouteFormat?) {
    let document = RouteReader.read(bytes, as: format?.source)
    expectSane(document, "\(shown(bytes)), seed \(runSeed)")
    let thorough = RouteReader.read(bytes, as: format?.source, thoroughly: true)
    expectSane(thorough, "\(shown(bytes)), seed \(runSeed)")
    // Only a strict reader asks whether prefixes are declared.
    let errors = thorough.errors.filter { $0.code != .prefixUndeclared }
    if errors != document.errors || thorough.vertices != document.vertices {
      Issue.record("a thorough reading differs: \(shown(bytes)), seed \(runSeed)")
    }
    guard document.errors.isEmpty else { return }
    if document.format == .geojson {
      // Foundation refuses 1e-400 and the like, and knows no NUL in a text.
      let isHarder = [UInt8]("e-".utf8).allSatisfy(bytes.contains)
      if !isHarder, !bytes.starts(with: [0xEF]) {
        #expect(
          throws: Never.self, "accepted: \(shown(bytes)), seed \(runSeed)",
          performing: { try JSONSerialization.jsonObject(with: Data(bytes)) })
      }
    }
    guard document.hasLine else { return }
    // What is accepted can be written, and what is written is accepted and holds as much.
    guard let route = try? document.route() else { return }
    for target in [RouteFormat.gpx, .geojson, .kml, .polyline6] {
      let written = RouteWriter.write(route, as: target)
      let again = RouteReader.read(written, as: target.source)
      let held = target.hasSinglePoints ? route : try? route.withoutSinglePoints()
      guard let held else { continue }
      if !again.errors.isEmpty || again.vertices.count != held.vertices.count {
        let what = "\(again.vertices.count) of \(held.vertices.count) vertices"
        Issue.record(
          "\(target): \(what) \(again.found(.error)), \(shown(bytes)), seed \(runSeed)"
        )
      }
    }
  }
}
