internal import Formats
internal import Geodesy
internal import Routes

/// A document, the route that it makes, and what all rules need to know about them.
///
/// Vertices are counted over all parts of the route. A class, because every finding holds on to it.
final class Subject: Sendable {
  let document: RouteDocument
  let measured: MeasuredRoute
  let limits: RuleLimits
  /// The vertices in space, for distances without a geodesic.
  let space: [SpacePoint]
  /// Bytes from the start of the file to each vertex.
  let offsets: [UInt32]
  /// Heights as the file has them, NaN where none; those of the route leave out what is none.
  let elevations: [Double]
  /// Microseconds since 1970, `Instant.unknown` where none; empty where no vertex has one.
  let times: [Int64]
  /// The index in the document of each part of the route; empty ones are no parts of a route.
  let documentParts: [Int]
  /// The index in the document of each part's first vertex, and of the track that it belongs to.
  let documentStarts: [Int]
  let documentTracks: [Int]
  let waypointCells: WaypointCells
  let outliers: Outliers
  let overlaps: Overlaps
  let contacts: Contacts
  let digits: CoordinateDigits
  /// The waypoints that bend the measure, in the order of the line.
  let markers: [PlacedWaypoint]
  /// Whether an official length fixes where the measure ends.
  let hasOfficialLength: Bool

  /// - Parameter progress: called with what share of the preparation is done, 0…1.
  /// - Complexity: O(vertices · log vertices) for a line that seldom meets itself.
  init(
    _ document: RouteDocument, _ measured: MeasuredRoute, _ options: InspectionOptions,
    progress: (Double) -> Void
  ) {
    self.document = document
    self.measured = measured
    limits = options.limits
    space = measured.route.vertices.map { SpacePoint($0.latitude, $0.longitude) }
    var offsets: [UInt32] = []
    offsets.reserveCapacity(measured.route.vertices.count)
    var elevations: [Double] = []
    elevations.reserveCapacity(measured.route.vertices.count)
    var times: [Int64] = []
    var documentParts: [Int] = []
    var documentStarts: [Int] = []
    var documentTracks: [Int] = []
    let all = document.allTracks
    var firstOfTracks = [(vertex: 0, part: 0)]
    for track in all {
      let last = firstOfTracks[firstOfTracks.count - 1]
      firstOfTracks.append((last.vertex + track.vertexCount, last.part + track.parts.count))
    }
    for index in document.indices(of: options.track) {
      var (vertex, part) = firstOfTracks[index]
      for source in all[index].parts {
        if !source.vertices.isEmpty {
          documentParts.append(part)
          documentStarts.append(vertex)
          documentTracks.append(index)
          offsets += source.offsets
          elevations += source.vertices.lazy.map(\.elevationMetersOrNaN)
          if !source.times.isEmpty || !times.isEmpty {
            times += repeatElement(.min, count: offsets.count - source.offsets.count - times.count)
            times += source.times
            times += repeatElement(.min, count: offsets.count - times.count)
          }
        }
        vertex += source.vertices.count
        part += 1
      }
    }
    self.offsets = offsets
    self.elevations = elevations
    self.times = times
    self.documentParts = documentParts
    self.documentStarts = documentStarts
    self.documentTracks = documentTracks
    waypointCells = WaypointCells(measured.route.waypoints)
    outliers = Outliers(measured, space, times: times, waypoints: waypointCells)
    overlaps = Overlaps(measured, space, tracks: documentTracks)
    digits = CoordinateDigits(document, offsets: offsets)
    contacts = Contacts(measured.line, space, progress: progress)
    hasOfficialLength = (options.calibration.officialLength ?? measured.route.officialLength) != nil
    let unused = Set(measured.unusedMarkers)
    markers = measured.waypoints.filter { placed in
      let isMarker =
        placed.waypoint.officialDistance != nil
        || (options.calibration.namedMarkers
          && placed.waypoint.name.flatMap(Marker.distance(inName:)) != nil)
      return isMarker && !unused.contains(placed.index)
    }.sorted { $0.geometricMeters < $1.geometricMeters }
  }

  var route: Route { measured.route }
  var line: RouteLine { measured.line }
  var vertices: [Coordinate] { route.vertices }

  /// The vertex that stands at a byte or right before it, or nil where none does. O(log vertices).
  func vertex(atOffset offset: Int) -> Int? {
    // Tracks of a file are in its order, so the offsets ascend.
    let next = offsets.partitioningIndex { Int($0) > offset }
    guard next > 0, offset - Int(offsets[next - 1]) <= Self.mostVertexBytes else { return nil }
    // Behind the last vertex of a part something else may stand.
    if next < offsets.count, route.partIndex(ofVertex: next) != route.partIndex(ofVertex: next - 1)
    {
      return Int(offsets[next - 1]) == offset ? next - 1 : nil
    }
    return next == offsets.count && Int(offsets[next - 1]) != offset ? nil : next - 1
  }

  /// What belongs to a vertex is not further from its beginning.
  private static let mostVertexBytes = 4 * 1024

  /// Geometric metres of the pass without what sticks out of it: a length that one vertex in the
  /// wrong place does not change.
  var plausibleMeters: Double {
    outliers.excursions.reduce(line.passMeters) { $0 - $1.detourMeters }
  }

  /// Official metres of the pass. Behind the last marker, and everywhere where nothing bends the
  /// measure, they follow the line; there what sticks out of it is left out of them too.
  var officialMeters: Double {
    let fixed = hasOfficialLength ? .infinity : markers.last?.geometricMeters ?? 0
    return outliers.excursions.reduce(measured.passLength.meters) {
      line.measures[$1.vertices.lowerBound] >= fixed ? $0 - $1.detourMeters : $0
    }
  }

  /// Whether something sticks out of the line between two of its places.
  /// O(log excursions).
  func hasExcursion(fromMeters a: Double, toMeters b: Double) -> Bool {
    // They follow each other along the line.
    let excursions = outliers.excursions
    let next = excursions.partitioningIndex { line.measures[$0.vertices.upperBound] >= a }
    return next < excursions.count && line.measures[excursions[next].vertices.lowerBound] <= b
  }

  /// Metres of a leg on average, 0 where there is none.
  var meanLegMeters: Double {
    let legs = vertices.count - route.partCount
    return legs > 0 ? measured.partsMeters / Double(legs) : 0
  }

  /// The vertices of a part, by their indices in the route.
  func range(ofPart part: Int) -> Range<Int> {
    route.partStarts[
      part]..<(part + 1 < route.partCount
      ? route.partStarts[part + 1] : vertices.count)
  }

  /// The index in the document of a vertex of the route.
  func documentVertex(_ vertex: Int) -> Int {
    let part = route.partIndex(ofVertex: vertex)
    return documentStarts[part] + vertex - route.partStarts[part]
  }

  var hasWaypoints: Bool { !route.waypoints.isEmpty }

  /// Whether a waypoint lies within `Darts.waypointMeters` of a vertex of the document.
  func isAtWaypoint(documentVertex vertex: Int) -> Bool {
    let part = documentStarts.partitioningIndex { $0 > vertex } - 1
    guard part >= 0 else { return false }
    let index = route.partStarts[part] + vertex - documentStarts[part]
    return space.indices.contains(index) && waypointCells.isNear(space[index])
  }

  /// Geometric metres of a part.
  func meters(ofPart part: Int) -> Double {
    let vertices = range(ofPart: part)
    return line.measures[vertices.upperBound - 1] - line.measures[vertices.lowerBound]
  }

  /// Whether the route is all that the document holds, so that all its parts may change places.
  var isWholeDocument: Bool {
    documentTracks.allSatisfy(document.tracks.indices.contains)
      && documentParts.count == document.tracks.reduce(0) { $0 + $1.parts.count }
  }

  /// Official distance of a vertex.
  func distance(ofVertex vertex: Int) -> Distance {
    measured.officialDistance(atGeometricMeters: line.measures[vertex])
  }

  /// A finding at a vertex of the route.
  func finding(
    _ rule: RuleDescription, _ message: @escaping @autoclosure () -> String, atVertex vertex: Int,
    severity: Severity? = nil, coordinate: Coordinate? = nil, measured: Double? = nil,
    fix: Fix? = nil, count: Int = 1
  ) -> UnwordedFinding {
    UnwordedFinding(
      Finding(
        rule.code, severity ?? rule.severity, "", offset: Int(offsets[vertex]),
        distance: distance(ofVertex: vertex), coordinate: coordinate ?? vertices[vertex],
        measured: measured, limit: rule.limit.map { _ in limits.value(of: rule) }, fix: fix,
        count: count), message)
  }

  /// A finding at a waypoint, by its index in the route.
  func finding(
    _ rule: RuleDescription, _ message: @escaping @autoclosure () -> String,
    atWaypoint index: Int, severity: Severity? = nil, measured value: Double? = nil,
    fix: Fix? = nil
  ) -> UnwordedFinding {
    let placed = measured.waypoints[index]
    return UnwordedFinding(
      Finding(
        rule.code, severity ?? rule.severity, "",
        offset: Int(document.waypointOffsets[index]), distance: placed.distance,
        coordinate: placed.waypoint.coordinate, measured: value,
        limit: rule.limit.map { _ in limits.value(of: rule) }, fix: fix), message)
  }

  /// A finding about the route as a whole.
  func finding(
    _ rule: RuleDescription, _ message: @escaping @autoclosure () -> String,
    severity: Severity? = nil, measured value: Double? = nil, fix: Fix? = nil
  ) -> UnwordedFinding {
    var finding = Finding(
      rule.code, severity ?? rule.severity, "", offset: offsets.first.map { Int($0) },
      distance: measured.start, coordinate: vertices.first, measured: value,
      limit: rule.limit.map { _ in limits.value(of: rule) }, fix: fix)
    finding.isAboutRoute = true
    return UnwordedFinding(finding, message)
  }

  /// How a waypoint is called in a message.
  func title(ofWaypoint index: Int) -> String {
    let name = route.waypoints[index].name.map { "“\(shortened($0))”" }
    return name ?? "waypoint \(index + 1)"
  }
}

/// The beginning of a text, so that a message never repeats a megabyte.
func shortened(_ text: String, to most: Int = 40) -> String {
  text.unicodeScalars.count <= most ? text : String(text.unicodeScalars.prefix(most)) + "…"
}

/// Figures in messages.
enum Text {
  /// `840 m`, `12.6 km`: as many digits as a designer needs.
  static func meters(_ value: Double) -> String {
    guard let distance = Distance(roundingMeters: value) else { return "\(value) m" }
    if value < 10 { return distance.text(in: .meters, decimals: 1) + " m" }
    if value < 1_000 { return distance.text(in: .meters, decimals: 0) + " m" }
    return grouped(distance.text(in: .kilometers, decimals: value < 100_000 ? 1 : 0)) + " km"
  }

  /// `km 812.345`: a place on the route.
  static func place(_ distance: Distance) -> String {
    "km " + distance.text(in: .kilometers, decimals: 3)
  }

  static func rounded(_ value: Double, decimals: Int = 1) -> String {
    guard abs(value) < 1e12 else { return "\(value)" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let text = "\((value * scale).rounded() / scale)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  static func count(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
    "\(grouped(String(count))) " + (count == 1 ? noun : plural ?? noun + "s")
  }

  /// With a comma between thousands.
  static func grouped(_ text: String) -> String {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let digits = Array(parts[0])
    var whole = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0, digits[index - 1] != "-" { whole.append(",") }
      whole.append(digit)
    }
    return whole + (parts.count > 1 ? "." + parts[1] : "")
  }
}

extension SourceText.Encoding {
  /// Whether ASCII characters are single bytes, so that the file's text can be looked at as it is.
  var isByteBased: Bool { !isWide }

  /// Whether characters are two bytes or more each.
  var isWide: Bool { self == .utf16LittleEndian || self == .utf16BigEndian }
}
