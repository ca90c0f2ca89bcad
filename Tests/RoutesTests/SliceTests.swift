import Geodesy
import Testing

@testable import Routes

@Suite struct SliceTests {
  private static func meters(_ piece: LinePiece) -> ExactMeters {
    zip(piece.coordinates, piece.coordinates.dropFirst())
      .reduce(.zero) { $0 + ExactMeters(metersBetween($1.0, $1.1)) }
  }

  private static func meters(_ pieces: [LinePiece]) -> ExactMeters {
    pieces.reduce(.zero) { $0 + meters($1) }
  }

  /// The slices of a random partition have the lengths of their stretches, and each begins where the
  /// one before ended, unless the marker jumps there.
  @Test(arguments: 0..<4)
  func slicesAddUp(chunk: Int) throws {
    var random = SplitMix64("slicesAddUp \(chunk)")
    var worst = 0.0
    var shown = 0
    for round in 0..<400 {
      let shape = Shape.allCases[round % Shape.allCases.count]
      let route = try random.route(shape, legs: 1...15)
      let line = try MeasuredRoute(route)
      let slow = SlowCourse(route, decided: line.passLength)
      func fail(_ what: String) {
        shown += 1
        if shown <= 5 { Issue.record("\(what), \(shape), round \(round), seed \(runSeed)") }
      }
      var cuts: [Int64] = [0, line.length.micrometers]
      for _ in 0..<random.int(0...6) {
        cuts.append(Int64(random.double(0..<1) * Double(line.length.micrometers)))
        // Where laps and passes meet.
        let lap = Int64(random.int(0...route.course.laps)) * line.lapLength.micrometers
        cuts.append(min(lap, line.length.micrometers))
        cuts.append(min(lap + line.passLength.micrometers, line.length.micrometers))
      }
      cuts.sort()
      var previous: Coordinate?
      var sum = ExactMeters.zero
      for (from, to) in zip(cuts, cuts.dropFirst()) {
        let pieces = try line.slice(from: micrometers(from), to: micrometers(to))
        guard let first = pieces.first?.coordinates.first,
          let last = pieces.last?.coordinates.last
        else {
          fail("no coordinate in \(from)…\(to) µm")
          continue
        }
        let (low, high) = (slow.spot(micrometers(from)), slow.spot(micrometers(to)))
        let expected = slow.travelled(high) - slow.travelled(low)
        let found = Self.meters(pieces)
        let error = abs((found - expected).double)
        worst = max(worst, error)
        if !(error <= 1e-6) {
          fail("\(from)…\(to) µm is \(found.double) m long, expected \(expected.double) m")
        }
        let isJump = slow.isJump(at: low)
        if let previous, !isJump, metersBetween(previous, first) > 1e-6 {
          fail("\(from)…\(to) µm begins \(metersBetween(previous, first)) m from the end before")
        }
        let begins = line.position(at: micrometers(from)).coordinate
        if !isJump, metersBetween(begins, first) > 1e-6 {
          fail("\(from)…\(to) µm does not begin at its position")
        }
        let ends = line.position(at: micrometers(to)).coordinate
        if !slow.isJump(at: high), metersBetween(ends, last) > 1e-6 {
          fail("\(from)…\(to) µm does not end at its position")
        }
        previous = last
        sum = sum + found
      }
      let whole = slow.travelled(slow.spot(line.length))
      if abs((sum - whole).double) > 1e-6 * Double(cuts.count) {
        fail("all slices make \(sum.double) m, the course \(whole.double) m")
      }
    }
    print("slices, chunk \(chunk): worst length \(worst * 1e9) nm off")
    #expect(worst <= 1e-6)
  }

  /// Crossings are the counted joins, all of them and nothing else.
  @Test func crossingsAreTheCountedJoins() throws {
    var random = SplitMix64("crossingsAreTheCountedJoins")
    for round in 0..<300 {
      let shape = Shape.allCases[round % Shape.allCases.count]
      let route = try random.route(shape, legs: 1...6)
      let line = try MeasuredRoute(route)
      let pieces = try line.slice(from: .zero, to: line.end)
      let found = Self.meters(pieces.filter { $0.kind == .crossing }).double
      let passes = Double(route.course.laps * (route.course.thereAndBack ? 2 : 1))
      var expected = line.joins.filter { $0.policy == .counted }.map(\.lengthMeters).reduce(0, +)
      expected *= passes
      if let back = line.lapJoin, back.policy == .counted {
        expected += back.lengthMeters * Double(route.course.laps - 1)
      }
      #expect(abs(found - expected) <= 2e-6 * passes, "round \(round), seed \(runSeed)")
    }
  }

  // MARK: One by one

  private let a = [place(0, 0, 10), place(0, 0.01, 20), place(0, 0.02, 30)]
  private let b = [place(0.1, 0.02), place(0.1, 0.03)]

  private func pieces(
    _ policy: JoinPolicy, from: Distance = .zero, to: Distance? = nil, course: Course = .once
  ) throws -> [LinePiece] {
    let line = try measured([a, b], joins: [policy], course: course)
    return try line.slice(from: from, to: to ?? line.end)
  }

  @Test func aJumpCutsAndACrossingIsDrawnApart() throws {
    #expect(try pieces(.walk) == [LinePiece(kind: .line, coordinates: a + b)])
    let jump = [LinePiece(kind: .line, coordinates: a), LinePiece(kind: .line, coordinates: b)]
    #expect(try pieces(.ferry) == jump)
    #expect(try pieces(.unresolved) == jump)
    #expect(
      try pieces(.counted) == [
        LinePiece(kind: .line, coordinates: a),
        LinePiece(kind: .crossing, coordinates: [a[2], b[0]]),
        LinePiece(kind: .line, coordinates: b),
      ])
  }

  /// The far side begins a slice that begins at a jump, the near side ends one that ends there.
  @Test func aSliceAtAJump() throws {
    // The marker at the end of the first part puts the jump at 1 km sharp.
    let exact = try measured(
      [a, b], joins: [.ferry],
      waypoints: [Waypoint(coordinate: a[2], officialDistance: distance("1km"))])
    let before = try exact.slice(from: .zero, to: distance("1km"))
    #expect(before == [LinePiece(kind: .line, coordinates: a)])
    let after = try exact.slice(from: distance("1km"), to: exact.end)
    #expect(after == [LinePiece(kind: .line, coordinates: b)])
    let there = try exact.slice(from: distance("1km"), to: distance("1km"))
    #expect(there == [LinePiece(kind: .line, coordinates: [b[0]])])
  }

  @Test func endsInsideASegmentAreInterpolated() throws {
    let line = try measured([a])
    let quarter = micrometers(line.length.micrometers / 4)
    let half = micrometers(line.length.micrometers / 2)
    let slice = try line.slice(from: quarter, to: micrometers(half.micrometers + 1_000_000))
    let coordinates = try #require(slice.first?.coordinates)
    #expect(slice.count == 1)
    #expect(coordinates.count == 3)
    #expect(coordinates[0] == line.position(at: quarter).coordinate)
    #expect(abs((coordinates[0].elevationMeters ?? 0) - 15) < 1e-4)
    #expect(coordinates[1] == a[1])
    #expect(abs(metersBetween(a[1], coordinates[2]) - 1) < 2e-6)
  }

  @Test func emptyAndClampedSlices() throws {
    let line = try measured([a])
    let here = micrometers(line.length.micrometers / 3)
    let point = try line.slice(from: here, to: here)
    #expect(
      point == [LinePiece(kind: .line, coordinates: [line.position(at: here).coordinate])])
    #expect(try line.slice(from: line.end, to: line.end).map(\.coordinates) == [[a[2]]])
    #expect(try line.slice(from: .zero, to: .zero).map(\.coordinates) == [[a[0]]])
    let whole = try line.slice(from: micrometers(.min), to: micrometers(.max))
    #expect(whole == [LinePiece(kind: .line, coordinates: a)])
    #expect(try line.slice(from: line.end, to: micrometers(.max)).map(\.coordinates) == [[a[2]]])
  }

  @Test func errors() throws {
    let line = try measured([a], course: Course(laps: 100, thereAndBack: true))
    let range = #expect(throws: RouteError.self) {
      try line.slice(from: micrometers(2), to: micrometers(1))
    }
    #expect(range?.code == .range)
    var limits = RouteLimits()
    limits.vertices = 50
    let limit = #expect(throws: RouteError.self) {
      try line.slice(from: .zero, to: line.end, limits: limits)
    }
    #expect(limit?.code == .limit)
    #expect(limit?.message.contains("more than 50 vertices") == true)
    limits.vertices = 1_000
    #expect(try line.slice(from: .zero, to: line.end, limits: limits).count == 1)
  }

  // MARK: Laps and back

  /// Three passes over an open line: drawn back to the start, or cut there.
  @Test func theWayToTheNextLap() throws {
    func pieces(_ policy: JoinPolicy) throws -> [LinePiece] {
      let line = try measured([a], course: Course(laps: 3, lapJoin: policy))
      return try line.slice(from: .zero, to: line.end)
    }
    for policy in [JoinPolicy.ferry, .unresolved] {
      let cut = try pieces(policy)
      #expect(cut == Array(repeating: LinePiece(kind: .line, coordinates: a), count: 3))
    }
    let walked = try pieces(.walk)
    #expect(walked.count == 1)
    #expect(Self.distinct(walked[0].coordinates) == a + a + a)
    let crossed = try pieces(.counted)
    #expect(crossed.map(\.kind) == [.line, .crossing, .line, .crossing, .line])
    for (index, piece) in crossed.enumerated() {
      #expect(Self.distinct(piece.coordinates) == (index % 2 == 0 ? a : [a[2], a[0]]))
    }
  }

  /// Without coordinates that repeat the one before.
  private static func distinct(_ coordinates: [Coordinate]) -> [Coordinate] {
    coordinates.reduce(into: []) { list, coordinate in
      if list.last != coordinate { list.append(coordinate) }
    }
  }

  @Test func acrossTheTurn() throws {
    let line = try measured([a, b], joins: [.ferry], course: Course(laps: 2, thereAndBack: true))
    let whole = try line.slice(from: .zero, to: line.end)
    // There a | b, back b | a and again, with the ends passed without a cut.
    #expect(whole.count == 5)
    #expect(Self.distinct(whole[1].coordinates) == b + [b[0]])
    #expect(Self.distinct(whole[2].coordinates) == Array(a.reversed()) + a.dropFirst())
    #expect(Self.distinct(whole[4].coordinates) == Array(a.reversed()))
    let meter = 1_000_000 as Int64
    let turn = try line.slice(
      from: micrometers(line.passLength.micrometers - meter),
      to: micrometers(line.passLength.micrometers + 2 * meter))
    #expect(turn.count == 1)
    let around = Self.distinct(turn[0].coordinates)
    #expect(around.count == 3)
    #expect(around[1] == b[1])
    #expect(abs(metersBetween(around[0], around[1]) - 1) < 2e-6)
    #expect(abs(metersBetween(around[1], around[2]) - 2) < 2e-6)
  }

  @Test func aRouteOfOneVertex() throws {
    for course in [Course.once, Course(laps: 3), Course(laps: 2, thereAndBack: true)] {
      let line = try measured([[place(1, 2)]], course: course)
      let slice = try line.slice(from: .zero, to: line.end)
      #expect(Self.distinct(slice.flatMap(\.coordinates)) == [place(1, 2)])
    }
  }
}
