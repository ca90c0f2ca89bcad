public import JSON
public import Routes

/// Turns the route round.
public struct Reverse: Edit {
  public static let kind = "reverse"
  public static let note =
    "Turns the route round: its end is the start, and official distances count from there."

  public init() {}
  public init(_ fields: inout EditFields) {}
  public var members: [(String, JSONValue)] { [] }

  public func applied(to measured: MeasuredRoute) throws(AuthoringError) -> Edited {
    let route = measured.route
    let line = CutLine(
      parts: (0..<route.partCount).reversed().map { route.part($0).reversed() },
      policies: route.joinPolicies.reversed())
    let made = try measured.carrying(
      line, [Stretch(old: measured.pass, start: 0, isReversed: true)],
      length: measured.passLength.micrometers)
    return Edited(
      made.route,
      [
        "the route begins where it ended; \(Wording.count(made.route.waypoints.count, "waypoint")) changed "
          + "their order"
      ])
  }
}
