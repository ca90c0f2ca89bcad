public import Geodesy

/// Which waypoints of a course may be given away: all, or those that have been reached.
///
/// A waypoint is reached where the course passes it for the first time. It stays so on later laps and
/// on the way back.
public struct ShownWaypoints: Sendable {
  private enum Extent: Sendable {
    case all, none
    /// Those up to an official distance of one pass.
    case through(Distance, MeasuredRoute)
  }

  private let extent: Extent

  /// Every waypoint.
  public static let all = ShownWaypoints(extent: .all)
  /// Not one waypoint.
  public static let none = ShownWaypoints(extent: .none)

  private init(extent: Extent) { self.extent = extent }

  /// - Parameters:
  ///   - place: the distance along the course that has been reached, from 0, laps counted.
  ///   - hidesAhead: whether waypoints beyond it are hidden; false shows all.
  public init(_ route: MeasuredRoute, reached place: Distance, hidesAhead: Bool) {
    let (reached, isBeyond) = route.start.micrometers.addingReportingOverflow(place.micrometers)
    extent =
      hidesAhead
      ? .through(Distance(micrometers: isBeyond ? .max : reached), route) : .all
  }

  /// Whether every waypoint of any route is shown.
  public var areAll: Bool { if case .all = extent { true } else { false } }

  /// Whether a waypoint is shown, by its index in the route's list. O(1).
  public func contains(_ waypoint: Int) -> Bool {
    switch extent {
    case .all: true
    case .none: false
    case .through(let reached, let route):
      route.waypoints.indices.contains(waypoint) && route.waypoints[waypoint].distance <= reached
    }
  }

  /// The name of a waypoint that is shown.
  public func name(of waypoint: WaypointAhead) -> String? {
    contains(waypoint.index) ? waypoint.name : nil
  }
}
