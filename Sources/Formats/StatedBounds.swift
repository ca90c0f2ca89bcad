/// The box around positions, found in one pass whether or not they lie across 180 degrees.
struct PositionBounds {
  private(set) var south = Double.infinity
  private(set) var north = -Double.infinity
  private(set) var west = Double.infinity
  private(set) var east = -Double.infinity
  /// The same with longitudes from 0 to 360.
  private(set) var westOfTurn = Double.infinity
  private(set) var eastOfTurn = -Double.infinity

  var isEmpty: Bool { south > north }

  @inline(__always)
  mutating func add(latitude: Double, longitude: Double) {
    south = min(south, latitude)
    north = max(north, latitude)
    west = min(west, longitude)
    east = max(east, longitude)
    let turned = longitude < 0 ? longitude + 360 : longitude
    westOfTurn = min(westOfTurn, turned)
    eastOfTurn = max(eastOfTurn, turned)
  }

  mutating func add(_ other: PositionBounds) {
    south = min(south, other.south)
    north = max(north, other.north)
    west = min(west, other.west)
    east = max(east, other.east)
    westOfTurn = min(westOfTurn, other.westOfTurn)
    eastOfTurn = max(eastOfTurn, other.eastOfTurn)
  }

  /// How many degrees of longitude it spans, the shorter way where there are two.
  var width: Double { min(east - west, eastOfTurn - westOfTurn) }
}

/// A box that a file says its positions lie in.
struct StatedBounds {
  /// A side of the box, and how far a position may lie beyond it.
  struct Side {
    let degrees: Double
    let toleranceDegrees: Double

    /// - Parameter decimals: how many digits stand behind the point. A number with some is taken
    ///   to be rounded to them, a whole one to be meant.
    init(degrees: Double, decimals: Int) {
      self.degrees = degrees
      var half = 0.5
      for _ in 0..<min(decimals, 7) { half /= 10 }
      toleranceDegrees = decimals == 0 ? 1e-6 : max(half, 1e-6)
    }

    /// How many digits stand behind the point of a number's text.
    static func decimals(_ text: some Sequence<UInt8>) -> Int {
      var count: Int?
      for byte in text {
        if byte == 0x2E {
          count = 0
        } else if byte &- 0x30 < 10 {
          count? += 1
        } else if byte | 0x20 == 0x65 {
          return 17
        }
      }
      return count ?? 0
    }
  }

  let south: Side
  let west: Side
  let north: Side
  let east: Side

  /// What is wrong with the numbers themselves, or nil.
  var shapeFault: String? {
    for side in [south, north] where !(abs(side.degrees) <= 90) {
      return "the latitude \(side.degrees) is outside -90…90"
    }
    for side in [west, east] where !(abs(side.degrees) <= 180) {
      return "the longitude \(side.degrees) is outside -180…180"
    }
    if south.degrees > north.degrees {
      return "its south \(south.degrees) lies north of its north \(north.degrees)"
    }
    return nil
  }

  /// Which position lies outside, or nil. A box whose west is greater than its east lies across
  /// 180 degrees.
  func fault(of held: PositionBounds) -> String? {
    if held.isEmpty { return nil }
    if held.south < south.degrees - south.toleranceDegrees {
      return "a position lies at latitude \(held.south), south of its south \(south.degrees)"
    }
    if held.north > north.degrees + north.toleranceDegrees {
      return "a position lies at latitude \(held.north), north of its north \(north.degrees)"
    }
    var (mostWest, mostEast) = (held.west, held.east)
    var eastDegrees = east.degrees
    if west.degrees > east.degrees {
      // With both on one side the box is all but the whole turn; nothing tells what lies outside.
      guard west.degrees >= 0, east.degrees <= 0 else { return nil }
      (mostWest, mostEast) = (held.westOfTurn, held.eastOfTurn)
      eastDegrees += 360
    }
    if mostWest < west.degrees - west.toleranceDegrees {
      return "a position lies at longitude \(mostWest), west of its west \(west.degrees)"
    }
    if mostEast > eastDegrees + east.toleranceDegrees {
      let shown = mostEast > 180 ? mostEast - 360 : mostEast
      return "a position lies at longitude \(shown), east of its east \(east.degrees)"
    }
    return nil
  }

  /// How the box is more than twice and more than a degree larger than what it holds, or nil.
  func excess(over held: PositionBounds) -> String? {
    if held.isEmpty { return nil }
    var width = east.degrees - west.degrees
    if width < 0 { width += 360 }
    let height = north.degrees - south.degrees
    func isMuch(_ stated: Double, _ needed: Double) -> Bool {
      stated > 2 * needed && stated > needed + 1
    }
    if isMuch(width, held.width) {
      let hint =
        held.width < held.east - held.west
        ? "; over 180 degrees the west is greater than the east (RFC 7946 section 5.2)" : ""
      return "it is \(width) degrees wide and the positions span \(held.width)\(hint)"
    }
    if isMuch(height, held.north - held.south) {
      return "it is \(height) degrees high and the positions span \(held.north - held.south)"
    }
    return nil
  }
}
