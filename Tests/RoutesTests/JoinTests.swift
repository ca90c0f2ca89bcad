import Geodesy
import Testing

@testable import Routes

@Suite struct JoinTests {
  private let a = [place(0, 0), place(0, 0.01), place(0, 0.02)]
  private let b = [place(0.03, 0.02), place(0.03, 0.03)]
  private let c = [place(0.03, 0.9), place(0.03, 0.91)]

  private func length(_ line: [Coordinate]) -> Double {
    zip(line, line.dropFirst()).map { metersBetween($0, $1) }.reduce(0, +)
  }

  @Test func everyPolicyAndTheLengths() throws {
    let parts = length(a) + length(b)
    let gap = metersBetween(a[2], b[0])
    for (policy, counted) in [
      (JoinPolicy.walk, gap), (.counted, gap), (.ferry, 0), (.unresolved, 0),
    ] {
      let line = try measured([a, b], joins: [policy])
      #expect(abs(line.partsMeters - parts) < 1e-8)
      #expect(line.joinsMeters == gap)
      #expect(abs(line.geometricMeters - (parts + counted)) < 1e-8, "\(policy)")
      #expect(line.length.micrometers == roundedMicrometers(parts + counted))
      #expect(line.joins == [Join(policy: policy, lengthMeters: gap, from: a[2], to: b[0])])
      #expect(policy.counts == (counted > 0))
    }
    let three = try measured([a, b, c], joins: [.ferry, .counted])
    let second = metersBetween(b[1], c[0])
    #expect(abs(three.joinsMeters - (gap + second)) < 1e-8)
    #expect(abs(three.partsMeters - (parts + length(c))) < 1e-8)
    #expect(abs(three.geometricMeters - (parts + length(c) + second)) < 1e-8)
  }

  @Test func upToAKilometreIsWalkedByDefault() throws {
    #expect(JoinPolicy.byDefault(lengthMeters: 0) == .walk)
    #expect(JoinPolicy.byDefault(lengthMeters: 1_000) == .walk)
    #expect(JoinPolicy.byDefault(lengthMeters: 1_000.0.nextUp) == .unresolved)
    for (meters, policy) in [(0, JoinPolicy.walk), (999.9, .walk), (1_000.1, .unresolved)] {
      let start = offset(a[2], north: meters, east: 0)
      let line = try measured([a, [start, offset(start, north: 0, east: 50)]])
      #expect(line.joins.map(\.policy) == [policy], "\(meters) m")
      #expect(line.unresolvedJoins == (policy == .walk ? [] : [1]))
    }
    // What is stated goes before the length.
    #expect(try measured([a, b], joins: [.walk]).joins.map(\.policy) == [.walk])
  }

  // MARK: At a jump

  /// With the end of the first part marked, the jump lies at 10 km sharp.
  private func marked(_ policy: JoinPolicy, course: Course = .once) throws -> MeasuredRoute {
    try measured(
      [a, b], joins: [policy],
      waypoints: [Waypoint(coordinate: a[2], officialDistance: distance("10km"))], course: course)
  }

  @Test func atAJumpTheMarkerIsOnTheFarSide() throws {
    for policy in [JoinPolicy.ferry, .unresolved] {
      let line = try marked(policy)
      let at = line.position(at: distance("10km"))
      #expect(at.coordinate == b[0])
      #expect(at.part == 2)
      #expect(at.lastWaypoint?.index == 0)
      let ahead = Geodesic.wgs84.inverse(from: b[0], to: b[1]).initialAzimuth
      #expect(at.bearing == ahead)
      let before = line.position(at: micrometers(9_999_999_999))
      #expect(metersBetween(before.coordinate, a[2]) < 1e-6)
      #expect(before.part == 1)
      #expect(abs((before.bearing?.degrees ?? 0) - 90) < 1e-9)
      let after = line.position(at: micrometers(10_000_000_001))
      #expect(metersBetween(after.coordinate, b[0]) < 2e-6)
      #expect(after.part == 2)
    }
  }

  /// On the way back the far side is the end of the part that comes first in the file.
  @Test func goingBackTheFarSideIsTheOther() throws {
    let line = try marked(.ferry, course: Course(thereAndBack: true))
    let jump = micrometers(line.lapLength.micrometers - distance("10km").micrometers)
    let at = line.position(at: jump)
    #expect(at.coordinate == a[2])
    #expect(at.part == 1)
    #expect(at.lastWaypoint == WaypointAhead(index: 0, name: nil, distance: jump))
    #expect(abs((at.bearing?.degrees ?? 0) - 270) < 1e-9)
    let before = line.position(at: micrometers(jump.micrometers - 1))
    #expect(metersBetween(before.coordinate, b[0]) < 2e-6)
    #expect(before.part == 2)
    let after = line.position(at: micrometers(jump.micrometers + 1))
    #expect(metersBetween(after.coordinate, a[2]) < 1e-6)
    #expect(after.part == 1)
    // On the way there it is the other one.
    #expect(line.position(at: distance("10km")).coordinate == b[0])
  }

  @Test func acrossACountedJoinTheMarkerTravels() throws {
    for policy in [JoinPolicy.walk, .counted] {
      let line = try marked(policy)
      let gap = metersBetween(a[2], b[0])
      let middle = line.position(at: micrometers(10_000_000_000 + roundedMicrometers(gap / 2)))
      #expect(metersBetween(middle.coordinate, between(a[2], b[0], meters: gap / 2)) < 1e-6)
      // On a join the part is the one before it.
      #expect(middle.part == 1)
      #expect(line.position(at: distance("10km")).coordinate == a[2])
      let arrived = line.position(at: micrometers(10_000_000_001 + roundedMicrometers(gap)))
      #expect(arrived.part == 2)
    }
  }

  // MARK: Unresolved joins

  private func message(_ line: MeasuredRoute) -> String? {
    do {
      try line.requireResolvedJoins()
      return nil
    } catch {
      #expect(error.code == .joinUnresolved)
      #expect(error.code.rawValue == "join-unresolved")
      return error.message
    }
  }

  @Test func unresolvedJoinsAreNamedWithTheOption() throws {
    let one = try measured([a, b])
    #expect(one.unresolvedJoins == [1])
    #expect(
      message(one)
        == "join 1 from part 1 to part 2, 3.3 km from 0.0, 0.02 to 0.03, 0.02, is too long to guess: "
        + "choose with --join 1=walk|ferry|counted, or all that are undecided with --joins "
        + "walk|ferry|counted"
    )
    // The longest of several.
    let three = try measured([a, b, c, a])
    #expect(three.unresolvedJoins == [1, 2, 3])
    let text = message(three) ?? ""
    #expect(text.hasPrefix("join 3 from part 3 to part 4"))
    #expect(text.contains(" and 2 more"))
    #expect(text.contains("--join 3=walk|ferry|counted"))
    let some = try measured([a, b, c], joins: [.ferry, nil])
    #expect(some.unresolvedJoins == [2])
    #expect(message(some)?.hasPrefix("join 2 from part 2 to part 3") == true)
    // Asked for by name it is undecided too.
    #expect(message(try measured([a, b], joins: [.unresolved])) != nil)
    for policy in [JoinPolicy.walk, .ferry, .counted] {
      #expect(message(try measured([a, b], joins: [policy])) == nil)
    }
    #expect(message(try measured([a])) == nil)
  }

  @Test func anUndecidedWayToTheNextLapToo() throws {
    let far = [place(0, 0), place(0, 1)]
    let line = try measured([far], course: Course(laps: 2))
    #expect(line.lapJoin?.policy == .unresolved)
    #expect(message(line)?.contains("--lap-join walk|ferry|counted") == true)
    #expect(message(line)?.contains("111.3 km from its start") == true)
    #expect(line.unresolvedJoins.isEmpty)
    #expect(message(try measured([far], course: Course(laps: 2, lapJoin: .ferry))) == nil)
    #expect(message(try measured([far], course: Course(laps: 2, thereAndBack: true))) == nil)
    #expect(message(try measured([far])) == nil)
  }

  // MARK: Parts of one point

  @Test func onePointParts() throws {
    let point = place(0.015, 0.02)
    let (there, on) = (metersBetween(a[2], point), metersBetween(point, b[0]))
    let walked = try measured([a, [point], b], joins: [.walk, .counted])
    #expect(walked.joins.map(\.lengthMeters) == [there, on])
    #expect(abs(walked.partsMeters - (length(a) + length(b))) < 1e-8)
    #expect(abs(walked.geometricMeters - (length(a) + length(b) + there + on)) < 1e-8)
    let at = micrometers(roundedMicrometers(length(a) + there))
    #expect(metersBetween(walked.position(at: at).coordinate, point) < 1e-6)
    let jumped = try measured([a, [point], b], joins: [.ferry, .ferry])
    #expect(abs(jumped.geometricMeters - (length(a) + length(b))) < 1e-8)
    #expect(abs(jumped.joinsMeters - (there + on)) < 1e-8)
    // Islands alone.
    let islands = try measured([[a[0]], [point], [b[0]]], joins: [.counted, .ferry])
    #expect(islands.partsMeters == 0)
    #expect(islands.length.micrometers == roundedMicrometers(metersBetween(a[0], point)))
    #expect(islands.position(at: .zero).coordinate == a[0])
    #expect(islands.position(at: islands.end).coordinate == b[0])
    #expect(islands.position(at: islands.end).part == 3)
    let none = try measured([[a[0]], [point]], joins: [.ferry])
    #expect(none.length == .zero)
    #expect(none.position(at: .zero).coordinate == point)
    #expect(none.position(at: .zero).isFinished)
    #expect(none.position(at: .zero).bearing == nil)
  }
}
