public import CivilTime
internal import Foundation
internal import GRDB
public import Geodesy
internal import LedgerCore
public import Quests
public import Routes

extension SQLiteStore: RouteStore {
  public func addRoute(
    _ route: MeasuredRoute, id: RouteID, owner: PersonID?, isPublic: Bool, at now: Instant
  ) async throws(LedgerError) -> RouteRecord {
    let content = RouteContent(route.route)
    let hash = content.hash
    let limits = limits
    return try await write { db in
      let known = try db.row(
        "SELECT \(RouteRecord.columns) FROM routes WHERE route_id = ? AND hash = ?",
        [id.blob, hash.blob], RouteRecord.read)
      let last = try db.lastVersion(of: id)
      try last?.checkInUse()
      if let known { return known }
      let record = RouteRecord(
        version: RouteVersion(route: id, version: (last?.version.version ?? 0) + 1), hash: hash,
        name: route.route.name, owner: owner,
        isPublic: last?.isPublic ?? (isPublic || owner == nil), createdAt: now,
        length: route.passLength,
        parts: route.route.partCount, vertices: route.route.vertices.count,
        waypoints: route.route.waypoints.count, bounds: route.bounds)
      if let owner { try db.routeHoldings(of: owner).checkRoom(for: record, limits) }
      try db.insert(record, content: content)
      return record
    }
  }

  public func changeRoute(_ id: RouteID, _ change: RouteChange) async throws(LedgerError) {
    try await write { db in
      try change.check(try db.lastVersion(of: id), id)
      try db.run(
        "UPDATE routes SET name = coalesce(?, name), is_public = coalesce(?, is_public), "
          + "retired_at = ? WHERE route_id = ?",
        [
          change.name.column(\.sql), change.isPublic.column(\.sql),
          change.retiredAt.column(\.column), id.blob,
        ])
      if change.retiredAt != nil {
        try db.run("DELETE FROM route_boxes WHERE route_id = ?", [id.blob])
      }
    }
  }

  public func route(_ version: RouteVersion) async throws(LedgerError) -> RouteRecord? {
    try await read {
      try $0.db.row(
        "SELECT \(RouteRecord.columns) FROM routes WHERE route_id = ? AND version = ?",
        [version.route.blob, version.version.sql], RouteRecord.read)
    }
  }

  public func versions(of route: RouteID) async throws(LedgerError) -> [RouteRecord] {
    try await read {
      try $0.db.rows(
        "SELECT \(RouteRecord.columns) FROM routes WHERE route_id = ? ORDER BY version",
        [route.blob], RouteRecord.read)
    }
  }

  public func routes(withHash hash: ContentHash) async throws(LedgerError) -> [RouteRecord] {
    try await read {
      try $0.db.rows(
        "SELECT \(RouteRecord.columns) FROM routes WHERE hash = ? "
          + "ORDER BY created_at, route_id, version", [hash.blob], RouteRecord.read)
    }
  }

  public func routes(
    named name: String, visibleTo viewer: RouteViewer
  ) async throws(LedgerError) -> [RouteRecord] {
    let limit = checked(limit: limits.page)
    return try await read {
      try $0.db.rows(
        "SELECT \(RouteRecord.columns) FROM routes r WHERE name = ?1 AND \(RouteRecord.isLatest) "
          + "AND \(viewer.condition(3)) ORDER BY route_id LIMIT ?2",
        [name.sql, limit] + viewer.arguments, RouteRecord.read)
    }
  }

  public func content(of version: RouteVersion) async throws(LedgerError) -> RouteContent? {
    try await read { try $0.content(of: version) }
  }

  public func routes(
    visibleTo viewer: RouteViewer, after: RouteID?, limit: Int
  ) async throws(LedgerError) -> [RouteRecord] {
    let limit = checked(limit: limit)
    return try await read {
      try $0.db.rows(
        "SELECT \(RouteRecord.columns) FROM routes r WHERE route_id > ?1 AND \(RouteRecord.isLatest) "
          + "AND \(viewer.condition(3)) ORDER BY route_id LIMIT ?2",
        [after.after(), limit] + viewer.arguments, RouteRecord.read)
    }
  }

  public func routes(
    in box: Bounds, visibleTo viewer: RouteViewer, after: RouteID?, limit: Int
  ) async throws(LedgerError) -> [RouteRecord] {
    let limit = checked(limit: limit)
    return try await read {
      try $0.routes(in: box, visibleTo: viewer, after: after, limit: limit)
    }
  }

  public func routes(
    near place: Coordinate, withinMeters: Double, visibleTo viewer: RouteViewer, limit: Int
  ) async throws(LedgerError) -> [RouteNearby] {
    let limit = limits.rows(limit)
    let box = Bounds(around: place, meters: withinMeters)
    return try await read { tables in
      var found: [RouteNearby] = []
      var last: RouteID?
      while true {
        let page = try tables.routes(in: box, visibleTo: viewer, after: last, limit: 100.sql)
        for record in page {
          guard let content = try tables.content(of: record.version) else { continue }
          let nearest = try MeasuredRoute(try content.route()).nearest(to: place)
          if let offset = nearest.first?.offsetMeters, offset <= withinMeters {
            found.append(RouteNearby(record: record, offsetMeters: offset))
          }
        }
        guard let end = page.last else { break }
        last = end.version.route
      }
      found.sort {
        ($0.offsetMeters, $0.record.version.route) < ($1.offsetMeters, $1.record.version.route)
      }
      return Array(found.prefix(limit))
    }
  }
}

extension RouteRecord {
  fileprivate static let isLatest =
    "version = (SELECT max(version) FROM routes l WHERE l.route_id = r.route_id)"
}

extension RouteViewer {
  /// What a route must meet to be seen; a person is the argument of this number.
  fileprivate func condition(_ number: Int) -> String {
    switch self {
    case .everything: "retired_at IS NULL"
    case .person: "retired_at IS NULL AND (is_public = 1 OR owner = ?\(number))"
    case .stranger: "retired_at IS NULL AND is_public = 1"
    }
  }

  fileprivate var arguments: [SQLValue] {
    if case .person(let person) = self { [person.blob] } else { [] }
  }
}

extension Database {
  fileprivate func lastVersion(of route: RouteID) throws -> RouteRecord? {
    try row(
      "SELECT \(RouteRecord.columns) FROM routes WHERE route_id = ? ORDER BY version DESC LIMIT 1",
      [route.blob], RouteRecord.read)
  }

  fileprivate func routeHoldings(of owner: PersonID) throws -> RouteHoldings {
    try row(
      "SELECT count(*), coalesce(sum(vertices + waypoints), 0) FROM routes WHERE owner = ?",
      [owner.blob]
    ) { RouteHoldings(versions: try $0.int(), points: try $0.int()) }
      ?? RouteHoldings(versions: 0, points: 0)
  }

  fileprivate func insert(_ record: RouteRecord, content: RouteContent) throws {
    let (id, box) = (record.version.route.blob, record.bounds)
    try run(
      "INSERT INTO route_contents (hash, content) VALUES (?, ?) ON CONFLICT DO NOTHING",
      [record.hash.blob, SQLValue.bytes(content.bytes)])
    try run(
      "INSERT INTO routes (\(RouteRecord.columns)) "
        + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      [
        id, record.version.version.sql, record.hash.blob,
        record.name.column(\.sql), record.owner.column(\.blob), record.isPublic.sql,
        record.createdAt.column,
        record.length.column, record.parts.sql, record.vertices.sql,
        record.waypoints.sql, box.west.sql, box.south.sql,
        box.east.sql, box.north.sql, record.retiredAt.column(\.column),
      ])
    // Only the latest version is looked for on the map.
    try run("DELETE FROM route_boxes WHERE route_id = ?", [id])
    let halves = box.halves.map(\.sql)
    let insert =
      "INSERT INTO route_boxes (west, east, south, north, route_id) VALUES (?, ?, ?, ?, ?)"
    try run(insert, Array(halves[..<4]) + [id])
    if box.west > box.east { try run(insert, [halves[4], halves[5], halves[2], halves[3], id]) }
  }
}

extension LedgerTables {
  fileprivate func content(of version: RouteVersion) throws -> RouteContent? {
    try db.row(
      "SELECT content FROM routes JOIN route_contents USING (hash) "
        + "WHERE route_id = ? AND version = ?",
      [version.route.blob, version.version.sql]
    ) { RouteContent(bytes: try $0.bytes()) }
  }

  fileprivate func routes(
    in box: Bounds, visibleTo viewer: RouteViewer, after: RouteID?, limit: SQLValue
  ) throws -> [RouteRecord] {
    // The boxes of the index are rounded outwards to 32 bits; the bounds themselves decide.
    func meets(_ west: String, _ east: String) -> String {
      "CASE WHEN west <= east THEN west <= \(east) AND east >= \(west) "
        + "ELSE west <= \(east) OR east >= \(west) END"
    }
    return try db.rows(
      "SELECT \(RouteRecord.columns) FROM routes r WHERE route_id IN "
        + "(SELECT route_id FROM route_boxes "
        + "  WHERE west <= ?2 AND east >= ?1 AND south <= ?4 AND north >= ?3 "
        + "  UNION SELECT route_id FROM route_boxes "
        + "  WHERE west <= ?6 AND east >= ?5 AND south <= ?4 AND north >= ?3) "
        + "AND route_id > ?7 AND \(RouteRecord.isLatest) AND south <= ?4 AND north >= ?3 "
        + "AND (\(meets("?1", "?2")) OR \(meets("?5", "?6"))) AND \(viewer.condition(9)) "
        + "ORDER BY route_id LIMIT ?8",
      box.halves.map(\.sql) + [after.after(), limit] + viewer.arguments, RouteRecord.read)
  }
}

extension Bounds {
  /// A box that holds everything within a distance of a place, with something to spare.
  init(around place: Coordinate, meters: Double) {
    // No degree of latitude is shorter than 110.5 km.
    let reach = max(meters, 0) / 110_500 + 1e-9
    let (south, north) = (place.latitude - reach, place.latitude + reach)
    guard south > -90, north < 90 else {
      self.init(west: -180, south: max(south, -90), east: 180, north: min(north, 90))
      return
    }
    // How far a circle of this reach spreads in longitude.
    let spread =
      asin(min(sin(reach * .pi / 180) / cos(place.latitude * .pi / 180), 1)) * 180 / .pi + 1e-6
    // The ellipsoid's flattening is within a percent.
    let side = spread * 1.01
    guard side < 180 else {
      self.init(west: -180, south: south, east: 180, north: north)
      return
    }
    let (west, east) = (place.longitude - side, place.longitude + side)
    self.init(
      west: west < -180 ? west + 360 : west, south: south, east: east > 180 ? east - 360 : east,
      north: north)
  }
}
