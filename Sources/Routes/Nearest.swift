public import Geodesy

/// A place of the course near a coordinate.
public struct Match: Hashable, Sendable {
  /// Official distance from the start of the course.
  public let distance: Distance
  /// Metres from the coordinate to the place.
  public let offsetMeters: Double
  /// The place on the line.
  public let coordinate: Coordinate
}

extension MeasuredRoute {
  /// The places of the first lap that are nearest to a coordinate, nearest first.
  ///
  /// All passes count: a road walked out and back answers twice. Two places belong together unless
  /// the line moves away between them by a metre (or half the tolerance, if that is less).
  /// - Parameter toleranceMeters: how much further than the nearest a place may be.
  /// - Throws: `cancelled` where nobody waits for the answer.
  /// - Complexity: O(vertices) to index the line for this call, then O(log vertices) expected; for
  ///   many calls keep a `NearestPlaces`.
  public func nearest(
    to target: Coordinate, toleranceMeters: Double = MeasuredRoute.waypointTieMeters
  ) throws(RouteError) -> [Match] {
    try NearestPlaces(self).matches(to: target, toleranceMeters: toleranceMeters)
  }

  /// Of the nearest places of all laps, the one whose distance is nearest to a hint.
  ///
  /// - Throws: `cancelled` where nobody waits for the answer.
  public func nearest(
    to target: Coordinate, near hint: Distance,
    toleranceMeters: Double = MeasuredRoute.waypointTieMeters
  ) throws(RouteError) -> Match? {
    try NearestPlaces(self).match(to: target, near: hint, toleranceMeters: toleranceMeters)
  }

  /// The official distance at a geometric measure of the first lap, the way back to the next lap
  /// included.
  fileprivate func officialDistance(onLapAtMeters meters: Double) -> Distance {
    if meters <= line.passMeters { return calibration.officialDistance(atMeters: meters) }
    let beyond = Distance(roundingMeters: meters - line.passMeters) ?? .zero
    return Distance(micrometers: calibration.end.micrometers + beyond.micrometers)
  }
}

/// Tells which places of a course are nearest to a coordinate, from an index that is made once.
///
/// Safe to share between threads.
public final class NearestPlaces: Sendable {
  public let route: MeasuredRoute
  private let index: PlaceIndex

  /// - Throws: `cancelled` where nobody waits for the answer.
  /// - Complexity: O(vertices).
  public init(_ route: MeasuredRoute) throws(RouteError) {
    if Task.isCancelled { throw RouteError(.cancelled, "nobody waits for the answer any more") }
    self.route = route
    index = PlaceIndex(route.line)
  }

  /// The places of the first lap that are nearest to a coordinate, nearest first, and whether all of
  /// them are there.
  ///
  /// A line that is near itself everywhere has more places than an answer may cost to find: then some
  /// are missing, and the nearest that is told may not be the nearest of all.
  /// - Complexity: O(log vertices) expected, O(vertices) where the line is near itself everywhere.
  public func search(
    near target: Coordinate, toleranceMeters: Double = MeasuredRoute.waypointTieMeters
  ) -> (matches: [Match], isCutShort: Bool) {
    let found = matchesOfLap(to: target, toleranceMeters: toleranceMeters)
    return (
      found.matches.sorted { ($0.offsetMeters, $0.distance) < ($1.offsetMeters, $1.distance) },
      found.isCutShort
    )
  }

  /// The same as `MeasuredRoute.nearest(to:toleranceMeters:)`. O(log vertices) expected.
  public func matches(
    to target: Coordinate, toleranceMeters: Double = MeasuredRoute.waypointTieMeters
  ) -> [Match] {
    search(near: target, toleranceMeters: toleranceMeters).matches
  }

  /// The same as `MeasuredRoute.nearest(to:near:toleranceMeters:)`. O(log vertices) expected.
  public func match(
    to target: Coordinate, near hint: Distance,
    toleranceMeters: Double = MeasuredRoute.waypointTieMeters
  ) -> Match? {
    let once = matchesOfLap(to: target, toleranceMeters: toleranceMeters).matches
    let lapSize = route.lapLength.micrometers
    var best: (match: Match, gap: UInt64)?
    for match in once {
      var laps: [Int64] = [0]
      if course.laps > 1, lapSize > 0 {
        // The lap whose copy of the place is nearest to the hint, and its neighbours.
        let difference = Int128(hint.micrometers) - Int128(match.distance.micrometers)
        let lap = Int64(clamping: difference / Int128(lapSize))
        let last = Int64(course.laps - 1)
        laps = [lap - 1, lap, lap + 1].map { min(max($0, 0), last) }
      }
      for lap in laps {
        let distance = Distance(micrometers: match.distance.micrometers + lap * lapSize)
        guard distance <= route.end else { continue }
        let gap = (Int128(distance.micrometers) - Int128(hint.micrometers)).magnitude
        let clamped = UInt64(clamping: gap)
        if clamped < best?.gap ?? .max {
          best = (
            Match(
              distance: distance, offsetMeters: match.offsetMeters, coordinate: match.coordinate),
            clamped
          )
        }
      }
    }
    return best?.match
  }

  private var course: Course { route.route.course }

  /// The matches of one lap in the order they are passed.
  private func matchesOfLap(
    to target: Coordinate, toleranceMeters: Double
  ) -> (matches: [Match], isCutShort: Bool) {
    var work = index.allowance
    let places = index.places(nearest: target, toleranceMeters: toleranceMeters, &work)
    let there = places.map { place in
      Match(
        distance: route.officialDistance(onLapAtMeters: place.meters),
        offsetMeters: place.offsetMeters, coordinate: place.coordinate)
    }
    guard course.thereAndBack else { return (there, work.isSpent) }
    let start = route.start.micrometers
    let turn = start + route.lapLength.micrometers
    let back = there.reversed().compactMap { match -> Match? in
      let along = match.distance.micrometers - start
      // The turn itself is one place.
      if along == route.passLength.micrometers { return nil }
      return Match(
        distance: Distance(micrometers: turn - along), offsetMeters: match.offsetMeters,
        coordinate: match.coordinate)
    }
    return (there + back, work.isSpent)
  }
}
