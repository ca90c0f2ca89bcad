public import JSON
public import Routes

/// Takes a waypoint out of the route, or all of them.
public struct DropWaypoint: Edit {
  public static let kind = "dropWaypoint"
  public static let note = "Takes a waypoint out of the route, or all of them."

  /// A name, a number from 1 such as `#3`, or `*` for all.
  public var waypoint: String

  public init(_ waypoint: String) { self.waypoint = waypoint }

  public init(_ fields: inout EditFields) {
    waypoint = fields.text(
      "waypoint", "Its name, its number from 1 such as \"#3\", or \"*\" for all.")
  }

  public var members: [(String, JSONValue)] { [("waypoint", .string(waypoint))] }

  public func applied(to measured: MeasuredRoute) throws(AuthoringError) -> Edited {
    var list = measured.route.waypoints
    var did = "\(Wording.count(list.count, "waypoint")) dropped"
    if waypoint == "*" {
      list = []
    } else {
      let index = try WaypointName.index(waypoint, in: measured)
      did =
        "“\(list[index].name ?? "(unnamed)")” at \(Wording.kilometers(measured.waypoints[index].distance)) dropped"
      list.remove(at: index)
    }
    let left = list
    return Edited(
      try AuthoringError.of { () throws(RouteError) in try measured.route.placing(left) }, [did])
  }
}
