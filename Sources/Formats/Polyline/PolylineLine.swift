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
  ///
  /// - Parameter isQuoted: whether quotes around the line say already that it is such a copy.
  func doubledBackslashes(isQuoted: Bool) -> [Int] {
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
    let isLikely = isQuoted || runs >= 3 && isBetweenVertices || values % 2 == 1
    return isLikely && (values - seconds.count) % 2 == 0 ? seconds : []
  }

  // MARK: Triples

  /// How the values of a line are grouped.
  enum Grouping: Equatable {
    /// Latitude and longitude.
    case pairs
    /// The same with an elevation, in this share of a metre.
    case triples(elevationsInMeter: Double)
    /// Nobody can tell.
    case unsure
  }

  /// Values that are looked at: enough to tell, whatever the line's length.
  private static let mostValues = 3_000

  /// How the values are grouped, by what the whole line looks like either way: a way goes on in about
  /// the direction and the steps that it has, and its first step is like the others.
  var grouping: Grouping {
    var count = 0
    for byte in bytes { count &+= byte < 0x5F ? 1 : 0 }
    guard count >= 6, count % 3 == 0 else { return .pairs }
    let values = values(most: Self.mostValues)
    guard values.count == min(count, Self.mostValues),
      let triples = Shape(values, each: 3, digits: digits)
    else { return .pairs }
    let inMeter: Double = triples.isInCentimeters ? 100 : digits == 5 ? 1e5 : 1e6
    // A slip that lost a value is likelier than triples that do not look like a way.
    guard let pairs = Shape(values, each: 2, digits: digits) else {
      return triples.turning < 0.9 ? .triples(elevationsInMeter: inMeter) : .unsure
    }
    let isFlat = stride(from: 5, to: values.count, by: 3).allSatisfy { values[$0] == 0 }
    if isFlat, values.count >= 12 { return .triples(elevationsInMeter: inMeter) }
    if pairs.length > (triples.isInCentimeters ? 5 : 50) * triples.length, values.count >= 12 {
      return .triples(elevationsInMeter: inMeter)
    }
    guard triples.isInCentimeters else { return .pairs }
    let usual = values.dropFirst(3).map(\.magnitude).sorted()[(values.count - 3) / 2]
    // The first elevation is a step of the pairs.
    let leap = Double(values[2].magnitude) / Double(max(usual, 1))
    if values.count < 12 { return isFlat && values[2] == 0 || leap > 4 ? .unsure : .pairs }
    if pairs.turning > 1.25 * triples.turning {
      let isSure = leap > (values.count < 60 ? 8 : 3)
      return isSure ? .triples(elevationsInMeter: inMeter) : .unsure
    }
    return pairs.turning > 0.9 * triples.turning || leap > 8 ? .unsure : .pairs
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

  /// What a line looks like whose values are grouped in one way.
  private struct Shape {
    /// How far it goes in units of its last digit.
    private(set) var length = 0.0
    /// How much each step differs from the one before, as a share of both: 0 on a straight line of
    /// even steps, 1 where it turns back each time.
    private(set) var turning = 1.0
    /// Whether all elevations are possible ones in hundredths of a metre.
    private(set) var isInCentimeters = true

    /// Nil where it leaves the Earth, or where values are left over.
    init?(_ values: [Int64], each size: Int, digits: Int) {
      guard values.count % size == 0 else { return nil }
      let scale = digits == 5 ? 1e5 : 1e6
      let possible = RouteDocument.possibleElevationMeters
      var place = (latitude: 0.0, longitude: 0.0, elevation: 0.0)
      var last = (north: 0.0, east: 0.0)
      var (change, both) = (0.0, 0.0)
      for start in stride(from: 0, to: values.count, by: size) {
        let step = (north: Double(values[start]), east: Double(values[start + 1]))
        place.latitude += step.north
        place.longitude += step.east
        if size == 3 { place.elevation += Double(values[start + 2]) }
        // No one writes more digits of a metre than of a degree.
        guard abs(place.latitude) <= 90 * scale, abs(place.longitude) <= 180 * scale,
          possible.contains(place.elevation / scale) || possible.contains(place.elevation / 100)
        else { return nil }
        if !possible.contains(place.elevation / 100) { isInCentimeters = false }
        if start > 0 { length += Self.size(step) }
        if start > size {
          change += Self.size((step.north - last.north, step.east - last.east))
          both += Self.size(step) + Self.size(last)
        }
        last = step
      }
      if both > 0 { turning = change / both }
    }

    private static func size(_ step: (north: Double, east: Double)) -> Double {
      (step.north * step.north + step.east * step.east).squareRoot()
    }
  }
}
