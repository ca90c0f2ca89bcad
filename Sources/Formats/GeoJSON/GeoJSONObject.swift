internal import Geodesy
internal import Routes

/// An object of a document that is being read, with what was found in it so far.
struct GeoJSONObject {
  /// An array of objects that is open in it.
  struct Items {
    let role: GeoJSONRole
    let pointer: String
    /// Of the item that was read last; -1 before the first.
    var index = -1
  }

  let role: GeoJSONRole
  let offset: Int
  let pointer: String
  /// The pointer of what is around it, where a fault between its members is reported.
  let outerPointer: String
  /// Whether no member was read yet.
  var isEmpty = true
  var items: Items?

  var type: GeoJSONType?
  /// The byte of each known member's key, the last where it is repeated.
  var keyOffsets: [String: Int] = [:]
  /// Members that look like a known one, by that one's name.
  var misspelt: [String: (key: String, offset: Int)] = [:]
  /// Where null stands for coordinates, which only a geometry must not have.
  var nullCoordinates: Int?

  var name: String?
  /// Stands for the name where there is none.
  var title: String?
  var fields = FeatureFields()
  var tape: CoordinateTape?
  var bounds: (stated: StatedBounds, offset: Int)?

  /// What a route has no place for, beside properties.
  var passedOver: [String] = []

  /// What the geometries inside have given.
  var geometryCount = 0
  var lines: [SourcePart] = []
  var points: [(vertex: Coordinate, offset: Int)] = []
  var extent = GeoJSONExtent()
  /// Positions of lines and points that were refused; the track is not known yet.
  var rejected: [RejectedPosition] = []

  init(role: GeoJSONRole, offset: Int, pointer: String, outerPointer: String) {
    self.role = role
    self.offset = offset
    self.pointer = pointer
    self.outerPointer = outerPointer
  }

  /// Takes over the lines and points of a geometry in it.
  mutating func add(_ inner: GeoJSONObject) {
    geometryCount += 1
    for var position in inner.rejected where rejected.count < RouteDocument.mostRejected {
      if position.isWaypoint {
        position.vertex += points.count
      } else {
        position.part += lines.count
      }
      rejected.append(position)
    }
    passedOver += inner.passedOver
    lines += inner.lines
    points += inner.points
  }

  /// Keeps a position out of range for the caller that can tell what it should be.
  mutating func reject(_ tape: CoordinateTape, _ i: Int, isWaypoint: Bool, vertex: Int) {
    guard rejected.count < RouteDocument.mostRejected else { return }
    rejected.append(
      RejectedPosition(
        latitude: tape.values[3 * i + 1], longitude: tape.values[3 * i],
        offset: Int(tape.offsets[i]), isWaypoint: isWaypoint, track: 0,
        part: isWaypoint ? 0 : lines.count, vertex: vertex))
  }
}
