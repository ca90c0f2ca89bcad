import Formats
import Geodesy
import Routes

/// What a document says, as plain arrays, and what edits make of them.
struct EditingModel: Equatable {
  var parts: [[Coordinate]]
  var waypoints: [Waypoint]

  init(_ document: RouteDocument) {
    parts = document.tracks.flatMap { $0.parts.map(\.vertices) }
    waypoints = document.waypoints
  }

  /// The first thing that is not as expected.
  func difference(from expected: EditingModel) -> String? {
    if parts.map(\.count) != expected.parts.map(\.count) {
      return "\(parts.map(\.count)) vertices in place of \(expected.parts.map(\.count))"
    }
    for (a, b) in zip(parts.joined(), expected.parts.joined()) where a != b {
      return "\(a) in place of \(b)"
    }
    return waypoints == expected.waypoints ? nil : "other waypoints"
  }

  var vertexCount: Int { parts.reduce(0) { $0 + $1.count } }

  func place(of vertex: Int) -> (part: Int, index: Int) {
    var left = vertex
    for (part, vertices) in parts.enumerated() {
      if left < vertices.count { return (part, left) }
      left -= vertices.count
    }
    fatalError("there is no vertex \(vertex)")
  }

  /// Makes edits of vertices at once, each in the numbers before all of them.
  mutating func apply(vertexEdits edits: [RouteEdit]) {
    var rows = parts.map { $0.map { [$0] } }
    let removed = Set(
      edits.compactMap { if case .removeVertex(let vertex) = $0 { vertex } else { nil } })
    for edit in edits {
      switch edit {
      case .removeVertex(let vertex):
        let (part, i) = place(of: vertex)
        rows[part][i].removeFirst()
      case .moveVertex(let vertex, let to):
        let (part, i) = place(of: vertex)
        rows[part][i][0] = moved(
          to.latitude, to.longitude, rows[part][i][0].elevationMeters)
      // Nothing is left of what had no elevation to lose.
      case .setElevation(let vertex, _) where removed.contains(vertex): break
      case .setElevation(let vertex, let meters):
        let (part, i) = place(of: vertex)
        let old = rows[part][i][0]
        rows[part][i][0] = moved(old.latitude, old.longitude, meters)
      case .insertVertex(let vertex, let new):
        let (part, i) = place(of: vertex)
        rows[part][i].append(new)
      default: fatalError("\(edit) is no edit of a vertex")
      }
    }
    parts = rows.map { $0.flatMap { $0 } }
  }

  mutating func apply(_ edit: RouteEdit) {
    switch edit {
    case .removePart(let part): parts.remove(at: part)
    case .reversePart(let part): parts[part].reverse()
    case .orderParts(let order): parts = order.map { parts[$0] }
    case .removeWaypoint(let index): waypoints.remove(at: index)
    case .orderWaypoints(let order): waypoints = order.map { waypoints[$0] }
    default: apply(vertexEdits: [edit])
    }
  }
}

private func moved(
  _ latitude: Double, _ longitude: Double, _ elevation: Double?
) -> Coordinate {
  place(latitude, longitude, elevation ?? .nan)
}

extension SplitMix64 {
  /// A place that a file's seven decimals hold exactly, away from the meridian where GPX has two
  /// names for it.
  mutating func roundPlace(digits: Int, hasElevation: Bool) -> Coordinate {
    let scale = digits == 5 ? 1e5 : digits == 6 ? 1e6 : 1e7
    return place(
      (double(-90..<90) * scale).rounded() / scale,
      (double(-179.9..<179.9) * scale).rounded() / scale,
      hasElevation && chance(0.5) ? (double(-100..<9000) * 1000).rounded() / 1000 : .nan)
  }

  mutating func vertexEdit(_ vertex: Int, of format: RouteFormat) -> RouteEdit {
    let isPolyline = format == .polyline5 || format == .polyline6
    let digits = format == .polyline5 ? 5 : format == .polyline6 ? 6 : 7
    switch int(0...(isPolyline ? 2 : 3)) {
    case 0: return .removeVertex(vertex)
    case 1: return .moveVertex(vertex, to: roundPlace(digits: digits, hasElevation: false))
    case 2:
      return .insertVertex(
        after: vertex, roundPlace(digits: digits, hasElevation: !isPolyline))
    default:
      return .setElevation(
        vertex: vertex,
        meters: chance(0.4) ? nil : (double(-100..<9000) * 1000).rounded() / 1000)
    }
  }

  mutating func wholeEdit(of model: EditingModel) -> RouteEdit? {
    switch int(0...4) {
    case 0: return model.parts.isEmpty ? nil : .removePart(int(0...model.parts.count - 1))
    case 1: return model.parts.isEmpty ? nil : .reversePart(int(0...model.parts.count - 1))
    case 2:
      return .orderParts(Array(model.parts.indices).shuffled(using: &self))
    case 3:
      return model.waypoints.isEmpty ? nil : .removeWaypoint(int(0...model.waypoints.count - 1))
    default: return .orderWaypoints(Array(model.waypoints.indices).shuffled(using: &self))
    }
  }
}
