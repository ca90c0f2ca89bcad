public import Geodesy
internal import JSON

/// Places of Google's geocoding.
public struct GooglePlaces: PlaceFinder {
  public static let publicBase = "https://maps.googleapis.com"

  public let attribution: String? = "Google Maps"

  private let base: OutgoingURL
  private let key: MapsKey
  private let server: MapsServer

  public init(base: OutgoingURL, key: MapsKey, server: MapsServer) {
    self.base = base
    self.key = key
    self.server = server
  }

  public func places(named text: String, most: Int) async throws(MapsError) -> [FoundPlace] {
    Array(try await places("address=\(QueryText.escaped(text))").prefix(most))
  }

  public func place(at coordinate: Coordinate) async throws(MapsError) -> FoundPlace? {
    let place =
      "\(MapsServer.degrees(coordinate.latitude)),\(MapsServer.degrees(coordinate.longitude))"
    return try await places("result_type=locality&latlng=\(QueryText.escaped(place))").first
  }

  private func places(_ question: String) async throws(MapsError) -> [FoundPlace] {
    let answer = try await server.ask(
      .get,
      base.address(
        "/maps/api/geocode/json?\(question)&key=\(QueryText.escaped(key.text))"))
    // Refusals come with status 200.
    switch try answer.required()["status"]?.string {
    case "OK": break
    case "ZERO_RESULTS": return []
    case "OVER_QUERY_LIMIT", "OVER_DAILY_LIMIT":
      throw MapsError(
        .throttled, "\(answer.origin) answers no more questions for now", mayRepeat: true)
    case "REQUEST_DENIED":
      throw MapsError(
        .refused, "\(answer.origin) does not accept the key, or it does not allow this")
    case "INVALID_REQUEST": throw answer.refusal
    case "UNKNOWN_ERROR":
      throw MapsError(.unavailable, "\(answer.origin) failed to answer", mayRepeat: true)
    default: throw answer.malformed("without a status")
    }
    guard let results = answer.json["results"]?.array else {
      throw answer.malformed("without results")
    }
    var places: [FoundPlace] = []
    for result in results {
      let location = result["geometry"]?["location"]
      let coordinate = try answer.coordinate(
        latitude: location?["lat"]?.double, longitude: location?["lng"]?.double)
      guard let whole = answer.name(result["formatted_address"]) else {
        throw answer.malformed("with a place without a name")
      }
      let parts = whole.split(separator: ", ", maxSplits: 1).map(String.init)
      places.append(
        FoundPlace(
          name: parts.first ?? whole, area: parts.count > 1 ? parts[1] : nil,
          coordinate: coordinate))
    }
    return places
  }
}
