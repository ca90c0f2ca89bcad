/// A feature, or a bare geometry at the top of a file, by its places.
struct GeoJSONFeature {
  struct Geometry {
    let range: Range<Int>
    let type: String
    /// The value of the member `type`.
    let typeRange: Range<Int>?
    let coordinates: Range<Int>?
    /// Whether it is an item of a GeometryCollection.
    let isItem: Bool
    /// Arrays of positions that are lines, empty ones aside.
    let lines: [Range<Int>]
    /// Positions that are points.
    let points: [Range<Int>]
  }

  let range: Range<Int>
  /// Whether it is a Feature and no bare geometry.
  let isFeature: Bool
  let members: [JSONMember]
  /// In file order, those in collections included; areas too.
  let geometries: [Geometry]
  /// The value of the member `geometry`.
  let geometry: Range<Int>?

  /// Lines and points together.
  var count: Int { geometries.reduce(0) { $0 + max($1.lines.count + $1.points.count, 1) } }
  var lines: [Range<Int>] { geometries.flatMap(\.lines) }

  func geometry(at offset: Int) -> Geometry? {
    geometries.first { $0.coordinates?.contains(offset) ?? false }
  }
}

extension JSONLexer {
  func members(of object: Range<Int>, named name: String) -> [JSONMember] {
    members(of: object).filter { string($0.key) == name }
  }

  /// The feature or geometry that begins at a byte. O(its bytes · nesting of its collections).
  func feature(at start: Int) -> GeoJSONFeature? {
    guard let range = value(at: start), bytes[range.lowerBound] == 0x7B else { return nil }
    let members = members(of: range)
    let isFeature = members.contains { member in
      string(member.key) == "type" && string(member.value) == "Feature"
    }
    var geometries: [GeoJSONFeature.Geometry] = []
    var open: [(range: Range<Int>, isItem: Bool)] = []
    var geometry: Range<Int>?
    if isFeature {
      for member in members where string(member.key) == "geometry" {
        geometry = member.value
        open.append((member.value, false))
      }
    } else {
      open = [(range, false)]
    }
    while let (object, isItem) = open.popLast() {
      guard bytes[object.lowerBound] == 0x7B else { continue }
      var type: Range<Int>?
      var coordinates: Range<Int>?
      var isCollection = false
      for member in self.members(of: object) {
        switch string(member.key) {
        case "type": type = member.value
        case "coordinates": coordinates = member.value
        case "geometries":
          isCollection = true
          open += items(of: member.value).map { ($0, true) }
        default: break
        }
      }
      if isCollection { continue }
      let name = type.flatMap(string) ?? ""
      let (lines, points) = arrays(of: name, coordinates)
      geometries.append(
        GeoJSONFeature.Geometry(
          range: object, type: name, typeRange: type, coordinates: coordinates, isItem: isItem,
          lines: lines, points: points))
    }
    geometries.sort { $0.range.lowerBound < $1.range.lowerBound }
    return GeoJSONFeature(
      range: range, isFeature: isFeature, members: members, geometries: geometries,
      geometry: geometry)
  }

  private func arrays(
    of type: String, _ coordinates: Range<Int>?
  ) -> (lines: [Range<Int>], points: [Range<Int>]) {
    guard let coordinates, bytes[coordinates.lowerBound] == 0x5B else { return ([], []) }
    switch type {
    case "LineString": return (items(of: coordinates).isEmpty ? [] : [coordinates], [])
    case "MultiLineString":
      return (items(of: coordinates).filter { !items(of: $0).isEmpty }, [])
    case "Point": return ([], [coordinates])
    case "MultiPoint": return ([], items(of: coordinates))
    default: return ([], [])
    }
  }
}
