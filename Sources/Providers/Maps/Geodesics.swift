public import Geodesy

/// Straight lines on the ellipsoid, which need no map.
public struct Geodesics: WayFinder {
  public let attribution: String? = nil
  public let modes: [TravelMode] = [.straight]
  public let mostStops = Int.max

  public init() {}

  public func way(
    through stops: [Coordinate], by mode: TravelMode
  ) async throws(MapsError) -> FoundWay {
    guard modes.contains(mode) else {
      throw MapsError(.refused, "the built-in maps know no ways, only straight lines")
    }
    return FoundWay(line: stops, snappedMeters: stops.map { _ in 0 })
  }
}
