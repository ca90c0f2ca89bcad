/// Numbers as spreadsheets of all countries write them into cells.
enum CellNumber {
  /// The text with a point before the decimals and nothing between thousands.
  ///
  /// - Parameter mark: what stands before the decimals; nil finds out by the cell, and refuses one that
  ///   can be read in two ways.
  /// - Complexity: O(bytes).
  static func plain(
    _ bytes: UnsafeBufferPointer<UInt8>, _ mark: DecimalMark?
  ) -> Result<[UInt8], RowFault> {
    let points = bytes.indices.filter { bytes[$0] == 0x2E }
    let commas = bytes.indices.filter { bytes[$0] == 0x2C }
    let decimal: Int?
    if let mark {
      let (own, other) = mark == .comma ? (commas, points) : (points, commas)
      if own.count > 1 || own.first.map({ $0 < other.last ?? 0 }) == true {
        return .failure(.distanceSyntax)
      }
      decimal = own.first
    } else if let point = points.last, let comma = commas.last {
      // Both: the later one is before the decimals, and stands once.
      decimal = max(point, comma)
      if (point > comma ? points : commas).count > 1 { return .failure(.distanceSyntax) }
    } else {
      let marks = points.isEmpty ? commas : points
      if marks.count > 1 {
        decimal = nil
      } else if let only = marks.first, digits(after: only, in: bytes) == 3,
        digits(before: only, in: bytes) <= 3
      {
        // 1.234 or 1,234: a little more than one, or a thousand?
        return .failure(.distanceAmbiguous)
      } else {
        decimal = marks.first
      }
    }
    var plain: [UInt8] = []
    for index in bytes.indices {
      switch bytes[index] {
      case 0x2E, 0x2C:
        if index == decimal {
          plain.append(0x2E)
        } else if digits(after: index, in: bytes) != 3 || digits(before: index, in: bytes) == 0 {
          return .failure(.distanceSyntax)
        }
      default: plain.append(bytes[index])
      }
    }
    return .success(plain)
  }

  private static func digits(after index: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
    bytes[(index + 1)...].prefix { $0 &- 0x30 < 10 }.count
  }

  private static func digits(before index: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
    bytes[..<index].reversed().prefix { $0 &- 0x30 < 10 }.count
  }
}
