internal import Geodesy
internal import Routes

/// What a file holds of a route's parts.
struct WrittenLine: Sendable {
  /// Whether parts of a single vertex are left out. A route that has nothing else is written as it is.
  let leavesOutPoints: Bool
  /// Of those that are written.
  let partCount: Int
  /// Whether the policies of the joins are written: where one says more than the gap's length does.
  let statesJoins: Bool

  /// - Complexity: O(parts).
  init(_ route: Route, as format: RouteFormat) {
    let points = format.hasSinglePoints ? 0 : route.singlePointCount
    leavesOutPoints = points > 0 && points < route.partCount
    partCount = leavesOutPoints ? route.partCount - points : route.partCount
    guard leavesOutPoints else {
      statesJoins = route.joinPolicies.contains { $0 != nil }
      return
    }
    var joins = JoinCursor(leavesOutPoints: true)
    statesJoins = (0..<route.partCount).contains {
      joins.join(before: $0, in: route)?.policy != nil
    }
  }

  var vertices: VertexCursor { VertexCursor(leavesOutPoints: leavesOutPoints) }
  var joins: JoinCursor { JoinCursor(leavesOutPoints: leavesOutPoints) }
}

/// Goes along the vertices of a route, one after the other, and knows their parts.
struct VertexCursor: Sendable {
  private let leavesOutPoints: Bool
  private var part = -1
  private var range = 0..<0

  init(leavesOutPoints: Bool) { self.leavesOutPoints = leavesOutPoints }

  /// Goes on to the next vertex.
  ///
  /// - Returns: whether it is written.
  mutating func move(to vertex: Int, in route: Route) -> Bool {
    if vertex == range.upperBound {
      part += 1
      range = route.part(part).indices
    }
    return !leavesOutPoints || range.count > 1
  }

  /// The vertices of the part.
  func vertices(of route: Route) -> ArraySlice<Coordinate> { route.vertices[range] }

  func isFirst(_ vertex: Int) -> Bool { vertex == range.lowerBound }
  func isLast(_ vertex: Int) -> Bool { vertex == range.upperBound - 1 }
}

/// Goes along the joins of a route. Where the parts between are left out, several become one, which has
/// the policy of the longest.
struct JoinCursor: Sendable {
  /// A join from one part to another that is written.
  struct Join {
    let from: Int
    let to: Int
    /// Nil decides by the length of the gap.
    let policy: JoinPolicy?

    func resolved(in route: Route) -> JoinPolicy {
      policy ?? route.defaultPolicy(from: from, to: to)
    }
  }

  private let leavesOutPoints: Bool
  /// The part that was written last.
  private var last: Int?
  private var longest: (meters: Double, policy: JoinPolicy?)?

  init(leavesOutPoints: Bool) { self.leavesOutPoints = leavesOutPoints }

  /// Goes on to the next part.
  ///
  /// - Returns: the join before it; nil where it is left out, and before the first.
  mutating func join(before part: Int, in route: Route) -> Join? {
    let isLeftOut = leavesOutPoints && route.part(part).count == 1
    guard let from = last else {
      if !isLeftOut { last = part }
      return nil
    }
    var policy = route.joinPolicies[part - 1]
    if isLeftOut || from + 1 < part {
      let (end, start) = (route.partStarts[part] - 1, route.partStarts[part])
      let meters = Geodesic.wgs84.inverse(from: route.vertices[end], to: route.vertices[start])
        .distanceMeters
      if meters >= longest?.meters ?? 0 { longest = (meters, policy) }
      if isLeftOut { return nil }
      policy = longest?.policy
      longest = nil
    }
    last = part
    return Join(from: from, to: part, policy: policy)
  }
}
