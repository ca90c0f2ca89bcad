public import Geodesy
public import JSON
public import Routes

/// Positions as the fixed JSON that programs read, the same from the command line and the service.
public enum PositionJSON {
  /// `{"distanceMeters","coordinate":[longitude,latitude],"bearing","elevationMeters","part","lap",
  /// "leg","legFraction","fraction","finished","lastWaypoint","nextWaypoint"}`, numbers at full
  /// precision, null where there is none.
  ///
  /// - Parameter shown: the waypoints that are named.
  public static func object(
    _ position: Position, naming shown: ShownWaypoints = .all
  ) -> JSONValue {
    .object(members(position, naming: shown))
  }

  /// The members of `object`, in order.
  public static func members(
    _ position: Position, naming shown: ShownWaypoints = .all
  ) -> [(String, JSONValue)] {
    func waypoint(_ waypoint: WaypointAhead?, _ key: String, sign: Int64) -> JSONValue {
      guard let waypoint else { return .null }
      let gap = sign * (waypoint.distance.micrometers - position.distance.micrometers)
      return .object([
        ("name", .optional(shown.name(of: waypoint))),
        ("distanceMeters", .number(waypoint.distance.meters)),
        (key, .number(Distance(micrometers: gap).meters)),
      ])
    }
    return [
      ("distanceMeters", .number(position.distance.meters)),
      ("coordinate", .position(position.coordinate)),
      ("bearing", .optional(position.bearing?.degrees)),
      ("elevationMeters", .optional(position.coordinate.elevationMeters)),
      ("part", .integer(position.part)),
      ("lap", .integer(position.lap)),
      ("leg", .integer(position.leg)),
      ("legFraction", .number(position.legFraction)),
      ("fraction", .number(position.fraction)),
      ("finished", .bool(position.isFinished)),
      ("lastWaypoint", waypoint(position.lastWaypoint, "passedMeters", sign: -1)),
      ("nextWaypoint", waypoint(position.nextWaypoint, "remainingMeters", sign: 1)),
    ]
  }

  /// A GeoJSON feature for each position: a point with the other members as its properties.
  ///
  /// - Parameters:
  ///   - names: of the positions, where they have any.
  ///   - shown: the waypoints that are named.
  public static func featureCollection(
    _ positions: [Position], names: [String] = [], naming shown: ShownWaypoints = .all
  ) -> JSONValue {
    let features = positions.enumerated().map { index, position in
      feature(position, name: names.indices.contains(index) ? names[index] : nil, shown)
    }
    return .object([
      ("type", .string("FeatureCollection")), ("features", .array(features)),
    ])
  }

  private static func feature(
    _ position: Position, name: String?, _ shown: ShownWaypoints
  ) -> JSONValue {
    .object([
      ("type", .string("Feature")),
      (
        "properties",
        .object(
          (name.map { [("name", .string($0))] } ?? [])
            + members(position, naming: shown).filter { $0.0 != "coordinate" })
      ),
      ("geometry", .point(position.coordinate)),
    ])
  }
}

extension JSONValue {
  /// A position of GeoJSON at full precision, without the elevation: `[longitude,latitude]`.
  public static func position(_ coordinate: Coordinate) -> JSONValue {
    .array([.number(coordinate.longitude), .number(coordinate.latitude)])
  }

  /// A point of GeoJSON at full precision, without the elevation.
  public static func point(_ coordinate: Coordinate) -> JSONValue {
    .object([("type", .string("Point")), ("coordinates", .position(coordinate))])
  }
}
