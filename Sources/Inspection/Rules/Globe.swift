internal import Formats
internal import Geodesy
internal import Routes

/// A leg between places on opposite sides of the Earth.
enum LegAntipodal: Rule {
  static let about = RuleDescription(
    .legAntipodal, "Leg to the other side of the Earth", .warning,
    limit: RuleLimit(19_900_000, "m", "the shortest leg that is nearly antipodal"),
    explanation: """
      The two ends of a leg lie on opposite sides of the Earth, so that the shortest way between them \
      may lead in almost any direction: the least change of an end sends the marker another way round. \
      Add a vertex in between that says which way is meant.
      """,
    bad: """
      "coordinates": [[0, 0], [179.9, 0.1]]
      """,
    good: """
      "coordinates": [[0, 0], [90, 10], [179.9, 0.1]]
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    for i in 0..<max(subject.vertices.count - 1, 0) {
      // The straight line tells the long ones apart at once: two radii are 12,742 km.
      guard subject.space[i].distance(to: subject.space[i + 1]) > 12_000_000 else { continue }
      let meters = RouteLine.gapMeters(from: subject.vertices[i], to: subject.vertices[i + 1])
      guard meters >= limit(subject) else { continue }
      findings.add(
        subject.finding(
          about,
          "the leg from here is \(Text.meters(meters)) long, to the other side of the Earth, where "
            + "every way is about as short: add a vertex in between",
          atVertex: i, measured: meters))
    }
  }
}

/// A leg over the meridian of 180 degrees.
enum AntimeridianCrossed: Rule {
  static let about = RuleDescription(
    .antimeridianCrossed, "Line over 180 degrees", .info,
    explanation: """
      The line goes over the meridian of 180 degrees. Here nothing changes there: length, position and \
      map go straight on. Other programs may draw the leg round the whole Earth; GeoJSON asks for the \
      line to be cut there, which is done when it is written.
      """,
    bad: """
      "coordinates": [[179.5, -17.0], [-179.5, -17.2]]
      """,
    good: """
      "coordinates": [[[179.5, -17.0], [180, -17.1]], [[-180, -17.1], [-179.5, -17.2]]]
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let vertices = subject.vertices
    for i in 0..<max(vertices.count - 1, 0)
    where abs(vertices[i + 1].longitude - vertices[i].longitude) > 180
      && !vertices[i].isSamePlace(as: vertices[i + 1])
    {
      let direction = vertices[i].longitude > 0 ? "eastwards" : "westwards"
      findings.add(
        subject.finding(
          about, "the line goes \(direction) over 180 degrees on the leg from here", atVertex: i))
    }
  }
}

/// A line that comes near a pole.
enum PolePassed: Rule {
  static let about = RuleDescription(
    .polePassed, "Line at a pole", .info,
    limit: RuleLimit(1_000, "m", "how near to a pole"),
    explanation: """
      The line comes within a kilometre of a pole, where longitudes say little and a bearing turns by \
      half a circle within a step. Here nothing changes there; maps in degrees draw a line across \
      their whole width.
      """,
    bad: """
      "coordinates": [[-30, -89.9], [150, -89.9]]
      """,
    good: """
      "coordinates": [[-30, -89.9], [60, -89.5], [150, -89.9]]
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let reach = limit(subject)
    let vertices = subject.vertices
    var isNear = false
    for i in vertices.indices {
      let here = near(vertices[i], reach)
      var passes = here
      if !here, i + 1 < vertices.count, abs(vertices[i].latitude) > 45,
        abs(abs(vertices[i + 1].longitude - vertices[i].longitude) - 180) < 45
      {
        // Only a leg that turns by about half a circle of longitude can pass a pole between its ends.
        let extent = subject.line.extent(ofSegments: i..<i + 1)
        let most = max(abs(extent.south), abs(extent.north))
        passes = (90 - most) * 111_694 <= reach
      }
      if passes, !isNear {
        let pole = vertices[i].latitude > 0 ? "North" : "South"
        findings.add(
          subject.finding(
            about, "the line comes within \(Text.meters(reach)) of the \(pole) Pole", atVertex: i))
      }
      isNear = passes
    }
  }

  /// A degree of latitude is 111.694 km at the poles.
  private static func near(_ vertex: Coordinate, _ meters: Double) -> Bool {
    (90 - abs(vertex.latitude)) * 111_694 <= meters
  }
}
