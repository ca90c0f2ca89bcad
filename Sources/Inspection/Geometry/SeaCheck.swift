internal import Geodesy
internal import MapData
internal import Routes

/// Whether a line lies in the sea as it stands, and on land when latitude and longitude change places.
enum SeaCheck {
  private static let samples = 24

  /// - Complexity: O(outlines), and nothing where the numbers cannot be swapped.
  static func looksSwapped(_ vertices: [Coordinate]) -> Bool {
    guard vertices.count > 1, vertices.allSatisfy({ abs($0.longitude) <= 90 }) else { return false }
    let step = max(vertices.count / samples, 1)
    let places = stride(from: 0, to: vertices.count, by: step).map { vertices[$0] }
    func isLand(_ land: Land, _ latitude: Double, _ longitude: Double) -> Bool {
      land.contains(Place(latitude: latitude, longitude: longitude))
    }
    // The coarse outlines rule out nearly all at once.
    for land in [Land(.coarse), Land(.fine)] {
      guard
        places.allSatisfy({
          !isLand(land, $0.latitude, $0.longitude) && isLand(land, $0.longitude, $0.latitude)
        })
      else { return false }
    }
    return true
  }
}
