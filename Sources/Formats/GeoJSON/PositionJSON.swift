public import Geodesy
public import JSON
public import Routes

/// Positions as the fixed JSON that programs read, the same from the command line and the service.
public enum PositionJSON {
  /// `{"distanceMeters","coordinate":[longitude,latitude],"bearing","elevationMeters","part","lap",
  /// "leg","legFraction","fraction","finished","lastWaypoint","nextWaypoint"}`, numbers at full
  /// precision, null where there is none.
  public static func object(_ position: Position) -> JSONValue {
    .object(members(position))
  }

  /// The members of `object`, in order.
  public static func members(_ position: Position) -> [(String, JSONValue)] {
    [
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
      ("lastWaypoint", waypoint(position.lastWaypoint, position, "passedMeters", sign: -1)),
      ("nextWaypoint", waypoint(position.nextWaypoint, position, "remainingMeters", sign: 1)),
    ]
  }

  private static func waypoint(
    _ waypoint: WaypointAhead?, _ position: Position, _ key: String, sign: Int64
  ) -> JSONValue {
    guard let waypoint else { return .null }
    let gap = sign * (waypoint.distance.micrometers - position.distance.micrometers)
    return .object([
      ("name", .optional(waypoint.name)),
      ("distanceMeters", .number(waypoint.distance.meters)),
      (key, .number(Distance(micrometers: gap).meters)),
    ])
  }

  /// A GeoJSON feature for each position: a point with the other members as its properties.
  ///
  /// - Parameter names: of the positions, where they have any.
  public static func featureCollection(
    _ positions: [Position], names: [String] = []
  ) -> JSONValue {
    let features = positions.enumerated().map { index, position in
      feature(position, name: names.indices.contains(index) ? names[index] : nil)
    }
    return .object([
      ("type", .string("FeatureCollection")), ("features", .array(features)),
    ])
  }

  private static func feature(_ position: Position, name: String?) -> JSONValue {
    .object([
      ("type", .string("Feature")),
      (
        "properties",
        .object(
          (name.map { [("name", .string($0))] } ?? [])
            + members(position).filter { $0.0 != "coordinate" })
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
