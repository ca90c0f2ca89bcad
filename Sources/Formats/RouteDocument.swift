public import Geodesy
public import Routes

/// A polyline as it stands in a file, with the place of every vertex.
public struct SourcePart: Sendable {
  public internal(set) var vertices: [Coordinate] = []
  /// Bytes from the start of the file to each vertex.
  public internal(set) var offsets: [UInt32] = []
  /// Microseconds since 1970 UTC of each vertex, `noTime` where it has none; empty where no vertex
  /// has one, and where the file was not read thoroughly.
  public internal(set) var times: [Int64] = []
  /// Bytes from the start of the file to where the part begins: its tag, the bracket around its
  /// positions, or its line of text.
  public internal(set) var offset = 0

  /// Stands in `times` for a vertex without a time.
  public static let noTime = Int64.min

  mutating func append(_ vertex: Coordinate, offset: Int) {
    vertices.append(vertex)
    offsets.append(UInt32(truncatingIfNeeded: offset))
  }

  /// Sets the time of the vertex that was appended last.
  mutating func setTime(_ time: Int64) {
    if time == Self.noTime, times.isEmpty { return }
    while times.count < vertices.count - 1 { times.append(Self.noTime) }
    times.append(time)
  }
}

/// A position that was refused because a number is out of range, with the numbers as they stand.
public struct RejectedPosition: Hashable, Sendable {
  /// What stands where the latitude should, in degrees.
  public let latitude: Double
  /// What stands where the longitude should, in degrees.
  public let longitude: Double
  /// Bytes from the start of the file to the position.
  public let offset: Int
  /// Whether it is a waypoint; then only `vertex` counts, as the index among the waypoints.
  public let isWaypoint: Bool
  /// The index in `RouteDocument.tracks`.
  public internal(set) var track: Int
  /// The index among the track's parts.
  public internal(set) var part: Int
  /// The index of the vertex (or waypoint) before which it would stand.
  public internal(set) var vertex: Int
}

/// What one of our own files says about the route beside its geometry.
public struct RouteProperties: Hashable, Sendable {
  public var joins: [JoinPolicy]?
  public var officialLength: Distance?
  public var laps: Int?
  public var thereAndBack: Bool?
  public var lapJoin: JoinPolicy?

  public init() {}
}

/// A named line of a file: a GPX track or route, a GeoJSON feature, a KML placemark.
public struct Track: Sendable {
  public internal(set) var name: String?
  public internal(set) var parts: [SourcePart] = []
  public internal(set) var properties = RouteProperties()
  public internal(set) var offset = 0

  public var vertexCount: Int { parts.reduce(0) { $0 + $1.vertices.count } }
}

/// Everything a file holds about routes, and everything that was noticed while it was read.
public struct RouteDocument: Sendable {
  public internal(set) var source: SourceText
  /// Nil where the format could not be told.
  public internal(set) var format: RouteFormat?
  public internal(set) var name: String?
  /// In the order of the file.
  public internal(set) var tracks: [Track] = []
  public internal(set) var waypoints: [Waypoint] = []
  /// Bytes from the start of the file to each waypoint.
  public internal(set) var waypointOffsets: [UInt32] = []
  /// Bytes from the start of the file to what each waypoint belongs to: the point's own element, or
  /// the feature or placemark around it.
  var waypointOwnerOffsets: [UInt32] = []
  /// Whether the numbers of the file are those of another reference system.
  public internal(set) var isReprojected = false
  /// Whether the file was read as if some of its bytes were mended already. Offsets are right all the
  /// same, and what else is to be edited waits until the file is written anew.
  public internal(set) var isMended = false
  /// Whether a fault ended the reading before the end of the file.
  public internal(set) var isCutShort = false
  /// What the file says about the route as a whole.
  public internal(set) var properties = RouteProperties()
  /// In the order of the file, with their lines and columns.
  public internal(set) var diagnostics: [Diagnostic] = []
  /// Positions whose numbers are out of range, in the order of the file; at most
  /// `mostRejected` of them.
  public internal(set) var rejected: [RejectedPosition] = []
  /// Diagnostics beyond the number that is kept.
  public internal(set) var furtherDiagnostics = 0

  /// After this many, positions out of range are no longer kept.
  public static let mostRejected = 10_000

  init(source: SourceText) { self.source = source }

  mutating func reject(_ position: RejectedPosition) { Self.append(position, to: &rejected) }

  static func append(_ position: RejectedPosition, to list: inout [RejectedPosition]) {
    if list.count < mostRejected { list.append(position) }
  }

  /// Appends a waypoint with the bytes where it stands and where what it belongs to begins.
  mutating func append(_ waypoint: Waypoint, offset: Int, owner: Int) {
    waypoints.append(waypoint)
    waypointOffsets.append(UInt32(truncatingIfNeeded: offset))
    waypointOwnerOffsets.append(UInt32(truncatingIfNeeded: owner))
  }

  /// Whether vertices of the line stand in Garmin's extension within others.
  var hasShapingPoints: Bool { diagnostics.contains { $0.code == .shapingPoints } }

  public var errors: [Diagnostic] { diagnostics.filter { $0.severity == .error } }

  /// Whether a line is there to walk on.
  public var hasLine: Bool { tracks.contains { $0.vertexCount > 0 } }

  /// The line and column of a byte.
  public func place(ofOffset offset: Int) -> SourceText.Place { source.place(of: offset) }

  /// Takes over what was noticed, sorted by place.
  mutating func finish(_ list: DiagnosticList) {
    var found = list.all.enumerated().sorted {
      ($0.element.offset ?? -1, $0.offset) < ($1.element.offset ?? -1, $1.offset)
    }.map(\.element)
    let located = found.indices.filter { found[$0].offset != nil }
    let places = source.places(of: located.map { found[$0].offset ?? 0 })
    for (index, place) in zip(located, places) {
      found[index].line = place.line
      found[index].column = place.column
    }
    diagnostics = found
    furtherDiagnostics = list.left
    isCutShort = list.isCutShort
  }
}

/// Which of a file's tracks make the route.
public enum TrackChoice: Hashable, Sendable {
  /// All of them, in file order, as the parts of one route.
  case all
  /// Those with these indices, counted from 0, in file order.
  case several([Int])

  /// Only the one with this index.
  public static func one(_ index: Int) -> TrackChoice { .several([index]) }

  /// Whether the track with an index is chosen.
  public func contains(_ index: Int) -> Bool {
    switch self {
    case .all: true
    case .several(let indices): indices.contains(index)
    }
  }
}

/// What the caller decides about a route over what its file says.
public struct RouteOptions: Sendable {
  /// For all joins.
  public var joins: JoinPolicy?
  /// For single joins, counted from 1.
  public var joinByNumber: [Int: JoinPolicy] = [:]
  public var laps: Int?
  public var thereAndBack: Bool?
  public var lapJoin: JoinPolicy?
  public var limits = RouteLimits.standard

  public init() {}
}

extension RouteDocument {
  /// The index of the track that a person means by a name or a number from 1, or nil.
  public func trackIndex(named text: String) -> Int? {
    if let index = tracks.firstIndex(where: { $0.name == text }) { return index }
    guard let number = Int(text), number >= 1, number <= tracks.count else { return nil }
    return number - 1
  }

  /// The tracks that a person means by a name or a number from 1; all where nothing is said.
  ///
  /// - Throws: `range`, naming the tracks that there are.
  public func choice(named text: String?) throws(RouteError) -> TrackChoice {
    guard let text else { return .all }
    if let index = trackIndex(named: text) { return .several([index]) }
    if tracks.isEmpty { throw RouteError(.range, "the file has no tracks") }
    let names = tracks.prefix(8).enumerated()
      .map { "\($0 + 1)" + ($1.name.map { " “\(shortened($0))”" } ?? "") }
    throw RouteError(
      .range,
      "there is no track “\(shortened(text))” among \(names.joined(separator: ", "))"
        + (tracks.count > 8 ? " … \(tracks.count)" : ""))
  }

  /// How many joins the chosen tracks have between their parts. O(parts).
  private func joinCount(_ choice: TrackChoice) -> Int {
    let parts = tracks.indices.filter(choice.contains).flatMap { tracks[$0].parts }
    return max(parts.count { !$0.vertices.isEmpty } - 1, 0)
  }

  /// Checks that the joins which the options speak of are there.
  ///
  /// - Throws: `range`.
  public func check(
    _ options: RouteOptions, for choice: TrackChoice
  ) throws(RouteError) {
    let count = joinCount(choice)
    for number in options.joinByNumber.keys.sorted() where number < 1 || number > count {
      throw RouteError(
        .range,
        count == 0
          ? "there is no join \(number): the route has one part"
          : "there is no join \(number): the route has joins 1 to \(count)")
    }
  }

  /// Heights outside this are numbers that stand for “unknown”: they count in no climb and no profile.
  /// The shore of the Dead Sea is at -430 m.
  public static let possibleElevationMeters = -500.0...9_000

  private static func withoutImpossibleElevations(_ vertices: [Coordinate]) -> [Coordinate] {
    // A comparison with an unknown height is false.
    func isNone(_ height: Double) -> Bool {
      height < possibleElevationMeters.lowerBound || height > possibleElevationMeters.upperBound
    }
    guard vertices.contains(where: { isNone($0.elevationMetersOrNaN) }) else { return vertices }
    return vertices.map {
      isNone($0.elevationMetersOrNaN)
        ? Coordinate(uncheckedLatitude: $0.latitude, longitude: $0.longitude) : $0
    }
  }

  /// The route that the chosen tracks make: their parts in file order, empty ones dropped.
  ///
  /// - Throws: `empty-route`, `join-count`, `limit`, `range` (a join number that does not exist).
  /// - Complexity: O(vertices).
  public func route(
    _ choice: TrackChoice = .all, options: RouteOptions = RouteOptions()
  ) throws(RouteError) -> Route {
    let chosen = tracks.indices.filter(choice.contains).map { tracks[$0] }
      .filter { $0.vertexCount > 0 }
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
    if let joins = options.joins { policies = policies.map { _ in joins } }
    try check(options, for: choice)
    for (number, policy) in options.joinByNumber { policies[number - 1] = policy }
    let own = chosen.count == 1 ? chosen[0].name : nil
    let title = choice == .all ? name ?? own : own ?? name
    return try Route(
      name: title, parts: parts, joinPolicies: policies, waypoints: waypoints,
      officialLength: stated.officialLength,
      course: Course(
        laps: options.laps ?? stated.laps ?? 1,
        thereAndBack: options.thereAndBack ?? stated.thereAndBack ?? false,
        lapJoin: options.lapJoin ?? stated.lapJoin),
      limits: options.limits)
  }
}
