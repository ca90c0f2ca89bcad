internal import Formats
internal import Geodesy

/// How many decimals the coordinates of a line are written with.
struct CoordinateDigits {
  /// Decimals beyond this are looked for.
  static let fine = 7

  private(set) var most = 0
  private(set) var firstFine: Int?
  private(set) var fineCount = 0
  /// Whether the format writes decimals at all.
  private(set) var isKnown = false

  /// Reads the two numbers again where each vertex stands. O(bytes).
  init(_ document: RouteDocument, offsets: [UInt32]) {
    guard let format = document.format, document.source.encoding.isByteBased else { return }
    // Another reference system's numbers are metres, of which no decimals are missing.
    if document.isReprojected { return }
    guard format == .gpx || format == .geojson || format == .kml else { return }
    isKnown = true
    document.source.bytes.withUnsafeBufferPointer { bytes in
      for (vertex, offset) in offsets.enumerated() {
        let digits =
          format == .gpx
          ? Self.inTag(bytes, Int(offset)) : Self.inTuple(bytes, Int(offset))
        most = max(most, digits)
        if digits > Self.fine {
          fineCount += 1
          if firstFine == nil { firstFine = vertex }
        }
      }
    }
  }

  /// The more decimals of the values of `lat` and `lon` in the tag that begins at an offset.
  private static func inTag(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
    var most = 0
    var i = start + 1
    while i < bytes.count, bytes[i] != 0x3E {
      guard bytes[i] == 0x3D else {
        i += 1
        continue
      }
      let isCoordinate =
        i >= 3
        && (bytes[i - 3] == 0x6C && (bytes[i - 2] == 0x61 || bytes[i - 2] == 0x6F))
      // The value in its quotes.
      while i < bytes.count, bytes[i] != 0x22, bytes[i] != 0x27 { i += 1 }
      guard i < bytes.count else { break }
      let quote = bytes[i]
      let first = i + 1
      i = first
      while i < bytes.count, bytes[i] != quote { i += 1 }
      if isCoordinate { most = max(most, decimals(bytes, first, i)) }
      i += 1
    }
    return most
  }

  /// The more decimals of the first two numbers from an offset on, which commas or spaces part.
  private static func inTuple(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
    var most = 0
    var i = start
    for _ in 0..<2 {
      while i < bytes.count, !isNumber(bytes[i]) {
        // The end of the position comes before a second number.
        if bytes[i] == 0x5D || bytes[i] == 0x3C { return most }
        i += 1
      }
      let first = i
      while i < bytes.count, isNumber(bytes[i]) { i += 1 }
      most = max(most, decimals(bytes, first, i))
    }
    return most
  }

  private static func isNumber(_ byte: UInt8) -> Bool {
    byte &- 0x30 < 10 || byte == 0x2E || byte == 0x2D || byte == 0x2B || byte | 0x20 == 0x65
  }

  /// Digits between the point and the end or the exponent, less the exponent.
  private static func decimals(
    _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int
  ) -> Int {
    guard let point = (start..<end).first(where: { bytes[$0] == 0x2E }) else { return 0 }
    var i = point + 1
    while i < end, bytes[i] &- 0x30 < 10 { i += 1 }
    return i - point - 1
  }
}
