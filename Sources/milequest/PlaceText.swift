import Authoring
import Base
import Geodesy
import Routes

/// Places as people type them.
enum PlaceText {
  /// The coordinate of a text `LAT,LON`; nil where it is not two numbers with a comma between.
  ///
  /// - Throws: `usage` for numbers that are no place.
  /// - Parameter option: names in the message what gave the text.
  static func coordinate(_ text: String, option: String) throws -> Coordinate? {
    let sides = text.split(separator: ",", omittingEmptySubsequences: false).map(trimmed)
    guard sides.count == 2, let latitude = TypedNumber.read(sides[0]),
      let longitude = TypedNumber.read(sides[1])
    else { return nil }
    return try coordinate(latitude, longitude, option: option)
  }

  static func coordinate(
    _ latitude: Double, _ longitude: Double, option: String
  ) throws -> Coordinate {
    do {
      let coordinate = try Coordinate(latitude: latitude, longitude: longitude)
      guard abs(longitude) <= 180 else {
        throw Failure(.usage, "\(option): the longitude \(longitude) is outside -180…180")
      }
      return coordinate
    } catch let error as GeodesyError {
      throw Failure(.usage, "\(option): \(error.message); the latitude comes first")
    }
  }

  /// The distance of a waypoint of the route.
  ///
  /// - Parameter text: its name, which is not a distance.
  /// - Throws: `usage` where there is none, or more than one.
  static func distance(
    ofWaypoint text: String, of route: MeasuredRoute, option: String
  ) throws -> Distance {
    do { return route.waypoints[try WaypointName.index(text, in: route)].distance } catch {
      var fault = "“\(text)” is not a distance"
      do { _ = try Distance(text) } catch { fault = error.message }
      throw Failure(.usage, "\(option): \(fault); and \(error.message)")
    }
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return text
  }
}
