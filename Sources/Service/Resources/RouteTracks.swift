import Formats
import Geodesy
import JSON

/// What one can choose from in a file with several lines.
enum RouteTracks {
  /// More are not listed; they can be named all the same.
  static let most = 1_000

  static let schema = NamedSchema(
    "RouteTrack", "A track (GPX), feature (GeoJSON) or placemark (KML) of a route file.",
    .object([
      .init("number", .count, "From 1, as `track` takes it."),
      .init("name", .nullable(.text(0...100_000))), .init("vertices", .count),
      .init("lengthMeters", .meters, "Of its line, without gaps between its parts."),
    ]))

  /// The tracks of a file; none where it has one alone.
  static func json(_ document: RouteDocument) -> JSONValue {
    let all = document.allTracks
    guard all.count > 1 else { return .array([]) }
    return .array(
      all.prefix(most).enumerated().map { index, track in
        .object([
          ("number", .integer(index + 1)), ("name", .optional(track.name)),
          ("vertices", .integer(track.vertexCount)), ("lengthMeters", .number(meters(of: track))),
        ])
      })
  }

  private static func meters(of track: Track) -> Double {
    track.parts.reduce(0) { sum, part in
      zip(part.vertices, part.vertices.dropFirst()).reduce(sum) {
        $0 + Geodesic.wgs84.inverse(from: $1.0, to: $1.1).distanceMeters
      }
    }
  }
}
