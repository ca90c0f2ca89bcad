public import Geodesy

/// What bends the geometric measure of a route into the official one.
public struct CalibrationRequest: Hashable, Sendable {
  /// The length of one pass that people are told; nil takes the route's own, if it has one.
  public var officialLength: Distance?
  /// Whether a waypoint whose name is a distance ("12 km", "mile 33") is a marker.
  public var namedMarkers: Bool
  /// Takes only the first of every so many markers, at least 1.
  public var every: Int

  public init(officialLength: Distance? = nil, namedMarkers: Bool = false, every: Int = 1) {
    self.officialLength = officialLength
    self.namedMarkers = namedMarkers
    self.every = max(every, 1)
  }
}

/// A waypoint at its place on the line.
public struct PlacedWaypoint: Hashable, Sendable {
  /// Its index in the route's list.
  public let index: Int
  public let waypoint: Waypoint
  /// Official distance in one pass, rounded to a micrometre once.
  public let distance: Distance
  /// Metres along the geometric measure of one pass.
  public let geometricMeters: Double
  /// Metres from the waypoint's coordinate to the line.
  public let offsetMeters: Double
}

/// A route with its measure: positions, places and slices by official distance.
///
/// Immutable and safe to share. Made by one pass over the vertices; a position then costs O(1)
/// expected whatever the size. Laps and there-and-back reuse the geometry of one pass.
public struct MeasuredRoute: Sendable {
  public let route: Route
  private let pass: MeasuredPass
  package let line: RouteLine
  let calibration: Calibration
  /// The waypoints in the route's own order.
  public let waypoints: [PlacedWaypoint]
  /// Waypoints that were asked to be markers and do not fit an increasing measure.
  public let unusedMarkers: [Int]
  /// Waypoints, by their indices, for which a line that is near itself everywhere was not searched to
  /// the end: they stand on it near their coordinates, though maybe not where they are nearest.
  public let roughlyPlaced: [Int]
  /// The waypoints of one lap by distance from its start, and where its legs begin.
  let lapStops: LapStops

  /// Places of equal standing for a waypoint: the first of those this near to the nearest is taken.
  public static let waypointTieMeters = 25.0
  /// How far from a waypoint a place may be to be taken for the sake of the file's order.
  public static let waypointOrderReachMeters = 250.0

  /// - Throws: `calibration`, `limit` where totals leave the range of a distance.
  /// - Complexity: O(vertices); with waypoints, O(vertices + waypoints · log vertices).
  public init(
    _ route: Route, calibration request: CalibrationRequest = CalibrationRequest()
  ) throws(RouteError) {
    let pass = MeasuredPass(route)
    var (places, cutShort) = try Self.place(route.waypoints, on: pass.line)
    let officialLength = request.officialLength ?? route.officialLength
    let (markers, unused) = Self.markers(
      among: route.waypoints, at: &places, request: request, officialLength: officialLength,
      passMeters: pass.line.passMeters)
    let calibration = try Calibration(
      passMeters: pass.line.passMeters, markers: markers, officialLength: officialLength)
    let waypoints = zip(route.waypoints, places).enumerated().map { index, pair in
      PlacedWaypoint(
        index: index, waypoint: pair.0,
        distance: calibration.officialDistance(atMeters: pair.1.meters),
        geometricMeters: pair.1.meters, offsetMeters: pair.1.offsetMeters)
    }
    try self.init(
      route, pass, calibration, waypoints, unusedMarkers: unused, roughlyPlaced: cutShort)
  }

  /// The same route on another course: the pass is not measured again, and laps are not made.
  ///
  /// - Throws: `limit` where the laps or totals are out of range.
  /// - Complexity: O(waypoints · log waypoints); O(vertices), without a geodesic, for the first course
  ///   whose laps lead back to the start.
  public func following(_ course: Course, limits: RouteLimits = .standard) throws(RouteError)
    -> MeasuredRoute
  {
    try MeasuredRoute(
      route.following(course, limits: limits), pass, calibration, waypoints,
      unusedMarkers: unusedMarkers, roughlyPlaced: roughlyPlaced)
  }

  private init(
    _ route: Route, _ measuredPass: MeasuredPass, _ calibration: Calibration,
    _ waypoints: [PlacedWaypoint], unusedMarkers: [Int], roughlyPlaced: [Int]
  ) throws(RouteError) {
    self.route = route
    pass = measuredPass
    line = measuredPass.line(of: route.course)
    self.calibration = calibration
    self.waypoints = waypoints
    self.unusedMarkers = unusedMarkers
    self.roughlyPlaced = roughlyPlaced
    let course = route.course
    let closing = line.closingJoin
    passLength = try Self.checked { () throws(GeodesyError) in
      try calibration.end.subtracting(calibration.start)
    }
    let closingLength =
      closing?.policy.counts == true
      ? Distance(roundingMeters: closing?.lengthMeters ?? 0) ?? .zero : .zero
    let pass = passLength
    lapLength = try Self.checked { () throws(GeodesyError) in
      try course.thereAndBack ? pass.multiplied(by: 2) : pass.adding(closingLength)
    }
    let lap = lapLength
    length = try Self.checked { () throws(GeodesyError) in
      try lap.multiplied(by: Int64(course.laps)).subtracting(closingLength)
    }
    // The end must be a distance too, also where the start is marked above 0.
    let whole = length
    end = try Self.checked { () throws(GeodesyError) in try calibration.start.adding(whole) }
    lapStops = LapStops(
      waypoints, start: calibration.start, pass: pass, lap: lap,
      thereAndBack: course.thereAndBack)
  }

  private static func checked(
    _ body: () throws(GeodesyError) -> Distance
  ) throws(RouteError) -> Distance {
    do { return try body() } catch { throw RouteError(.limit, error.message) }
  }

  // MARK: Lengths

  /// Official length of one pass over the route.
  public let passLength: Distance
  /// Official length from the start of a lap to the start of the next.
  public let lapLength: Distance
  /// Official length of the whole course.
  public let length: Distance
  /// Official distance at the start: 0 unless it is marked otherwise.
  public var start: Distance { calibration.start }
  /// Official distance at the end of the course.
  public let end: Distance

  /// Geometric metres of one pass, counted joins included.
  public var geometricMeters: Double { line.passMeters }
  /// Geometric metres of the parts alone.
  public var partsMeters: Double { line.partsMeters }
  /// Metres over all joins between the parts, whatever their policies.
  public var joinsMeters: Double {
    var sum = CompensatedSum()
    for join in line.joins { sum.add(join.lengthMeters) }
    return sum.value
  }
  /// The joins between consecutive parts; the first leads from part 1 to part 2.
  public var joins: [Join] { line.joins }
  /// The way from the end back to the start where the course has laps of an open route.
  public var lapJoin: Join? { line.closingJoin }

  /// The numbers, from 1, of the joins that nobody has decided on.
  public var unresolvedJoins: [Int] {
    line.joins.indices.filter { line.joins[$0].policy == .unresolved }.map { $0 + 1 }
  }

  /// Stops where the line leads nowhere, so that nothing is a part of the way.
  ///
  /// - Throws: `no-length`.
  public func requireLength() throws(RouteError) {
    if geometricMeters > 0 { return }
    let count = route.vertices.count
    let isOnePlace = route.vertices.allSatisfy { $0.isSamePlace(as: route.vertices[0]) }
    throw RouteError(
      .noLength,
      count == 1
        ? "the route is a single vertex, which is no line"
        : isOnePlace
          ? "all \(count) vertices of the line stand at one place: it has no length"
          : "each part of the route stands at one place: it has no length")
  }

  /// Stops where a join is undecided, before a position is given that may be wrong.
  ///
  /// - Throws: `join-unresolved`, naming the longest such join and the options.
  public func requireResolvedJoins() throws(RouteError) {
    if let lapJoin, lapJoin.policy == .unresolved {
      throw RouteError(
        .joinUnresolved,
        "the end of the route is \(Self.kilometers(lapJoin.lengthMeters)) from its start, too far to "
          + "guess how a lap leads to the next: choose with --lap-join walk|ferry|counted")
    }
    let open = unresolvedJoins
    guard
      let longest = open.max(by: {
        line.joins[$0 - 1].lengthMeters < line.joins[$1 - 1].lengthMeters
      })
    else { return }
    let join = line.joins[longest - 1]
    let others = open.count == 1 ? "" : " and \(open.count - 1) more"
    throw RouteError(
      .joinUnresolved,
      "join \(longest) from part \(longest) to part \(longest + 1), "
        + "\(Self.kilometers(join.lengthMeters)) from \(Self.short(join.from)) to \(Self.short(join.to))"
        + "\(others), is too long to guess: choose with --join \(longest)=walk|ferry|counted, or all "
        + "that are undecided with --joins walk|ferry|counted")
  }

  private static func kilometers(_ meters: Double) -> String {
    (Distance(roundingMeters: meters) ?? .zero).text(in: .kilometers, decimals: 1) + " km"
  }

  private static func short(_ place: Coordinate) -> String {
    func rounded(_ degrees: Double) -> Double { (degrees * 1e5).rounded() / 1e5 }
    return "\(rounded(place.latitude)), \(rounded(place.longitude))"
  }

  /// The official distance at geometric metres of one pass, rounded to a micrometre.
  package func officialDistance(atGeometricMeters meters: Double) -> Distance {
    calibration.officialDistance(atMeters: meters)
  }

  /// What the marker can travel, over 180 degrees and at the poles too. O(vertices).
  public var bounds: Bounds { line.bounds }

  /// The official distance between two waypoints of the route, by their indices.
  public func distance(fromWaypoint a: Int, toWaypoint b: Int) -> Distance {
    let (first, second) = (waypoints[a].distance, waypoints[b].distance)
    return Distance(micrometers: abs(second.micrometers - first.micrometers))
  }
}
