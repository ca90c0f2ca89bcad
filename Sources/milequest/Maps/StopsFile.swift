import Base
import Batch
import Geodesy
import Providers

/// Stops of a route in a CSV file, one a row.
enum StopsFile {
  /// The columns are `place` or `lat` and `lon`, and where they are there `name`, `story` and `type`.
  ///
  /// - Throws: `noInput`, and `badData` with the line.
  static func read(_ path: String) throws -> [PlanStop] {
    let bytes = try Files.read(path, limit: 8 << 20)
    do throws(BatchError) {
      let table = try CellTable(bytes)
      ReaderText.warn(of: table, path)
      let place = try table.column("place")
      let latitude = try table.column("lat", "latitude")
      let longitude = try table.column("lon", "lng", "longitude")
      guard place != nil || latitude != nil && longitude != nil else {
        throw BatchError(
          .header, line: 1, "no column “place”, and not both of “lat” and “lon”; one is needed")
      }
      let (name, story) = (try table.column("name"), try table.column("story"))
      let type = try table.column("type")
      let mark = table.decimalMark(inDegrees: latitude, longitude)
      var stops: [PlanStop] = []
      for row in table.rows {
        stops.append(
          PlanStop(
            try self.place(
              table.text(row, place),
              table.number(row, latitude, mark: mark, "latitude"),
              table.number(row, longitude, mark: mark, "longitude"), line: row.line),
            name: table.text(row, name), story: table.text(row, story),
            type: table.text(row, type)))
      }
      return stops
    } catch {
      throw Failure(
        .badData, "\(path):\(error.line.map { "\($0):" } ?? "") \(error.message)")
    }
  }

  /// A place by its coordinate where there is one, else by its text.
  private static func place(
    _ place: String?, _ latitude: Double?, _ longitude: Double?, line: Int
  ) throws(BatchError) -> PlanStop.Place {
    if let latitude, let longitude { return .at(try coordinate(latitude, longitude, line: line)) }
    guard latitude == nil, longitude == nil else {
      throw BatchError(
        .row, line: line,
        "a latitude and a longitude belong together, and one of them is missing")
    }
    guard let place else {
      throw BatchError(.row, line: line, "the row has neither a place nor a coordinate")
    }
    let sides = place.split(separator: ",", omittingEmptySubsequences: false)
    if sides.count == 2, let north = TypedNumber.read(sides[0].trimming()),
      let east = TypedNumber.read(sides[1].trimming())
    {
      return .at(try coordinate(north, east, line: line))
    }
    return .named(place)
  }

  private static func coordinate(
    _ latitude: Double, _ longitude: Double, line: Int
  ) throws(BatchError) -> Coordinate {
    guard abs(longitude) <= 180,
      let coordinate = try? Coordinate(latitude: latitude, longitude: longitude)
    else {
      throw BatchError(
        .row, line: line,
        "\(latitude), \(longitude) is no place on Earth: latitudes are within -90…90, longitudes within "
          + "-180…180")
    }
    return coordinate
  }
}

extension Substring {
  fileprivate func trimming() -> Substring {
    var text = drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return text
  }
}
