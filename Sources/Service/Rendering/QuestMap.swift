import Formats
public import Geodesy
public import JSON
import Routes

extension RouteMapSource {
  /// The map of a quest as GeoJSON (RFC 7946): the lap that the marker is on.
  ///
  /// Features, told apart by the property `kind`:
  /// - `travelled` and `remaining`, always, with `fromMeters` and `toMeters` of the course: the line,
  ///   its geometry null where there is none of it. Where the marker jumps, nothing is drawn.
  /// - `crossing`, with `state` `travelled` or `remaining`, where there are counted joins.
  /// - `marker`: a point with the members of `PositionJSON` but the coordinate.
  /// - `waypoint`, for each that is shown: a point with `name`, `type`, `distanceMeters` on this lap and `reached`,
  ///   and the `story` of one that is reached.
  ///
  /// Lines end at the marker exactly, and cross 180 degrees nowhere.
  /// - Parameters:
  ///   - place: official distance from the start of the course, as `Scale.place(of:)` gives it;
  ///     beyond the course its end is meant.
  ///   - shown: the waypoints that are shown.
  ///   - markerProperties: more members for the marker, such as the team.
  /// - Complexity: O(vertices drawn + waypoints).
  public func questMap(
    at place: Distance, showing shown: ShownWaypoints = .all,
    markerProperties: [(String, JSONValue)] = []
  ) -> JSONValue {
    let done = min(max(place.micrometers, 0), route.length.micrometers)
    let position = route.position(at: Distance(micrometers: route.start.micrometers + done))
    let origin = Int64(position.lap - 1) * route.lapLength.micrometers
    let isLastLap = position.lap == route.route.course.laps
    let lapEnd = isLastLap ? route.length.micrometers : origin + route.lapLength.micrometers
    let (travelled, remaining) = strokes(
      inLap: done - origin, isLastLap: isLastLap, marker: position.coordinate)

    func meters(_ distance: Int64) -> JSONValue {
      .number(Distance(micrometers: route.start.micrometers + distance).meters)
    }
    var features = [
      feature(
        "travelled", [("fromMeters", meters(origin)), ("toMeters", meters(done))],
        lines(travelled, areCrossings: false)),
      feature(
        "remaining", [("fromMeters", meters(done)), ("toMeters", meters(lapEnd))],
        lines(remaining, areCrossings: false)),
    ]
    for (state, strokes) in [("travelled", travelled), ("remaining", remaining)] {
      let geometry = lines(strokes, areCrossings: true)
      if geometry != .null {
        features.append(feature("crossing", [("state", .string(state))], geometry))
      }
    }
    features.append(
      feature(
        "marker",
        PositionJSON.members(position, naming: shown).filter { $0.0 != "coordinate" }
          + markerProperties,
        point(position.coordinate)))
    features += waypoints(shown, lapOrigin: origin, done: done)
    return collection(features)
  }

  /// The map of the route alone: `route`, `crossing` and `waypoint` features of one pass, as in
  /// `questMap`.
  ///
  /// - Parameter shown: the waypoints that are shown.
  public func routeMap(showing shown: ShownWaypoints = .all) -> JSONValue {
    let strokes = runs.map(MapStroke.init)
    let length = Distance(micrometers: route.start.micrometers + route.passLength.micrometers)
    var features = [
      feature(
        "route",
        [("fromMeters", .number(route.start.meters)), ("toMeters", .number(length.meters))],
        lines(strokes, areCrossings: false))
    ]
    let crossings = lines(strokes, areCrossings: true)
    if crossings != .null { features.append(feature("crossing", [], crossings)) }
    return collection(features + waypoints(shown, lapOrigin: 0, done: nil))
  }

  // MARK: Features

  private func collection(_ features: [JSONValue]) -> JSONValue {
    let box = [bounds.west, bounds.south, bounds.east, bounds.north]
    return .object([
      ("type", .string("FeatureCollection")),
      ("bbox", .array(box.map(JSONValue.number))),
      ("features", .array(features)),
    ])
  }

  private func feature(
    _ kind: String, _ properties: [(String, JSONValue)], _ geometry: JSONValue
  ) -> JSONValue {
    .object([
      ("type", .string("Feature")),
      ("properties", .object([("kind", .string(kind))] + properties)),
      ("geometry", geometry),
    ])
  }

  /// Null, a line string or a multi line string.
  private func lines(_ strokes: [MapStroke], areCrossings: Bool) -> JSONValue {
    let drawn = strokes.filter { $0.isCrossing == areCrossings }
    if drawn.isEmpty { return .null }
    var text: [UInt8] = []
    if drawn.count > 1 { text.append(0x5B) }
    for (index, stroke) in drawn.enumerated() {
      if index > 0 { text.append(0x2C) }
      append(stroke, to: &text)
    }
    if drawn.count > 1 { text.append(0x5D) }
    return .object([
      ("type", .string(drawn.count > 1 ? "MultiLineString" : "LineString")),
      ("coordinates", .fragment(text)),
    ])
  }

  private func point(_ coordinate: Coordinate) -> JSONValue {
    var text: [UInt8] = []
    append(coordinate, to: &text)
    return .object([("type", .string("Point")), ("coordinates", .fragment(text))])
  }

  /// - Parameter done: nil for a map that nobody travels.
  private func waypoints(
    _ shown: ShownWaypoints, lapOrigin: Int64, done: Int64?
  ) -> [JSONValue] {
    route.waypoints.filter { shown.contains($0.index) }.map { placed in
      let distance = placed.distance.micrometers + lapOrigin
      var properties: [(String, JSONValue)] = [
        ("name", .optional(placed.waypoint.name)), ("type", .optional(placed.waypoint.type)),
        ("distanceMeters", .number(Distance(micrometers: distance).meters)),
      ]
      if let done {
        let isReached = distance - route.start.micrometers <= done
        properties.append(("reached", .bool(isReached)))
        // A story is for those who have come so far.
        if isReached, let story = placed.waypoint.story {
          properties.append(("story", .string(story)))
        }
      }
      return feature("waypoint", properties, point(placed.waypoint.coordinate))
    }
  }
}
