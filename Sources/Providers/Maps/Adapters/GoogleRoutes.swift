public import Geodesy
internal import JSON

/// Ways of Google's Routes API (`computeRoutes`).
public struct GoogleRoutes: WayFinder {
  public static let publicBase = "https://routes.googleapis.com"

  public let attribution: String? = "Google Maps"
  public let modes: [TravelMode] = [.walk, .bike, .drive]
  /// Origin, destination and 25 between.
  public let mostStops = 27

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
    let places = stops.map { stop in
      JSONValue.object([
        (
          "location",
          .object([
            (
              "latLng",
              .object([
                ("latitude", .number(stop.latitude)), ("longitude", .number(stop.longitude)),
              ])
            )
          ])
        )
      ])
    }
    let travel = mode == .walk ? "WALK" : mode == .bike ? "BICYCLE" : "DRIVE"
    let answer = try await server.ask(
      .post, base.address("/directions/v2:computeRoutes"),
      headers: [
        ("X-Goog-Api-Key", key.text),
        (
          "X-Goog-FieldMask",
          "routes.polyline.encodedPolyline,routes.legs.startLocation,routes.legs.endLocation"
        ),
      ],
      body: .object([
        ("origin", places[0]), ("destination", places[places.count - 1]),
        ("intermediates", .array(Array(places.dropFirst().dropLast()))),
        ("travelMode", .string(travel)), ("polylineQuality", .string("HIGH_QUALITY")),
      ]))
    guard try answer.required().object != nil else { throw answer.malformed("without a route") }
    guard let route = answer.json["routes"]?.array?.first else {
      throw MapsError(.noWay, "\(answer.origin) knows no way through the stops")
    }
    guard let legs = route["legs"]?.array, legs.count == stops.count - 1 else {
      throw answer.malformed("without a leg for each stop")
    }
    let passed = [legs[0]["startLocation"]] + legs.map { $0["endLocation"] }
    var snapped: [Double] = []
    for (place, stop) in zip(passed, stops) {
      let place = try answer.coordinate(
        latitude: place?["latLng"]?["latitude"]?.double,
        longitude: place?["latLng"]?["longitude"]?.double)
      snapped.append(Geodesic.wgs84.inverse(from: stop, to: place).distanceMeters)
    }
    let line = try OSRMAnswer.line(route["polyline"]?["encodedPolyline"], digits: 5, in: answer)
    return FoundWay(line: line, snappedMeters: snapped)
  }
}
