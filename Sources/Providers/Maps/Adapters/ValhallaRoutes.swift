public import Geodesy
internal import JSON

/// Ways of a Valhalla server.
public struct ValhallaRoutes: WayFinder {
  public let attribution: String? = "© OpenStreetMap contributors, ODbL 1.0"
  public let modes: [TravelMode] = [.walk, .bike, .drive]
  public let mostStops = 20

  private let base: OutgoingURL
  private let server: MapsServer

  /// - Parameter base: the address before `/route`.
  public init(base: OutgoingURL, server: MapsServer) {
    self.base = base
    self.server = server
  }

  public func way(
    through stops: [Coordinate], by mode: TravelMode
  ) async throws(MapsError) -> FoundWay {
    let costing = mode == .walk ? "pedestrian" : mode == .bike ? "bicycle" : "auto"
    let places = stops.map { stop in
      JSONValue.object([("lat", .number(stop.latitude)), ("lon", .number(stop.longitude))])
    }
    let answer = try await server.ask(
      .post, base.address("/route"),
      body: .object([
        ("locations", .array(places)), ("costing", .string(costing)), ("format", .string("osrm")),
        ("shape_format", .string("polyline6")),
      ]))
    return try OSRMAnswer.way(in: answer, through: stops)
  }
}
