/// Guesses what numbers are that are no degrees.
enum ForeignNumbers {
  /// What a pair out of range looks like, to be added to the message; nothing where it looks like
  /// nothing.
  static func hint(longitude x: Double, latitude y: Double) -> String {
    guard max(abs(x), abs(y)) >= 1_000 else { return "" }
    let isWhole = x == x.rounded() && y == y.rounded()
    if isWhole, max(abs(x), abs(y)) > 2.1e7 { return integers(x, y) }
    if isMinutes(x, most: 180), isMinutes(y, most: 90) {
      return
        "; they look like degrees and minutes in one number (ddmm.mmm), as NMEA writes them: divide "
        + "the minutes by 60"
    }
    guard abs(x) <= 20_037_509, abs(y) <= 20_048_967 else { return "" }
    var systems = grids.filter { $0.east.contains(x) && $0.north.contains(y) }
    if systems.isEmpty { systems = grids.filter { $0.east.contains(y) && $0.north.contains(x) } }
    var names = systems.map { "metres of \($0.name) (EPSG:\($0.code))" }
    let isAlone = systems.contains(where: \.isAlone)
    if !isAlone {
      if (100_000...900_000).contains(x), (1_300_000...10_000_000).contains(y) {
        names.append("UTM metres")
      }
      if names.isEmpty || abs(y) > 1_300_000 { names.append("Web Mercator metres (EPSG:3857)") }
      if systems.isEmpty { names.append("metres of another grid") }
    }
    // With five decimals a place is a metre wide, so these are as long as the numbers of a grid.
    let mayBeE5 =
      isWhole && !isAlone && abs(y) <= 9e6 && abs(x) <= 1.8e7 && max(abs(x), abs(y)) >= 1e6
    return
      "; they look like \(names.joined(separator: " or ")): reproject the file to WGS84"
      + (mayBeE5 ? "; or like degrees times 100,000 (E5): divide them" : "")
  }

  /// Whole numbers beyond all metres on Earth.
  private static func integers(_ x: Double, _ y: Double) -> String {
    var kinds: [String] = []
    if abs(x) <= 1.8e9, abs(y) <= 9e8 {
      kinds.append("degrees times 10,000,000 (E7), as phones store them")
    }
    if abs(x) <= 1.8e8, abs(y) <= 9e7 { kinds.append("degrees times 1,000,000 (E6)") }
    if abs(x) <= 0x1p31, abs(y) <= 0x1p30 {
      kinds.append("Garmin's semicircles (2,147,483,648 are 180 degrees)")
    }
    return kinds.isEmpty ? "" : "; they look like \(kinds.joined(separator: ", or ")): divide them"
  }

  /// Whether a number may be degrees and minutes, as 4812.3 is 48° 12.3′.
  private static func isMinutes(_ value: Double, most degrees: Double) -> Bool {
    let whole = (abs(value) / 100).rounded(.down)
    return whole < degrees && abs(value) - whole * 100 < 60
  }

  /// A grid of metres and where its country lies in it.
  private struct Grid {
    let name: String
    let code: Int
    let east: ClosedRange<Double>
    let north: ClosedRange<Double>
    /// Whether its numbers are like those of no other.
    var isAlone = false
  }

  private static let grids = [
    Grid(
      name: "the British national grid", code: 27700, east: 0...700_000, north: 0...1_300_000),
    Grid(name: "the Irish grid", code: 29903, east: 15_000...370_000, north: 10_000...470_000),
    Grid(
      name: "the Irish grid ITM", code: 2157, east: 415_000...770_000, north: 510_000...970_000),
    Grid(name: "the Dutch grid RD", code: 28992, east: 0...290_000, north: 300_000...625_000),
    Grid(
      name: "the Belgian grid", code: 31370, east: 20_000...300_000, north: 20_000...250_000),
    Grid(
      name: "the old Swiss grid", code: 21781, east: 480_000...840_000, north: 70_000...300_000),
    Grid(
      name: "the Swiss grid", code: 2056, east: 2_480_000...2_840_000,
      north: 1_070_000...1_300_000, isAlone: true),
    Grid(
      name: "the French grid Lambert-93", code: 2154, east: 80_000...1_250_000,
      north: 6_000_000...7_150_000),
    Grid(
      name: "the Swedish grid", code: 3006, east: 260_000...930_000, north: 6_120_000...7_700_000),
    Grid(
      name: "the German grid (Gauss-Krüger)", code: 31467, east: 2_500_000...5_900_000,
      north: 5_200_000...6_150_000),
    Grid(
      name: "the New Zealand grid", code: 2193, east: 1_080_000...2_100_000,
      north: 4_740_000...6_200_000),
  ]
}
