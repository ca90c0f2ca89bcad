public import Geodesy
public import Routes

extension MeasuredRoute {
  /// Where a walked total leads on a plan's course, which the route has. O(1) expected.
  public func position(of total: Distance, plan: QuestPlan) -> Position {
    // A place is at most the course's length, so its end is the most that this comes to.
    let place = plan.scale.place(of: total).micrometers
    return position(at: Distance(micrometers: min(start.micrometers, .max - place) + place))
  }

  /// What is left to walk to a waypoint of a plan's course, which the route has.
  public func remaining(
    to waypoint: WaypointAhead, after total: Distance, plan: QuestPlan
  ) -> Distance {
    let place = Distance(micrometers: waypoint.distance.micrometers - start.micrometers)
    let threshold = plan.scale.threshold(at: place)
    return Distance(
      micrometers: max(threshold.micrometers - max(total, .zero).micrometers, 0))
  }
}
