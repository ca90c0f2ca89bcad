import Formats
import Foundation
import Geodesy
import Routes
import TestSupport
import Testing

@testable import Inspection

/// What is a way and what is a slip: clean lines of all shapes have no spike however they are thinned,
/// and planted ones are found.
@Suite struct SpikeTests {
  /// A line in metres east and north of a place, that turtles draw.
  struct Pen {
    var points: [(x: Double, y: Double, z: Double)] = [(0, 0, 300)]
    var heading = 0.0
    /// Metres that it rises in a metre.
    var grade = 0.0

    mutating func go(_ meters: Double, turning degrees: Double = 0) {
      heading += degrees * .pi / 180
      let last = points[points.count - 1]
      points.append(
        (last.x + meters * cos(heading), last.y + meters * sin(heading), last.z + meters * grade))
    }

    /// A path that wanders as one on a hill does.
    mutating func wander(_ count: Int, step: ClosedRange<Double>, _ random: inout SplitMix64) {
      for _ in 0..<count {
        go(
          random.double(step.lowerBound..<step.upperBound), turning: random.double(-35..<35))
      }
    }

    /// A road with bends of half a circle, each of 1 to 5 vertices.
    mutating func hairpins(_ count: Int, leg: Double, width: Double, wide: Int) {
      grade = 0.07
      for bend in 0..<count {
        go(leg)
        let side = bend % 2 == 0 ? 1.0 : -1.0
        if wide == 1 {
          go(leg, turning: side * 170)
        } else {
          for _ in 0..<wide { go(width / Double(wide), turning: side * 180 / Double(wide)) }
        }
      }
      grade = 0
    }

    /// There and back over the same vertices.
    mutating func outAndBack(_ count: Int, step: Double, _ random: inout SplitMix64) {
      let start = points.count - 1
      let before = heading
      heading += random.double(60..<120) * .pi / 180
      grade = 0.2
      wander(count, step: step...(step * 1.5), &random)
      grade = 0
      points += points[start..<(points.count - 1)].reversed()
      heading = before
    }

    mutating func loop(_ meters: Double, _ random: inout SplitMix64) {
      for _ in 0..<24 { go(meters / 24, turning: 15 + random.double(-4..<4)) }
    }

    mutating func streets(_ count: Int, block: Double, apart: Double) {
      for street in 0..<count {
        let side = street % 2 == 0 ? 90.0 : -90
        go(block, turning: street == 0 ? 0 : side)
        go(apart, turning: side)
      }
    }

    /// Bends of half a circle, each of its own width and number of vertices, between legs of their own
    /// lengths.
    mutating func roundedHairpins(step: Double, _ random: inout SplitMix64) {
      grade = 0.06
      var side = random.chance(0.5) ? 1.0 : -1.0
      for _ in 0..<random.int(2...8) {
        let leg = random.double(60..<200)
        let legs = max(1, Int(leg / step))
        for _ in 0..<legs { go(leg / Double(legs)) }
        let (width, wide) = (random.double(8..<25), random.int(2...5))
        for _ in 0..<wide { go(width / Double(wide), turning: side * 180 / Double(wide)) }
        side = -side
      }
      grade = 0
    }

    /// A street and the one beside it back, so near that both are nearly one.
    mutating func street(_ count: Int, step: Double) {
      for _ in 0..<count { go(step) }
      go(6, turning: 90)
      go(step, turning: 90)
      for _ in 1..<count { go(step) }
    }

    func coordinates() -> [Coordinate] {
      points.map { point in
        let latitude = 46 + point.y / 111_150
        return Coordinate(
          uncheckedLatitude: latitude, longitude: 8 + point.x / (111_320 * cos(46 * .pi / 180)),
          elevation: point.z)
      }
    }
  }

  /// A spike beside a leg that thinning left long, and that turns back for a reason of its own.
  @Test func aSpikeBesideALongLegIsFound() {
    let line: [(Double, Double)] = [
      (46.0000000, 8.0000000),
      (46.0003579, 8.0001094),
      (46.0005707, 7.9998080),
      (46.0004608, 7.9992976),
      (46.0001502, 7.9991879),
      (45.9999148, 7.9995316),
      (46.0000070, 7.9999622),
      (45.9978047, 8.0038810),
      (46.0012098, 8.0028624),
      (46.0011861, 8.0033377),
      (46.0014631, 8.0035817),
      (46.0017422, 8.0034225),
      (46.0017481, 8.0029742),
      (46.0014443, 8.0026673),
      (46.0222655, 8.0212733),
      (45.9975287, 8.0016705),
      (46.0105818, 8.0049473),
      (46.0081908, 8.0035442),
      (46.0079689, 8.0031779),
      (46.0073211, 8.0038593),
      (46.0081431, 8.0021728),
      (46.0082177, 8.0020340),
    ]
    let places = line.map { Coordinate(uncheckedLatitude: $0.0, longitude: $0.1) }
    #expect(inspected(Self.gpx(places, heights: false)).findings(.spike).count == 1)
  }

  static func clean(_ random: inout SplitMix64) -> [Coordinate] {
    var pen = Pen()
    let step = random.double(5..<60)
    pen.wander(30, step: step...(2 * step), &random)
    for _ in 0..<6 {
      switch random.int(0...4) {
      case 0:
        pen.hairpins(
          random.int(3...9), leg: random.double(60..<350), width: random.double(12..<40),
          wide: random.int(1...5))
      case 1: pen.outAndBack(random.int(1...12), step: random.double(10..<90), &random)
      case 2: pen.loop(random.double(200..<3_000), &random)
      case 3:
        pen.streets(
          random.int(3...7), block: random.double(150..<500), apart: random.double(40..<90))
      default: break
      }
      pen.wander(random.int(8...40), step: step...(2 * step), &random)
    }
    return pen.coordinates()
  }

  /// A way of even legs between bends far finer than they are.
  ///
  /// - Parameter streets: whether some of it is a street and the one beside it.
  static func road(
    step: Double, noise: Double, streets: Bool, _ random: inout SplitMix64
  ) -> [Coordinate] {
    var pen = Pen()
    pen.heading = random.double(0..<6)
    for _ in 0..<14 {
      switch random.int(0...5) {
      case 0: pen.roundedHairpins(step: step, &random)
      case 1: pen.outAndBack(random.int(2...8), step: step, &random)
      case 2: for _ in 0..<20 { pen.go(step, turning: 18) }
      case 3 where streets: pen.street(random.int(3...10), step: step)
      case 4:
        for _ in 0..<6 { pen.go(step) }
        pen.heading += [0.5, -0.5, 0.75, -0.75][random.int(0...3)] * .pi
      default: for _ in 0..<random.int(5...30) { pen.go(step, turning: random.double(-20..<20)) }
      }
    }
    // What is walked twice is noted once.
    var moved: [Double: (x: Double, y: Double)] = [:]
    for i in pen.points.indices where noise > 0 {
      let (x, y, _) = pen.points[i]
      let place =
        moved[x * 1e6 + y] ?? (x + random.double(-noise..<noise), y + random.double(-noise..<noise))
      moved[x * 1e6 + y] = place
      (pen.points[i].x, pen.points[i].y) = place
    }
    return pen.coordinates()
  }

  static func thinned(_ line: [Coordinate], _ random: inout SplitMix64) -> [Coordinate] {
    switch random.int(0...3) {
    case 0: return line
    case 1:
      let step = random.int(2...6)
      return line.enumerated().filter { $0.offset % step == 0 }.map(\.element)
    case 2:
      return Simplification.keptIndices(
        of: line[...], toleranceMeters: random.double(1..<40)
      ).map { line[$0] }
    default:
      let share = random.double(0.2..<0.9)
      return line.enumerated().filter { $0.offset == 0 || random.chance(share) }.map(\.element)
    }
  }

  static func gpx(_ line: [Coordinate], heights: Bool) -> String {
    RepairTests.track(
      line.map {
        let height = heights ? "<ele>\(String(format: "%.1f", $0.elevationMetersOrNaN))</ele>" : ""
        return "<trkpt lat=\"\(String(format: "%.6f", $0.latitude))\" "
          + "lon=\"\(String(format: "%.6f", $0.longitude))\">\(height)</trkpt>"
      }.joined(separator: "\n"))
  }

  @Test func cleanLinesHaveNoSpikeHoweverTheyAreThinned() {
    var random = SplitMix64("clean lines")
    var bad: [String] = []
    for round in 0..<120 {
      let line = Self.thinned(Self.clean(&random), &random)
      let report = inspected(Self.gpx(line, heights: random.chance(0.5)))
      for finding in report.findings(.spike) { bad.append("\(round): \(finding.message)") }
    }
    #expect(bad.isEmpty, "\(bad.count): \(bad.prefix(20))")
  }

  static let steps = [5.0, 10, 20, 40, 80]
  static let rounds = 150

  @Test func roadsWithRoundedBendsHaveNoSpike() throws {
    var random = SplitMix64("roads")
    var bad: [String] = []
    for round in 0..<Self.rounds {
      // Of two streets in one, thinning can leave a tip that nobody can tell from a slip.
      let isEven = random.chance(0.7)
      let noise = [0, 0, 2, 4][random.int(0...3)] * 1.0
      let road = Self.road(
        step: Self.steps[random.int(0...4)], noise: noise, streets: isEven, &random)
      let every = [1, 1, 2, 3][random.int(0...3)]
      let line =
        isEven
        ? road.enumerated().filter { $0.offset % every == 0 }.map(\.element)
        : Simplification.keptIndices(of: road[...], toleranceMeters: random.double(1..<40))
          .map { road[$0] }
      let report = inspected(Self.gpx(line, heights: random.chance(0.5)))
      for finding in report.findings(.spike) {
        bad.append("\(round): \(finding.message) \(finding.line ?? 0)")
      }
    }
    #expect(bad.isEmpty, "\(bad.count): \(bad.prefix(20))")
  }

  @Test func hairpinsOfEveryShapeAreNoSpikes() {
    var bad: [String] = []
    for leg in [60.0, 130, 320] {
      for width in [8.0, 25] {
        for wide in 1...5 {
          for step in [15.0, 400] {
            var pen = Pen()
            pen.grade = 0.07
            for _ in 0..<8 { pen.go(60) }
            for bend in 0..<6 {
              let legs = max(1, Int(leg / step))
              for _ in 0..<legs { pen.go(leg / Double(legs)) }
              let side = bend % 2 == 0 ? 180.0 : -180
              for _ in 0..<wide { pen.go(width / Double(wide), turning: side / Double(wide)) }
            }
            for _ in 0..<8 { pen.go(60) }
            let road = pen.coordinates()
            for every in 1...3 {
              let line = road.enumerated().filter { $0.offset % every == 0 }.map(\.element)
              let report = inspected(Self.gpx(line, heights: (wide + every) % 2 == 0))
              for finding in report.findings(.spike) {
                bad.append("\(leg) \(width) \(wide) \(step) \(every): \(finding.message)")
              }
            }
          }
        }
      }
    }
    #expect(bad.isEmpty, "\(bad.count): \(bad.prefix(20))")
  }

  /// One vertex out of place between even legs, among hairpins and at corners too.
  @Test func spikesPlantedOnRoadsAreFound() {
    var random = SplitMix64("spikes on roads")
    var missed: [String] = []
    for round in 0..<Self.rounds {
      let step = Self.steps[random.int(0...4)]
      var line = Self.road(step: step, noise: 0, streets: true, &random)
      let i = random.int(5...line.count - 6)
      let next = line[i + 1]
      // Two vertices in one place are a way out and back.
      if line[i].isSamePlace(as: next) { continue }
      let there = Geodesic.wgs84.direct(
        from: line[i], azimuth: Azimuth(degrees: random.double(0..<360)),
        distanceMeters: random.double(150..<900)
      ).coordinate
      let reach = min(
        RouteLine.gapMeters(from: there, to: line[i]), RouteLine.gapMeters(from: there, to: next))
      let around = max(i - 8, 1)...min(i + 8, line.count - 1)
      let longest = around.map { RouteLine.gapMeters(from: line[$0 - 1], to: line[$0]) }.max() ?? 0
      if reach < 3.1 * longest { continue }
      line.insert(
        Coordinate(
          uncheckedLatitude: there.latitude, longitude: there.longitude,
          elevation: line[i].elevationMetersOrNaN), at: i + 1)
      let spikes = inspected(Self.gpx(line, heights: random.chance(0.5))).findings(.spike)
      if spikes.count != 1 {
        missed.append("\(round): \(spikes.map(\.message)), \(reach) m of \(step)")
      }
    }
    #expect(missed.isEmpty, "\(missed.count): \(missed.prefix(20))")
  }

  /// Between even legs twice their length is enough; beside hairpins the tip is the only turn of one
  /// vertex.
  @Test func aShortSpikeBetweenEvenLegsIsFound() {
    var random = SplitMix64("short spikes")
    for turning in [18.0, -7, 0] {
      var pen = Pen()
      for _ in 0..<30 { pen.go(80, turning: turning) }
      var line = pen.coordinates()
      let (from, to) = (line[12], line[13])
      let there = Geodesic.wgs84.direct(
        from: from, azimuth: Azimuth(degrees: random.double(0..<360)), distanceMeters: 270
      ).coordinate
      line.insert(Coordinate(uncheckedLatitude: there.latitude, longitude: there.longitude), at: 13)
      #expect(RouteLine.gapMeters(from: there, to: to) > 180)
      #expect(inspected(Self.gpx(line, heights: false)).findings(.spike).count == 1, "\(turning)")
    }
    var pen = Pen()
    for leg in [100.0, 155, 93, 93, 77] {
      pen.go(leg)
      for _ in 0..<4 { pen.go(3, turning: 45) }
    }
    let i = pen.points.count - 9
    pen.points.insert((pen.points[i].x + 130, pen.points[i].y - 210, 300), at: i + 1)
    #expect(inspected(Self.gpx(pen.coordinates(), heights: false)).findings(.spike).count == 1)
  }

  @Test func plantedSpikesAreFound() throws {
    var random = SplitMix64("planted spikes")
    var missed: [String] = []
    for round in 0..<100 {
      var pen = Pen()
      let step = random.double(5..<60)
      pen.wander(120, step: step...(2 * step), &random)
      var line = pen.coordinates()
      let i = random.int(10...100)
      let reach = random.double(10..<60) * step + 20
      let there = Geodesic.wgs84.direct(
        from: line[i], azimuth: Azimuth(degrees: random.double(0..<360)), distanceMeters: reach
      ).coordinate
      line.insert(
        Coordinate(
          uncheckedLatitude: there.latitude, longitude: there.longitude,
          elevation: line[i].elevationMetersOrNaN), at: i + 1)
      let spikes = inspected(Self.gpx(line, heights: random.chance(0.5))).findings(.spike)
      if spikes.count != 1 { missed.append("\(round): \(spikes.count), \(reach / step)") }
    }
    #expect(missed.isEmpty, "\(missed.count): \(missed.prefix(20))")
  }

  @Test func theTopOfAnOutAndBackIsNoSpikeAndAWaypointIsNone() {
    func line(_ tip: String) -> String {
      RepairTests.points(30) { $0 == 15 ? tip : nil }
    }
    let back = line(
      "<trkpt lat=\"51.01260\" lon=\"7.00001\"/><trkpt lat=\"51.01260\" lon=\"7.0500\"/>"
        + "<trkpt lat=\"51.01260\" lon=\"7.00001\"/>")
    #expect(inspected(RepairTests.track(back)).findings(.spike).isEmpty)
    // Half a metre beside where it left: a receiver's slip, for nobody draws a way back like that.
    let beside = line(
      "<trkpt lat=\"51.01260\" lon=\"7.00001\"/><trkpt lat=\"51.01260\" lon=\"7.0500\"/>"
        + "<trkpt lat=\"51.012604\" lon=\"7.000012\"/>")
    #expect(inspected(RepairTests.track(beside)).findings(.spike).count == 1)
    let away = line("<trkpt lat=\"51.01350\" lon=\"7.05000\"/>")
    #expect(inspected(RepairTests.track(away)).findings(.spike).count == 1)
    let visited = RepairTests.gpx(
      "<wpt lat=\"51.01352\" lon=\"7.05001\"><name>View</name></wpt><trk><trkseg>\(away)</trkseg></trk>"
    )
    #expect(inspected(visited).findings(.spike).isEmpty)
  }

  @Test(
    .enabled(if: Corpus.isThere), arguments: Corpus.files("gpx", "gpx"))
  func realTracksKeepTheirSummits(_ path: String) throws {
    let report = try Corpus.report(path)
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    let stops = path.replacing(".gpx", with: "-waypoints.gpx")
    guard ["bob-graham-round.gpx", "wicklow-round.gpx"].contains(name) else { return }
    let summits = try Corpus.report(stops).document.waypoints
    #expect(summits.count > 20)
    for finding in report.findings where finding.fix?.isSafe == false {
      guard let place = finding.coordinate, finding.code == .spike else { continue }
      let nearest = summits.map { RouteLine.gapMeters(from: $0.coordinate, to: place) }.min() ?? 0
      #expect(nearest > 50, "\(finding.message)")
    }
  }
}
