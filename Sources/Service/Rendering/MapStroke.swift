import Geodesy
import Routes

/// A line as one map draws it: vertices of a `RouteMapSource`, with a point of its own where it begins
/// or ends between two of them.
struct MapStroke {
  let isCrossing: Bool
  /// One at least.
  let vertices: Range<Int>
  var lead: Coordinate?
  var trail: Coordinate?
  var isReversed = false

  init(_ run: RouteMapSource.Run) {
    self.init(isCrossing: run.isCrossing, vertices: run.vertices)
  }

  init(
    isCrossing: Bool, vertices: Range<Int>, lead: Coordinate? = nil, trail: Coordinate? = nil
  ) {
    self.isCrossing = isCrossing
    self.vertices = vertices
    self.lead = lead
    self.trail = trail
  }

  /// The same line, travelled the other way.
  var reversed: MapStroke {
    var other = self
    other.isReversed.toggle()
    (other.lead, other.trail) = (trail, lead)
    return other
  }
}

extension RouteMapSource {
  /// What of a lap is travelled and what remains, each in the order of travel.
  ///
  /// - Parameters:
  ///   - inLap: micrometres from the start of the lap.
  ///   - isLastLap: whether no way leads on to another.
  ///   - marker: the place there.
  func strokes(
    inLap: Int64, isLastLap: Bool, marker: Coordinate
  ) -> (travelled: [MapStroke], remaining: [MapStroke]) {
    guard route.route.course.thereAndBack else {
      let (before, behind) = split(isLastLap ? runs : runs + wayBack, at: inLap, marker)
      return (before, behind)
    }
    let back = runs.reversed().map { MapStroke($0).reversed }
    let pass = route.passLength.micrometers
    if inLap < pass {
      let (before, behind) = split(runs, at: inLap, marker)
      return (before, behind + back)
    }
    // On the way back, what lies behind the place is done a second time.
    let (before, behind) = split(runs, at: 2 * pass - inLap, marker)
    return (
      runs.map(MapStroke.init) + behind.reversed().map(\.reversed),
      before.reversed().map(\.reversed)
    )
  }

  /// The runs before and behind a distance. A run that ends there is before it.
  private func split(
    _ runs: [Run], at distance: Int64, _ marker: Coordinate
  ) -> (before: [MapStroke], behind: [MapStroke]) {
    var before: [MapStroke] = []
    var behind: [MapStroke] = []
    for run in runs {
      let (first, end) = (run.vertices.lowerBound, run.vertices.upperBound)
      if distances[first] >= distance {
        behind.append(MapStroke(run))
      } else if distances[end - 1] <= distance {
        before.append(MapStroke(run))
      } else {
        let next = distances[run.vertices].partitioningIndex { $0 > distance }
        // At a vertex both begin with it.
        let isVertex = distances[next - 1] == distance
        let point = isVertex ? nil : self.marker(marker, after: next - 1)
        before.append(
          MapStroke(isCrossing: run.isCrossing, vertices: first..<next, trail: point))
        behind.append(
          MapStroke(
            isCrossing: run.isCrossing, vertices: (isVertex ? next - 1 : next)..<end, lead: point))
      }
    }
    return (before, behind)
  }

  /// The marker on the side of 180 degrees that the line around it is on: distances are rounded, so
  /// that a marker next to the cut may lie a hair beyond it.
  private func marker(_ marker: Coordinate, after vertex: Int) -> Coordinate {
    let side = longitudes[vertex]
    guard abs(marker.longitude - side) > 180 else { return marker }
    return Coordinate(uncheckedLatitude: marker.latitude, longitude: side < 0 ? -180 : 180)
  }
}
