internal import Formats
internal import Geodesy
internal import Routes

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
