import Formats
import Routes

/// What is to be said about the markers that somebody asked for: that there are none, and which
/// waypoints are not used as markers although they look like some.
enum MarkerNotes {
  private static let mostNames = 20

  static func texts(_ measured: MeasuredRoute) -> [String] {
    let waypoints = measured.route.waypoints
    let distances = waypoints.map { waypoint in
      waypoint.officialDistance ?? waypoint.name.flatMap(Marker.distance(inName:))
    }
    let unread = waypoints.indices.filter { index in
      distances[index] == nil && waypoints[index].name?.contains(where: \.isNumber) ?? false
    }
    var texts: [String] = []
    if distances.allSatisfy({ $0 == nil }) {
      texts.append(
        "no marker calibrates the route: "
          + (waypoints.isEmpty
            ? "the file has no waypoints"
            : "no waypoint has a distance for its name, such as “12 km” or “mile 33”"))
    }
    if !unread.isEmpty {
      texts.append(
        "\(RouteInput.count(unread.count, "waypoint")) left out of the calibration, because the name is "
          + "not a distance with its unit: \(names(unread, waypoints))")
    }
    let unused = measured.unusedMarkers
    if !unused.isEmpty {
      texts.append(
        "\(RouteInput.count(unused.count, "marker")) left out of the calibration, because the line does "
          + "not pass them in the order of their distances: \(names(unused, waypoints))")
    }
    return texts
  }

  private static func names(_ indices: [Int], _ waypoints: [Waypoint]) -> String {
    indices.prefix(mostNames).map { waypoints[$0].name ?? "waypoint \($0 + 1)" }
      .joined(separator: ", ")
      + (indices.count > mostNames ? " and \(indices.count - mostNames) more" : "")
  }
}
