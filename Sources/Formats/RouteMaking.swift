internal import Geodesy
public import Routes

extension RouteDocument {
  /// How many joins the chosen tracks have between their parts. O(parts).
  private func joinCount(_ choice: TrackChoice) -> Int {
    let all = allTracks
    let parts = indices(of: choice).flatMap { all[$0].parts }
    return max(parts.count { !$0.vertices.isEmpty } - 1, 0)
  }

  /// Checks that the joins which the options speak of are there.
  ///
  /// - Throws: `range`.
  public func check(
    _ options: RouteOptions, for choice: TrackChoice
  ) throws(RouteError) {
    try options.check(joinCount: joinCount(choice))
  }

  /// Heights outside this are numbers that stand for “unknown”: they count in no climb and no profile.
  /// The shore of the Dead Sea is at -430 m.
  public static let possibleElevationMeters = -500.0...9_000

  /// Whether a height is known and no place has it; a comparison with an unknown one is false.
  package static func isImpossible(elevation: Double) -> Bool {
    elevation < possibleElevationMeters.lowerBound || elevation > possibleElevationMeters.upperBound
  }

  /// The heights of the chosen tracks that stand for “unknown” and do not arrive in the route, in the
  /// order of the file. O(vertices).
  public func unknownElevations(_ choice: TrackChoice) -> [Double] {
    let all = allTracks
    return indices(of: choice).flatMap { all[$0].parts }.flatMap { part in
      Self.unknownElevations(of: part.vertices).map { part.vertices[$0].elevationMetersOrNaN }
    }
  }

  /// The vertices of a part whose heights stand for “unknown”. O(vertices).
  private static func unknownElevations(of vertices: [Coordinate]) -> [Int] {
    let impossible = vertices.indices.filter {
      isImpossible(elevation: vertices[$0].elevationMetersOrNaN)
    }
    guard vertices.contains(where: { $0.elevationMetersOrNaN == 0 }) else { return impossible }
    let zeros = UnknownZeros.runs(in: vertices.map(\.elevationMetersOrNaN)[...])
    return zeros.isEmpty ? impossible : (impossible + zeros.flatMap(\.vertices)).sorted()
  }

  private static func withoutUnknownElevations(_ vertices: [Coordinate]) -> [Coordinate] {
    let unknown = unknownElevations(of: vertices)
    if unknown.isEmpty { return vertices }
    var vertices = vertices
    for i in unknown {
      vertices[i] = Coordinate(
        uncheckedLatitude: vertices[i].latitude, longitude: vertices[i].longitude)
    }
    return vertices
  }

  /// What the route of the chosen tracks is called: by the name nearest to its line, which is that of
  /// its only track, else of the file.
  func title(_ choice: TrackChoice) -> String? {
    let all = allTracks
    let chosen = indices(of: choice).filter { all[$0].vertexCount > 0 }
    return (chosen.count == 1 ? all[chosen[0]].name : nil) ?? name
  }

  /// The route that the chosen tracks make: their parts in file order, empty ones dropped.
  ///
  /// - Throws: `empty-route`, `join-count`, `limit`, `range` (a join number that does not exist).
  /// - Complexity: O(vertices).
  public func route(
    _ choice: TrackChoice = .all, options: RouteOptions = RouteOptions()
  ) throws(RouteError) -> Route {
    let all = allTracks
    let chosen = indices(of: choice).map { all[$0] }.filter { $0.vertexCount > 0 }
    var parts: [[Coordinate]] = []
    var policies: [JoinPolicy?] = []
    for track in chosen {
      let filled = track.parts.filter { !$0.vertices.isEmpty }
      for (index, part) in filled.enumerated() {
        // Between two tracks nobody has said anything.
        if !parts.isEmpty {
          let own = track.properties.joins ?? []
          policies.append(index > 0 && index - 1 < own.count ? own[index - 1] : nil)
        }
        parts.append(Self.withoutUnknownElevations(part.vertices))
      }
    }
    // A file speaks for its whole route, or for its only track.
    var stated = properties
    if chosen.count == 1 {
      let own = chosen[0].properties
      stated.officialLength = own.officialLength ?? stated.officialLength
      stated.laps = own.laps ?? stated.laps
      stated.thereAndBack = own.thereAndBack ?? stated.thereAndBack
      stated.lapJoin = own.lapJoin ?? stated.lapJoin
    }
    if let joins = stated.joins, chosen.count > 1 || chosen.first?.properties.joins == nil {
      for (index, policy) in joins.enumerated() where index < policies.count {
        policies[index] = policy
      }
    }
    try check(options, for: choice)
    options.decide(&policies, between: parts)
    return try Route(
      name: title(choice), parts: parts, joinPolicies: policies, waypoints: waypoints,
      officialLength: stated.officialLength,
      course: Course(
        laps: options.laps ?? stated.laps ?? 1,
        thereAndBack: options.thereAndBack ?? stated.thereAndBack ?? false,
        lapJoin: options.lapJoin ?? stated.lapJoin),
      limits: options.limits)
  }
}
