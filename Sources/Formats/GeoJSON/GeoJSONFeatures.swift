internal import Geodesy
internal import Routes

extension RouteDocument {
  /// Takes what a feature, or a geometry at the top of a document, holds: its lines as one track,
  /// its points as waypoints.
  mutating func add(
    _ feature: GeoJSONObject, _ limits: ReadLimits, _ diagnostics: inout DiagnosticList
  ) {
    let fields = feature.fields
    passedOver.add(feature.passedOver)
    passedOver.add(fields.leftOver(isLine: feature.points.isEmpty))
    // What has no line and no point is left out with its name.
    if feature.lines.isEmpty, feature.points.isEmpty, fields.title != nil { passedOver.add("name") }
    // Undoing cuts numbers parts and vertices anew; where positions are missing they stay.
    let cuts = feature.rejected.allSatisfy(\.isWaypoint) ? fields.cuts : []
    for var position in feature.rejected {
      if position.isWaypoint {
        position.vertex += waypoints.count
      } else {
        position.track = tracks.count
      }
      reject(position)
    }
    if !feature.lines.isEmpty {
      var track = Track()
      track.name = fields.title
      track.offset = feature.offset
      track.properties = fields.route
      track.parts = AntimeridianCut.mended(feature.lines, cuts)
      tracks.append(track)
    }
    for (vertex, offset) in feature.points {
      if waypoints.count == limits.route.waypoints {
        diagnostics.note(
          .limit, .error, "the file has more than \(limits.route.waypoints) waypoints, the limit",
          at: offset, pointer: feature.pointer)
      }
      if waypoints.count >= limits.route.waypoints { return }
      append(
        Waypoint(
          name: fields.title, coordinate: vertex, story: fields.text,
          type: fields.type, officialDistance: fields.officialDistance),
        offset: offset, owner: feature.offset)
    }
  }
}
