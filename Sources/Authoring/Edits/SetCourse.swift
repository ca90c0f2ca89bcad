public import JSON
public import Routes

/// Says how often the route is run.
public struct SetLaps: Edit {
  public static let kind = "laps"
  public static let note = "Says how often the route is run."

  public var laps: Int
  /// What the way from the end of a lap to the start of the next means; nil leaves it.
  public var lapJoin: JoinPolicy?

  public init(_ laps: Int, lapJoin: JoinPolicy? = nil) {
    self.laps = laps
    self.lapJoin = lapJoin
  }

  public init(_ fields: inout EditFields) {
    laps = fields.count("laps", 1...RouteLimits.standard.laps, "How often.")
    lapJoin = fields.optionalPolicy(
      "lapJoin", "What the way from the end of a lap to the start of the next means.")
  }

  public var members: [(String, JSONValue)] {
    [("laps", .integer(laps))] + (lapJoin.map { [("lapJoin", .string($0.rawValue))] } ?? [])
  }

  public func applied(to measured: MeasuredRoute) throws(AuthoringError) -> Edited {
    var course = measured.route.course
    course.laps = laps
    course.lapJoin = lapJoin ?? course.lapJoin
    let changed = course
    let made = try AuthoringError.of { () throws(RouteError) in
      try MeasuredRoute(try measured.route.following(changed))
    }
    if let way = made.lapJoin, way.policy == .unresolved, measured.lapJoin?.policy != .unresolved {
      throw AuthoringError(
        .unsuitable,
        "a lap ends \(Wording.gap(way.lengthMeters)) from where the next begins, and nobody has said what "
          + "the way between them means: say it with the laps (lapJoin), walk, ferry or counted")
    }
    return Edited(made.route, ["the route is run \(laps == 1 ? "once" : "\(laps) times")"])
  }
}

/// Says whether the route goes to its end and back.
public struct SetThereAndBack: Edit {
  public static let kind = "thereAndBack"
  public static let note = "Makes a lap go to the end and back again."

  /// Whether it does; nil is yes.
  public var value: Bool?

  public init(_ value: Bool? = nil) { self.value = value }

  public init(_ fields: inout EditFields) {
    value = fields.optionalFlag("value", "false makes it go one way again.")
  }

  public var members: [(String, JSONValue)] { value.map { [("value", .bool($0))] } ?? [] }

  public func applied(to measured: MeasuredRoute) throws(AuthoringError) -> Edited {
    var course = measured.route.course
    course.thereAndBack = value ?? true
    let changed = course
    return Edited(
      try AuthoringError.of { () throws(RouteError) in try measured.route.following(changed) },
      [changed.thereAndBack ? "a lap goes there and back" : "a lap goes one way"])
  }
}
