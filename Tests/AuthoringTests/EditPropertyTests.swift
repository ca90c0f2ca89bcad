import Authoring
import Formats
import Foundation
import Geodesy
import Inspection
import Routes
import Testing

/// What holds for every route, over as many random ones as `MILEQUEST_EDIT_ROUTES` says.
@Suite struct EditPropertyTests {
  static let asked =
    ProcessInfo.processInfo.environment["MILEQUEST_EDIT_ROUTES"].flatMap { Int($0) }
  static let count = asked ?? 500

  private func eachRoute(
    _ stream: String, on terrains: [Terrain] = Terrain.allCases, count: Int = Self.count,
    _ body: (MeasuredRoute, inout SplitMix64) throws -> Void
  ) throws {
    for number in 0..<count {
      var random = SplitMix64("\(stream) \(number)")
      let route = try random.route(on: terrains[number % terrains.count])
      let measured: MeasuredRoute
      do { measured = try MeasuredRoute(route) } catch { continue }
      do { try body(measured, &random) } catch let error as AuthoringError {
        Issue.record("\(stream) \(number): \(error)")
      }
    }
  }

  private func inside(_ measured: MeasuredRoute, _ random: inout SplitMix64) -> WrittenDistance {
    let share = random.double(0.01..<0.99)
    let along = Int64(Double(measured.passLength.micrometers) * share)
    return WrittenDistance(
      Distance(micrometers: measured.start.micrometers + along), in: .meters)
  }

  /// A cut leaves a vertex of its own, and joining closes what touches already.
  private func expectSame(
    _ joined: Route, _ measured: MeasuredRoute, cutAt seam: Coordinate, _ what: String
  ) throws {
    let before = try JoinEnds().applied(to: measured).route
    #expect(joined.partCount == before.partCount, "\(what)")
    var left = joined.vertices
    if left.count > before.vertices.count,
      let index = left.indices.first(where: { index in
        index >= before.vertices.count || left[index] != before.vertices[index]
      })
    {
      #expect(metersBetween(left[index], seam) < 1e-3, "\(what)")
      left.remove(at: index)
    }
    #expect(left == before.vertices, "\(what)")
    #expect(joined.joinPolicies == before.joinPolicies, "\(what)")
    #expect(joined.waypoints.map(\.name) == before.waypoints.map(\.name), "\(what)")
    #expect(joined.waypoints.map(\.coordinate) == before.waypoints.map(\.coordinate), "\(what)")
    let (one, two) = (try MeasuredRoute(joined), try MeasuredRoute(before))
    #expect(abs(one.passLength.micrometers - two.passLength.micrometers) <= 10, "\(what)")
    for (a, b) in zip(one.waypoints, two.waypoints) {
      #expect(abs(a.distance.micrometers - b.distance.micrometers) <= 10, "\(what)")
    }
  }

  @Test func splitAndJoinedAgainIsTheSameRoute() throws {
    var number = 0
    try eachRoute("split") { measured, random in
      number += 1
      let at = inside(measured, &random)
      let split = try SplitAt([at]).applied(to: measured).route
      let joined = try JoinEnds().applied(to: MeasuredRoute(split)).route
      try expectSame(
        joined, measured, cutAt: measured.position(at: at.distance).coordinate, "split \(number)")
      #expect(joined.waypoints == measured.route.waypoints)
      #expect(joined.officialLength == measured.route.officialLength)
    }
  }

  @Test func cutAndJoinedAgainIsTheSameRoute() throws {
    var number = -1
    // Where places are near one another, a waypoint of one half may stand in the other too.
    try eachRoute("cut", on: [.steady]) { measured, random in
      number += 1
      let at = inside(measured, &random)
      // Files do not say what lies between them, and a cut in a gap leaves one on each side.
      let first = try Cut(to: at).applied(to: measured).route
      let second = try Cut(from: at).applied(to: measured).route
      let total =
        try MeasuredRoute(first).passLength.micrometers
        + MeasuredRoute(second).passLength.micrometers
      #expect(abs(total - measured.passLength.micrometers) <= 10, "cut \(number)")
      let merged = try Merging.route(of: [MeasuredRoute(first), MeasuredRoute(second)])
      let joined = try JoinEnds().applied(to: MeasuredRoute(merged)).route
      let seam = measured.position(at: at.distance).coordinate
      let isInJoin =
        try SplitAt([at]).applied(to: measured).route.partCount == measured.route.partCount
      if isInJoin { return }
      try expectSame(joined, measured, cutAt: seam, "cut \(number)")
    }
  }

  @Test func reversedTwiceIsTheSameRoute() throws {
    var number = -1
    try eachRoute("reverse") { given, _ in
      number += 1
      var measured = given
      if given.start != .zero {
        // Turned round, a route counts from 0; from then on it stays the same.
        for _ in 0..<2 { measured = try MeasuredRoute(Reverse().applied(to: measured).route) }
      }
      // A marker that the line does not pass in its order may have no distance from the other end.
      if !measured.unusedMarkers.isEmpty { return }
      let once = try MeasuredRoute(Reverse().applied(to: measured).route)
      // One within reach of both ends of a loop is placed at the first, which is the other one now.
      if !once.unusedMarkers.isEmpty || once.start != .zero { return }
      let twice = try Reverse().applied(to: once).route
      #expect(abs(once.length.micrometers - measured.length.micrometers) <= 10)
      var stated = twice
      let isMarked = measured.route.waypoints.contains { $0.officialDistance != nil }
      if isMarked, measured.route.officialLength == nil {
        // Turned round, markers need the length that the end gave before.
        stated = try Route(
          name: twice.name, parts: (0..<twice.partCount).map { Array(twice.part($0)) },
          joinPolicies: twice.joinPolicies, waypoints: twice.waypoints, course: twice.course)
      }
      #expect(stated == measured.route, "reverse \(number)")
    }
  }

  @Test func simplifiedLinesKeepTheirTolerance() throws {
    var number = -1
    try eachRoute("simplify") { measured, random in
      number += 1
      let tolerance = random.anySized(0.1..<500)
      let written = WrittenDistance(
        Distance(roundingMeters: tolerance) ?? .zero, in: .meters)
      let route = measured.route
      let thin = try Simplify(written).applied(to: measured).route
      #expect(thin.partCount == route.partCount)
      for index in 0..<route.partCount {
        let (old, new) = (Array(route.part(index)), Array(thin.part(index)))
        #expect(old.first == new.first && old.last == new.last, "simplify \(number)")
        expectNear(old, new, within: written.distance.meters, "simplify \(number)")
      }
      #expect(thin.waypoints == route.waypoints)
      let after = try MeasuredRoute(thin)
      for (a, b) in zip(measured.waypoints, after.waypoints) {
        #expect(b.offsetMeters <= a.offsetMeters + MeasuredRoute.waypointTieMeters)
      }
    }
  }

  /// Every vertex of a line is within a distance of the leg of the thinner one that stands for it.
  private func expectNear(
    _ old: [Coordinate], _ new: [Coordinate], within tolerance: Double, _ what: String
  ) {
    var leg = 0
    for vertex in old {
      if leg + 1 < new.count, vertex == new[leg + 1] {
        leg += 1
        continue
      }
      if leg + 1 >= new.count || vertex == new[leg] { continue }
      let meters = Self.meters(from: vertex, toLeg: new[leg], new[leg + 1])
      #expect(meters <= tolerance + 1e-3, "\(what)")
    }
  }

  /// The distance to a leg on the ellipsoid, by a search that assumes nothing but one minimum.
  private static func meters(from target: Coordinate, toLeg a: Coordinate, _ b: Coordinate)
    -> Double
  {
    let leg = Geodesic.wgs84.inverse(from: a, to: b)
    func height(_ along: Double) -> Double {
      metersBetween(
        offset(a, azimuth: leg.initialAzimuth.degrees, meters: along), target)
    }
    var (low, high) = (0.0, leg.distanceMeters)
    for _ in 0..<40 {
      let (left, right) = (low + (high - low) * 0.382, low + (high - low) * 0.618)
      if height(left) < height(right) { high = right } else { low = left }
    }
    return min(height((low + high) / 2), metersBetween(a, target), metersBetween(b, target))
  }

  @Test func waypointsKeepTheirPlaces() throws {
    var number = -1
    try eachRoute("places", on: [.steady]) { measured, random in
      number += 1
      func places(_ route: Route) throws -> [Coordinate: Int64] {
        let measured = try MeasuredRoute(route)
        return Dictionary(
          measured.waypoints.map {
            ($0.waypoint.coordinate, $0.distance.micrometers - measured.start.micrometers)
          }, uniquingKeysWith: { first, _ in first })
      }
      let before = try places(measured.route)
      func expectPlaces(_ route: Route, _ what: String, _ moved: (Int64) -> Int64) throws {
        for (coordinate, place) in try places(route) {
          guard let old = before[coordinate] else { continue }
          #expect(abs(place - moved(old)) <= 1_000, "\(what) \(number)")
        }
      }
      let pass = measured.passLength.micrometers
      try expectPlaces(Reverse().applied(to: measured).route, "reversed") { pass - $0 }
      let from = inside(measured, &random)
      let cut = from.distance.micrometers - measured.start.micrometers
      let rest = try Cut(from: from).applied(to: measured).route
      try expectPlaces(rest, "cut") { $0 - cut }
      #expect(rest.waypoints.count == before.values.count { $0 >= cut }, "cut \(number)")
      let every = WrittenDistance(
        Distance(micrometers: max(pass / 7, 30_000_000)), in: .meters)
      let more = try WaypointsEvery(every: every).applied(to: measured).route
      #expect(Set(more.waypoints).isSuperset(of: measured.route.waypoints), "every \(number)")
      try expectPlaces(more, "every") { $0 }
    }
  }

  @Test func editsMakeNoErrors() throws {
    var number = -1
    // Each of them is looked at as validate does, 18 times.
    try eachRoute("errors", count: Self.asked ?? 20) { measured, random in
      number += 1
      let before = Self.errors(measured.route)
      let at = inside(measured, &random)
      let policy: JoinPolicy = random.element(of: JoinPolicy.choices)
      let list: [any Edit] = [
        Reverse(), Cut(from: at), Cut(to: at), SplitAt([at]), JoinEnds(),
        DropPart(random.int(1...measured.route.partCount)),
        StartAt(measured.position(at: at.distance).coordinate),
        WaypointsEvery(every: at, namePattern: "Milestone {n} ({distance})"),
        PutWaypoints([ListedWaypoint(name: "Here", .along(at))]), DropWaypoint("*"),
        Simplify(WrittenDistance(Distance(micrometers: 10_000_000), in: .meters)),
        MaxVertices(max(measured.route.vertices.count / 2, 2)), SmoothElevation(),
        SetJoins(policy), SetLaps(2, lapJoin: policy), SetThereAndBack(), SetName("Another"),
      ]
      for edit in list {
        let edited: Route
        do { edited = try edit.applied(to: measured).route } catch let error as AuthoringError {
          #expect([.unsuitable, .route].contains(error.code), "\(error)")
          continue
        }
        let new = Self.errors(edited).subtracting(before)
        #expect(new.isEmpty, "errors \(number), \(type(of: edit).kind): \(new)")
      }
    }
  }

  private static func errors(_ route: Route) -> Set<String> {
    var options = WriteOptions()
    options.coordinateDigits = WriteOptions.mostDigits
    let bytes = RouteWriter.write(route, as: .gpx, options: options)
    let document = RouteReader.read(bytes, as: .gpx, thoroughly: true)
    let report = Inspector.inspect(document)
    return Set(report.findings.filter { $0.severity == .error }.map { $0.code.rawValue })
  }
}
