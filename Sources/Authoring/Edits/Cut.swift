internal import Formats
internal import Geodesy
public import JSON
public import Routes

/// Keeps a stretch of the route.
public struct Cut: Edit {
  public static let kind = "cut"
  public static let note =
    "Keeps the stretch between two distances. Distances count from its start, and laps are dropped."

  public var from: WrittenDistance?
  public var to: WrittenDistance?

  public init(from: WrittenDistance? = nil, to: WrittenDistance? = nil) {
    self.from = from
    self.to = to
  }

  public init(_ fields: inout EditFields) {
    from = fields.optionalDistance("from", "Where it begins; the start by default.")
    to = fields.optionalDistance("to", "Where it ends; the end by default.")
    if from == nil, to == nil { fields.refuse("from", "a cut needs “from”, “to” or both") }
  }

  public var members: [(String, JSONValue)] {
    (from.map { [("from", $0.json)] } ?? []) + (to.map { [("to", $0.json)] } ?? [])
  }

  public func applied(to measured: MeasuredRoute) throws(AuthoringError) -> Edited {
    let low = try from.map { at throws(AuthoringError) in
      try measured.place(at, "the start of the cut,")
    }
    let high = try to.map { at throws(AuthoringError) in
      try measured.place(at, "the end of the cut,")
    }
    let (start, end) = (low ?? measured.pass.lowerBound, high ?? measured.pass.upperBound)
    guard start < end else {
      throw AuthoringError(
        .range,
        "the cut ends at \(Wording.distance(end, in: (to ?? from)?.unit ?? .kilometers)), which is not "
          + "after its start")
    }
    let route = measured.route
    let first =
      low == nil
      ? Seam(vertex: 0, coordinate: nil, isBetweenParts: false) : measured.seam(at: start)
    let last =
      high == nil
      ? Seam(vertex: route.vertices.count - 1, coordinate: nil, isBetweenParts: false)
      : measured.seam(at: end)
    var course = route.course
    course.laps = 1
    course.lapJoin = nil
    let made = try measured.carrying(
      measured.line(from: first, to: last), [Stretch(old: start...end, start: 0)],
      length: end - start, course: course)
    let shorter = measured.passLength.micrometers - (end - start)
    var did = [
      "\(Wording.kilometers(Distance(micrometers: end - start))) kept and "
        + "\(Wording.kilometers(Distance(micrometers: shorter))) cut off"
    ]
    if !made.lost.isEmpty {
      did.append(
        "\(Wording.count(made.lost.count, "waypoint")) cut off: \(Wording.names(made.lost))")
    }
    did += Self.gapNotes(made.route, wasCut: route.singlePointCount)
    if route.course.laps > 1 {
      did.append("the \(route.course.laps) laps are dropped: a part of a lap is none")
    }
    return Edited(made.route, did)
  }

  /// What other formats than GPX cannot hold of a route whose end lies within a gap.
  private static func gapNotes(_ made: Route, wasCut before: Int) -> [String] {
    guard made.singlePointCount > before, let line = try? made.withoutSinglePoints(),
      let length = try? MeasuredRoute(line).length
    else { return [] }
    return [
      "an end lies within a gap, where only GPX has a line of one point: in other formats, and stored, the "
        + "route is \(Wording.kilometers(length)) long; cut where the gap begins or ends to have the same in all"
    ]
  }
}
