internal import Geodesy
internal import MapData
internal import Routes

/// Whether a line lies where nobody walks as it stands, and on land when latitude and longitude change
/// places.
enum SeaCheck {
  /// Where a line lies that looks swapped.
  enum Wrong: String {
    case sea = "in the sea"
    case antarctica = "in Antarctica"
  }

  private static let samples = 24
  /// Antarctica lies south of this, and no other land does.
  private static let antarcticaDegrees = -60.0
  /// Outlines are coarse, so a way along a shore may lie beside them here and there.
  private static let shoreShare = 0.1

  /// - Returns: where the line lies as it stands; nil where it may well be right.
  /// - Complexity: O(outlines), and nothing where the numbers cannot be swapped.
  static func looksSwapped(_ vertices: [Coordinate]) -> Wrong? {
    guard vertices.count > 1, vertices.allSatisfy({ abs($0.longitude) <= 90 }) else { return nil }
    let step = max(vertices.count / samples, 1)
    let places = stride(from: 0, to: vertices.count, by: step).map { vertices[$0] }
    let isSouth = places.allSatisfy { $0.latitude < antarcticaDegrees }
    if isSouth, places.contains(where: { $0.longitude < antarcticaDegrees }) { return nil }
    func count(_ land: Land, _ isSwapped: Bool) -> Int {
      places.count {
        land.contains(
          isSwapped
            ? Place(latitude: $0.longitude, longitude: $0.latitude)
            : Place(latitude: $0.latitude, longitude: $0.longitude))
      }
    }
    let few = Int(Double(places.count) * shoreShare)
    // The coarse outlines rule out nearly all at once.
    for land in [Land(.coarse), Land(.fine)] {
      guard isSouth || count(land, false) <= few, count(land, true) >= places.count - few
      else { return nil }
    }
    return isSouth ? .antarctica : .sea
  }
}
