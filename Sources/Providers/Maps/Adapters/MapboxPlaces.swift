public import Geodesy
internal import JSON

/// Places of Mapbox's geocoding.
public struct MapboxPlaces: PlaceFinder {
  public let attribution: String? = "© Mapbox, © OpenStreetMap contributors"

  private let base: OutgoingURL
  private let key: MapsKey
  private let server: MapsServer

  public init(base: OutgoingURL, key: MapsKey, server: MapsServer) {
    self.base = base
    self.key = key
    self.server = server
  }

  public func places(named text: String, most: Int) async throws(MapsError) -> [FoundPlace] {
    // The vendor answers with ten at most, and takes semicolons for several questions.
    let text = text.replacing(";", with: ",")
    return Array(
      try await places(
        "forward?autocomplete=false&limit=\(min(most, 10))&q=\(QueryText.escaped(text))"
      ).prefix(most))
  }

  public func place(at coordinate: Coordinate) async throws(MapsError) -> FoundPlace? {
    try await places(
      "reverse?limit=1&types=place&longitude=\(MapsServer.degrees(coordinate.longitude))"
        + "&latitude=\(MapsServer.degrees(coordinate.latitude))"
    ).first
  }

  private func places(_ question: String) async throws(MapsError) -> [FoundPlace] {
    let answer = try await server.ask(
      .get,
      base.address(
        "/search/geocode/v6/\(question)&access_token=\(QueryText.escaped(key.text))"))
    guard let features = try answer.required()["features"]?.array else {
      throw answer.malformed("without features")
    }
    var places: [FoundPlace] = []
    for feature in features {
      let properties = feature["properties"]
      let coordinate = try answer.coordinate(pair: feature["geometry"]?["coordinates"])
      guard let name = answer.name(properties?["name"]) else {
        throw answer.malformed("with a place without a name")
      }
      places.append(
        FoundPlace(
          name: name, area: answer.name(properties?["place_formatted"]), coordinate: coordinate))
    }
    return places
  }
}
