internal import Geodesy
internal import Routes

/// The names of a route's points, which are its waypoints, but for those that tell where to turn.
extension GPXReader {
  /// Keeps what the route point that ends says about a place.
  func takeRouteName() {
    guard let place = point.coordinate else { return }
    waypoint.coordinate = place
    waypoint.nameFromStory(orComment: comment)
    guard let name = waypoint.name else { return }
    if RouteCue.isCue(name) {
      cues.add(name, offset: point.offset)
    } else if routeNames.count <= limits.route.waypoints {
      routeNames.append((waypoint, point.offset))
    }
  }

  /// Makes waypoints of the names, where the file has none of the same name in the same place.
  func takeRouteNames() {
    var known: Set<String> = []
    for waypoint in document.waypoints { known.insert(Self.key(waypoint)) }
    let new = routeNames.filter { known.insert(Self.key($0.waypoint)).inserted }
    if document.waypoints.count + new.count > limits.route.waypoints {
      diagnostics.note(
        .routeNames, .warning,
        "the names of the route's points would make more than \(limits.route.waypoints) waypoints, the "
          + "limit, and are left out", at: new[0].offset)
    } else {
      for (waypoint, offset) in new { document.append(waypoint, offset: offset, owner: offset) }
    }
    cues.finish("the route's points", &diagnostics)
  }

  /// The name and the place, to some ten metres.
  private static func key(_ waypoint: Waypoint) -> String {
    let north = (waypoint.coordinate.latitude * 1e4).rounded()
    let east = (waypoint.coordinate.longitude * 1e4).rounded()
    return "\(waypoint.name ?? "") \(north) \(east)"
  }
}

/// Words by which route planners tell a driver or walker where to turn.
enum RouteCue {
  /// The names that tell where to turn: the first of them, and how many there are.
  struct Tally {
    private var count = 0
    private var first = (name: "", offset: 0)

    mutating func add(_ name: String, offset: Int) {
      if count == 0 { first = (name, offset) }
      count += 1
    }

    /// Notes what stands for all of them.
    ///
    /// - Parameter points: what the names are those of.
    func finish(_ points: String, _ diagnostics: inout DiagnosticList) {
      guard count > 0 else { return }
      diagnostics.addSummary(
        Diagnostic(
          .routeNames, .info,
          "“\(shortened(first.name))” tells where to turn and is no waypoint"
            + (count == 1 ? "" : ", nor are \(count - 1) more names of \(points)"),
          offset: first.offset))
    }
  }

  private static let words: Set<String> = [
    "left", "right", "straight", "straight on", "straight ahead", "ahead", "continue", "u-turn",
    "uturn", "u turn", "turn", "roundabout", "exit", "merge", "fork", "generic", "via", "tl", "tr",
    "tshl", "tshr", "tsll", "tslr", "tu", "links", "rechts", "geradeaus", "gauche", "droite",
    "tout droit", "left fork", "right fork", "middle fork", "izquierda", "derecha", "todo recto",
  ]

  private static let beginnings = [
    "turn ", "keep left", "keep right", "keep straight", "bear left", "bear right", "slight left",
    "slight right", "sharp left", "sharp right", "slightly left", "slightly right", "left ",
    "right ", "go straight", "go left", "go right", "straight ", "head north", "head south",
    "head east", "head west", "continue ", "make a u-turn", "make a left", "make a right",
    "make u-turn", "take exit", "take the exit", "take the ramp", "at the roundabout",
    "at roundabout", "enter roundabout", "enter the roundabout", "exit the roundabout",
    "links abbiegen", "rechts abbiegen", "links halten", "rechts halten", "tournez ", "tourner ",
    "gire a ", "girar a ",
  ]

  /// What follows “left” and “right” in a direction, and not in the name of a place.
  private static let afterSide = ["onto ", "on ", "into ", "at ", "turn", "and "]

  /// Whether a name of a route's point tells where to turn instead of what is there.
  static func isCue(_ name: String) -> Bool {
    guard name.utf8.count <= 200 else { return false }
    let lower = name.lowercased()
    if words.contains(lower) { return true }
    guard let beginning = beginnings.first(where: lower.hasPrefix) else { return false }
    guard beginning == "left " || beginning == "right " || beginning == "straight " else {
      return true
    }
    let rest = lower.dropFirst(beginning.count)
    return afterSide.contains(where: rest.hasPrefix)
  }
}
