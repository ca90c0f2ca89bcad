public import Geodesy

/// A waypoint as seen from a position.
public struct WaypointAhead: Hashable, Sendable {
  /// Index in the route's list of waypoints.
  public let index: Int
  public let name: String?
  /// Official distance from the start of the course, laps counted.
  public let distance: Distance
}

/// Where a distance leads on a course. `part`, `lap` and `leg` count from 1.
public struct Position: Hashable, Sendable {
  /// The official distance of the place, within the course.
  public let distance: Distance
  /// With the elevation interpolated between the vertices where both know theirs.
  public let coordinate: Coordinate
  /// The direction of travel: at a vertex that of the segment ahead, at the end that of arrival.
  /// Nil where the route has no extent.
  public let bearing: Azimuth?
  /// The part of the route; on a join the part before it in the file.
  public let part: Int
  public let lap: Int
  /// The leg of the lap: the stretch between two waypoints, start and end being boundaries too.
  public let leg: Int
  /// How much of the leg is done, 0…1.
  public let legFraction: Double
  /// How much of the whole course is done, 0…1.
  public let fraction: Double
  public let isFinished: Bool
  /// The waypoint that was reached last.
  public let lastWaypoint: WaypointAhead?
  /// The waypoint that comes next.
  public let nextWaypoint: WaypointAhead?
}

extension MeasuredRoute {
  /// The position at an official distance; before the start it is the start, beyond the end the end.
  ///
  /// Exact to the geodesic: within 100 nm. Undecided joins are passed as ferries; call
  /// `requireResolvedJoins()` first where that must not happen.
  /// - Complexity: O(1) expected for the place, O(log waypoints) for the waypoints.
  public func position(at distance: Distance) -> Position {
    let clamped = min(max(distance, start), end)
    let done = clamped.micrometers - start.micrometers
    let whole = length.micrometers
    let isFinished = done >= whole

    let lapSize = lapLength.micrometers
    let lap = lapSize > 0 ? min(Int(done / lapSize), route.course.laps - 1) : route.course.laps - 1
    let inLap = done - Int64(lap) * lapSize
    let place = place(inLap: inLap, isFinished: isFinished)

    let leg = leg(inLap: inLap, isLastLap: lap == route.course.laps - 1)
    return Position(
      distance: clamped, coordinate: place.coordinate, bearing: place.bearing,
      part: min(line.partIndex(ofVertex: place.vertex), route.partCount - 1) + 1,
      lap: lap + 1, leg: leg.number, legFraction: leg.fraction,
      fraction: whole > 0 ? Double(done) / Double(whole) : 1, isFinished: isFinished,
      lastWaypoint: waypointReached(at: inLap, lap: lap),
      nextWaypoint: isFinished ? nil : waypointAhead(of: inLap, lap: lap))
  }

  /// The positions at many official distances, in their order.
  public func positions(at distances: [Distance]) -> [Position] {
    distances.map(position(at:))
  }

  // MARK: Place

  private struct Place {
    var coordinate: Coordinate
    var bearing: Azimuth?
    var vertex: Int
  }

  /// The place at a distance from the start of a lap. The end of the course is one of arrival, also
  /// where a way to a next lap leads on from it.
  private func place(inLap micrometers: Int64, isFinished: Bool) -> Place {
    let pass = passLength.micrometers
    if route.course.thereAndBack, micrometers >= pass {
      let isEnd = micrometers >= 2 * pass
      let point =
        isEnd
        ? line.pointTravellingBack(atMeters: 0)
        : line.pointTravellingBack(atMeters: geometricMeters(inPass: 2 * pass - micrometers))
      return Place(
        coordinate: point.coordinate,
        bearing: point.azimuth.map { Azimuth(degrees: $0).reversed }, vertex: point.vertex)
    }
    let meters =
      micrometers <= pass
      ? geometricMeters(inPass: micrometers)
      : line.passMeters + Double(micrometers - pass) / 1e6
    let point = isFinished ? line.endOfPass : line.point(atMeters: meters)
    return Place(
      coordinate: point.coordinate, bearing: point.azimuth.map(Azimuth.init(degrees:)),
      vertex: point.vertex)
  }

  /// Geometric metres at an official distance from the start of a pass.
  package func geometricMeters(inPass micrometers: Int64) -> Double {
    calibration.geometricMeters(
      at: Distance(micrometers: start.micrometers + micrometers))
  }

  // MARK: Legs and waypoints

  private func leg(inLap micrometers: Int64, isLastLap: Bool) -> (number: Int, fraction: Double) {
    let boundaries = lapStops.boundaries
    let last = boundaries.count - 1
    let i = boundaries.partitioningIndex { $0 > micrometers } - 1
    if i < last {
      let size = boundaries[i + 1] - boundaries[i]
      return (i + 1, Double(micrometers - boundaries[i]) / Double(size))
    }
    let beyond = lapLength.micrometers - boundaries[last]
    if !isLastLap, beyond > 0 {
      // The way back to the start of the next lap is a leg of its own.
      return (last + 1, Double(micrometers - boundaries[last]) / Double(beyond))
    }
    return (max(last, 1), 1)
  }

  private func waypointAhead(of micrometers: Int64, lap: Int) -> WaypointAhead? {
    let stops = lapStops.stops
    if stops.isEmpty { return nil }
    let i = lapStops.firstStop(after: micrometers)
    if i < stops.count { return waypoint(at: stops[i], lap: lap) }
    guard lap + 1 < route.course.laps else { return nil }
    // One at the very start of the next lap is reached together with the end of this one.
    let next = lapStops.firstStop(after: micrometers - lapLength.micrometers)
    return next < stops.count ? waypoint(at: stops[next], lap: lap + 1) : nil
  }

  private func waypointReached(at micrometers: Int64, lap: Int) -> WaypointAhead? {
    let stops = lapStops.stops
    let i = lapStops.firstStop(after: micrometers) - 1
    if i >= 0 { return waypoint(at: stops[i], lap: lap) }
    guard lap > 0, let last = stops.last else { return nil }
    return waypoint(at: last, lap: lap - 1)
  }

  private func waypoint(at stop: LapStops.Stop, lap: Int) -> WaypointAhead {
    WaypointAhead(
      index: stop.waypoint, name: route.waypoints[stop.waypoint].name,
      distance: Distance(
        micrometers: start.micrometers + Int64(lap) * lapLength.micrometers + stop.micrometers))
  }
}
