/// Guesses what numbers are that are no degrees.
enum ForeignNumbers {
  /// What a pair out of range looks like, to be added to the message; nothing where it looks like
  /// nothing.
  static func hint(longitude x: Double, latitude y: Double) -> String {
    let isWhole = x == x.rounded() && y == y.rounded()
    if isWhole, abs(x) <= 1.8e9, abs(y) <= 9e8, max(abs(x), abs(y)) > 2.1e7 {
      // Below 180 and 90 million both powers give a place on Earth.
      let isEither = abs(x) <= 1.8e8 && abs(y) <= 9e7
      return "; they look like degrees times 10,000,000 (E7)"
        + (isEither ? " or 1,000,000 (E6)" : "") + ", as phones store them: divide them"
    }
    guard abs(x) <= 20_037_509, abs(y) <= 20_048_967, max(abs(x), abs(y)) >= 1_000 else {
      return ""
    }
    let ask = "reproject the file to WGS84"
    if (2_400_000...2_900_000).contains(x), (1_000_000...1_400_000).contains(y) {
      return "; they look like metres of the Swiss grid (EPSG:2056): \(ask)"
    }
    if (0...700_000).contains(x), (0...1_300_000).contains(y) {
      return "; they look like metres of the British national grid (EPSG:27700): \(ask)"
    }
    if (100_000...900_000).contains(x), (1_300_000...10_000_000).contains(y) {
      return
        "; they look like metres of UTM or another grid, or of Web Mercator (EPSG:3857): \(ask)"
    }
    if (2_000_000...6_000_000).contains(x), (4_500_000...7_000_000).contains(y) {
      return "; they look like metres of a national grid (Gauss-Krüger), or of Web Mercator "
        + "(EPSG:3857): \(ask)"
    }
    return "; they look like Web Mercator metres (EPSG:3857) or those of a national grid: \(ask)"
  }
}
