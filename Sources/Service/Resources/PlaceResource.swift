import JSON
import Providers

/// Places by name, to look around on a map.
enum PlaceResource {
  private static let mostPlaces = 10
  private static let mostSuggestions = 3

  static let schemas: [NamedSchema] = [
    NamedSchema(
      "FoundPlaces", "The places that a text may mean.",
      .object([
        .init(
          "places", .array(.named("FoundPlace"), count: 0...mostPlaces), "The likeliest first."),
        .init(
          "suggestions", .array(.text(), count: 0...mostSuggestions),
          "Where no place has the name: names that begin with it, or are spelled nearly so."),
        .init(
          "attribution", .nullable(.text()), "What has to stand wherever the places are shown."),
      ]))
  ]

  static let endpoints: [Endpoint] = [
    Endpoint(
      .get, "/v1/places", "findPlaces", "Find places by name",
      details: "Cities of 15,000 people and more, from what the service carries along: it asks "
        + "nobody outside. What follows a comma tells places of one name apart, such as "
        + "`Springfield, Illinois`.", tag: "Maps", access: .anyone,
      parameters: [.placeName, .fields], answers: [.ok("FoundPlaces")], handle: find)
  ]

  private static func find(_ call: Call) async throws -> Reply {
    let (name, gazetteer) = (call[.placeName], Gazetteer())
    let places = try await gazetteer.places(named: name, most: mostPlaces)
    // All names are looked through for these.
    let suggestions =
      places.isEmpty
      ? try await call.backend.offload {
        Gazetteer.suggestions(for: name, most: mostSuggestions)
      } : []
    return .json(
      .object([
        ("places", .array(places.map(\.json))),
        ("suggestions", .array(suggestions.map { .string($0) })),
        ("attribution", .optional(gazetteer.attribution)),
      ]))
  }
}

extension ParameterKey {
  fileprivate static let placeName = Parameter<String>(
    required: "name", .text(1...200), "What the place is called, in any spelling that is known.")
}
