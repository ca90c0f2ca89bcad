import Formats
import Foundation
import Geodesy
import Routes
import Testing

@testable import Inspection

/// Faults of all kinds, planted by a seed into the sample quests: each is found at its line and within
/// ten metres of its place, and nothing is found where none was planted.
@Suite struct PlantedFaultTests {
  /// Where a fault was planted, and where on the ground it should be told; nil where the place is
  /// that of the vertex or waypoint itself.
  enum Place {
    case vertex(part: Int, Int, at: Coordinate? = nil)
    case stop(Int)
    case part(Int)
    /// A line of the text that contains this.
    case text(String)
  }

  enum Format: CaseIterable { case gpx, geojson }

  struct Kind: CustomTestStringConvertible, Sendable {
    let code: Diagnostic.Code
    let formats: [Format]
    let plant: @Sendable (inout Quest, inout SplitMix64) -> Place
    var testDescription: String { code.rawValue }

    init(
      _ code: Diagnostic.Code, _ formats: [Format] = Format.allCases,
      plant: @escaping @Sendable (inout Quest, inout SplitMix64) -> Place
    ) {
      self.code = code
      self.formats = formats
      self.plant = plant
    }
  }

  /// Quests of one or two parts that lie away from the axes on which a swap changes nothing.
  static let samples = [
    "appalachian-trail", "camino-frances", "lands-end-to-john-o-groats", "manhattan-loop",
    "te-araroa", "iceland-ring-road", "kungsleden-there-and-back",
  ]

  /// A vertex well inside the first part.
  static func inner(_ quest: Quest, _ random: inout SplitMix64) -> Int {
    random.int(25...quest.parts[0].count - 26)
  }

  /// Metres between a vertex and the next.
  static func leg(_ quest: Quest, _ i: Int) -> Double {
    RouteLine.gapMeters(
      from: quest.parts[0][i].coordinate, to: quest.parts[0][i + 1].coordinate)
  }

  static func typicalLeg(_ quest: Quest) -> Double {
    let legs = quest.parts[0].indices.dropLast().map { leg(quest, $0) }.sorted()
    return legs[legs.count / 2]
  }

  /// A vertex moved by a distance in a direction.
  static func moved(_ vertex: Quest.Vertex, _ meters: Double, _ degrees: Double) -> Quest.Vertex {
    let there = Geodesic.wgs84.direct(
      from: vertex.coordinate, azimuth: Azimuth(degrees: degrees), distanceMeters: meters)
    var moved = vertex
    moved.latitude = there.coordinate.latitude
    moved.longitude = there.coordinate.longitude
    return moved
  }

  /// Cuts the first part into pieces without a gap worth telling, and forgets about joins.
  static func split(_ quest: inout Quest, into count: Int) {
    let whole = quest.parts[0]
    let size = whole.count / count
    quest.parts = (0..<count).map { piece in
      Array(whole[(piece * size)..<(piece + 1 == count ? whole.count : (piece + 1) * size)])
    }
    quest.joins = Array(repeating: "walk", count: count - 1)
  }

  static let kinds: [Kind] = [
    Kind(.coordinatesSwapped) { quest, random in
      let i = inner(quest, &random)
      let vertex = quest.parts[0][i]
      // Some places are no place the other way round; that is a kind of its own.
      guard abs(vertex.longitude) <= 90 else {
        quest.parts[0][i].latitude = vertex.longitude
        quest.parts[0][i].longitude = vertex.latitude
        return .vertex(part: 0, i, at: vertex.coordinate)
      }
      quest.parts[0][i] = Quest.Vertex(
        vertex.longitude, vertex.latitude, vertex.elevation, seconds: vertex.seconds)
      return .vertex(part: 0, i)
    },
    Kind(.signFlipped) { quest, random in
      let i = inner(quest, &random)
      if abs(quest.parts[0][i].latitude) > abs(quest.parts[0][i].longitude) {
        quest.parts[0][i].latitude.negate()
      } else {
        quest.parts[0][i].longitude.negate()
      }
      return .vertex(part: 0, i)
    },
    Kind(.spike) { quest, random in
      let i = inner(quest, &random)
      let away = moved(quest.parts[0][i], 12 * typicalLeg(quest), random.double(0..<360))
      quest.parts[0].insert(away, at: i + 1)
      return .vertex(part: 0, i + 1)
    },
    Kind(.jump) { quest, random in
      // A stretch of the line is missing.
      let i = random.int(25...40)
      let from = quest.parts[0][i].coordinate
      let reach = 30 * typicalLeg(quest) + 2_000
      let next = quest.parts[0].indices.first {
        $0 > i && RouteLine.gapMeters(from: from, to: quest.parts[0][$0].coordinate) > reach
      }
      quest.parts[0].removeSubrange(i + 1..<(next ?? i + 1))
      return .vertex(part: 0, i)
    },
    Kind(.vertexDoubled) { quest, random in
      let i = inner(quest, &random)
      quest.parts[0].insert(quest.parts[0][i], at: i)
      return .vertex(part: 0, i + 1)
    },
    Kind(.onePointPart) { quest, random in
      let point = quest.parts[0][quest.parts[0].count - 1]
      quest.parts.insert([moved(point, 300, 10)], at: 1)
      quest.joins = Array(repeating: "walk", count: quest.parts.count - 1)
      return .vertex(part: 1, 0)
    },
    Kind(.joinUnresolved) { quest, random in
      let i = inner(quest, &random)
      let whole = quest.parts[0]
      // Two legs of more than a kilometre in all, or more of them.
      var j = i + 1
      while RouteLine.gapMeters(from: whole[i].coordinate, to: whole[j].coordinate) < 1_500 {
        j += 1
      }
      quest.parts = [Array(whole[...i]), Array(whole[j...])]
      quest.joins = nil
      return .vertex(part: 1, 0)
    },
    Kind(.partReversed) { quest, random in
      split(&quest, into: 4)
      let part = random.int(1...2)
      quest.parts[part].reverse()
      quest.stops = []
      return .vertex(part: part, 0)
    },
    Kind(.partsOrder) { quest, random in
      split(&quest, into: 5)
      let part = random.int(1...3)
      quest.parts.swapAt(part, part == 3 ? 1 : part + 1)
      quest.stops = []
      let first = min(part, part == 3 ? 1 : part + 1)
      return .vertex(part: first, 0)
    },
    Kind(.walkedTwice) { quest, random in
      // The last twelve vertices back again; from a waypoint that would be a visit.
      quest.stops = []
      let part = quest.parts.count - 1
      let count = quest.parts[part].count
      quest.parts[part] += quest.parts[part][(count - 13)..<(count - 1)].reversed()
      return .vertex(part: part, count - 1)
    },
    Kind(.selfCrossing) { quest, random in
      // A square that closes over the leg it left from.
      let i = inner(quest, &random)
      let (a, b) = (quest.parts[0][i], quest.parts[0][i + 1])
      let size = max(leg(quest, i), 400)
      let heading = Geodesic.wgs84.inverse(from: a.coordinate, to: b.coordinate).initialAzimuth
        .degrees
      let middle = moved(a, leg(quest, i) / 2, heading)
      let side = moved(b, size / 3, heading + 90)
      let back = moved(middle, size / 3, heading + 90)
      let over = moved(middle, size / 3, heading - 90)
      let on = moved(b, size / 3, heading - 60)
      quest.parts[0].insert(contentsOf: [side, back, over, on], at: i + 2)
      return .vertex(part: 0, i + 3, at: middle.coordinate)
    },
    Kind(.legAntipodal) { quest, random in
      let last = quest.parts[quest.parts.count - 1]
      let end = last[last.count - 1]
      let there = Quest.Vertex(
        -end.latitude + 0.01, end.longitude > 0 ? end.longitude - 179.99 : end.longitude + 179.99)
      quest.parts[quest.parts.count - 1].append(there)
      return .vertex(part: quest.parts.count - 1, last.count - 1)
    },
    Kind(.precisionCoarse) { quest, random in
      quest.digits = 3
      for k in quest.parts[0].indices {
        quest.parts[0][k].latitude = (quest.parts[0][k].latitude * 1e3).rounded() / 1e3
        quest.parts[0][k].longitude = (quest.parts[0][k].longitude * 1e3).rounded() / 1e3
      }
      return .vertex(part: 0, 0)
    },
    Kind(.precisionExcess) { quest, random in
      quest.digits = 12
      return .vertex(part: 0, 0)
    },
    Kind(.elevationMissing) { quest, random in
      let i = inner(quest, &random)
      for k in i..<i + random.int(1...6) { quest.parts[0][k].elevation = nil }
      return .vertex(part: 0, i)
    },
    Kind(.elevationZero) { quest, random in
      let i = inner(quest, &random)
      for k in i..<i + random.int(1...6) { quest.parts[0][k].elevation = 0 }
      return .vertex(part: 0, i)
    },
    Kind(.elevationRange) { quest, random in
      let i = inner(quest, &random)
      quest.parts[0][i].elevation = random.element(of: [-32_768, -9_999, 9_999, 65_535])
      return .vertex(part: 0, i)
    },
    Kind(.elevationStep) { quest, random in
      let i = inner(quest, &random)
      // Where the vertices are dense enough for a grade to be impossible.
      let a = quest.parts[0][i]
      let close = [moved(a, 8, 0), moved(a, 16, 0), moved(a, 24, 0)]
      quest.parts[0].insert(contentsOf: close, at: i + 1)
      quest.parts[0][i + 2].elevation = (a.elevation ?? 0) + random.double(60..<200).rounded()
      return .vertex(part: 0, i + 2)
    },
    Kind(.gradeImpossible) { quest, random in
      let i = inner(quest, &random)
      let a = quest.parts[0][i]
      quest.parts[0].insert(moved(a, 9, 45), at: i + 1)
      for k in (i + 1)..<quest.parts[0].count { quest.parts[0][k].elevation? += 95 }
      return .vertex(part: 0, i)
    },
    Kind(.timeBackwards, [.gpx]) { quest, random in
      let i = inner(quest, &random)
      quest.parts[0][i].seconds? -= 3_600 + random.int(1...3_000)
      return .vertex(part: 0, i)
    },
    Kind(.timeSyntax, [.gpx]) { quest, random in
      let i = inner(quest, &random)
      let vertex = quest.parts[0][i]
      quest.parts[0][i].text =
        "lat=\"\(String(format: "%.6f", vertex.latitude))\" "
        + "lon=\"\(String(format: "%.6f", vertex.longitude))\"><time>yesterday</time><cmt>x</cmt"
      quest.parts[0][i].elevation = nil
      quest.parts[0][i].seconds = nil
      return .vertex(part: 0, i)
    },
    Kind(.waypointOffRoute) { quest, random in
      let i = random.int(2...quest.stops.count - 3)
      quest.stops[i].vertex = moved(quest.stops[i].vertex, 40_000, random.double(0..<360))
      return .stop(i)
    },
    Kind(.waypointOrder) { quest, random in
      let i = random.int(3...6)
      let stop = quest.stops.remove(at: i)
      quest.stops.insert(stop, at: quest.stops.count - 4)
      return .stop(quest.stops.count - 5)
    },
    Kind(.waypointDoubled) { quest, random in
      let i = random.int(1...quest.stops.count - 2)
      quest.stops.insert(quest.stops[i], at: i)
      return .stop(i + 1)
    },
    Kind(.waypointUnnamed) { quest, random in
      let i = random.int(1...quest.stops.count - 2)
      quest.stops[i].name = nil
      return .stop(i)
    },
    Kind(.markerUnused) { quest, random in
      quest.officialLength = nil
      quest.joins = quest.joins.map { $0.map { _ in "walk" } }
      for k in quest.stops.indices { quest.stops[k].official = nil }
      let last = quest.stops.count - 2
      for (number, i) in [2, last / 2, last].enumerated() {
        quest.stops[i].official = "\([100, 50, 300][number]) km"
      }
      // Of the first two either may be the wrong one: the longest chain keeps one of them.
      return .text("officialDistance")
    },
    Kind(.markerStretch) { quest, random in
      quest.officialLength = nil
      for k in quest.stops.indices { quest.stops[k].official = nil }
      let middle = quest.stops.count / 2
      quest.stops[middle - 3].official = "10 km"
      quest.stops[middle - 2].official = "9000 km"
      quest.stops[middle + 3].official = "9010 km"
      return .stop(middle + 3)
    },
    Kind(.scaleSurprising) { quest, random in
      quest.officialLength = "\(random.int(1...9)) km"
      return .vertex(part: 0, 0)
    },
    Kind(.lengthDiffers) { quest, random in
      let meters = quest.parts.reduce(0.0) { sum, part in
        zip(part, part.dropFirst()).reduce(sum) {
          $0 + RouteLine.gapMeters(from: $1.0.coordinate, to: $1.1.coordinate)
        }
      }
      quest.officialLength = "\(Int(meters / 1_000 * 1.3)) km"
      return .vertex(part: 0, 0)
    },
    Kind(.latitudeRange) { quest, random in
      let i = inner(quest, &random)
      quest.parts[0][i].latitude = 90 + random.double(1..<80).rounded()
      return .vertex(part: 0, i, at: quest.parts[0][i - 1].coordinate)
    },
    Kind(.longitudeRange, [.gpx]) { quest, random in
      let i = inner(quest, &random)
      quest.parts[0][i].longitude = 361 + random.double(1..<80).rounded()
      return .vertex(part: 0, i, at: quest.parts[0][i - 1].coordinate)
    },
    Kind(.numberSyntax, [.gpx]) { quest, random in
      let i = inner(quest, &random)
      quest.parts[0][i].text = "lat=\"51,5\" lon=\"7\""
      return .vertex(part: 0, i, at: quest.parts[0][i - 1].coordinate)
    },
    Kind(.coordinateMissing, [.gpx]) { quest, random in
      let i = inner(quest, &random)
      quest.parts[0][i].text = "lat=\"51.5\" lno=\"7\""
      return .vertex(part: 0, i, at: quest.parts[0][i - 1].coordinate)
    },
    Kind(.positionNotNumber, [.geojson]) { quest, random in
      let i = inner(quest, &random)
      quest.parts[0][i].text = "7.1, \"51.5\""
      return .vertex(part: 0, i, at: nil)
    },
    Kind(.positionTooShort, [.geojson]) { quest, random in
      let i = inner(quest, &random)
      quest.parts[0][i].text = "7.1"
      return .vertex(part: 0, i, at: nil)
    },
    Kind(.longitudeWrapped, [.geojson]) { quest, random in
      let i = inner(quest, &random)
      let vertex = quest.parts[0][i]
      let turned = vertex.longitude + (vertex.longitude < 0 ? 360 : -360)
      quest.parts[0][i].text = String(format: "%.6f, %.6f, 200", turned, vertex.latitude)
      return .vertex(part: 0, i)
    },
    Kind(.bboxWrong, [.geojson]) { quest, random in
      quest.extra = "\"bbox\": [0, 0, 1, 1], "
      return .text("bbox")
    },
    Kind(.memberMisspelt, [.geojson]) { quest, random in
      quest.extra = "\"geomtery\": null, "
      return .text("geomtery")
    },
  ]

  @Test func thirtyKindsAndMoreArePlanted() {
    #expect(Set(Self.kinds.map(\.code)).count >= 30)
  }

  @Test(arguments: samples) func nothingIsFoundWhereNothingWasPlanted(_ sample: String) throws {
    let quest = try Quest.sample(sample)
    for text in [quest.gpx().text, quest.geojson().text] {
      let report = inspected(text)
      let bad = report.findings.filter { $0.severity > .info }
      #expect(bad.isEmpty, "\(bad.map(\.message))")
    }
  }

  @Test(arguments: kinds) func plantedFaultsAreFoundWhereTheyAre(_ kind: Kind) throws {
    for sample in Self.samples {
      var random = SplitMix64("\(kind.code.rawValue) \(sample)")
      for round in 0..<3 {
        var quest = try Quest.sample(sample)
        // A misspelt member stands for the one that is missing.
        let place = kind.plant(&quest, &random)
        for format in kind.formats {
          var written = format == .gpx ? quest.gpx() : quest.geojson()
          if kind.code == .memberMisspelt {
            written.text = written.text.replacing("\"geomtery\": null, ", with: "")
              .replacing(
                "\"geometry\": {\"type\": \"MultiL", with: "\"geomtery\": {\"type\": \"MultiL")
          }
          let report = inspected(written.text)
          expect(
            report, kind.code, at: place, quest, written,
            "\(kind.code.rawValue) in \(sample), round \(round), \(format)")
        }
      }
    }
  }

  private func expect(
    _ report: Report, _ code: Diagnostic.Code, at place: Place, _ quest: Quest,
    _ written: Quest.Written, _ note: String
  ) {
    var lines: [Int]
    var coordinate: Coordinate?
    switch place {
    case .vertex(let part, let index, let at):
      lines = [written.vertexLines[part][index]]
      coordinate =
        at
        ?? (quest.parts[part][index].text == nil
          ? quest.parts[part][index].coordinate : nil)
    case .stop(let index):
      lines = [written.stopLines[index]]
      coordinate = quest.stops[index].vertex.coordinate
    case .part(let part): lines = [written.partLines[part]]
    case .text(let piece):
      lines = written.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        .filter { $0.element.contains(piece) }.map { $0.offset + 1 }
      // A waypoint's own line is near that of its properties.
      if code == .markerUnused { lines = written.stopLines }
    }
    let found = report.findings(code)
    let hit = found.first { finding in
      guard let line = finding.line, lines.contains(line) else { return false }
      guard let coordinate, let told = finding.coordinate else { return coordinate == nil }
      return RouteLine.gapMeters(from: coordinate, to: told) <= 10
    }
    #expect(
      hit != nil,
      "\(note): due at \(lines.prefix(3)) \(coordinate.map(String.init(describing:)) ?? ""), found \(found.map { "\($0.line ?? 0) \($0.coordinate.map(String.init(describing:)) ?? "")" }) among \(report.summary.prefix(12))"
    )
  }
}
