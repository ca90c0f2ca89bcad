import Formats

/// The description of what `PositionJSON` writes.
extension PositionJSON {
  static let schema = NamedSchema(
    "Position", "A place on a course and what is around it.",
    .object([distance, .init("coordinate", .coordinate, "Longitude and latitude.")] + others))

  static let schemas = [
    schema,
    NamedSchema(
      "WaypointBehind", "The waypoint that was passed last.", waypoint("passedMeters")),
    NamedSchema(
      "WaypointAhead", "The waypoint that comes next.", waypoint("remainingMeters")),
    NamedSchema(
      "PositionFeatures", "Positions as points of GeoJSON.",
      .object([
        .init("type", .words(["FeatureCollection"])),
        .init(
          "features",
          .array(.named("PositionFeature"), count: 0...ServiceLimits.standard.positions)),
      ])),
    NamedSchema(
      "PositionFeature", "A position as a point of GeoJSON.",
      .object([
        .init("type", .words(["Feature"])),
        .init("properties", .named("PositionProperties")), .init("geometry", .named("Point")),
      ])),
    NamedSchema(
      "PositionProperties", "What is around a place on a course.", .object([distance] + others)),
  ]

  private static let distance = Schema.Property(
    "distanceMeters", .meters, "The official distance from the start of the course.")

  /// All but the distance and the coordinate.
  static let others: [Schema.Property] = [
    .init(
      "bearing", .nullable(.number(0...360)),
      "Degrees from north in which it goes on, clockwise; null without extent."),
    .init("elevationMeters", .nullable(.elevation)),
    .init("part", .count, "From 1, as lap and leg."), .init("lap", .count),
    .init("leg", .count, "The stretch between two waypoints."),
    .init("legFraction", .number(0...1)),
    .init("fraction", .number(0...1), "Of the whole course."), .init("finished", .boolean),
    .init("lastWaypoint", .nullable(.named("WaypointBehind"))),
    .init("nextWaypoint", .nullable(.named("WaypointAhead"))),
  ]

  private static func waypoint(_ gap: String) -> Schema {
    .object([
      .init("name", .nullable(.text())), .init("distanceMeters", .meters), .init(gap, .meters),
    ])
  }
}
