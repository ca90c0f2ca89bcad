internal import Geodesy

extension MeasuredRoute {
  /// The same route with the calibration that it was asked for written into it, so that whoever keeps
  /// the route alone keeps its measure.
  ///
  /// - Parameter request: what the route was measured with.
  /// - Throws: `calibration` where the route alone would come out at another length.
  /// - Complexity: that of measuring the route, where anything was asked for.
  public func writing(_ request: CalibrationRequest) throws(RouteError) -> MeasuredRoute {
    if request == CalibrationRequest() { return self }
    let marked = waypoints.map { placed in
      var waypoint = placed.waypoint
      // A marker is where its name says it is.
      if request.namedMarkers, waypoint.officialDistance == nil, let name = waypoint.name,
        let distance = Marker.distance(inName: name), distance == placed.distance
      {
        waypoint.officialDistance = distance
      }
      return waypoint
    }
    let stored = try MeasuredRoute(
      Route(
        route, waypoints: marked, officialLength: request.officialLength ?? route.officialLength))
    guard stored.length == length else {
      func kilometers(_ length: Distance) -> String { length.text(in: .kilometers, decimals: 3) }
      throw RouteError(
        .calibration,
        "the calibration cannot be stored: it would make \(kilometers(stored.length)) km of "
          + "\(kilometers(length)) km; give the markers official distances in the file first")
    }
    return stored
  }
}
