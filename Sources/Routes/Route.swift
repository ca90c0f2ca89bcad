public import Geodesy

/// What the gap between two consecutive parts of a route means.
public enum JoinPolicy: String, CaseIterable, Hashable, Sendable {
  /// The straight geodesic counts and the marker walks it.
  case walk
  /// The marker jumps and nothing counts.
  case ferry
  /// A crossing that counts: the marker travels the geodesic, drawn apart from the walked line.
  case counted
  /// Too long to guess; the designer must choose. Measured as `ferry` until then.
  case unresolved

  /// What a person can choose; `unresolved` is what is left when nobody does.
  public static let choices: [JoinPolicy] = [.walk, .ferry, .counted]

  /// The longest gap that is taken for a walk when nobody has said what it is.
  public static let longestDefaultWalkMeters = 1_000.0

  /// The policy of a gap that nobody has spoken about.
  public static func byDefault(lengthMeters: Double) -> JoinPolicy {
    lengthMeters <= longestDefaultWalkMeters ? .walk : .unresolved
  }

  /// Whether the geodesic over the gap adds to the measure.
  public var counts: Bool { self == .walk || self == .counted }
}

/// A named place that belongs to a route.
public struct Waypoint: Hashable, Sendable {
  public var name: String?
  public var coordinate: Coordinate
  /// A sentence or two to read on arrival.
  public var story: String?
  /// What kind of place it is, such as "summit" or "town".
  public var type: String?
  /// The distance from the start that people are told; it calibrates the measure.
  public var officialDistance: Distance?

  public init(
    name: String? = nil, coordinate: Coordinate, story: String? = nil, type: String? = nil,
    officialDistance: Distance? = nil
  ) {
    self.name = name
    self.coordinate = coordinate
    self.story = story
    self.type = type
    self.officialDistance = officialDistance
  }
}

/// How a quest runs over a route.
public struct Course: Hashable, Sendable {
  /// How often the route is run, at least 1.
  public var laps: Int
  /// Whether a lap goes to the end and back; the turn counts once.
  public var thereAndBack: Bool
  /// What the way from the end back to the start of the next lap means; nil decides by its length.
  public var lapJoin: JoinPolicy?

  public static let once = Course()

  public init(laps: Int = 1, thereAndBack: Bool = false, lapJoin: JoinPolicy? = nil) {
    self.laps = laps
    self.thereAndBack = thereAndBack
    self.lapJoin = lapJoin
  }

  fileprivate func check(_ limits: RouteLimits) throws(RouteError) {
    guard laps >= 1, laps <= limits.laps else {
      throw RouteError(.limit, "\(laps) laps asked for; 1 to \(limits.laps) are possible")
    }
  }
}

/// Ordered parts, the joins between them, and waypoints: the line that a team walks.
///
/// An immutable value; a change is a new route. The vertices of all parts lie in one array.
public struct Route: Hashable, Sendable {
  public let name: String?
  /// The vertices of all parts, one part after the other.
  public let vertices: [Coordinate]
  /// Index of the first vertex of each part, ascending; the first is 0.
  public let partStarts: [Int]
  /// One policy for each pair of consecutive parts; nil decides by the length of the gap.
  public let joinPolicies: [JoinPolicy?]
  public let waypoints: [Waypoint]
  /// The length that people are told for one pass over the route.
  public let officialLength: Distance?
  public let course: Course

  /// - Parameters:
  ///   - parts: the polylines in order; empty ones are dropped. A part of one vertex has length 0
  ///     and joins on both sides.
  ///   - joinPolicies: nil for all by default, or one entry for each pair of parts that are left.
  /// - Throws: `empty-route`, `join-count`, `limit`.
  /// - Complexity: O(vertices).
  public init(
    name: String? = nil, parts: [[Coordinate]], joinPolicies: [JoinPolicy?]? = nil,
    waypoints: [Waypoint] = [], officialLength: Distance? = nil, course: Course = .once,
    limits: RouteLimits = .standard
  ) throws(RouteError) {
    var starts: [Int] = []
    var vertices: [Coordinate] = []
    let count = parts.reduce(0) { $0 + $1.count }
    guard count <= limits.vertices else {
      throw RouteError(
        .limit, "the route has \(count) vertices; the limit is \(limits.vertices) vertices")
    }
    vertices.reserveCapacity(count)
    for part in parts where !part.isEmpty {
      starts.append(vertices.count)
      vertices.append(contentsOf: part)
    }
    guard !vertices.isEmpty else {
      throw RouteError(.emptyRoute, "the route has no vertices")
    }
    guard waypoints.count <= limits.waypoints else {
      throw RouteError(
        .limit,
        "the route has \(waypoints.count) waypoints; the limit is \(limits.waypoints) waypoints")
    }
    try course.check(limits)
    let joinCount = starts.count - 1
    if let joinPolicies, joinPolicies.count != joinCount {
      throw RouteError(
        .joinCount,
        "\(joinPolicies.count) join policies given for \(joinCount) joins between "
          + "\(starts.count) parts")
    }
    self.name = name
    self.vertices = vertices
    self.partStarts = starts
    self.joinPolicies = joinPolicies ?? Array(repeating: nil, count: joinCount)
    self.waypoints = waypoints
    self.officialLength = officialLength
    self.course = course
  }

  public var partCount: Int { partStarts.count }

  /// The vertices of one part, counted from 0.
  public func part(_ index: Int) -> ArraySlice<Coordinate> {
    let end = index + 1 < partStarts.count ? partStarts[index + 1] : vertices.count
    return vertices[partStarts[index]..<end]
  }

  /// The index of the part that a vertex belongs to, counted from 0. O(log parts).
  public func partIndex(ofVertex vertex: Int) -> Int {
    partStarts.partitioningIndex { $0 > vertex } - 1
  }
}

extension RandomAccessCollection where Index == Int {
  /// The first index whose element fulfils a predicate that is false before and true after some
  /// point; `endIndex` where none does. O(log n).
  @inlinable
  package func partitioningIndex(where belongsInSecond: (Element) -> Bool) -> Int {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = low + (high - low) / 2
      if belongsInSecond(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension Route {
  /// The policy of every join, with those that nobody has decided on taken from the gap's length.
  public var resolvedJoinPolicies: [JoinPolicy] {
    joinPolicies.enumerated().map { index, policy in
      policy ?? defaultPolicy(from: index, to: index + 1)
    }
  }

  /// The policy of the gap between two parts, counted from 0, that nobody has spoken about.
  package func defaultPolicy(from earlier: Int, to later: Int) -> JoinPolicy {
    JoinPolicy.byDefault(
      lengthMeters: RouteLine.gapMeters(
        from: vertices[partStarts[earlier + 1] - 1], to: vertices[partStarts[later]]))
  }
}

extension Route {
  /// The same route with another official length.
  public func stating(officialLength: Distance) -> Route {
    Route(self, waypoints: waypoints, officialLength: officialLength)
  }

  /// The same route under another name.
  public func named(_ name: String?) -> Route {
    Route(self, name: name, waypoints: waypoints, officialLength: officialLength)
  }

  /// The same route with other names of its waypoints. O(waypoints)
  public func renamingWaypoints(_ rename: (String) -> String?) -> Route {
    let renamed = waypoints.map { waypoint in
      var waypoint = waypoint
      waypoint.name = waypoint.name.flatMap(rename)
      return waypoint
    }
    return Route(self, waypoints: renamed, officialLength: officialLength)
  }

  /// The same route with another course. O(1): the vertices are shared.
  ///
  /// - Throws: `limit` where the laps are out of range.
  public func following(_ course: Course, limits: RouteLimits = .standard) throws(RouteError)
    -> Route
  {
    try course.check(limits)
    return Route(
      self, name: name, waypoints: waypoints, officialLength: officialLength, course: course)
  }

  /// The same route with other waypoints. O(waypoints): the vertices are shared.
  ///
  /// - Throws: `limit`.
  package func placing(
    _ waypoints: [Waypoint], limits: RouteLimits = .standard
  ) throws(RouteError) -> Route {
    guard waypoints.count <= limits.waypoints else {
      throw RouteError(
        .limit,
        "the route has \(waypoints.count) waypoints; the limit is \(limits.waypoints) waypoints")
    }
    return Route(self, waypoints: waypoints, officialLength: officialLength)
  }

  /// A copy with no more waypoints or another length, which nothing can make invalid.
  init(_ other: Route, waypoints: [Waypoint], officialLength: Distance?) {
    self.init(other, name: other.name, waypoints: waypoints, officialLength: officialLength)
  }

  private init(
    _ other: Route, name: String?, waypoints: [Waypoint], officialLength: Distance?,
    course: Course? = nil
  ) {
    self.name = name
    vertices = other.vertices
    partStarts = other.partStarts
    joinPolicies = other.joinPolicies
    self.waypoints = waypoints
    self.officialLength = officialLength
    self.course = course ?? other.course
  }
}
