internal import Geodesy
internal import Routes

/// An object of a document that is being read, with what was found in it so far.
final class GeoJSONObject {
  /// An array of objects that is open in it.
  struct Items {
    let role: GeoJSONRole
    let path: GeoJSONPath
    /// Of the item that was read last; -1 before the first.
    var index = -1
  }

  let role: GeoJSONRole
  let offset: Int
  let path: GeoJSONPath
  /// The place of what is around it, where a fault between its members is reported.
  let outerPath: GeoJSONPath
  /// Whether no member was read yet.
  var isEmpty = true
  var items: Items?

  var type: GeoJSONType?
  /// The known members.
  var keys = GeoJSONKeys()
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
  var passedOver = NameTally()

  /// What the geometries inside have given.
  var geometryCount = 0
  var lines: [SourcePart] = []
  var points: [(vertex: Coordinate, offset: Int)] = []
  var extent = GeoJSONExtent()
  /// Positions of lines and points that were refused; the track is not known yet.
  var rejected: [RejectedPosition] = []

  init(role: GeoJSONRole, offset: Int, path: GeoJSONPath, outerPath: GeoJSONPath) {
    self.role = role
    self.offset = offset
    self.path = path
    self.outerPath = outerPath
  }

  var pointer: String { path.pointer }

  /// Takes over the lines and points of a geometry in it.
  func add(_ inner: GeoJSONObject) {
    geometryCount += 1
    for var position in inner.rejected where rejected.count < RouteDocument.mostRejected {
      if position.isWaypoint {
        position.vertex += points.count
      } else {
        position.part += lines.count
      }
      rejected.append(position)
    }
    // A geometry passes through every collection around it, mostly alone.
    if lines.isEmpty { lines = inner.lines } else { lines += inner.lines }
    if points.isEmpty { points = inner.points } else { points += inner.points }
    passedOver.add(inner.passedOver)
  }

  /// Keeps a position out of range for the caller that can tell what it should be.
  func reject(_ tape: CoordinateTape, _ i: Int, isWaypoint: Bool, vertex: Int) {
    guard rejected.count < RouteDocument.mostRejected else { return }
    rejected.append(
      RejectedPosition(
        latitude: tape.values[3 * i + 1], longitude: tape.values[3 * i],
        offset: Int(tape.offsets[i]), isWaypoint: isWaypoint, track: 0,
        part: isWaypoint ? 0 : lines.count, vertex: vertex))
  }
}

/// The byte of each known member's key in an object, the last where it is repeated. They are few.
struct GeoJSONKeys {
  private var all: [(key: String, offset: Int)] = []

  /// The byte of a member's key, or nil where the object has no such member.
  subscript(key: String) -> Int? { all.first { $0.key == key }?.offset }

  /// Keeps the byte of a member's key; true where the member was there before.
  mutating func enter(_ key: String, at offset: Int) -> Bool {
    if let index = all.firstIndex(where: { $0.key == key }) {
      all[index].offset = offset
      return true
    }
    all.append((key, offset))
    return false
  }
}
