public import Geodesy
internal import JSON

/// Places of a Nominatim server.
public struct NominatimPlaces: PlaceFinder {
  public let attribution: String? = "© OpenStreetMap contributors, ODbL 1.0"

  private let base: OutgoingURL
  private let server: MapsServer

  /// - Parameter base: the address before `/search`.
  public init(base: OutgoingURL, server: MapsServer) {
    self.base = base
    self.server = server
  }

  public func places(named text: String, most: Int) async throws(MapsError) -> [FoundPlace] {
    let answer = try await server.ask(
      .get,
      base.address("/search?format=jsonv2&limit=\(most)&q=\(QueryText.escaped(text))"))
    guard let items = try answer.required().array else { throw answer.malformed("without a list") }
    var places: [FoundPlace] = []
    for item in items.prefix(most) { places.append(try place(item, in: answer)) }
    return places
  }

  public func place(at coordinate: Coordinate) async throws(MapsError) -> FoundPlace? {
    let answer = try await server.ask(
      .get,
      base.address(
        "/reverse?format=jsonv2&zoom=14&lat=\(MapsServer.degrees(coordinate.latitude))"
          + "&lon=\(MapsServer.degrees(coordinate.longitude))"))
    // Nothing there, as on the open sea, is said by an error.
    if answer.json["error"] != nil, answer.isSuccess || answer.status == 404 { return nil }
    return try place(try answer.required(), in: answer)
  }

  private func place(
    _ node: JSONNode, in answer: MapsServer.Answer
  ) throws(MapsError) -> FoundPlace {
    let coordinate = try answer.coordinate(
      latitude: node["lat"]?.string.flatMap { Double($0) },
      longitude: node["lon"]?.string.flatMap { Double($0) })
    // The whole begins with the name.
    let whole = answer.name(node["display_name"])
    guard let name = answer.name(node["name"]) ?? whole else {
      throw answer.malformed("with a place without a name")
    }
    let area = whole.flatMap { whole in
      whole.hasPrefix(name + ", ") ? String(whole.dropFirst(name.count + 2)) : nil
    }
    return FoundPlace(name: name, area: area, coordinate: coordinate)
  }
}
