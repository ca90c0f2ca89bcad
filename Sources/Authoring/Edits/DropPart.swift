internal import Geodesy
public import JSON
public import Routes

/// Takes a part out of the route.
public struct DropPart: Edit {
  public static let kind = "dropPart"
  public static let note = "Takes a part out of the route, with the waypoints on it."

  /// From 1.
  public var part: Int

  public init(_ part: Int) { self.part = part }

  public init(_ fields: inout EditFields) {
    part = fields.count("part", 1...RouteLimits.standard.vertices, "Its number, from 1.")
  }

  public var members: [(String, JSONValue)] { [("part", .integer(part))] }

  public func applied(to measured: MeasuredRoute) throws(AuthoringError) -> Edited {
    let route = measured.route
    guard (1...route.partCount).contains(part) else {
      throw AuthoringError(
        .range, "the route has no part \(part), only \(Wording.count(route.partCount, "part"))")
    }
    guard route.partCount > 1 else {
      throw AuthoringError(.unsuitable, "the route has one part; without it nothing is left")
    }
    let index = part - 1
    let last = route.partCount - 1
    func official(_ vertex: Int) -> Int64 {
      measured.officialDistance(atGeometricMeters: measured.line.measures[vertex]).micrometers
    }
    var line = CutLine(
      parts: (0...last).filter { $0 != index }.map { Array(route.part($0)) },
      policies: route.joinPolicies)
    let low = measured.pass.lowerBound
    var stretches: [Stretch] = []
    var length: Int64 = 0
    if index > 0 {
      let end = official(route.partStarts[index] - 1)
      stretches.append(Stretch(old: low...max(low, end), start: 0))
      length = end - low
    }
    var gap: String?
    if index > 0, index < last {
      let meters = RouteLine.gapMeters(
        from: route.vertices[route.partStarts[index] - 1],
        to: route.vertices[route.partStarts[index + 1]])
      let policy = Self.policy(
        measured.joins[index - 1].policy, measured.joins[index].policy, meters: meters)
      line.policies.replaceSubrange(index - 1...index, with: [policy])
      let meaning = policy ?? .byDefault(lengthMeters: meters)
      if meaning.counts { length += Distance(roundingMeters: meters)?.micrometers ?? 0 }
      gap = "the gap of \(Wording.gap(meters)) that is left is \(meaning.rawValue)"
    } else {
      line.policies.remove(at: index > 0 ? index - 1 : 0)
    }
    if index < last {
      let start = official(route.partStarts[index + 1])
      let high = max(start, measured.pass.upperBound)
      stretches.append(Stretch(old: start...high, start: length))
      length += high - start
    }
    guard length > 0 || measured.passLength == .zero else {
      throw AuthoringError(
        .unsuitable, "without part \(part) nothing that is left of the route has a length")
    }
    let made = try measured.carrying(line, stretches, length: length)
    var did = ["part \(part) dropped"]
    if let gap { did.append(gap) }
    if !made.lost.isEmpty {
      did.append(
        "\(Wording.count(made.lost.count, "waypoint")) dropped with it: \(Wording.names(made.lost))"
      )
    }
    return Edited(made.route, did)
  }

  /// What the gap around a dropped part means: what both gaps meant, else that nothing counts; nil where
  /// the length of the gap says the same.
  private static func policy(
    _ before: JoinPolicy, _ after: JoinPolicy, meters: Double
  ) -> JoinPolicy? {
    let isOpen = before == .unresolved || after == .unresolved
    let policy = before == after ? before : isOpen ? .unresolved : .ferry
    return policy == .byDefault(lengthMeters: meters) || policy == .unresolved ? nil : policy
  }
}
