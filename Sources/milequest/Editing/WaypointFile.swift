import Authoring
import Base
import Batch
import Formats
import Geodesy
import Routes

/// Waypoints in a file: a table with a row for each, or the waypoints of a route file.
enum WaypointFile {
  /// - Throws: `noInput`, and `badData` with the place in the file.
  static func read(_ path: String) throws -> [ListedWaypoint] {
    let limits = ReadLimits.standard
    let bytes = try Files.read(path, limit: limits.fileBytes)
    let isTable = path.lowercased().hasSuffix(".csv") || path.lowercased().hasSuffix(".tsv")
    guard isTable else {
      let document = RouteReader.read(bytes, fileName: path, limits: limits)
      let errors = document.errors
      if !errors.isEmpty {
        throw Failure(.badData, ReaderText.lines(errors, file: path, most: 20))
      }
      return document.waypoints.map { ListedWaypoint($0) }
    }
    do throws(BatchError) { return try table(bytes, path) } catch {
      throw Failure(.badData, "\(path):\(error.line.map { "\($0):" } ?? "") \(error.message)")
    }
  }

  private static func table(
    _ bytes: [UInt8], _ path: String
  ) throws(BatchError) -> [ListedWaypoint] {
    let table = try CellTable(bytes)
    ReaderText.warn(of: table, path)
    let columns = try Columns(table)
    var list: [ListedWaypoint] = []
    for row in table.rows { list.append(try columns.waypoint(row, of: table)) }
    return list
  }

  /// Which column holds what; `inspect --waypoints --format csv` writes columns of these names.
  private struct Columns {
    let name, latitude, longitude, elevation, distance, meters, story, type, official: Int?
    let mark: DecimalMark?

    init(_ table: CellTable) throws(BatchError) {
      name = try table.column("name", "waypoint")
      latitude = try table.column("lat", "latitude")
      longitude = try table.column("lon", "lng", "longitude")
      elevation = try table.column("elevation_meters", "elevation", "ele")
      distance = try table.column("distance", "at")
      meters = try table.column("distance_meters")
      story = try table.column("story", "description", "desc")
      type = try table.column("type")
      official = try table.column("official_distance_meters")
      mark = table.decimalMark(inDegrees: latitude, longitude)
      guard latitude != nil && longitude != nil || distance != nil || meters != nil else {
        throw BatchError(
          .header, line: 1,
          "a column “distance”, or both of “lat” and “lon”, must say where the waypoints stand")
      }
    }

    func waypoint(
      _ row: CellTable.Row, of table: CellTable
    ) throws(BatchError) -> ListedWaypoint {
      func fault(_ message: String) -> BatchError { BatchError(.row, line: row.line, message) }
      func number(_ column: Int?, _ what: String) throws(BatchError) -> Double? {
        try table.number(row, column, mark: mark, what)
      }
      func distance(_ column: Int?, unit: DistanceUnit?) throws(BatchError) -> WrittenDistance? {
        guard let text = try table.distanceText(row, column, mark: mark) else { return nil }
        do throws(GeodesyError) {
          return try WrittenDistance(unit.map { "\(text) \($0.rawValue)" } ?? text)
        } catch { throw fault(error.message) }
      }
      // As what reads route files has it: a name over two lines is one with a blank between.
      let title = table.text(row, name).map { ($0, Name.salvaged($0)) }
      if let title, title.1 == nil {
        throw fault("the name “\(title.0.prefix(60))” has no visible character")
      }
      let north = try number(latitude, "latitude")
      let east = try number(longitude, "longitude")
      let stated = try distance(self.distance, unit: nil)
      let measured = try distance(meters, unit: .meters)
      let place: ListedWaypoint.Place
      if let north, let east {
        let height = try number(elevation, "elevation")
        guard abs(east) <= 180,
          let coordinate = try? Coordinate(
            latitude: north, longitude: east, elevationMeters: height)
        else {
          throw fault(
            "\(north), \(east) is no place on Earth: latitudes are within -90…90, longitudes within "
              + "-180…180")
        }
        place = .at(coordinate)
      } else if north != nil || east != nil {
        throw fault("a latitude and a longitude belong together, and one of them is missing")
      } else if let along = stated ?? measured {
        place = .along(along)
      } else {
        throw fault("the row says neither a distance nor a latitude and a longitude")
      }
      return ListedWaypoint(
        name: title?.1, place, story: table.text(row, story), type: table.text(row, type),
        officialDistance: try distance(official, unit: .meters)?.distance)
    }
  }
}
