public import CivilTime
public import Geodesy
internal import LedgerCore
public import Quests
public import Routes

extension PostGISStore: RouteStore {
  public func addRoute(
    _ route: MeasuredRoute, id: RouteID, owner: PersonID?, isPublic: Bool, at now: Instant
  ) async throws(LedgerError) -> RouteRecord {
    let content = RouteContent(route.route)
    let hash = content.hash
    // Before the transaction, for it may be long.
    let lines = route.mapLines()
    let waypoints = route.waypoints
    let limits = limits
    return try await write { session in
      // Routes of one person are counted one after the other.
      if let owner {
        try session.run(
          RouteStatements.lock,
          [Parameter(AdvisoryLock.routeOwner), Parameter(Int32(truncatingIfNeeded: owner.low))])
      }
      // Versions of one route are numbered one after the other.
      try session.run(
        RouteStatements.lock,
        [Parameter(AdvisoryLock.route), Parameter(Int32(truncatingIfNeeded: id.low))])
      let known = try session.row(
        RouteStatements.byContent, [Parameter(id), Parameter(hash.blob)], RouteRecord.read)
      let last = try session.row(RouteStatements.last, [Parameter(id)], RouteRecord.read)
      try last?.checkInUse()
      if let known { return known }
      let version = (last?.version.version ?? 0) + 1
      let record = RouteRecord(
        version: RouteVersion(route: id, version: version), hash: hash,
        name: route.route.name, owner: owner,
        isPublic: last?.isPublic ?? (isPublic || owner == nil), createdAt: now,
        length: route.passLength,
        parts: route.route.partCount, vertices: route.route.vertices.count,
        waypoints: route.route.waypoints.count, bounds: route.bounds)
      if let owner {
        let holdings = try session.row(RouteStatements.holdings, [Parameter(owner)]) {
          RouteHoldings(versions: try $0.int(), points: try $0.int())
        }
        try holdings?.checkRoom(for: record, limits)
      }
      let key = record.version.parameters
      try session.connection.run(
        [
          Request(
            RouteStatements.insertContent, [Parameter(hash.blob), Parameter(Blob(content.bytes))]),
          Request(RouteStatements.supersede, [Parameter(id)]),
          Request(RouteStatements.supersedeParts, [Parameter(id)]),
          Request(RouteStatements.supersedeWaypoints, [Parameter(id)]),
          Request(RouteStatements.insert, record.parameters),
          Request(
            RouteStatements.insertParts,
            key + [
              Parameter(array: lines.map(\.kind.rawValue)),
              Parameter(array: lines.map { Int64($0.part) }),
              Parameter(array: lines.map { Int64($0.piece) }), Parameter(array: lines.map(\.ewkb)),
            ]),
          Request(
            RouteStatements.insertWaypoints,
            key + [
              Parameter(array: waypoints.map { Int64($0.index + 1) }),
              Parameter(array: waypoints.map(\.waypoint.name)),
              Parameter(array: waypoints.map(\.waypoint.type)),
              Parameter(array: waypoints.map(\.distance)),
              Parameter(array: waypoints.map(\.waypoint.coordinate.longitude)),
              Parameter(array: waypoints.map(\.waypoint.coordinate.latitude)),
            ]),
        ], until: session.deadline)
      return record
    }
  }

  public func changeRoute(_ id: RouteID, _ change: RouteChange) async throws(LedgerError) {
    try await write { session in
      // A version that is being added follows the one before it.
      try session.run(
        RouteStatements.lock,
        [Parameter(AdvisoryLock.route), Parameter(Int32(truncatingIfNeeded: id.low))])
      let last = try session.row(RouteStatements.last, [Parameter(id)], RouteRecord.read)
      try change.check(last, id)
      try session.run(
        RouteStatements.change,
        [
          Parameter(id), Parameter(change.name), Parameter(change.isPublic),
          Parameter(change.retiredAt),
        ])
      if change.retiredAt != nil {
        // What is not the latest is not looked for on the map.
        try session.run(RouteStatements.supersedeParts, [Parameter(id)])
        try session.run(RouteStatements.supersedeWaypoints, [Parameter(id)])
      }
    }
  }

  public func route(_ version: RouteVersion) async throws(LedgerError) -> RouteRecord? {
    try await read {
      try $0.row(RouteStatements.byVersion, version.parameters, RouteRecord.read)
    }
  }

  public func versions(of route: RouteID) async throws(LedgerError) -> [RouteRecord] {
    try await read {
      try $0.rows(RouteStatements.versions, [Parameter(route)], RouteRecord.read)
    }
  }

  public func routes(withHash hash: ContentHash) async throws(LedgerError) -> [RouteRecord] {
    try await read {
      try $0.rows(RouteStatements.byHash, [Parameter(hash.blob)], RouteRecord.read)
    }
  }

  public func routes(
    named name: String, visibleTo viewer: RouteViewer
  ) async throws(LedgerError) -> [RouteRecord] {
    let limit = checked(limit: limits.page)
    return try await read {
      try $0.rows(
        RouteStatements.byName, viewer.parameters + [Parameter(name), Parameter(limit)],
        RouteRecord.read)
    }
  }

  public func content(of version: RouteVersion) async throws(LedgerError) -> RouteContent? {
    try await read {
      try $0.row(RouteStatements.content, version.parameters) {
        RouteContent(bytes: try $0.bytes())
      }
    }
  }

  public func routes(
    visibleTo viewer: RouteViewer, after: RouteID?, limit: Int
  ) async throws(LedgerError) -> [RouteRecord] {
    let limit = checked(limit: limit)
    return try await read {
      try $0.rows(
        RouteStatements.list, viewer.parameters + [Parameter(after), Parameter(limit)],
        RouteRecord.read)
    }
  }

  public func routes(
    in box: Bounds, visibleTo viewer: RouteViewer, after: RouteID?, limit: Int
  ) async throws(LedgerError) -> [RouteRecord] {
    let limit = checked(limit: limit)
    return try await read {
      try $0.rows(
        RouteStatements.inBox,
        viewer.parameters + box.halves.map { Parameter($0) } + [
          Parameter(after), Parameter(limit),
        ], RouteRecord.read)
    }
  }

  /// The index and PostGIS choose; the offsets are ours, on the ellipsoid to the bit as the engine
  /// has them, so that every store answers the same.
  public func routes(
    near place: Coordinate, withinMeters: Double, visibleTo viewer: RouteViewer, limit: Int
  ) async throws(LedgerError) -> [RouteNearby] {
    let limit = checked(limit: limit)
    // PostGIS finds the foot on a sphere: some metres of a long leg are left to it.
    let reach = max(withinMeters, 0) * 1.01 + 100
    return try await read { session in
      let found = try session.rows(
        RouteStatements.near,
        viewer.parameters + [
          Parameter(place.longitude), Parameter(place.latitude), Parameter(reach),
          Parameter(limit),
        ]
      ) { columns in
        let record = try RouteRecord.read(&columns)
        let content = RouteContent(bytes: try columns.bytes())
        let nearest = try MeasuredRoute(try content.route()).nearest(to: place)
        return nearest.first.map { RouteNearby(record: record, offsetMeters: $0.offsetMeters) }
      }
      return found.compactMap { $0 }.filter { $0.offsetMeters <= withinMeters }.sorted {
        ($0.offsetMeters, $0.record.version.route) < ($1.offsetMeters, $1.record.version.route)
      }
    }
  }
}

extension RouteVersion {
  fileprivate var parameters: [Parameter] { [Parameter(route), Parameter(Int64(version))] }
}

extension RouteViewer {
  /// Whether all is seen, and whose own routes are.
  fileprivate var parameters: [Parameter] {
    let person: PersonID? = if case .person(let person) = self { person } else { nil }
    return [Parameter(self == .everything), Parameter(person)]
  }
}

extension MapLine {
  /// The line in PostGIS's extended well-known binary: a little-endian LineString ZM on WGS84, M the
  /// official metres, Z NaN where it is not known.
  fileprivate var ewkb: Blob {
    var bytes: [UInt8] = [1]
    bytes.reserveCapacity(13 + coordinates.count * 32)
    func append(_ value: some FixedWidthInteger) {
      withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
    append(UInt32(0xE000_0002))
    append(UInt32(4326))
    append(UInt32(coordinates.count))
    for (coordinate, distance) in zip(coordinates, distances) {
      append(coordinate.longitude.bitPattern)
      append(coordinate.latitude.bitPattern)
      append((coordinate.elevationMeters ?? .nan).bitPattern)
      append((Double(distance.micrometers) / 1e6).bitPattern)
    }
    return Blob(bytes)
  }
}

extension RouteRecord {
  fileprivate var parameters: [Parameter] {
    version.parameters + [
      Parameter(hash.blob), Parameter(name), Parameter(owner), Parameter(isPublic),
      Parameter(createdAt),
      Parameter(length), Parameter(Int64(parts)), Parameter(Int64(vertices)),
      Parameter(Int64(waypoints)), Parameter(bounds.west), Parameter(bounds.south),
      Parameter(bounds.east), Parameter(bounds.north),
    ]
  }
}

enum RouteStatements {
  static let lock = Statement(
    "lock_route", "SELECT pg_advisory_xact_lock($1::integer, $2::integer)")
  static let holdings = Statement(
    "route_holdings",
    """
    SELECT count(*), coalesce(sum(r.vertices + r.waypoints), 0)::bigint FROM routes r
    WHERE r.owner = $1::uuid
    """)
  static let byContent = Statement(
    "route_by_content",
    """
    SELECT \(RouteRecord.columns.of("r")) FROM routes r WHERE r.route_id = $1::uuid AND r.hash = $2::bytea
    """)
  static let last = Statement(
    "last_version",
    "SELECT \(RouteRecord.columns.of("r")) FROM routes r WHERE r.route_id = $1::uuid AND r.is_latest"
  )
  static let change = Statement(
    "change_route",
    """
    UPDATE routes SET name = coalesce($2::text, name), is_public = coalesce($3::boolean, is_public),
      retired_at = $4::bigint
    WHERE route_id = $1::uuid
    """)
  static let insertContent = Statement(
    "insert_content",
    """
    INSERT INTO route_contents (hash, content) VALUES ($1::bytea, $2::bytea) ON CONFLICT DO NOTHING
    """)
  static let supersede = Statement(
    "supersede", "UPDATE routes SET is_latest = false WHERE route_id = $1::uuid AND is_latest")
  static let supersedeParts = Statement(
    "supersede_parts",
    "UPDATE route_parts SET is_latest = false WHERE route_id = $1::uuid AND is_latest")
  static let supersedeWaypoints = Statement(
    "supersede_waypoints",
    "UPDATE route_waypoints SET is_latest = false WHERE route_id = $1::uuid AND is_latest")
  static let insert = Statement(
    "insert_route",
    """
    INSERT INTO routes (route_id, version, hash, name, owner, is_public, created_at, length_um,
      parts, vertices, waypoints, west, south, east, north, box, is_latest)
    VALUES ($1::uuid, $2::bigint, $3::bytea, $4::text, $5::uuid, $6::boolean, $7::bigint,
      $8::bigint, $9::bigint, $10::bigint, $11::bigint, $12::float8, $13::float8, $14::float8,
      $15::float8,
      ST_Multi(CASE WHEN $12::float8 <= $14::float8
        THEN ST_MakeEnvelope($12::float8, $13::float8, $14::float8, $15::float8, 4326)
        ELSE ST_Collect(ST_MakeEnvelope($12::float8, $13::float8, 180, $15::float8, 4326),
          ST_MakeEnvelope(-180, $13::float8, $14::float8, $15::float8, 4326)) END), true)
    """)
  static let insertParts = Statement(
    "insert_parts",
    """
    INSERT INTO route_parts (route_id, version, kind, part, piece, is_latest, line)
    SELECT $1::uuid, $2::bigint, n.kind, n.part, n.piece, true, ST_GeomFromEWKB(n.line)
    FROM unnest($3::text[], $4::bigint[], $5::bigint[], $6::bytea[]) AS n (kind, part, piece, line)
    """)
  static let insertWaypoints = Statement(
    "insert_waypoints",
    """
    INSERT INTO route_waypoints (route_id, version, waypoint, name, type, distance_um, is_latest,
      place)
    SELECT $1::uuid, $2::bigint, n.waypoint, n.name, n.type, n.distance_um, true,
      ST_SetSRID(ST_MakePoint(n.longitude, n.latitude), 4326)
    FROM unnest($3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::float8[], $8::float8[])
      AS n (waypoint, name, type, distance_um, longitude, latitude)
    """)
  static let byVersion = Statement(
    "route",
    """
    SELECT \(RouteRecord.columns.of("r")) FROM routes r
    WHERE r.route_id = $1::uuid AND r.version = $2::bigint
    """)
  static let versions = Statement(
    "route_versions",
    "SELECT \(RouteRecord.columns.of("r")) FROM routes r WHERE r.route_id = $1::uuid ORDER BY r.version"
  )
  static let byHash = Statement(
    "routes_by_hash",
    """
    SELECT \(RouteRecord.columns.of("r")) FROM routes r WHERE r.hash = $1::bytea
    ORDER BY r.created_at, r.route_id, r.version
    """)
  static let content = Statement(
    "route_content",
    """
    SELECT c.content FROM routes r JOIN route_contents c ON c.hash = r.hash
    WHERE r.route_id = $1::uuid AND r.version = $2::bigint
    """)
  /// Whether the viewer of the first two parameters may see a route.
  private static let isSeen =
    "r.retired_at IS NULL AND ($1::boolean OR r.is_public OR r.owner = $2::uuid)"
  static let list = Statement(
    "list_routes",
    """
    SELECT \(RouteRecord.columns.of("r")) FROM routes r
    WHERE r.is_latest AND ($3::uuid IS NULL OR r.route_id > $3::uuid) AND \(isSeen)
    ORDER BY r.route_id LIMIT $4::bigint
    """)
  static let byName = Statement(
    "routes_by_name",
    """
    SELECT \(RouteRecord.columns.of("r")) FROM routes r
    WHERE r.is_latest AND r.name = $3::text AND \(isSeen) ORDER BY r.route_id LIMIT $4::bigint
    """)

  private static func meets(_ west: String, _ east: String) -> String {
    """
    CASE WHEN r.west <= r.east THEN r.west <= \(east)::float8 AND r.east >= \(west)::float8
      ELSE r.west <= \(east)::float8 OR r.east >= \(west)::float8 END
    """
  }
  /// The boxes of the index are rounded outwards to 32 bits, and those over 180 degrees reach around
  /// the world; the bounds themselves decide.
  static let inBox = Statement(
    "routes_in_box",
    """
    SELECT \(RouteRecord.columns.of("r")) FROM routes r
    WHERE r.is_latest
      AND (r.box && ST_MakeEnvelope($3::float8, $5::float8, $4::float8, $6::float8, 4326)
        OR r.box && ST_MakeEnvelope($7::float8, $5::float8, $8::float8, $6::float8, 4326))
      AND r.south <= $6::float8 AND r.north >= $5::float8
      AND (\(meets("$3", "$4")) OR \(meets("$7", "$8")))
      AND ($9::uuid IS NULL OR r.route_id > $9::uuid) AND \(isSeen)
    ORDER BY r.route_id LIMIT $10::bigint
    """)
  static let near = Statement(
    "routes_near",
    """
    SELECT \(RouteRecord.columns.of("r")), c.content
    FROM (SELECT p.route_id, p.version, min(ST_Distance(ST_Force2D(p.line)::geography, t.place)) AS d
      FROM (SELECT ST_SetSRID(ST_MakePoint($3::float8, $4::float8), 4326)::geography AS place) t
        JOIN route_parts p ON p.is_latest
          AND ST_DWithin(ST_Force2D(p.line)::geography, t.place, $5::float8)
        JOIN routes r ON r.route_id = p.route_id AND r.version = p.version AND \(isSeen)
      GROUP BY p.route_id, p.version ORDER BY d, p.route_id LIMIT $6::bigint) f
      JOIN routes r ON r.route_id = f.route_id AND r.version = f.version
      JOIN route_contents c ON c.hash = r.hash
    """)
}
