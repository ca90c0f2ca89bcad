internal import Formats
internal import Geodesy
internal import Routes

/// Latitude and longitude that stand in each other's place.
enum CoordinatesSwapped: Rule {
  static let about = RuleDescription(
    .coordinatesSwapped, "Latitude and longitude swapped", .warning, repair: .unsafe,
    explanation: """
      Taken the other way round, these numbers lie where the line around them leads; as they stand, \
      they are far away. GeoJSON and KML write the longitude first, GPX names both, people say the \
      latitude first. It is a guess from the rest of the line, or for a whole line from its waypoints, \
      from where land is, or from numbers that are no latitudes, and never an error. The repair swaps them.
      """,
    bad: """
      "coordinates": [[-3.2115, 54.4541], [54.4545, -3.2120], [-3.2124, 54.4549]]
      """,
    good: """
      "coordinates": [[-3.2115, 54.4541], [-3.2120, 54.4545], [-3.2124, 54.4549]]
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    for excursion in subject.outliers.excursions where excursion.kind == .slip(.swapped) {
      findings.add(finding(about, .swapped, excursion, subject))
    }
    if SwappedFile(subject.document) != nil { return }
    inspectRejected(subject, &findings)
    if !inspectWhole(subject, &findings) { inspectAtSea(subject, &findings) }
  }

  /// A line that lies in the sea or in Antarctica, and on other land when it is swapped as a whole, its
  /// waypoints with it.
  private static func inspectAtSea(_ subject: Subject, _ findings: inout FindingList) {
    guard let wrong = SeaCheck.looksSwapped(subject.vertices) else { return }
    let vertices = zip(subject.offsets, subject.vertices).map { (Int($0), $1) }
    let waypoints = zip(subject.document.waypointOffsets, subject.route.waypoints)
      .map { (Int($0), $1.coordinate) }
    findings.add(
      subject.finding(
        about,
        "the whole line lies \(wrong.rawValue); with latitude and longitude swapped it lies on land or along a coast",
        atVertex: 0,
        fix: Fix(
          "swap them in the whole file", isSafe: false,
          (vertices + waypoints).filter { abs($0.1.longitude) <= 90 }.map {
            .replacePosition(atOffset: $0.0, latitude: $0.1.longitude, longitude: $0.1.latitude)
          })))
  }

  /// A finding about a slip in some vertices.
  static func finding(
    _ rule: RuleDescription, _ slip: Slip, _ excursion: Outliers.Excursion, _ subject: Subject
  ) -> UnwordedFinding {
    let vertices = excursion.vertices
    let count = vertices.count
    let what = count == 1 ? "the vertex lies" : "this vertex and \(count - 1) after it lie"
    let (act, remedy) =
      switch slip {
      case .swapped: ("with latitude and longitude swapped", "swap them")
      case .longitudeSign: ("with the sign of the longitude turned", "turn the sign")
      case .latitudeSign: ("with the sign of the latitude turned", "turn the sign")
      }
    let edits = vertices.compactMap { vertex -> RouteEdit? in
      slip.mended(subject.vertices[vertex])
        .map { .moveVertex(subject.documentVertex(vertex), to: $0) }
    }
    return subject.finding(
      rule,
      "\(what) \(Text.meters(excursion.reachMeters)) from the line around "
        + "\(count == 1 ? "it" : "them"); \(act) \(count == 1 ? "it lies" : "they lie") on it",
      atVertex: vertices.lowerBound, measured: excursion.reachMeters,
      fix: Fix(remedy, isSafe: false, edits))
  }

  /// Positions that were refused because they are no place on Earth, and are one the other way round.
  private static func inspectRejected(_ subject: Subject, _ findings: inout FindingList) {
    if subject.document.rejected.isEmpty { return }
    let index = PlaceIndex(subject.line)
    var work = index.allowance
    for rejected in subject.document.rejected {
      guard abs(rejected.latitude) <= 180, abs(rejected.longitude) <= 90 else { continue }
      let swapped = Coordinate(
        uncheckedLatitude: rejected.longitude, longitude: rejected.latitude)
      let near =
        index.places(nearest: swapped, toleranceMeters: 0, &work).first?.offsetMeters ?? .infinity
      if work.isSpent { return }
      // As near as the line's own vertices are to each other, give or take.
      guard near <= max(10 * subject.meanLegMeters, 1_000) else { continue }
      findings.add(
        Finding(
          about.code, about.severity,
          "latitude \(rejected.latitude) and longitude \(rejected.longitude) are no place on Earth; "
            + "swapped they are \(Text.meters(near)) from the line",
          offset: rejected.offset, coordinate: swapped, measured: near,
          fix: Fix(
            "swap them", isSafe: false,
            [
              .replacePosition(
                atOffset: rejected.offset, latitude: swapped.latitude,
                longitude: swapped.longitude)
            ])))
    }
  }

  /// A line that lies far from all of its waypoints, and on them when it is swapped as a whole.
  ///
  /// - Returns: whether that was found.
  private static func inspectWhole(_ subject: Subject, _ findings: inout FindingList) -> Bool {
    let vertices = subject.vertices
    let waypoints = subject.measured.waypoints
    guard !waypoints.isEmpty, vertices.count > 1 else { return false }
    let swapped = vertices.compactMap(Slip.swapped.mended)
    guard swapped.count == vertices.count else { return false }
    let asWritten = waypoints.map(\.offsetMeters).sorted()[waypoints.count / 2]
    let near = max(5 * subject.meanLegMeters, 1_000)
    guard asWritten > 10 * near else { return false }
    let places = swapped.map { SpacePoint($0.latitude, $0.longitude) }
    let distances = waypoints.prefix(25).map { placed -> Double in
      let point = SpacePoint(
        placed.waypoint.coordinate.latitude, placed.waypoint.coordinate.longitude)
      return places.lazy.map { $0.distance(to: point) }.min() ?? .infinity
    }.sorted()
    let whenSwapped = distances[distances.count / 2]
    guard whenSwapped <= near else { return false }
    findings.add(
      subject.finding(
        about,
        "the whole line lies \(Text.meters(asWritten)) from its waypoints; with latitude and longitude "
          + "swapped it lies \(Text.meters(whenSwapped)) from them",
        atVertex: 0, measured: asWritten,
        fix: Fix(
          "swap them in all \(Text.count(vertices.count, "vertex", "vertices"))", isSafe: false,
          swapped.enumerated().map { .moveVertex(subject.documentVertex($0), to: $1) })))
    return true
  }
}
