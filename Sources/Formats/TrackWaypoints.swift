public import Routes

extension RouteDocument {
  /// The route of the chosen tracks without the waypoints of the others: those that lie off the chosen
  /// line, and at the line of a track that is not chosen. One that lies at no track stays.
  ///
  /// - Returns: also how many waypoints are left out.
  /// - Throws: what `route(_:options:)` throws.
  /// - Complexity: O(vertices + waypoints), and O(log vertices) for each waypoint that is near.
  public func routeOfItsOwn(
    _ choice: TrackChoice, options: RouteOptions = RouteOptions()
  ) throws(RouteError) -> (route: Route, left: Int) {
    let route = try route(choice, options: options)
    let chosen = Set(indices(of: choice))
    let others = allTracks.enumerated().filter { !chosen.contains($0.offset) }
      .flatMap(\.element.parts).map(\.vertices).filter { !$0.isEmpty }
    if others.isEmpty || route.waypoints.isEmpty { return (route, 0) }
    let reach = MeasuredRoute.waypointOrderReachMeters
    let near = Set(route.keepingWaypoints(withinMeters: reach).waypoints)
    let far = route.waypoints.filter { !near.contains($0) }
    guard !far.isEmpty, let rest = try? Route(parts: others, waypoints: far) else {
      return (route, 0)
    }
    let elsewhere = Set(rest.keepingWaypoints(withinMeters: reach).waypoints)
    if elsewhere.isEmpty { return (route, 0) }
    let kept = route.waypoints.filter { !elsewhere.contains($0) }
    return (route.keeping(kept), route.waypoints.count - kept.count)
  }
}
