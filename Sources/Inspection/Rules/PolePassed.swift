internal import Formats
internal import Geodesy
internal import Routes

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
