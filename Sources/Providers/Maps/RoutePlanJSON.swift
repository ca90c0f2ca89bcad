internal import Formats
internal import Geodesy
public import JSON
internal import Routes

extension RoutePlan {
  /// How the route came about, for programs.
  public var report: JSONValue {
    let policies = route.route.resolvedJoinPolicies
    return .object([
      ("lengthMeters", .number(route.length.meters)),
      (
        "stops",
        .array(
          stops.map { stop in
            .object([
              ("name", .optional(stop.waypoint.name)),
              ("coordinate", .position(stop.waypoint.coordinate)),
              ("query", .optional(stop.query)),
              ("place", stop.taken.map(\.json) ?? .null),
              ("others", .array(stop.others.map(\.json))),
              ("snappedMeters", .optional(stop.snappedMeters)),
            ])
          })
      ),
      (
        "gaps",
        .array(
          gaps.map { gap in
            .object([
              ("afterStop", .integer(gap.after + 1)), ("meters", .number(gap.meters)),
              ("join", .optional(gap.join)),
              ("policy", .optional(gap.join.map { policies[$0 - 1].rawValue })),
            ])
          })
      ),
      ("attributions", .array(attributions.map { .string($0) })),
    ])
  }
}

extension FoundPlace {
  /// The place, for programs.
  public var json: JSONValue {
    .object([
      ("name", .string(name)), ("area", .optional(area)),
      ("coordinate", .position(coordinate)), ("population", .optional(population)),
    ])
  }
}
