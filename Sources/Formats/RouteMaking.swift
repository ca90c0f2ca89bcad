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

  private static func hasImpossibleElevation(_ vertex: Coordinate) -> Bool {
    // A comparison with an unknown height is false.
    vertex.elevationMetersOrNaN < possibleElevationMeters.lowerBound
      || vertex.elevationMetersOrNaN > possibleElevationMeters.upperBound
  }

  /// The heights of the chosen tracks that stand for “unknown” and do not arrive in the route, in the
  /// order of the file. O(vertices).
  public func impossibleElevations(_ choice: TrackChoice) -> [Double] {
    let all = allTracks
    return indices(of: choice).flatMap { all[$0].parts }.flatMap { part in
      part.vertices.lazy.filter(Self.hasImpossibleElevation).map(\.elevationMetersOrNaN)
    }
  }

  private static func withoutImpossibleElevations(_ vertices: [Coordinate]) -> [Coordinate] {
    guard vertices.contains(where: hasImpossibleElevation) else { return vertices }
    return vertices.map {
      hasImpossibleElevation($0)
        ? Coordinate(uncheckedLatitude: $0.latitude, longitude: $0.longitude) : $0
    }
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
        parts.append(Self.withoutImpossibleElevations(part.vertices))
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
