public import Geodesy
public import JSON
public import Routes

/// Begins a loop at another place.
public struct StartAt: Edit {
  public static let kind = "startAt"
  public static let note = "Begins a loop at the place of the line that is nearest to a coordinate."

  public var coordinate: Coordinate

  /// A route is a loop if its ends are no further apart than this.
  public static let loopMeters = 1_000.0

  public init(_ coordinate: Coordinate) { self.coordinate = coordinate }

  public init(_ fields: inout EditFields) {
    coordinate = fields.coordinate("coordinate", "[longitude, latitude] of the new start.")
  }

  public var members: [(String, JSONValue)] { [("coordinate", .position(coordinate))] }

  public func applied(to measured: MeasuredRoute) throws(AuthoringError) -> Edited {
    try measured.requirePlaces()
    let route = measured.route
    let last = route.vertices.count - 1
    let gap = RouteLine.gapMeters(from: route.vertices[last], to: route.vertices[0])
    guard gap <= Self.loopMeters else {
      throw AuthoringError(
        .unsuitable,
        "the route ends \(Wording.gap(gap)) from its start, and only a loop can begin elsewhere: its ends "
          + "are at most \(Wording.gap(Self.loopMeters)) apart")
    }
    let nearest = try AuthoringError.of { () throws(RouteError) in
      try NearestPlaces(measured.following(.once))
    }
    guard let match = nearest.matches(to: coordinate).first else {
      return Edited(route, ["the route has no place to begin at"])
    }
    let (low, high) = (measured.pass.lowerBound, measured.pass.upperBound)
    let place = match.distance.micrometers
    let seam = measured.seam(at: place)
    guard place > low, place < high, seam.coordinate != nil || seam.vertex != 0 else {
      return Edited(route, ["the route begins there already"])
    }
    let begin = Seam(vertex: 0, coordinate: nil, isBetweenParts: false)
    let end = Seam(vertex: last, coordinate: nil, isBetweenParts: false)
    var line = measured.line(from: seam, to: end)
    var rest = measured.line(from: begin, to: seam)
    // What the way from the end to the start means: nothing where they are one place.
    if gap == 0, let first = rest.parts.first, let final = line.parts.last {
      line.parts[line.parts.count - 1] = final + first.dropFirst()
      rest.parts.removeFirst()
      let join = rest.policies.isEmpty ? nil : rest.policies.removeFirst()
      line.append(rest, join: join)
    } else {
      line.append(rest, join: .walk)
    }
    let closing = gap == 0 ? 0 : Distance(roundingMeters: gap)?.micrometers ?? 0
    var course = route.course
    course.lapJoin = nil
    let made = try measured.carrying(
      line,
      [
        Stretch(old: place...high, start: 0),
        Stretch(old: low...place, start: high - place + closing),
      ], length: high - low + closing, course: course)
    var did = [
      "the route begins \(Wording.kilometers(Distance(micrometers: place - low))) further on, "
        + "\(Wording.gap(match.offsetMeters)) from the place asked for"
    ]
    if gap > 0 { did.append("the gap of \(Wording.gap(gap)) between its ends is walked") }
    return Edited(made.route, did)
  }
}
