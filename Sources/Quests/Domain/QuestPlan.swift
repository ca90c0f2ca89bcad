public import Geodesy
public import Routes

/// What a milestone is, the same whatever the scale.
public enum MilestoneKey: Hashable, Sendable {
  /// A waypoint of the route by its index, passed for the n-th time, from 1: laps and the way back
  /// pass it again.
  case waypoint(Int, pass: Int)
  case percent(Int)
}

extension MilestoneKey: CustomStringConvertible {
  /// `percent:25`, `waypoint:3`, or from the second pass on `waypoint:3@2`.
  public var description: String {
    switch self {
    case .percent(let percent): "percent:\(percent)"
    case .waypoint(let index, pass: 1): "waypoint:\(index)"
    case .waypoint(let index, let pass): "waypoint:\(index)@\(pass)"
    }
  }

  /// Reads what `description` gives.
  public init?(_ text: String) {
    let halves = text.split(separator: ":", omittingEmptySubsequences: false)
    guard halves.count == 2 else { return nil }
    let numbers = halves[1].split(separator: "@", omittingEmptySubsequences: false).map { Int($0) }
    switch (halves[0], numbers.count, numbers.first ?? nil, numbers.last ?? nil) {
    case ("percent", 1, let percent?, _): self = .percent(percent)
    case ("waypoint", 1, let index?, _): self = .waypoint(index, pass: 1)
    case ("waypoint", 2, let index?, let pass?) where pass > 1: self = .waypoint(index, pass: pass)
    default: return nil
    }
  }
}

/// A place or a share of a quest that a team can reach.
public struct Milestone: Hashable, Sendable {
  public let key: MilestoneKey
  /// The waypoint's name.
  public let name: String?
  /// The official distance from the start of the course; for a percentage where it leads.
  public let place: Distance
  /// Reached when the walked total is no less.
  public let threshold: Distance

  public init(key: MilestoneKey, name: String?, place: Distance, threshold: Distance) {
    self.key = key
    self.name = name
    self.place = place
    self.threshold = threshold
  }
}

/// A version of a route, which never changes.
public struct RouteVersion: Hashable, Sendable {
  public let route: RouteID
  /// From 1.
  public let version: Int

  public init(route: RouteID, version: Int) {
    self.route = route
    self.version = version
  }
}

/// What a quest sets out to do: a course on a route version, its scale and its milestones.
///
/// Immutable and named by its content, so that the many quests of one kind share it.
public struct QuestPlan: Hashable, Sendable {
  public let id: PlanID
  public let route: RouteVersion
  public let course: Course
  public let scale: Scale
  /// By threshold; of equal ones the waypoints first, in the order they are passed.
  public let milestones: [Milestone]

  public static let standardPercentages = [25, 50, 75, 100]

  /// - Parameters:
  ///   - measured: the route version with the quest's course.
  ///   - questLength: Q; nil walks the official length.
  ///   - percentages: 1 to 100.
  /// - Throws: `invalid` for a route without a length or percentages out of range, `limit`.
  /// - Complexity: O(milestones · log milestones).
  public init(
    _ measured: MeasuredRoute, route: RouteVersion, questLength: Distance? = nil,
    percentages: [Int] = standardPercentages, limits: LedgerLimits = .standard
  ) throws(LedgerError) {
    let scale = try Scale(
      questLength: questLength ?? measured.length, officialLength: measured.length)
    guard measured.courseStopCount <= limits.milestones else {
      throw LedgerError(
        .limit,
        "the course passes \(measured.courseStopCount) waypoints; the limit is "
          + "\(limits.milestones) milestones")
    }
    var passes: [Int: Int] = [:]
    let waypoints = measured.courseStops.map { stop in
      let pass = passes[stop.waypoint, default: 0] + 1
      passes[stop.waypoint] = pass
      return Milestone(
        key: .waypoint(stop.waypoint, pass: pass),
        name: measured.route.waypoints[stop.waypoint].name,
        place: stop.distance, threshold: scale.threshold(at: stop.distance))
    }
    try self.init(
      route: route, course: measured.route.course, scale: scale, waypoints: waypoints,
      percentages: percentages, limits: limits)
  }

  /// - Parameter waypoints: in the order they are passed, thresholds not falling.
  /// - Throws: `invalid`, `limit`.
  public init(
    route: RouteVersion, course: Course, scale: Scale, waypoints: [Milestone],
    percentages: [Int] = standardPercentages, limits: LedgerLimits = .standard
  ) throws(LedgerError) {
    guard percentages.allSatisfy({ 1...100 ~= $0 }) else {
      throw LedgerError(.invalid, "percentages run from 1 to 100")
    }
    let shares = Set(percentages).sorted().map { percent in
      let threshold = scale.threshold(percent: percent)
      return Milestone(
        key: .percent(percent), name: nil, place: scale.place(of: threshold), threshold: threshold)
    }
    guard waypoints.count + shares.count <= limits.milestones else {
      throw LedgerError(
        .limit,
        "the quest has \(waypoints.count + shares.count) milestones; the limit is "
          + "\(limits.milestones) milestones")
    }
    // Stable: waypoints come first and keep their order.
    let milestones = (waypoints + shares).enumerated().sorted {
      ($0.element.threshold, $0.offset) < ($1.element.threshold, $1.offset)
    }
    self.init(route: route, course: course, scale: scale, ordered: milestones.map(\.element))
  }

  init(route: RouteVersion, course: Course, scale: Scale, ordered milestones: [Milestone]) {
    self.route = route
    self.course = course
    self.scale = scale
    self.milestones = milestones
    id = PlanID(
      hash: ContentHash(
        of: QuestPlan.encode(route: route, course: course, scale: scale, milestones: milestones)))
  }

  /// How many milestones a walked total has reached: they are the first of the list.
  /// O(log milestones).
  public func reachedCount(total: Distance) -> Int {
    milestones.partitioningIndex { $0.threshold > total }
  }

  /// The milestones that a rise of the total crosses, in route order.
  public func crossed(from before: Distance, to after: Distance) -> ArraySlice<Milestone> {
    let first = reachedCount(total: before)
    return milestones[first..<max(first, reachedCount(total: after))]
  }

  public func isFinished(total: Distance) -> Bool { total >= scale.questLength }
}

extension PlanID {
  /// The first sixteen bytes of a hash.
  init(hash: ContentHash) {
    self.init(
      high: hash.bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) },
      low: hash.bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) })
  }
}
