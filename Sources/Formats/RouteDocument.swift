public import Geodesy
public import Routes

/// A polyline as it stands in a file, with the place of every vertex.
public struct SourcePart: Sendable {
  public internal(set) var vertices: [Coordinate] = []
  /// Bytes from the start of the file to each vertex.
  public internal(set) var offsets: [UInt32] = []
  /// Microseconds since 1970 UTC of each vertex, `noTime` where it has none; empty where no vertex
  /// has one, and where the file was not read thoroughly.
  public internal(set) var times: [Int64] = []
  /// Bytes from the start of the file to where the part begins: its tag, the bracket around its
  /// positions, or its line of text.
  public internal(set) var offset = 0

  /// Metres along the way at each vertex as the device measured them, NaN where it did not; empty
  /// where no vertex has any, and where the file was not read thoroughly.
  public internal(set) var deviceMeters: [Double] = []

  /// Stands in `times` for a vertex without a time.
  public static let noTime = Int64.min

  mutating func append(_ vertex: Coordinate, offset: Int) {
    vertices.append(vertex)
    offsets.append(UInt32(truncatingIfNeeded: offset))
  }

  /// Sets the time of the vertex that was appended last.
  mutating func setTime(_ time: Int64) {
    if time == Self.noTime, times.isEmpty { return }
    while times.count < vertices.count - 1 { times.append(Self.noTime) }
    times.append(time)
  }

  /// Sets how far the device had counted at the vertex that was appended last.
  mutating func setDeviceMeters(_ meters: Double) {
    if meters.isNaN, deviceMeters.isEmpty { return }
    while deviceMeters.count < vertices.count - 1 { deviceMeters.append(.nan) }
    deviceMeters.append(meters)
  }
}

/// A position that was refused because a number is out of range, with the numbers as they stand.
public struct RejectedPosition: Hashable, Sendable {
  /// What stands where the latitude should, in degrees.
  public let latitude: Double
  /// What stands where the longitude should, in degrees.
  public let longitude: Double
  /// Bytes from the start of the file to the position.
  public let offset: Int
  /// Whether it is a waypoint; then only `vertex` counts, as the index among the waypoints.
  public let isWaypoint: Bool
  /// The index in `RouteDocument.tracks`.
  public internal(set) var track: Int
  /// The index among the track's parts.
  public internal(set) var part: Int
  /// The index of the vertex (or waypoint) before which it would stand.
  public internal(set) var vertex: Int
}

/// What one of our own files says about the route beside its geometry.
public struct RouteProperties: Hashable, Sendable {
  public var joins: [JoinPolicy]?
  public var officialLength: Distance?
  public var laps: Int?
  public var thereAndBack: Bool?
  public var lapJoin: JoinPolicy?

  public init() {}
}

/// A named line of a file: a GPX track or route, a GeoJSON feature, a KML placemark, an activity or
/// course of a watch.
public struct Track: Sendable {
  public internal(set) var name: String?
  public internal(set) var parts: [SourcePart] = []
  public internal(set) var properties = RouteProperties()
  public internal(set) var offset = 0
  /// What a watch says about the walk that it recorded; nil for a line that is no recording.
  public internal(set) var recording: Recording?

  public var vertexCount: Int { parts.reduce(0) { $0 + $1.vertices.count } }
}

/// Everything a file holds about routes, and everything that was noticed while it was read.
public struct RouteDocument: Sendable {
  public internal(set) var source: SourceText
  /// Nil where the format could not be told.
  public internal(set) var format: SourceFormat?
  public internal(set) var name: String?
  /// In the order of the file.
  public internal(set) var tracks: [Track] = []
  /// Lines that make no part of the route unless they are chosen: the routes (rte) of a GPX file that
  /// has tracks, or its tracks without a line beside routes.
  public internal(set) var asides: [Track] = []
  public internal(set) var waypoints: [Waypoint] = []
  /// Bytes from the start of the file to each waypoint.
  public internal(set) var waypointOffsets: [UInt32] = []
  /// Bytes from the start of the file to what each waypoint belongs to: the point's own element, or
  /// the feature or placemark around it.
  var waypointOwnerOffsets: [UInt32] = []
  /// Whether the numbers of the file are those of another reference system.
  public internal(set) var isReprojected = false
  /// Whether the file was read as if some of its bytes were mended already. Offsets are right all the
  /// same, and what else is to be edited waits until the file is written anew.
  public internal(set) var isMended = false
  /// Whether it is a sequence of GeoJSON texts.
  public internal(set) var isSequence = false
  /// Whether a fault ended the reading before the end of the file.
  public internal(set) var isCutShort = false
  /// GeoJSON positions of more than three numbers, of which the first three are read.
  public internal(set) var longPositionCount = 0
  /// Properties of GeoJSON features that mean nothing here.
  var passedOver = NameTally()
  /// What the file says about the route as a whole.
  public internal(set) var properties = RouteProperties()
  /// In the order of the file, with their lines and columns.
  public internal(set) var diagnostics: [Diagnostic] = []
  /// Positions whose numbers are out of range, in the order of the file; at most
  /// `mostRejected` of them.
  public internal(set) var rejected: [RejectedPosition] = []
  /// Diagnostics beyond the number that is kept.
  public internal(set) var furtherDiagnostics = 0

  /// After this many, positions out of range are no longer kept.
  public static let mostRejected = 10_000

  init(source: SourceText) { self.source = source }

  mutating func reject(_ position: RejectedPosition) { Self.append(position, to: &rejected) }

  static func append(_ position: RejectedPosition, to list: inout [RejectedPosition]) {
    if list.count < mostRejected { list.append(position) }
  }

  /// Appends a waypoint with the bytes where it stands and where what it belongs to begins.
  mutating func append(_ waypoint: Waypoint, offset: Int, owner: Int) {
    waypoints.append(waypoint)
    waypointOffsets.append(UInt32(truncatingIfNeeded: offset))
    waypointOwnerOffsets.append(UInt32(truncatingIfNeeded: owner))
  }

  /// Whether vertices of the line stand in Garmin's extension within others.
  var hasShapingPoints: Bool { diagnostics.contains { $0.code == .shapingPoints } }

  public var errors: [Diagnostic] { diagnostics.filter { $0.severity == .error } }

  /// The tracks, and after them what is left aside.
  public var allTracks: [Track] { asides.isEmpty ? tracks : tracks + asides }

  /// Whether a line is there to walk on.
  public var hasLine: Bool { tracks.contains { $0.vertexCount > 0 } }

  /// The line and column of a byte.
  public func place(ofOffset offset: Int) -> SourceText.Place { source.place(of: offset) }

  /// Says that the bytes are those of a file within another.
  mutating func noteUnpacked(_ message: String) {
    var note = Diagnostic(.unpacked, .info, message, offset: 0)
    if format?.hasLines != false { (note.line, note.column) = (1, 1) }
    diagnostics.insert(note, at: 0)
  }

  /// Says that the characters were turned into UTF-8 before the reading.
  mutating func noteTranscoded(from encoding: String) {
    source.transcodedFrom = encoding
    var note = Diagnostic(
      .encoding, .warning,
      "the file is in \(shortened(encoding)), which many readers do not know; UTF-8 is known to all",
      offset: 0, remedy: [.writeInUTF8])
    (note.line, note.column) = (1, 1)
    diagnostics.insert(note, at: 0)
  }

  /// Where a vertex begins that is counted through parts; nil for one that is not there.
  public static func offset(ofVertex vertex: Int, in parts: [SourcePart]) -> UInt32? {
    var left = vertex
    for part in parts {
      if left < part.vertices.count { return part.offsets[left] }
      left -= part.vertices.count
    }
    return nil
  }

  /// Takes over what was noticed, sorted by place.
  mutating func finish(_ list: DiagnosticList) {
    var found = list.told.enumerated().sorted {
      ($0.element.offset ?? -1, $0.offset) < ($1.element.offset ?? -1, $1.offset)
    }.map(\.element)
    let hasLines = format?.hasLines != false
    let located = found.indices.filter { hasLines && found[$0].offset != nil }
    let places = source.places(of: located.map { found[$0].offset ?? 0 })
    for (index, place) in zip(located, places) {
      found[index].line = place.line
      found[index].column = place.column
    }
    diagnostics = found
    furtherDiagnostics = list.left
    isCutShort = list.isCutShort
  }
}
