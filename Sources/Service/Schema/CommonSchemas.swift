import Formats

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
    PositionJSON.schema,
  ]
}
