public import JSON
public import Routes

/// Gives a waypoint another name.
public struct RenameWaypoint: Edit {
  public static let kind = "rename"
  public static let note = "Gives a waypoint another name."

  /// A name, or a number from 1 such as `#3`.
  public var waypoint: String
  public var name: String

  public init(_ waypoint: String, to name: String) {
    self.waypoint = waypoint
    self.name = name
  }

  public init(_ fields: inout EditFields) {
    waypoint = fields.text("waypoint", "Its name, or its number from 1 such as \"#3\".")
    name = fields.name("name", "The new name.")
  }

  public var members: [(String, JSONValue)] {
    [("waypoint", .string(waypoint)), ("name", .string(name))]
  }

  public func applied(to measured: MeasuredRoute) throws(AuthoringError) -> Edited {
    let index = try WaypointName.index(waypoint, in: measured)
    var list = measured.route.waypoints
    let before = list[index].name
    list[index].name = name
    let renamed = list
    return Edited(
      try AuthoringError.of { () throws(RouteError) in try measured.route.placing(renamed) },
      ["“\(before ?? "(unnamed)")” is called “\(name)”"])
  }
}
