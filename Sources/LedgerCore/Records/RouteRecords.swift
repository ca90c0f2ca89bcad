package import Quests
internal import Routes

extension RouteRecord {
  package static let columns = ColumnList(
    "route_id", "version", "hash", "name", "owner", "is_public", "created_at", "length_um", "parts",
    "vertices", "waypoints", "west", "south", "east", "north", "retired_at")

  package static func read(_ columns: inout some ColumnReader) throws -> RouteRecord {
    RouteRecord(
      version: RouteVersion(route: try columns.id(), version: Int(try columns.int())),
      hash: try columns.hash(), name: try columns.optionalText(), owner: try columns.optionalID(),
      isPublic: try columns.bool(), createdAt: try columns.instant(),
      length: try columns.distance(), parts: Int(try columns.int()),
      vertices: Int(try columns.int()), waypoints: Int(try columns.int()),
      bounds: Bounds(
        west: try columns.double(), south: try columns.double(), east: try columns.double(),
        north: try columns.double()),
      retiredAt: try columns.optionalInstant())
  }
}
