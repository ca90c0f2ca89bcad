import Formats

/// The description of what `PositionJSON` writes.
extension PositionJSON {
  static let schema = NamedSchema(
    "Position", "A place on a course and what is around it.",
    .object([distance, .init("coordinate", .coordinate, "Longitude and latitude.")] + others))

  static let featuresSchema = Schema.object([
    .init("type", .words(["FeatureCollection"])),
    .init(
      "features",
      .array(
        .object([
          .init("type", .words(["Feature"])),
          .init("properties", .object([distance] + others)),
          .init("geometry", .point),
        ]), count: 0...ServiceLimits.standard.positions)),
  ])

  private static let distance = Schema.Property(
    "distanceMeters", .meters, "The official distance from the start of the course.")

  private static let others: [Schema.Property] = [
    .init(
      "bearing", .nullable(.number(0...360)),
      "Degrees from north in which it goes on, clockwise; null without extent."),
    .init("elevationMeters", .nullable(.elevation)),
    .init("part", .count, "From 1, as lap and leg."), .init("lap", .count),
    .init("leg", .count, "The stretch between two waypoints."),
    .init("legFraction", .number(0...1)),
    .init("fraction", .number(0...1), "Of the whole course."), .init("finished", .boolean),
    .init("lastWaypoint", waypoint("passedMeters")),
    .init("nextWaypoint", waypoint("remainingMeters")),
  ]

  private static func waypoint(_ gap: String) -> Schema {
    .nullable(
      .object([
        .init("name", .nullable(.text())), .init("distanceMeters", .meters), .init(gap, .meters),
      ]))
  }
}
