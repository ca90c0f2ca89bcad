public import Formats
internal import Geodesy
public import Routes

/// An edited route written into the file that it came from: what no edit touches stays as it was, to the
/// byte.
public enum EditedFile {
  /// The file with the least changes that make it hold another route; nil where its bytes cannot say the
  /// difference, and the route must be written anew.
  ///
  /// A new end of a line keeps the time of the vertex beyond it. The result is read again and held
  /// against the route before it counts.
  /// - Parameters:
  ///   - document: the file, all of whose tracks make the route.
  ///   - original: the route as it was read.
  ///   - read: the route of the file as the original was read from it; nil where that fails.
  /// - Complexity: that of reading the file, four times.
  public static func bytes(
    of document: RouteDocument, holding route: Route, from original: Route,
    reading read: @escaping (RouteDocument) -> Route?
  ) -> [UInt8]? {
    guard let format = document.format, RouteFormat(format) != nil, !document.isCutShort,
      document.allTracks.count == document.tracks.count, route.name == original.name,
      route.course == original.course,
      route.officialLength == original.officialLength || route.officialLength != nil
    else { return nil }
    if document.isSequence {
      guard let sequence = GeoJSONSequence(document) else { return nil }
      let collection = RouteReader.read(sequence.collection, as: format, thoroughly: true)
      guard
        let edited = bytes(of: collection, holding: route, from: original, reading: read),
        let bytes = sequence.written(edited),
        let again = read(RouteReader.read(bytes, as: format, thoroughly: true)),
        isSame(again, route)
      else { return nil }
      return bytes
    }
    // Edits are made in encodings of one byte a character, and the file becomes one of them.
    if document.source.isEditedInUTF8, document.source.transcodedToUTF8() != document.source.bytes {
      let inUTF8 = RouteReader.read(
        document.source.transcodedToUTF8(), as: format, thoroughly: true)
      return bytes(of: inUTF8, holding: route, from: original, reading: read)
    }
    var direct = Attempt(document, format, read)
    if let bytes = direct.run(from: original, to: route) { return bytes }
    // Turned round first, the file may be near to the route.
    var turned = Attempt(document, format, read)
    guard turned.reverse(), let back = read(turned.document) else { return nil }
    return turned.run(from: back, to: route)
  }

  /// A file on its way to another route.
  private struct Attempt {
    private(set) var document: RouteDocument
    private let format: SourceFormat
    private let read: (RouteDocument) -> Route?

    init(
      _ document: RouteDocument, _ format: SourceFormat, _ read: @escaping (RouteDocument) -> Route?
    ) {
      self.document = document
      self.format = format
      self.read = read
    }

    /// Makes edits that all count what the file is now; false where not all of them can be made.
    private mutating func apply(_ edits: [RouteEdit]) -> Bool {
      if edits.isEmpty { return true }
      let result = document.applying(edits)
      guard result.deferred.isEmpty, result.refused.isEmpty else { return false }
      document = RouteReader.read(result.bytes, as: format, thoroughly: true)
      return document.errors.isEmpty
    }

    mutating func reverse() -> Bool {
      let parts = document.tracks.flatMap(\.parts).count
      let waypoints = document.waypoints
      guard apply((0..<parts).map { .reversePart($0) }),
        parts < 2 || apply([.orderParts((0..<parts).reversed())])
      else { return false }
      // Those that are points of the line have turned round with it.
      return waypoints.count < 2 || document.waypoints == waypoints.reversed()
        || apply([.orderWaypoints(waypoints.indices.reversed())])
    }

    /// Whether a waypoint goes with its vertex, being a named point of the line.
    private func isRemoved(_ edit: RouteEdit, by lines: [RouteEdit]) -> Bool {
      guard case .removeWaypoint(let index) = edit else { return false }
      let offset = document.waypointOffsets[index]
      let parts = document.tracks.flatMap(\.parts)
      return lines.contains { line in
        switch line {
        case .removePart(let part): parts[part].offsets.contains(offset)
        case .removeVertex(let vertex):
          RouteDocument.offset(ofVertex: vertex, in: parts) == offset
        default: false
        }
      }
    }

    mutating func run(from original: Route, to route: Route) -> [UInt8]? {
      guard let lines = LineChanges.edits(from: original, to: route, in: document),
        let waypoints = WaypointChanges(from: original.waypoints, to: route.waypoints),
        apply(lines + waypoints.removals.filter { !isRemoved($0, by: lines) }),
        apply(waypoints.names), apply(waypoints.insertions),
        let now = read(document)
      else { return nil }
      let policies = route.resolvedJoinPolicies
      if now.resolvedJoinPolicies != policies, !apply([.setJoins(policies)]) { return nil }
      if route.officialLength != now.officialLength {
        guard let length = route.officialLength, apply([.setOfficialLength(length)]) else {
          return nil
        }
      }
      let bounds = document.diagnostics.filter { $0.code == .boundsWrong }.flatMap(\.remedy)
      guard apply(bounds), let written = read(document), EditedFile.isSame(written, route) else {
        return nil
      }
      return document.source.bytes
    }
  }

  /// Whether two routes are the same but for digits that are not written.
  fileprivate static func isSame(_ a: Route, _ b: Route) -> Bool {
    guard a.partStarts == b.partStarts, a.resolvedJoinPolicies == b.resolvedJoinPolicies,
      a.name == b.name,
      a.course == b.course, a.officialLength == b.officialLength,
      a.waypoints.count == b.waypoints.count, a.vertices.count == b.vertices.count
    else { return false }
    return zip(a.vertices, b.vertices).allSatisfy(isSame)
      && zip(a.waypoints, b.waypoints).allSatisfy { a, b in
        a.name == b.name && a.story == b.story && a.type == b.type
          && a.officialDistance == b.officialDistance && isSame(a.coordinate, b.coordinate)
      }
  }

  private static func isSame(_ a: Coordinate, _ b: Coordinate) -> Bool {
    guard abs(a.latitude - b.latitude) <= 1e-7,
      (a.elevationMeters == nil) == (b.elevationMeters == nil)
    else { return false }
    let turn = abs(a.longitude - b.longitude)
    return min(turn, 360 - turn) <= 1e-7
      && abs((a.elevationMeters ?? 0) - (b.elevationMeters ?? 0)) <= 1e-3
  }
}
