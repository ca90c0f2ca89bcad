public import Geodesy

/// Ways of Mapbox.
public struct MapboxRoutes: WayFinder {
  public static let publicBase = "https://api.mapbox.com"

  public let attribution: String? = "© Mapbox, © OpenStreetMap contributors"
  public let modes: [TravelMode] = [.walk, .bike, .drive]
  public let mostStops = 25

  private let base: OutgoingURL
  private let key: MapsKey
  private let server: MapsServer

  public init(base: OutgoingURL, key: MapsKey, server: MapsServer) {
    self.base = base
    self.key = key
    self.server = server
  }

  public func way(
    through stops: [Coordinate], by mode: TravelMode
  ) async throws(MapsError) -> FoundWay {
    let profile = mode == .walk ? "walking" : mode == .bike ? "cycling" : "driving"
    let answer = try await server.ask(
      .get,
      base.address(
        "/directions/v5/mapbox/\(profile)/\(OSRMRoutes.list(stops))?overview=full"
          + "&geometries=polyline6&access_token=\(QueryText.escaped(key.text))"))
    return try OSRMAnswer.way(in: answer, through: stops)
  }
}
