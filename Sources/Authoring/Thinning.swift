internal import Geodesy
internal import Routes

/// Leaves out vertices of a route, and none that its waypoints stand on.
struct Thinning {
  private let route: Route
  /// Runs of vertices that may lose those between their ends, by the index in the route.
  private let runs: [ClosedRange<Int>]

  /// - Complexity: O(parts + waypoints · log vertices).
  init(_ measured: MeasuredRoute) {
    route = measured.route
    var fixed: Set<Int> = []
    let measures = measured.line.measures[..<route.vertices.count]
    for placed in measured.waypoints {
      // Both ends of its leg, so that the nearest place of the line stays what it is.
      let vertex = max(measures.partitioningIndex { $0 > placed.geometricMeters } - 1, 0)
      fixed.insert(vertex)
      fixed.insert(min(vertex + 1, route.vertices.count - 1))
      if vertex > 0 { fixed.insert(vertex - 1) }
    }
    let inner = fixed.sorted()
    var runs: [ClosedRange<Int>] = []
    var next = 0
    for index in 0..<route.partCount {
      let range = route.part(index).indices
      var start = range.lowerBound
      while next < inner.count, inner[next] < range.upperBound {
        if inner[next] > start {
          runs.append(start...inner[next])
          start = inner[next]
        }
        next += 1
      }
      if start < range.upperBound - 1 || range.count == 1 {
        runs.append(start...(range.upperBound - 1))
      }
    }
    self.runs = runs
  }

  /// The vertices that stay, ascending.
  ///
  /// - Complexity: O(n log n).
  func kept(toleranceMeters: Double) -> [Int] {
    var kept: [Int] = []
    for run in runs {
      if kept.last != run.lowerBound { kept.append(run.lowerBound) }
      let inner = Simplification.keptIndices(
        of: route.vertices[run], toleranceMeters: toleranceMeters)
      // A loop as small as the tolerance would be left without a length.
      if inner.count == 2, run.count > 2,
        route.vertices[run.lowerBound].isSamePlace(as: route.vertices[run.upperBound]),
        let turn = Self.furthest(in: run, of: route)
      {
        kept.append(turn)
      } else {
        kept += inner.dropFirst().dropLast()
      }
      if run.count > 1 { kept.append(run.upperBound) }
    }
    return kept
  }

  private static func furthest(in run: ClosedRange<Int>, of route: Route) -> Int? {
    let start = SpacePoint(
      route.vertices[run.lowerBound].latitude, route.vertices[run.lowerBound].longitude)
    var best: (index: Int, meters: Double)?
    for index in run.dropFirst().dropLast() {
      let vertex = route.vertices[index]
      let meters = SpacePoint(vertex.latitude, vertex.longitude).distance(to: start)
      if meters > best?.meters ?? 0 { best = (index, meters) }
    }
    return best?.index
  }

  /// The route of those vertices.
  func route(keeping kept: [Int]) throws(AuthoringError) -> Route {
    var parts: [[Coordinate]] = Array(repeating: [], count: route.partCount)
    var part = 0
    for index in kept {
      while part + 1 < route.partCount, route.partStarts[part + 1] <= index { part += 1 }
      parts[part].append(route.vertices[index])
    }
    let made = parts
    return try AuthoringError.of { () throws(RouteError) in
      try Route(
        name: route.name, parts: made, joinPolicies: route.joinPolicies,
        waypoints: route.waypoints, officialLength: route.officialLength, course: route.course)
    }
  }

  /// What is said of a thinned route.
  func did(_ thinned: Route) throws(AuthoringError) -> [String] {
    let after = try AuthoringError.of { () throws(RouteError) in try MeasuredRoute(thinned) }
    let before = try AuthoringError.of { () throws(RouteError) in try MeasuredRoute(route) }
    return [
      "\(Wording.count(route.vertices.count - thinned.vertices.count, "vertex", "vertices")) left out, "
        + "\(thinned.vertices.count) kept",
      "the line measures \(Wording.gap(after.geometricMeters)), "
        + "\(Wording.gap(abs(before.geometricMeters - after.geometricMeters))) less than before",
    ]
  }
}
