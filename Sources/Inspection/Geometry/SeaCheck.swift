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
  /// What lies this far from all land that is drawn is at sea, in degrees of latitude: islets, piers and
  /// bridges that the outlines lack lie nearer.
  private static let offshoreDegrees = 0.25
  /// Beside a coast when it is swapped, a line is that far out for sure.
  private static let openSeaDegrees = 0.5
  /// What lies this near to land may be a way along its coast or on an island too small to be drawn.
  private static let shoreDegrees = 0.4

  /// - Returns: where the line lies as it stands; nil where it may well be right.
  /// - Complexity: O(outlines · samples), and nothing where the numbers cannot be swapped.
  static func looksSwapped(_ vertices: [Coordinate]) -> Wrong? {
    guard vertices.count > 1, vertices.allSatisfy({ abs($0.longitude) <= 90 }) else { return nil }
    let step = max(vertices.count / samples, 1)
    let places = stride(from: 0, to: vertices.count, by: step).map { vertices[$0] }
    let isSouth = places.allSatisfy { $0.latitude < antarcticaDegrees }
    if isSouth, places.contains(where: { $0.longitude < antarcticaDegrees }) { return nil }
    let written = places.map { Place(latitude: $0.latitude, longitude: $0.longitude) }
    let swapped = places.map { Place(latitude: $0.longitude, longitude: $0.latitude) }
    let few = Int(Double(places.count) * shoreShare)
    // The coarse outlines rule out nearly all at once.
    var isAshore = true
    for land in [Land(.coarse), Land(.fine)] {
      guard isSouth || written.count(where: land.contains) <= few else { return nil }
      isAshore = isAshore && swapped.count(where: land.contains) >= places.count - few
    }
    let land = Land(.fine)
    // Beside a coast it is the right way round only if it is nowhere near one the other way.
    let clearDegrees = isAshore ? offshoreDegrees : openSeaDegrees
    guard isSouth || !written.contains(where: { land.isNear($0, degrees: clearDegrees) }),
      isAshore || swapped.allSatisfy({ land.isNear($0, degrees: shoreDegrees) })
    else { return nil }
    return isSouth ? .antarctica : .sea
  }
}
