internal import Formats
internal import Geodesy
internal import Routes

/// A file in which latitude and longitude stand in each other's place throughout: its longitudes beyond
/// 90 degrees are refused as latitudes, and the rest of the line leads on from there once all are
/// swapped.
struct SwappedFile {
  /// Positions as they stand, in the order of the file.
  private var places: [(latitude: Double, longitude: Double, offset: Int)] = []
  private let refused: Int

  /// Nil where single positions may be swapped, or none.
  /// - Complexity: O(vertices · log vertices), and O(1) where no position was refused.
  init?(_ document: RouteDocument) {
    let rejected = document.rejected
    guard !rejected.isEmpty, rejected.count < RouteDocument.mostRejected,
      rejected.allSatisfy({ abs($0.latitude) <= 180 && abs($0.longitude) <= 90 })
    else { return nil }
    refused = rejected.count
    var line = rejected.filter { !$0.isWaypoint }
      .map { (latitude: $0.latitude, longitude: $0.longitude, offset: $0.offset, isRefused: true) }
    for part in document.allTracks.flatMap(\.parts) {
      line += zip(part.vertices, part.offsets).map {
        ($0.latitude, $0.longitude, Int($1), false)
      }
    }
    line.sort { $0.offset < $1.offset }
    guard line.count > 1, line.contains(where: \.isRefused),
      line.allSatisfy({ abs($0.longitude) <= 90 })
    else { return nil }
    // One position out of many is a slip; where it stands among others they tell whether it is.
    var (legs, meters, refusedLegs, farthest) = (0, 0.0, 0, 0.0)
    for (a, b) in zip(line, line.dropFirst()) {
      let leg = SpacePoint(a.longitude, a.latitude)
        .distance(to: SpacePoint(b.longitude, b.latitude))
      if a.isRefused != b.isRefused {
        farthest = max(farthest, leg)
      } else if a.isRefused {
        refusedLegs += 1
      }
      if a.isRefused == b.isRefused {
        legs += 1
        meters += leg
      }
    }
    let near = max(10 * meters / Double(max(legs, 1)), 1_000)
    guard refusedLegs > 0 || farthest > 0, farthest <= near else { return nil }
    places = line.map { ($0.latitude, $0.longitude, $0.offset) }
    places += rejected.filter(\.isWaypoint).map { ($0.latitude, $0.longitude, $0.offset) }
    places += zip(document.waypoints, document.waypointOffsets)
      .filter { abs($0.0.coordinate.longitude) <= 90 }
      .map { ($0.coordinate.latitude, $0.coordinate.longitude, Int($1)) }
  }

  /// The one finding for all of them.
  var finding: Finding? {
    guard let first = places.first else { return nil }
    let about = CoordinatesSwapped.about
    return Finding(
      about.code, about.severity,
      "latitude and longitude look swapped in the whole file: \(Text.count(refused, "position")) "
        + "of it \(refused == 1 ? "has" : "have") a latitude beyond 90 degrees, and swapped all are "
        + "places on one line",
      offset: first.offset,
      coordinate: Coordinate(uncheckedLatitude: first.longitude, longitude: first.latitude),
      fix: Fix(
        "swap them in the whole file", isSafe: false,
        places.map {
          .replacePosition(atOffset: $0.offset, latitude: $0.longitude, longitude: $0.latitude)
        }))
  }
}
