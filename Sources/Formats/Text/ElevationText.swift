internal import Base

/// Heights as people write them: `300,5`, `303 m` or `994 ft`.
enum ElevationText {
  /// The metres of a height with a comma for decimals or a unit behind it; nil where it may be read in
  /// two ways, as `1,234` may, or in none.
  static func meters(_ text: String) -> Double? {
    let number = text.prefix { $0.isNumber || "+-.,".contains($0) }
    let unit = text.dropFirst(number.count).drop { $0 == " " || $0 == "\u{A0}" }.lowercased()
    let scale: Double
    switch unit {
    case "", "m", "meter", "meters", "metre", "metres": scale = 1
    case "ft", "feet", "foot", "'", "′": scale = 0.3048
    default: return nil
    }
    let commas = number.count { $0 == "," }
    let decimals = number.split(separator: ",", omittingEmptySubsequences: false).last?.count ?? 0
    guard commas == 0 || commas == 1 && !number.contains(".") && decimals != 3,
      let value = TypedNumber.read(number.replacing(",", with: "."))
    else { return nil }
    // To the millimetre: a height in feet has no more.
    return (value * scale * 1_000).rounded() / 1_000
  }
}
