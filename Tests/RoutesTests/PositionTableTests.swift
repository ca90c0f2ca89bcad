import CPositionLoops
import Foundation
import Geodesy
import Testing

@testable import Routes

#if DEBUG
  private let tableIsDebug = true
#else
  private let tableIsDebug = false
#endif

/// SplitMix64 (Vigna), so that a seed reproduces any failure.
private struct TableRandom: RandomNumberGenerator {
  var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func within(_ range: ClosedRange<Double>) -> Double {
    Double.random(in: range, using: &self)
  }

  /// Between two lengths, every order of magnitude as likely as any other.
  mutating func scaled(_ low: Double, _ high: Double) -> Double {
    exp(within(log(low)...log(high)))
  }

  mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &self) }
  mutating func chance(_ share: Double) -> Bool { within(0...1) < share }
}

/// Makes routes of all kinds.
private struct TableRouteMaker {
  enum Terrain: CaseIterable {
    case trail, antimeridian, nearPole, overPole, longLegs, tinyLegs, equator, meridian, mixed
  }

  var random: TableRandom

  mutating func route(_ terrain: Terrain) -> MeasuredRoute? {
    let partCount = random.chance(0.5) ? 1 : 2 + random.below(3)
    var parts: [[Coordinate]] = []
    var from = start(terrain)
    for _ in 0..<partCount {
      let line = line(terrain, from: from)
      parts.append(line)
      let gap = random.chance(0.2) ? 0 : random.scaled(0.01, 50_000)
      from = step(line[line.count - 1], random.within(0...360), gap)
    }
    let policies: [JoinPolicy?] = (1..<max(partCount, 1)).map { _ in
      [.walk, .ferry, .counted, .unresolved, nil][random.below(5)]
    }
    let vertices = parts.flatMap(\.self)
    var waypoints: [Waypoint] = []
    let hasMarkers = random.chance(0.4)
    let isMarkedAtStart = hasMarkers && random.chance(0.4)
    if isMarkedAtStart {
      waypoints.append(Waypoint(coordinate: vertices[0], officialDistance: distance(1e3, 1e9)))
    }
    if hasMarkers || random.chance(0.6) {
      var official = waypoints.first?.officialDistance?.micrometers ?? 0
      for _ in 0..<1 + random.below(6) {
        let vertex = vertices[random.below(vertices.count)]
        var waypoint = Waypoint(name: "w\(waypoints.count)", coordinate: vertex)
        if hasMarkers, random.chance(0.7) {
          official += distance(1e3, 1e12).micrometers
          waypoint.officialDistance = Distance(micrometers: official)
        }
        waypoints.append(waypoint)
      }
    }
    var officialLength: Distance?
    if random.chance(0.4) { officialLength = distance(1e6, 1e14) }
    var course = Course.once
    if random.chance(0.5) {
      course = Course(
        laps: 1 + random.below(4), thereAndBack: random.chance(0.5),
        lapJoin: [.walk, .ferry, .counted, .unresolved, nil][random.below(5)])
    }
    guard
      let route = try? Route(
        parts: parts, joinPolicies: policies, waypoints: waypoints, officialLength: officialLength,
        course: course)
    else { return nil }
    // Markers and an official length may disagree.
    return (try? MeasuredRoute(route))
      ?? (try? Route(parts: parts, joinPolicies: policies, waypoints: waypoints, course: course))
      .flatMap { try? MeasuredRoute($0) }
  }

  private mutating func distance(_ low: Double, _ high: Double) -> Distance {
    Distance(micrometers: Int64(random.scaled(low, high)))
  }

  private mutating func start(_ terrain: Terrain) -> Coordinate {
    let side = random.chance(0.5) ? 1.0 : -1.0
    return switch terrain {
    case .antimeridian: place(random.within(-70...70), 179.999 * side)
    case .nearPole: place(random.within(88...89.45) * side, random.within(-180...180))
    case .overPole: place(random.within(89...89.99) * side, random.within(-180...180))
    case .equator: place(0, random.within(-180...180))
    default: place(random.within(-80...80), random.within(-180...180))
    }
  }

  private mutating func line(_ terrain: Terrain, from first: Coordinate) -> [Coordinate] {
    var line = [first]
    let count = terrain == .longLegs ? 3 : random.chance(0.05) ? 1 : 2 + random.below(150)
    var heading =
      switch terrain {
      case .equator: 90.0
      case .meridian: random.chance(0.5) ? 0.0 : 180.0
      case .antimeridian: first.longitude > 0 ? 90.0 : 270
      case .overPole: first.latitude > 0 ? 0.0 : 180
      default: random.within(0...360)
      }
    while line.count < count {
      let last = line[line.count - 1]
      if random.chance(0.08) {
        line.append(last)
        continue
      }
      let meters =
        switch terrain {
        case .trail: random.scaled(0.5, 600)
        case .antimeridian: random.scaled(0.5, 3_000)
        case .nearPole: random.scaled(0.1, 1_000)
        case .overPole: random.scaled(10, 20_000)
        case .longLegs: random.scaled(1e5, 1.5e7)
        case .tinyLegs: random.scaled(1e-3, 1)
        case .equator, .meridian: random.scaled(1, 20_000)
        case .mixed: random.scaled(1e-3, 1e5)
        }
      line.append(step(last, heading, meters))
      switch terrain {
      case .equator, .meridian: break
      case .overPole: heading += random.within(-5...5)
      default: heading += random.within(-60...60)
      }
    }
    return line
  }

  private func place(_ latitude: Double, _ longitude: Double) -> Coordinate {
    try! Coordinate(latitude: latitude, longitude: longitude)
  }

  private func step(_ from: Coordinate, _ heading: Double, _ meters: Double) -> Coordinate {
    Geodesic.wgs84.direct(
      from: from, azimuth: Azimuth(degrees: heading), distanceMeters: meters
    ).coordinate
  }
}

/// The columns of one call, with a mark behind each end that nothing may touch.
private struct FilledColumns {
  var longitudes: [Double]
  var latitudes: [Double]
  var bearings: [Double]
  var legs: [UInt32]
  var finished: [UInt8]

  init(
    _ table: PositionTable, _ distances: [Int64], bearings hasBearings: Bool = true,
    legs hasLegs: Bool = true, finished hasFinished: Bool = true
  ) {
    let count = distances.count
    var longitudes = [Double](repeating: 777, count: count + 1)
    var latitudes = longitudes
    var bearings = longitudes
    var legs = [UInt32](repeating: 777, count: count + 1)
    var finished = [UInt8](repeating: 77, count: count + 1)
    longitudes.withUnsafeMutableBufferPointer { longitudes in
      latitudes.withUnsafeMutableBufferPointer { latitudes in
        bearings.withUnsafeMutableBufferPointer { bearings in
          legs.withUnsafeMutableBufferPointer { legs in
            finished.withUnsafeMutableBufferPointer { finished in
              distances.withUnsafeBufferPointer {
                table.fill(
                  PositionTable.Columns(
                    longitudes: longitudes.baseAddress!, latitudes: latitudes.baseAddress!,
                    bearings: hasBearings ? bearings.baseAddress : nil,
                    legs: hasLegs ? legs.baseAddress : nil,
                    finished: hasFinished ? finished.baseAddress : nil), at: $0)
              }
            }
          }
        }
      }
    }
    #expect(longitudes[count] == 777 && latitudes[count] == 777 && bearings[count] == 777)
    #expect(legs[count] == 777 && finished[count] == 77)
    self.longitudes = longitudes
    self.latitudes = latitudes
    self.bearings = bearings
    self.legs = legs
    self.finished = finished
  }
}

/// How far a table is from its route at worst.
private struct TableAudit {
  var meters = 0.0
  var degrees = 0.0
  var count = 0
  var faults: [String] = []

  mutating func compare(_ route: MeasuredRoute, _ table: PositionTable, at distances: [Int64]) {
    let columns = FilledColumns(table, distances)
    for (i, distance) in distances.enumerated() {
      count += 1
      let position = route.position(at: Distance(micrometers: distance))
      let there = position.coordinate
      let (latitude, longitude) = (columns.latitudes[i], columns.longitudes[i])
      guard let here = try? Coordinate(latitude: latitude, longitude: longitude),
        abs(longitude) <= 180
      else {
        fault(distance, "at \(latitude), \(longitude)")
        continue
      }
      let error = Geodesic.wgs84.inverse(from: here, to: there).distanceMeters
      meters = max(meters, error)
      if error > 100e-9 { fault(distance, "is \(error) m off, at \(here) and not \(there)") }
      if columns.legs[i] != UInt32(position.leg) {
        fault(distance, "has leg \(columns.legs[i]) and not \(position.leg)")
      }
      if columns.finished[i] != (position.isFinished ? 1 : 0) {
        fault(distance, "has finished \(columns.finished[i])")
      }
      let bearing = columns.bearings[i]
      guard let wanted = position.bearing?.degrees else {
        if !bearing.isNaN { fault(distance, "has a bearing") }
        continue
      }
      if !(bearing >= 0 && bearing < 360) { fault(distance, "has bearing \(bearing)") }
      if abs(latitude) < 89, isBearingFirm(route, position.distance.micrometers) {
        let turn = abs((bearing - wanted).remainder(dividingBy: 360))
        degrees = max(degrees, turn)
        if !(turn <= 1e-6) { fault(distance, "has bearing \(bearing) and not \(wanted)") }
      }
    }
  }

  mutating func fault(_ distance: Int64, _ text: String) {
    if faults.count < 8 { faults.append("\(distance) µm \(text)") }
  }

  /// Whether the segments at a distance are longer than a metre, and none ends within the rounding
  /// of its measure there.
  private func isBearingFirm(_ route: MeasuredRoute, _ distance: Int64) -> Bool {
    let done = distance - route.start.micrometers
    let lapLength = route.lapLength.micrometers
    if lapLength == 0 || done >= route.length.micrometers { return true }
    let inLap = done % lapLength
    let pass = route.passLength.micrometers
    let line = route.line
    let meters =
      inLap <= pass
      ? route.geometricMeters(inPass: inLap)
      : route.route.course.thereAndBack
        ? route.geometricMeters(inPass: 2 * pass - inLap)
        : line.passMeters + Double(inLap - pass) / 1e6
    let i = line.index.lastIndex(atOrBefore: meters, in: line.measures)
    guard i + 1 < line.vertices.count else { return true }
    let rounding = 1e-9 + meters * 1e-15
    return line.segmentMeters(i) > 1 && meters - line.measures[i] > rounding
      && line.measures[i + 1] - meters > rounding
  }
}

/// Distances of all kinds on a course.
private func tableDistances(
  _ route: MeasuredRoute, _ random: inout TableRandom, count: Int
) -> [Int64] {
  let (start, end) = (route.start.micrometers, route.end.micrometers)
  var distances: [Int64] = [
    .min, .min + 1, .max, .max - 1, -1, 0, 1, start, start + 1, start - 1, end, end - 1,
  ]
  if end < .max { distances.append(end + 1) }
  for lap in 0...route.route.course.laps {
    let (boundary, _) = route.lapLength.micrometers.multipliedReportingOverflow(by: Int64(lap))
    distances += [start &+ boundary, start &+ boundary &- 1, start &+ boundary &+ 1]
  }
  for boundary in route.lapStops.boundaries {
    distances += [start + boundary, start + boundary - 1]
  }
  while distances.count < count {
    if random.chance(0.3) {
      // At a vertex, there or back, on any lap.
      let vertex = random.below(route.line.vertices.count)
      var at =
        route.calibration.officialDistance(atMeters: route.line.measures[vertex]).micrometers
        - start
      if route.route.course.thereAndBack, random.chance(0.5) {
        at = route.lapLength.micrometers - at
      }
      let lap = Int64(random.below(route.route.course.laps))
      distances.append(
        start &+ lap &* route.lapLength.micrometers &+ at &+ Int64(random.below(5) - 2))
    } else {
      distances.append(Int64.random(in: start...max(start, end), using: &random))
    }
  }
  return distances
}

@Suite("A position table against the route that it stands for")
struct PositionTableTests {
  @Test("random courses of every kind, random and sorted", arguments: 0..<12)
  func randomCourses(_ seed: Int) {
    var audit = TableAudit()
    var maker = TableRouteMaker(random: TableRandom(UInt64(seed) &* 7919 &+ 1))
    for terrain in TableRouteMaker.Terrain.allCases {
      // A long leg makes 60,000 spans.
      if terrain == .longLegs, seed % (tableIsDebug ? 6 : 1) != 0 { continue }
      guard let route = maker.route(terrain) else {
        Issue.record("seed \(seed): no route for \(terrain)")
        continue
      }
      let table = PositionTable(route)
      let faults = audit.faults.count
      let distances = tableDistances(route, &maker.random, count: tableIsDebug ? 1_100 : 4_000)
      audit.compare(route, table, at: distances)
      audit.compare(route, table, at: distances.sorted())
      if audit.faults.count > faults {
        audit.faults.append(
          "seed \(seed), \(terrain), \(route.route.course), "
            + "\(route.route.vertices.count) vertices, "
            + "\(route.joins.map(\.policy)), start \(route.start), length \(route.length)")
      }
    }
    #expect(audit.faults.isEmpty)
    #expect(audit.meters <= 100e-9)
    #expect(audit.degrees <= 1e-6)
  }

  @Test(
    "what this processor does best gives the bits that every processor gives", arguments: 0..<4,
    TableRouteMaker.Terrain.allCases.filter { $0 != .longLegs || !tableIsDebug })
  fileprivate func loops(_ seed: Int, _ terrain: TableRouteMaker.Terrain) {
    var maker = TableRouteMaker(random: TableRandom(UInt64(seed) &* 104_729 &+ 5))
    guard let route = maker.route(terrain) else {
      Issue.record("seed \(seed): no route for \(terrain)")
      return
    }
    let plain = PositionTable(route, loops: PositionLoopsPlain)
    let best = PositionTable(route, loops: position_loops_best())
    let distances = tableDistances(route, &maker.random, count: 3_001)
    for column in [distances, distances.sorted()] {
      let a = FilledColumns(plain, column, bearings: false, legs: false, finished: false)
      let b = FilledColumns(best, column, bearings: false, legs: false, finished: false)
      #expect(a.latitudes.map(\.bitPattern) == b.latitudes.map(\.bitPattern))
      #expect(a.longitudes.map(\.bitPattern) == b.longitudes.map(\.bitPattern))
    }
  }

  private func route(
    _ parts: [[(Double, Double)]], joins: [JoinPolicy?]? = nil, official: Int64? = nil,
    waypoints: [Waypoint] = [], course: Course = .once
  ) throws -> MeasuredRoute {
    try MeasuredRoute(
      Route(
        parts: parts.map { try $0.map { try Coordinate(latitude: $0.0, longitude: $0.1) } },
        joinPolicies: joins, waypoints: waypoints,
        officialLength: official.map(Distance.init(micrometers:)), course: course))
  }

  private func audited(_ route: MeasuredRoute, count: Int = 2_000, seed: UInt64 = 1) -> TableAudit {
    var audit = TableAudit()
    var random = TableRandom(seed)
    let distances = tableDistances(route, &random, count: count)
    let table = PositionTable(route)
    audit.compare(route, table, at: distances)
    audit.compare(route, table, at: distances.sorted())
    return audit
  }

  @Test("every join policy with every lap join, there and back or not, on one and three laps")
  func everyPolicy() throws {
    let policies = JoinPolicy.allCases
    for join in policies {
      for lapJoin in policies {
        for thereAndBack in [false, true] {
          for laps in [1, 3] {
            for official in [nil, 12_345_678_901] as [Int64?] {
              let route = try route(
                [
                  [(51, 0), (51.01, 0.01), (51.02, -0.01)], [(51.03, 0), (51.04, 0.02)],
                  [(51.05, 0.02)], [(51.05, 0.03), (51.06, 0.03)],
                ], joins: [join, .walk, join], official: official,
                waypoints: [
                  Waypoint(coordinate: try Coordinate(latitude: 51.01, longitude: 0.01)),
                  Waypoint(coordinate: try Coordinate(latitude: 51.04, longitude: 0.02)),
                ], course: Course(laps: laps, thereAndBack: thereAndBack, lapJoin: lapJoin))
              let audit = audited(route, count: tableIsDebug ? 150 : 1_000)
              #expect(audit.faults.isEmpty, "\(join) \(lapJoin) \(thereAndBack) \(laps)")
            }
          }
        }
      }
    }
  }

  @Test("both ends to the bit, whatever lies beyond")
  func ends() throws {
    let open = try route([[(-41.2, 179.98), (-41.21, -179.97), (-41.3, -179.9)]])
    let marked = try route(
      [[(51, 0), (51.1, 0.1), (51.3, 0)]],
      waypoints: [
        Waypoint(
          coordinate: try Coordinate(latitude: 51, longitude: 0),
          officialDistance: Distance(micrometers: 5_000_000_000))
      ])
    #expect(marked.start.micrometers == 5_000_000_000)
    let back = try route(
      [[(51, 0), (51.1, 0.1), (51.3, 0)]], course: Course(laps: 2, thereAndBack: true))
    let laps = try route(
      [[(51, 0), (51.1, 0.1), (51.3, 0)]], course: Course(laps: 3, lapJoin: .walk))
    let polar = try route([[(89.9, 10), (89.95, -170)]])
    for route in [open, marked, back, laps, polar] {
      let table = PositionTable(route)
      let (start, end) = (route.start.micrometers, route.end.micrometers)
      let distances = [start, start - 1, .min, .min + 7, end, end + 1, .max, .max - 7]
      for order in [distances, distances.sorted(), distances.sorted(by: >)] {
        let columns = FilledColumns(table, order)
        for (i, distance) in order.enumerated() {
          let position = route.position(at: Distance(micrometers: distance))
          #expect(columns.latitudes[i] == position.coordinate.latitude)
          #expect(columns.longitudes[i] == position.coordinate.longitude)
          #expect(columns.finished[i] == (distance >= end ? 1 : 0), "\(distance)")
          #expect(columns.legs[i] == UInt32(position.leg))
          let bearing = try #require(position.bearing).degrees
          #expect(abs((columns.bearings[i] - bearing).remainder(dividingBy: 360)) < 1e-9)
        }
      }
    }
  }

  @Test("any order and any number of distances answers the same, with any choice of columns")
  func orders() throws {
    var maker = TableRouteMaker(random: TableRandom(99))
    let plain = try route([[(51, 179.99), (51.01, -179.98), (51.3, -179.9), (51.3001, -179.9)]])
    let polar = try route([[(88, 0), (89.8, 20), (89.9, 150)], [(87, 150), (85, 150)]])
    let lapped = try route(
      [[(51, 0), (51.1, 0.1), (51.3, 0)]], course: Course(laps: 3, lapJoin: .counted))
    for route in [plain, polar, lapped] {
      let table = PositionTable(route)
      for count in [0, 1, 7, 63, 64, 65, 1023, 1024, 1025, 2500] {
        let any = Array(
          tableDistances(route, &maker.random, count: 2_500).shuffled(
            using: &maker.random
          ).prefix(count))
        // A block of each kind after the other.
        let mixed = any + any.sorted() + any.sorted(by: >) + any
        let constant = Array(repeating: any.first ?? 0, count: count)
        for order in [any, any.sorted(), any.sorted(by: >), constant, mixed] {
          let full = FilledColumns(table, order)
          var alone: [Int64: Int] = [:]
          for (i, distance) in order.enumerated() {
            let first = alone[distance, default: i]
            alone[distance] = first
            // The same bits for the same distance wherever it stands.
            if full.latitudes[i] != full.latitudes[first]
              || full.longitudes[i] != full.longitudes[first]
              || full.bearings[i] != full.bearings[first] || full.legs[i] != full.legs[first]
              || full.finished[i] != full.finished[first]
            {
              Issue.record("\(distance) µm at \(i) is not as at \(first) of \(order.count)")
              break
            }
          }
          for choice in 0..<7 where count % 7 < 3 {
            let some = FilledColumns(
              table, order, bearings: choice & 1 != 0, legs: choice & 2 != 0,
              finished: choice & 4 != 0)
            #expect(some.latitudes == full.latitudes && some.longitudes == full.longitudes)
            #expect(
              choice & 1 != 0
                ? some.bearings == full.bearings : some.bearings.allSatisfy { $0 == 777 })
            #expect(choice & 2 != 0 ? some.legs == full.legs : some.legs.allSatisfy { $0 == 777 })
            #expect(
              choice & 4 != 0
                ? some.finished == full.finished : some.finished.allSatisfy { $0 == 77 })
          }
        }
      }
      var audit = TableAudit()
      audit.compare(
        route, table,
        at: tableDistances(route, &maker.random, count: 1_500).sorted(by: >))
      #expect(audit.faults.isEmpty)
    }
    let answer = PositionTable(plain).positions(at: [plain.start, plain.end])
    #expect(answer.longitudes == [179.99, -179.9])
    #expect(answer.latitudes == [51, 51.3001])
    #expect(PositionTable(plain).positions(at: []).latitudes.isEmpty)
  }

  @Test("distances whose differences overflow are not taken for ascending")
  func wrappedDifferences() throws {
    let route = try route([[(51, 0), (51.1, 0.1), (51.3, 0)]])
    let table = PositionTable(route)
    var distances: [Int64] = [0, 8_000_000_000_000_000_000, -8_000_000_000_000_000_000]
    distances += [-3_000_000_000_000_000_000]
    distances += (0..<200).map { Int64($0) * 1_000_003 }
    var audit = TableAudit()
    audit.compare(route, table, at: distances)
    #expect(audit.faults.isEmpty)
  }

  @Test("a start that is not 0 and extreme distances")
  func extremesBesideStart() throws {
    for mark in [1, 5_000_000_000, 4_000_000_000_000_000_000, -5_000_000_000] as [Int64] {
      for laps in [1, 2] {
        let route = try route(
          [[(51, 0), (51.1, 0.1), (51.3, 0)]],
          waypoints: [
            Waypoint(
              coordinate: try Coordinate(latitude: 51, longitude: 0),
              officialDistance: Distance(micrometers: mark))
          ], course: Course(laps: laps, lapJoin: .walk))
        guard route.start.micrometers == mark else { continue }
        #expect(audited(route, count: 300).faults.isEmpty, "start at \(mark), \(laps) laps")
      }
    }
  }

  @Test("official lengths from a hundredth of a millimetre to the longest distance")
  func officialLengths() throws {
    for official in [
      10, 1_000, 1_000_000, 1 << 52, 3 << 52, 1 << 58, 1 << 62, 7 << 60, .max - 4096, .max,
    ] as [Int64] {
      for shape in [[(51, 0), (51.001, 0)], [(51, 0), (51.5, 0.1), (51.5, 0.2)]] {
        guard let route = try? route([shape], official: official) else {
          Issue.record("\(official) µm cannot be measured")
          continue
        }
        let audit = audited(route, count: 500)
        #expect(audit.faults.isEmpty, "\(official) µm")
      }
    }
  }

  @Test("a knot of tiny legs beside a long one")
  func crowd() throws {
    let count = tableIsDebug ? 40_000 : 1_000_000
    var vertices: [Coordinate] = []
    var random = TableRandom(5)
    var at = try Coordinate(latitude: 47, longitude: 8)
    for _ in 0..<count {
      vertices.append(at)
      at =
        Geodesic.wgs84.direct(
          from: at, azimuth: Azimuth(degrees: random.within(0...360)), distanceMeters: 0.001
        ).coordinate
    }
    let far =
      Geodesic.wgs84.direct(
        from: at, azimuth: Azimuth(degrees: 80), distanceMeters: 1_000_000
      ).coordinate
    for parts in [[vertices + [far]], [[far] + vertices], [[far], vertices, [far]]] {
      let route = try MeasuredRoute(
        Route(
          parts: parts,
          joinPolicies: Array(repeating: JoinPolicy.counted, count: parts.count - 1)))
      let table = PositionTable(route)
      var distances = tableDistances(route, &random, count: tableIsDebug ? 3_000 : 40_000)
      // Half of them in the knot, which is a millionth of the length.
      let knot = Int64(count) * 1_000
      for _ in 0..<distances.count {
        let base = parts[0].count == 1 ? route.end.micrometers / 2 - knot / 2 : 0
        distances.append(base + Int64.random(in: 0...knot, using: &random))
        distances.append(route.end.micrometers - Int64.random(in: 0...knot, using: &random))
      }
      var audit = TableAudit()
      audit.compare(route, table, at: distances)
      audit.compare(route, table, at: distances.sorted())
      #expect(audit.faults.isEmpty)
      #expect(table.byteCount > table.spanCount * 64)
      #expect(table.byteCount < table.spanCount * 150 + 65_536)
    }
  }

  @Test("over both poles and round them")
  func poles() throws {
    for side in [1.0, -1.0] {
      let over = try route([[(88 * side, 10), (88 * side, -170), (80 * side, -170)]])
      let through = try route([[(88 * side, 10), (90 * side, 0), (88 * side, 100)]])
      let round = try route([
        stride(from: 0.0, through: 360, by: 15).map { (89.6 * side, $0) }
      ])
      let beside = try route([[(89.4 * side, 0), (89.4 * side, 90), (89.6 * side, 90)]])
      for route in [over, through, round, beside] {
        #expect(audited(route, count: 3_000).faults.isEmpty)
      }
    }
  }

  @Test("one vertex, and no length at all")
  func nothing() throws {
    let single = try route([[(51, 7)]])
    let same = try route([[(51, 7), (51, 7), (51, 7)]])
    let laps = try route([[(51, 7)]], course: Course(laps: 4, lapJoin: .walk))
    let back = try route([[(51, 7), (51, 7)]], course: Course(laps: 2, thereAndBack: true))
    let jump = try route([[(51, 7)], [(52, 7)]], joins: [.ferry])
    let tiny = try route([[(51, 7), (51, 7 + 1e-12)]])
    for route in [single, same, laps, back, jump, tiny] {
      let audit = audited(route, count: 40)
      #expect(audit.faults.isEmpty)
      #expect(audit.meters == 0 || route.geometricMeters > 0)
    }
  }

  @Test("a table is shared by threads")
  func threads() throws {
    let route = try route([[(51, 0), (51.1, 0.1), (89.9, 0)]])
    let table = PositionTable(route)
    var random = TableRandom(3)
    let distances = tableDistances(route, &random, count: 3_000)
    let expected = FilledColumns(table, distances)
    nonisolated(unsafe) var differences = [Int](repeating: 0, count: 4)
    differences.withUnsafeMutableBufferPointer { differences in
      nonisolated(unsafe) let differences = differences
      DispatchQueue.concurrentPerform(iterations: 4) { thread in
        let mine = FilledColumns(table, distances)
        if mine.latitudes != expected.latitudes || mine.longitudes != expected.longitudes {
          differences[thread] += 1
        }
      }
    }
    #expect(differences == [0, 0, 0, 0])
  }
}
