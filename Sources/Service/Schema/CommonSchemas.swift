import Formats

/// Schemas that several resources use.
enum CommonSchemas {
  private static let shown = Schema.text(0...Problem.mostTextCharacters)

  static let all: [NamedSchema] =
    [
      NamedSchema(
        "Problem", "What went wrong, after RFC 9457.",
        .object([
          .init("type", .text()), .init("title", .text()), .init("status", .integer(400...599)),
          .init("code", .text(), "Stable, for programs."),
          .init("detail", shown, "For people."),
          .init("requestId", .text(1...64), "Names the request in the service's log."),
          .optional(
            "errors", .array(.named("ProblemFault"), count: 0...1_000),
            "Everything that is wrong with the request."),
          .optional(
            "cause", .words(PreconditionFault.allCases.map(\.rawValue)),
            "Why a precondition has failed: `changed` since the revision or the `ETag` that `If-Match` "
              + "names, `not-yet` that revision, `other-answer` than that of a plain GET is what the "
              + "`ETag` is of, `no-tag` in `If-Match`, such as a number without quotes."),
          .optional("report", .named("RouteReport"), "What was found in a route file."),
        ])),
      NamedSchema(
        "ProblemFault", "One thing that is wrong with a request.",
        .object([
          .optional("pointer", shown, "Into the body (RFC 6901)."),
          .optional("parameter", shown, "The query parameter."),
          .optional("header", shown), .init("detail", shown),
        ])),
      NamedSchema(
        "Point", "A place as GeoJSON.",
        .object([.init("type", .words(["Point"])), .init("coordinates", .coordinate)])),
      NamedSchema(
        "LineString", "A line as GeoJSON.",
        .object([.init("type", .words(["LineString"])), .init("coordinates", line)])),
      NamedSchema(
        "MultiLineString", "Lines as GeoJSON.",
        .object([
          .init("type", .words(["MultiLineString"])),
          .init("coordinates", .array(line, count: 1...10_000_000)),
        ])),
    ] + PositionJSON.schemas

  private static let line = Schema.array(.coordinate, count: 2...10_000_000)

  /// What a map draws.
  static let geometry = Schema.either([
    .named("Point"), .named("LineString"), .named("MultiLineString"),
  ])
}
