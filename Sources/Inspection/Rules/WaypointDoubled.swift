internal import Formats
internal import Geodesy
internal import Routes

/// A waypoint that stands in the file twice.
enum WaypointDoubled: Rule {
  static let about = RuleDescription(
    .waypointDoubled, "Waypoint doubled", .warning,
    limit: RuleLimit(10, "m", "how near to each other the two are"), repair: .unsafe,
    explanation: """
      Two waypoints with the same name stand at the same place, and the line passes it only once. Both \
      are reached together, so that a team gets the same milestone twice. The repair removes the \
      second one, with all that the file says of it.
      """,
    bad: """
      <wpt lat="54.4541" lon="-3.2115"><name>Scafell Pike</name></wpt>
      <wpt lat="54.4541" lon="-3.2115"><name>Scafell Pike</name></wpt>
      """,
    good: """
      <wpt lat="54.4541" lon="-3.2115"><name>Scafell Pike</name></wpt>
      """)

  /// The waypoints of one name in one cube of space.
  private struct Cell: Hashable {
    var name: String?
    var x: Int
    var y: Int
    var z: Int

    /// - Parameter side: of the cube, in metres; a metre at least.
    init(_ name: String?, _ point: SpacePoint, _ side: Double) {
      func number(_ value: Double) -> Int { Int((value / max(side, 1)).rounded(.down)) }
      self.name = name
      (x, y, z) = (number(point.x), number(point.y), number(point.z))
    }

    /// This cell and the 26 about it.
    var around: [Cell] {
      var cells: [Cell] = []
      for x in x - 1...x + 1 {
        for y in y - 1...y + 1 {
          for z in z - 1...z + 1 {
            var cell = self
            (cell.x, cell.y, cell.z) = (x, y, z)
            cells.append(cell)
          }
        }
      }
      return cells
    }
  }

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let waypoints = subject.route.waypoints
    let places = waypoints.map { SpacePoint($0.coordinate.latitude, $0.coordinate.longitude) }
    let measures = subject.measured.waypoints.map(\.geometricMeters)
    let most = limit(subject)
    // Two that are near enough stand in neighbouring cells.
    var cells: [Cell: [Int]] = [:]
    // Without a name nothing says that two places are meant to be one.
    for index in waypoints.indices where waypoints[index].name != nil {
      let here = waypoints[index].coordinate
      let home = Cell(waypoints[index].name, places[index], most)
      let twin = home.around.flatMap { cells[$0] ?? [] }.sorted().first { earlier in
        // Straight through the ground no two are further apart than over it. A place that the line
        // passes twice may be a stop both times.
        places[earlier].distance(to: places[index]) <= most
          && abs(measures[earlier] - measures[index]) <= 2 * most + 1
          && RouteLine.gapMeters(from: waypoints[earlier].coordinate, to: here) <= most
      }
      guard let twin else {
        cells[home, default: []].append(index)
        continue
      }
      let same = RouteLine.gapMeters(from: waypoints[twin].coordinate, to: here)
      findings.add(
        subject.finding(
          about,
          "\(subject.title(ofWaypoint: index)) stands in the file twice: no. \(twin + 1) is the same"
            + (same >= 0.1 ? ", \(Text.meters(same)) away" : ""),
          atWaypoint: index, measured: same,
          fix: Fix("remove the second one", isSafe: false, [.removeWaypoint(index)])))
    }
  }
}
