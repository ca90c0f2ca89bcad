public import Geodesy

/// Ways of an OSRM server, or of one that answers as it does.
public struct OSRMRoutes: WayFinder {
  public let attribution: String? = "© OpenStreetMap contributors, ODbL 1.0"
  public let modes: [TravelMode] = [.walk, .bike, .drive]
  public let mostStops = 100

  private let base: OutgoingURL
  private let profile: String?
  private let server: MapsServer

  /// - Parameters:
  ///   - base: the address before `/route/v1`.
  ///   - profile: the one that the server was made with; nil takes `foot`, `bike` or `car` by the
  ///     mode. A server that has a single profile answers with that, whatever is asked for.
  /// - Throws: `maps-settings` for a profile that no path can hold.
  public init(base: OutgoingURL, profile: String? = nil, server: MapsServer) throws(MapsError) {
    if let profile, profile.isEmpty || QueryText.escaped(profile) != profile {
      throw MapsError(.settings, "the profile “\(profile)” is not a word such as foot")
    }
    self.base = base
    self.profile = profile
    self.server = server
  }

  public func way(
    through stops: [Coordinate], by mode: TravelMode
  ) async throws(MapsError) -> FoundWay {
    let profile = profile ?? (mode == .walk ? "foot" : mode == .bike ? "bike" : "car")
    let answer = try await server.ask(
      .get,
      base.address("/route/v1/\(profile)/\(Self.list(stops))?overview=full&geometries=polyline6"))
    return try OSRMAnswer.way(in: answer, through: stops)
  }

  /// Longitudes and latitudes as they stand in the path.
  static func list(_ stops: [Coordinate]) -> String {
    stops.map {
      "\(MapsServer.degrees($0.longitude)),\(MapsServer.degrees($0.latitude))"
    }.joined(separator: ";")
  }
}
