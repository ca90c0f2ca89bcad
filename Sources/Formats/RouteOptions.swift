package import Geodesy
public import Routes

/// What the caller decides about a route over what its file says.
public struct RouteOptions: Sendable {
  /// For the joins that nothing else decides: those that would be unresolved.
  public var joins: JoinPolicy?
  /// For joins of a length; wins over what the file says about them.
  public var joinsByLength = JoinsByLength()
  /// For single joins, counted from 1; says more than a length.
  public var joinByNumber: [Int: JoinPolicy] = [:]
  public var laps: Int?
  public var thereAndBack: Bool?
  public var lapJoin: JoinPolicy?
  public var limits = RouteLimits.standard

  public init() {}

  /// Checks that the joins which are spoken of are there.
  ///
  /// - Throws: `range`.
  package func check(joinCount count: Int) throws(RouteError) {
    for number in joinByNumber.keys.sorted() where number < 1 || number > count {
      throw RouteError(
        .range,
        count == 0
          ? "there is no join \(number): the route has one part"
          : "there is no join \(number): the route has joins 1 to \(count)")
    }
  }

  /// Decides the joins between parts, starting from what the file says of each.
  ///
  /// - Parameter policies: one for each pair of consecutive parts; nil where the file says nothing.
  package func decide(_ policies: inout [JoinPolicy?], between parts: [[Coordinate]]) {
    for index in policies.indices {
      if let policy = joinByNumber[index + 1] {
        policies[index] = policy
        continue
      }
      guard joins != nil || !joinsByLength.isEmpty, let end = parts[index].last,
        let start = parts[index + 1].first
      else { continue }
      let meters = Geodesic.wgs84.inverse(from: end, to: start).distanceMeters
      if let policy = joinsByLength.policy(lengthMeters: meters) {
        policies[index] = policy
      } else if let joins,
        policies[index] ?? .byDefault(lengthMeters: meters) == .unresolved
      {
        policies[index] = joins
      }
    }
  }
}

/// What joins mean by their length.
public struct JoinsByLength: Hashable, Sendable {
  private struct Bound: Hashable {
    let meters: Double
    let policy: JoinPolicy
  }

  /// Ascending.
  private var below: [Bound] = []
  /// Descending.
  private var above: [Bound] = []

  public init() {}

  public var isEmpty: Bool { below.isEmpty && above.isEmpty }

  /// Decides joins that are shorter than a length.
  public mutating func setBelow(meters: Double, _ policy: JoinPolicy) {
    below.append(Bound(meters: meters, policy: policy))
    below.sort { $0.meters < $1.meters }
  }

  /// Decides joins that are as long as a length or longer.
  public mutating func setAbove(meters: Double, _ policy: JoinPolicy) {
    above.append(Bound(meters: meters, policy: policy))
    above.sort { $0.meters > $1.meters }
  }

  /// Whether two bounds decide the same joins, and not alike.
  public var contradictsItself: Bool {
    for a in below {
      for b in below where a.meters == b.meters && a.policy != b.policy { return true }
      for b in above where b.meters < a.meters && a.policy != b.policy { return true }
    }
    return above.contains { a in above.contains { $0.meters == a.meters && $0.policy != a.policy } }
  }

  /// The policy of a join of a length: that of the nearest bound; nil where no bound reaches.
  public func policy(lengthMeters: Double) -> JoinPolicy? {
    (below.first { lengthMeters < $0.meters } ?? above.first { lengthMeters >= $0.meters })?.policy
  }
}
