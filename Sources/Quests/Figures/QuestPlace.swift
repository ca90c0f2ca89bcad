public import Geodesy
public import Routes

extension ShownWaypoints {
  /// The waypoints that a quest shows at a walked total: the only place where this is decided.
  ///
  /// - Parameters:
  ///   - hidesAhead: whether the quest hides what is ahead.
  ///   - route: the route with the plan's course.
  public init(hidesAhead: Bool, at total: Distance, plan: QuestPlan, on route: MeasuredRoute) {
    self.init(route, reached: plan.scale.place(of: total), hidesAhead: hidesAhead)
  }

  /// Whether a milestone is a waypoint that is not shown.
  public func hides(_ milestone: Milestone) -> Bool {
    if case .waypoint(let index, _) = milestone.key { !contains(index) } else { false }
  }

  /// The name of a milestone that is shown.
  public func name(of milestone: Milestone) -> String? {
    hides(milestone) ? nil : milestone.name
  }
}

extension QuestStanding {
  /// The waypoints that the quest shows.
  ///
  /// - Parameter route: the route with the plan's course.
  public func shownWaypoints(on route: MeasuredRoute) -> ShownWaypoints {
    ShownWaypoints(hidesAhead: record.quest.hidesAhead, at: total, plan: plan, on: route)
  }
}

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
