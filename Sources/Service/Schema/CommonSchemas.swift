import Formats

/// Schemas that several resources use.
enum CommonSchemas {
  private static let shown = Schema.text(0...Problem.mostTextCharacters)

  static let all: [NamedSchema] = [
    NamedSchema(
      "Problem", "What went wrong, after RFC 9457.",
      .object([
        .init("type", .text()), .init("title", .text()), .init("status", .integer(400...599)),
        .init("code", .text(), "Stable, for programs."),
        .init("detail", shown, "For people."),
        .init("requestId", .text(1...64), "Names the request in the service's log."),
        .optional(
          "errors",
          .array(
            .object([
              .optional("pointer", shown, "Into the body (RFC 6901)."),
              .optional("parameter", shown, "The query parameter."),
              .optional("header", shown), .init("detail", shown),
            ]), count: 0...1_000), "Everything that is wrong with the request."),
        .optional("report", .anything, "What was found in a route file."),
      ])),
    PositionJSON.schema,
  ]
}
