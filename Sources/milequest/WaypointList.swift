import Formats
import Routes

/// The waypoints of routes with their places, a line each.
struct WaypointList {
  private static let columns = [
    "file", "route", "name", "distance_meters", "offset_meters", "latitude", "longitude",
    "elevation_meters", "type", "story", "official_distance_meters",
  ]

  private var table = TextTable(
    ["waypoint", "km", "mi", "off the line", "place"], rightAligned: [1, 2, 3])
  private(set) var csv = WaypointList.columns.joined(separator: ",") + "\n"

  mutating func add(_ measured: MeasuredRoute, file: String) {
    for placed in measured.waypoints {
      add(placed.waypoint, placed, route: measured.route.name ?? "", file: file)
    }
  }

  /// Takes the waypoints of a file without a line, which have no distances.
  mutating func add(_ document: RouteDocument, file: String) {
    for waypoint in document.waypoints {
      add(waypoint, nil, route: document.name ?? "", file: file)
    }
  }

  private mutating func add(
    _ waypoint: Waypoint, _ placed: PlacedWaypoint?, route: String, file: String
  ) {
    let coordinate = waypoint.coordinate
    table.add([
      waypoint.name ?? "(unnamed)",
      placed.map { Figures.grouped($0.distance.text(in: .kilometers, decimals: 3)) } ?? "",
      placed.map { Figures.grouped($0.distance.text(in: .miles, decimals: 3)) } ?? "",
      placed.map { Figures.gap(meters: $0.offsetMeters) } ?? "", Figures.coordinate(coordinate),
    ])
    let fields = [
      file, route, waypoint.name ?? "", placed.map { "\($0.distance.meters)" } ?? "",
      placed.map { "\($0.offsetMeters)" } ?? "", "\(coordinate.latitude)",
      "\(coordinate.longitude)", coordinate.elevationMeters.map { "\($0)" } ?? "",
      waypoint.type ?? "", waypoint.story ?? "",
      waypoint.officialDistance?.exactText(in: .meters) ?? "",
    ]
    csv += fields.map(CSVField.text).joined(separator: ",") + "\n"
  }

  var text: String { table.text }
  var markdown: String { table.markdown }
}

enum CSVField {
  /// RFC 4180: quotes around what would be taken apart.
  static func text(_ text: String) -> String {
    let isPlain = !text.unicodeScalars.contains {
      [",", "\"", "\n", "\r", ";", "\t"].contains($0)
    }
    return isPlain ? text : "\"\(text.replacing("\"", with: "\"\""))\""
  }
}
