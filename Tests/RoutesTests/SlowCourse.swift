import Geodesy
import Routes

/// What DESIGN.md says a distance means, worked out the slow way: exact sums, a look at every leg.
///
/// The oracle of the property tests; shares with the code under test only the geodesic of one leg,
/// which `GeodesyTests` holds against Karney's test set.
struct SlowCourse {
  struct Leg {
    let a: Coordinate
    let b: Coordinate
    let azimuth: Double
    let meters: Double
    /// Nil within a part.
    let join: JoinPolicy?
    let isClosing: Bool
    /// Counted from 1, of the vertex at its start.
    let part: Int
    var start = ExactMeters.zero
    var end = ExactMeters.zero

    var counts: Bool { join.map { $0 == .walk || $0 == .counted } ?? true }
  }

  let route: Route
  /// Of one pass, and then the way back to the start where the course needs one.
  private(set) var legs: [Leg] = []
  private(set) var pass = ExactMeters.zero
  private(set) var closing: Leg?
  /// Of one pass. An exact length so near the middle between two micrometres that the rounding of a
  /// double decides may go either way: `init` takes what was decided, and checks it.
  let passMicrometers: Int64
  let closingMicrometers: Int64

  /// - Parameter decided: the length of a pass according to the code under test.
  init(_ route: Route, decided: Distance? = nil) {
    self.route = route
    var sum = ExactMeters.zero
    func leg(
      _ a: Coordinate, _ b: Coordinate, part: Int, join: (given: JoinPolicy?, isClosing: Bool)?
    ) -> Leg {
      let geodesic = Geodesic.wgs84.inverseDegrees(
        a.latitude, a.longitude, b.latitude, b.longitude)
      var policy: JoinPolicy?
      if let join { policy = join.given ?? (geodesic.meters <= 1_000 ? .walk : .unresolved) }
      var leg = Leg(
        a: a, b: b, azimuth: geodesic.azimuth1, meters: geodesic.meters, join: policy,
        isClosing: join?.isClosing ?? false, part: part)
      leg.start = sum
      if leg.counts { sum = sum + ExactMeters(geodesic.meters) }
      leg.end = sum
      return leg
    }
    for part in 0..<route.partCount {
      let vertices = Array(route.part(part))
      if part > 0, let before = route.part(part - 1).last {
        legs.append(
          leg(before, vertices[0], part: part, join: (route.joinPolicies[part - 1], false)))
      }
      // A part of one vertex is a leg of no length, so that it can be the answer to a distance.
      let next = vertices.count == 1 ? vertices[...] : vertices.dropFirst()
      for (a, b) in zip(vertices, next) {
        legs.append(leg(a, b, part: part + 1, join: nil))
      }
    }
    pass = sum
    let natural = decided?.micrometers ?? pass.micrometers
    let isRounding = abs((ExactMeters.micrometers(natural) - pass).double) < 0.6e-6
    passMicrometers =
      route.officialLength?.micrometers ?? (isRounding ? natural : pass.micrometers)
    if route.course.laps > 1, !route.course.thereAndBack {
      let back = leg(
        route.vertices[route.vertices.count - 1], route.vertices[0], part: route.partCount,
        join: (route.course.lapJoin, true))
      closing = back
      closingMicrometers = back.counts ? roundedMicrometers(back.meters) : 0
      legs.append(back)
    } else {
      closingMicrometers = 0
    }
  }

  var lapMicrometers: Int64 {
    route.course.thereAndBack ? 2 * passMicrometers : passMicrometers + closingMicrometers
  }

  var lengthMicrometers: Int64 {
    Int64(route.course.laps) * lapMicrometers - closingMicrometers
  }

  /// Where a distance falls, before it is known on which leg.
  struct Spot {
    let lap: Int
    let isBack: Bool
    let meters: ExactMeters
    let isFinished: Bool
  }

  func spot(_ distance: Distance) -> Spot {
    let done = min(max(distance.micrometers, 0), lengthMicrometers)
    var lap = 0
    var rest = done
    while lap + 1 < route.course.laps, rest >= lapMicrometers {
      rest -= lapMicrometers
      lap += 1
    }
    let isFinished = done == lengthMicrometers
    if rest > passMicrometers || (route.course.thereAndBack && rest == passMicrometers) {
      if route.course.thereAndBack {
        return Spot(
          lap: lap + 1, isBack: true, meters: geometric(2 * passMicrometers - rest),
          isFinished: isFinished)
      }
      let end = legs[legs.count - 1].end
      return Spot(
        lap: lap + 1, isBack: false,
        meters: min(pass + .micrometers(rest - passMicrometers), end), isFinished: isFinished)
    }
    return Spot(lap: lap + 1, isBack: false, meters: geometric(rest), isFinished: isFinished)
  }

  private func geometric(_ inPass: Int64) -> ExactMeters {
    if inPass >= passMicrometers { return pass }
    return route.officialLength == nil
      ? min(.micrometers(inPass), pass) : pass.scaled(inPass, over: passMicrometers)
  }

  /// A point that a spot may mean.
  struct Answer {
    let coordinate: Coordinate
    let bearing: Double
    let leg: Leg
    let along: Double
  }

  /// The point on the owning leg, and where that leg begins or ends within a rounding of the
  /// distance, also those of its neighbours.
  func answers(at spot: Spot, slack: Double = 1e-7) -> [Answer] {
    let slack = ExactMeters(slack)
    var found: [Answer] = []
    for leg in legs where leg.counts {
      if leg.start > spot.meters + slack || leg.end + slack < spot.meters { continue }
      if leg.isClosing, spot.isFinished || spot.isBack { continue }
      let along = min(max((spot.meters - leg.start).double, 0), leg.meters)
      let there = Geodesic.wgs84.directDegrees(
        leg.a.latitude, leg.a.longitude, leg.azimuth, along)
      let rise = leg.b.elevationMetersOrNaN - leg.a.elevationMetersOrNaN
      let elevation = leg.a.elevationMetersOrNaN + rise * (leg.meters > 0 ? along / leg.meters : 0)
      found.append(
        Answer(
          coordinate: place(there.latitude, there.longitude, elevation),
          bearing: spot.isBack ? there.azimuth + 180 : there.azimuth, leg: leg, along: along))
    }
    return found
  }

  // MARK: Sums

  private var lapMeters: ExactMeters {
    route.course.thereAndBack ? pass + pass : legs.last?.end ?? .zero
  }

  /// Metres that the marker has travelled at a spot, jumps left out.
  func travelled(_ spot: Spot) -> ExactMeters {
    var sum = spot.isBack ? pass + pass - spot.meters : spot.meters
    for _ in 1..<spot.lap { sum = sum + lapMeters }
    return sum
  }

  /// Whether the marker jumps at a spot or within two micrometres of it.
  func isJump(at spot: Spot) -> Bool {
    let slack = ExactMeters(2e-6)
    return legs.contains { leg in
      if leg.counts { return false }
      let isHere = leg.start - slack < spot.meters && spot.meters < leg.start + slack
      // The way from lap to lap leads from the end of the line to its start.
      return isHere || (leg.isClosing && spot.meters < slack)
    }
  }
}
