internal import Geodesy
public import JSON
public import Routes

/// Says what the gaps between parts mean.
public struct SetJoins: Edit {
  public static let kind = "joins"
  public static let note =
    "Says what gaps mean: one gap, those shorter or longer than a length, else those that nobody has "
    + "decided on."

  public var policy: JoinPolicy
  /// From 1.
  public var join: Int?
  public var below: WrittenDistance?
  public var above: WrittenDistance?

  public init(
    _ policy: JoinPolicy, join: Int? = nil, below: WrittenDistance? = nil,
    above: WrittenDistance? = nil
  ) {
    self.policy = policy
    self.join = join
    self.below = below
    self.above = above
  }

  public init(_ fields: inout EditFields) {
    policy = fields.policy("policy", "walk, ferry or counted.")
    join = fields.optionalCount(
      "join", 1...RouteLimits.standard.vertices, "One gap, by its number from 1.")
    below = fields.optionalDistance("below", "Gaps shorter than this.")
    above = fields.optionalDistance("above", "Gaps of this length or more.")
    if [join != nil, below != nil, above != nil].count(where: { $0 }) > 1 {
      fields.refuse("join", "“join”, “below” and “above” exclude each other")
    }
  }

  public var members: [(String, JSONValue)] {
    [("policy", .string(policy.rawValue))] + (join.map { [("join", .integer($0))] } ?? [])
      + (below.map { [("below", $0.json)] } ?? []) + (above.map { [("above", $0.json)] } ?? [])
  }

  public func applied(to measured: MeasuredRoute) throws(AuthoringError) -> Edited {
    let route = measured.route
    if let join,
      !(1...max(route.joinPolicies.count, 1)).contains(join) || route.joinPolicies.isEmpty
    {
      throw AuthoringError(
        .range,
        route.joinPolicies.isEmpty
          ? "the route has no join \(join): it has one part"
          : "the route has no join \(join), only joins 1 to \(route.joinPolicies.count)")
    }
    var policies = route.joinPolicies
    var decided: [Int] = []
    for (index, gap) in measured.joins.enumerated() {
      let isMeant =
        join.map { $0 == index + 1 } ?? below.map { gap.lengthMeters < $0.meters }
        ?? above.map { gap.lengthMeters >= $0.meters } ?? (gap.policy == .unresolved)
      guard isMeant else { continue }
      policies[index] = policy
      decided.append(index + 1)
    }
    let changed = policies
    let made = try AuthoringError.of { () throws(RouteError) in
      try Route(
        name: route.name, parts: (0..<route.partCount).map { Array(route.part($0)) },
        joinPolicies: changed, waypoints: route.waypoints, officialLength: route.officialLength,
        course: route.course)
    }
    let list = decided.prefix(20).map(String.init).joined(separator: ", ")
    return Edited(
      made,
      [
        decided.isEmpty
          ? "no gap is meant"
          : "\(Wording.count(decided.count, "gap")) decided as \(policy.rawValue): \(list)"
            + (decided.count > 20 ? ", …" : "")
      ])
  }
}
