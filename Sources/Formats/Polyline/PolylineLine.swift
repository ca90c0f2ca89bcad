/// What a line of an encoded polyline may be beside what it says: one whose backslashes a JSON text
/// has doubled, or one of latitude, longitude and elevation.
struct PolylineLine {
  /// Bytes of the file, without the space at the line's end.
  let bytes: ArraySlice<UInt8>
  let digits: Int

  private static let backslash: UInt8 = 0x5C

  // MARK: Doubled backslashes

  /// Bytes of the second backslash of each pair where the line looks copied out of a JSON text, else
  /// none.
  ///
  /// Every run of backslashes is of even length then. A straight line to the south-west has such
  /// runs too, but they are its vertices; doubled ones fall between two vertices sooner or later.
  /// - Complexity: O(bytes) where the line has a doubled backslash; else it is looked for once.
  func doubledBackslashes() -> [Int] {
    guard let first = bytes.firstIndex(of: Self.backslash), first + 1 < bytes.endIndex,
      bytes[first + 1] == Self.backslash
    else { return [] }
    var seconds: [Int] = []
    var runs = 0
    var values = 0
    var isBetweenVertices = false
    var i = bytes.startIndex
    while i < bytes.endIndex {
      guard bytes[i] == Self.backslash else {
        if bytes[i] < 0x5F { values += 1 }
        i += 1
        continue
      }
      guard i + 1 < bytes.endIndex, bytes[i + 1] == Self.backslash else { return [] }
      if i == bytes.startIndex || bytes[i - 1] != Self.backslash { runs += 1 }
      if values % 2 == 1 { isBetweenVertices = true }
      seconds.append(i + 1)
      values += 2
      i += 2
    }
    // With an odd number of values the line as it stands is cut off.
    let isLikely = runs >= 3 && isBetweenVertices || values % 2 == 1
    return isLikely && (values - seconds.count) % 2 == 0 ? seconds : []
  }

  // MARK: Triples

  /// Values that are looked at: enough to tell, whatever the line's length.
  private static let mostValues = 3_000

  /// Whether the line reads as latitude, longitude and elevation, and would be far shorter so where it
  /// also reads as pairs.
  var looksLikeTriples: Bool {
    var count = 0
    for byte in bytes { count &+= byte < 0x5F ? 1 : 0 }
    guard count >= 12, count % 3 == 0 else { return false }
    let values = values(most: Self.mostValues)
    guard values.count >= 12, let triples = length(values, each: 3) else { return false }
    guard count % 2 == 0, let pairs = length(values, each: 2) else { return true }
    // Elevations of as many digits as degrees lead off the Earth as pairs: these are centimetres.
    return pairs > 5 * triples && highest(values) <= 900_000
  }

  /// The first values of the line; fewer where one of them is none.
  private func values(most: Int) -> [Int64] {
    var values: [Int64] = []
    var bits: UInt64 = 0
    var shift: UInt64 = 0
    for byte in bytes {
      guard byte >= 63, byte <= 126, shift <= 60 else { break }
      let chunk = UInt64(byte - 63)
      bits |= (chunk & 31) << shift
      shift += 5
      if chunk >= 32 { continue }
      let half = Int64(bits >> 1)
      values.append(bits & 1 == 1 ? ~half : half)
      (bits, shift) = (0, 0)
      if values.count == most { break }
    }
    return values
  }

  /// The elevation farthest from 0 of triples.
  private func highest(_ values: [Int64]) -> Int64 {
    var elevation: Int64 = 0
    var highest: Int64 = 0
    for i in stride(from: 2, to: values.count, by: 3) {
      elevation &+= values[i]
      highest = max(highest, abs(elevation))
    }
    return highest
  }

  /// How far the line goes in units of its last digit, with the first values of each group as degrees;
  /// nil where it leaves the Earth.
  private func length(_ values: [Int64], each size: Int) -> Double? {
    let scale = digits == 5 ? 1e5 : 1e6
    var length = 0.0
    var place = (latitude: 0.0, longitude: 0.0, elevation: 0.0)
    for start in stride(from: 0, through: values.count - size, by: size) {
      let (north, east) = (Double(values[start]), Double(values[start + 1]))
      place.latitude += north
      place.longitude += east
      if size == 3 { place.elevation += Double(values[start + 2]) }
      // No place is higher than 9,000 m, and no one writes more digits of a metre than of a degree.
      guard abs(place.latitude) <= 90 * scale, abs(place.longitude) <= 180 * scale,
        abs(place.elevation) <= 9_000 * scale
      else { return nil }
      if start > 0 { length += north.magnitude + east.magnitude }
    }
    return length
  }
}
