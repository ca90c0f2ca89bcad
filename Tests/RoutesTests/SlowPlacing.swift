import Geodesy

@testable import Routes

/// Places waypoints as the rule says, by measuring every segment for each of them.
struct SlowPlacing {
  struct Place: Equatable {
    var meters: Double
    var offset: Double
    var pass = 0
  }

  let line: RouteLine
  private let count: Int
  private let tie = MeasuredRoute.waypointTieMeters
  private let reach = MeasuredRoute.waypointOrderReachMeters

  init(_ line: RouteLine) {
    self.line = line
    count = line.endOfPass.vertex + 1
  }

  func places(of waypoints: [Waypoint]) -> [Place] {
    var previous = 0.0
    return waypoints.map { waypoint in
      let place = place(waypoint.coordinate, after: previous)
      previous = place.meters
      return place
    }
  }

  private func place(_ target: Coordinate, after previous: Double) -> Place {
    let visited = visit(target)
    let least = visited.joined().map(\.offset).min() ?? 0
    let candidates = minima(visited, band: least + tie)
    if let first = candidates.first(where: { $0.meters >= previous }) {
      let pass = candidates.filter { $0.pass == first.pass && $0.meters >= previous }
      let nearest = pass.map(\.offset).min() ?? 0
      return pass.first { $0.offset <= nearest + 1e-3 } ?? first
    }
    var later = minima(visited, band: least + reach)
      .filter { $0.meters >= previous && $0.offset <= reach }
    let here = metersBetween(line.point(atMeters: previous).coordinate, target)
    if here <= reach { later.append(Place(meters: previous, offset: here)) }
    return later.min { ($0.offset, $0.meters) < ($1.offset, $1.meters) }
      ?? candidates.min { $0.offset < $1.offset } ?? Place(meters: 0, offset: least)
  }

  /// The vertices and the nearest places of the segments between them, a run between jumps each.
  private func visit(_ target: Coordinate) -> [[Place]] {
    func vertex(_ i: Int) -> Place {
      Place(meters: line.measures[i], offset: metersBetween(line.vertices[i], target))
    }
    var runs = [[vertex(0)]]
    for i in 0..<count - 1 {
      let length = line.segmentMeters(i)
      if length > 0 {
        let foot = line.closest(onSegment: i, to: target)
        if foot.along > 0, foot.along < length {
          runs[runs.count - 1].append(
            Place(meters: line.measures[i] + foot.along, offset: foot.offset))
        }
      } else if line.joinPolicy(ofSegment: i) != nil,
        !line.vertices[i].isSamePlace(as: line.vertices[i + 1])
      {
        runs.append([])
      }
      runs[runs.count - 1].append(vertex(i + 1))
    }
    return runs
  }

  /// The lowest place of each descent within the band, where the line rises by a metre on both sides.
  private func minima(_ runs: [[Place]], band: Double) -> [Place] {
    var found: [Place] = []
    var pass = 0
    for run in runs {
      var low: Place?
      var high: Double?
      for place in run {
        if place.offset > band { pass += 1 }
        let here = Place(meters: place.meters, offset: place.offset, pass: pass)
        if let top = high {
          high = max(top, place.offset)
          if place.offset < top - 1 { (low, high) = (here, nil) }
        } else if let bottom = low, place.offset > bottom.offset + 1 {
          found.append(bottom)
          (low, high) = (nil, place.offset)
        } else if place.offset < low?.offset ?? .infinity {
          low = here
        }
      }
      if high == nil, let low { found.append(low) }
      pass += 1
    }
    return found.filter { $0.offset <= band }
  }
}
