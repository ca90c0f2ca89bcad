/// Schemas that several resources use.
enum CommonSchemas {
  static let all: [NamedSchema] = [
    NamedSchema(
      "Problem", "What went wrong, after RFC 9457.",
      .object([
        .init("type", .text()), .init("title", .text()), .init("status", .integer(400...599)),
        .init("code", .text(), "Stable, for programs."),
        .init("detail", .text(0...10_000), "For people."),
        .init("requestId", .text(1...64), "Names the request in the service's log."),
        .optional(
          "errors",
          .array(
            .object([
              .optional("pointer", .text(0...10_000), "Into the body (RFC 6901)."),
              .optional("parameter", .text(0...10_000), "The query parameter."),
              .optional("header", .text(0...10_000)),
              .init("detail", .text(0...10_000)),
            ]), count: 0...1_000), "Everything that is wrong with the request."),
        .optional("report", .anything, "What was found in a route file."),
      ])),
    NamedSchema(
      "Position", "A place on a route and what is around it.",
      .object([
        .init("distanceMeters", .meters, "Official distance from the start of the course."),
        .init("coordinate", .coordinate),
        .init("bearing", .nullable(.number(0...360)), "Degrees from north in which it goes on."),
        .init("elevationMeters", .nullable(.number(-12_000_000...12_000_000))),
        .init("part", .count, "From 1, as lap and leg."), .init("lap", .count),
        .init("leg", .count, "The stretch between two waypoints."),
        .init("legFraction", .number(0...1)),
        .init("fraction", .number(0...1), "Of the whole course."), .init("finished", .boolean),
        .init(
          "lastWaypoint",
          .nullable(
            .object([
              .init("name", .nullable(.text())), .init("distanceMeters", .meters),
              .init("passedMeters", .meters),
            ]))),
        .init(
          "nextWaypoint",
          .nullable(
            .object([
              .init("name", .nullable(.text())), .init("distanceMeters", .meters),
              .init("remainingMeters", .meters),
            ]))),
      ])),
  ]
}
