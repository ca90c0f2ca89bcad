import CivilTime
import Formats
import Routes

/// The points of files as they stand there, a line each, with what a watch recorded at them.
struct PointList {
  private(set) var csv =
    "file,track,part,latitude,longitude,elevation_meters,time,device_distance_meters\n"

  /// - Parameter document: read thoroughly.
  mutating func add(_ document: RouteDocument, file: String) {
    let file = CSVField.text(file)
    // As everywhere else, parts are counted through the tracks of the route, and empty ones are none.
    var number = 0
    for (track, parts) in document.allTracks.map(\.parts).enumerated() {
      // What is left aside is a route of its own where it is chosen.
      if track >= document.tracks.count { number = 0 }
      for part in parts where !part.vertices.isEmpty {
        number += 1
        for (index, vertex) in part.vertices.enumerated() {
          let time = index < part.times.count ? part.times[index] : SourcePart.noTime
          let meters = index < part.deviceMeters.count ? part.deviceMeters[index] : .nan
          csv += "\(file),\(track + 1),\(number),\(vertex.latitude),\(vertex.longitude),"
          csv += vertex.elevationMeters.map { "\($0)" } ?? ""
          csv += time == SourcePart.noTime ? "," : ",\(Instant(microseconds: time))"
          csv += meters.isNaN ? ",\n" : ",\(meters)\n"
        }
      }
    }
  }
}
