internal import Geodesy

/// Reads the distance that somebody or some spreadsheet wrote into a cell.
struct DistanceCell {
  let unit: DistanceUnit
  /// Nil finds out by each cell, and refuses those that could be read both ways.
  let mark: DecimalMark?
  /// Whether the comma is not the file's separator, so that it may stand before decimals.
  let isForeign: Bool
  let longest: Distance

  /// - Complexity: O(bytes).
  func distance(_ bytes: UnsafeBufferPointer<UInt8>) -> Result<Distance, RowFault> {
    if let fault = unitFault(bytes) { return .failure(fault) }
    var number: [UInt8]?
    if mark != nil || isForeign, bytes.contains(0x2C) || bytes.contains(0x2E) {
      switch plainNumber(bytes) {
      case .success(let plain): number = plain
      case .failure(let fault): return .failure(fault)
      }
    } else if bytes.contains(0x2C), case .failure(.distanceAmbiguous) = plainNumber(bytes) {
      return .failure(.distanceAmbiguous)
    }
    let text = number ?? Array(bytes)
    var result = text.withUnsafeBytes { Distance.parseDecimal($0, unit: unit) }
    // A cell may name its unit.
    if case .failure(.syntax) = result, let words = String(validating: text, as: UTF8.self),
      let named = try? Distance(words, defaultUnit: unit)
    {
      result = .success(named)
    }
    switch result {
    case .failure(.syntax): return .failure(.distanceSyntax)
    case .failure(.overflow):
      return .failure(text.first == 0x2D ? .distanceNotPositive : .distanceTooLong)
    case .success(let distance):
      if distance <= .zero { return .failure(.distanceNotPositive) }
      if distance > longest { return .failure(.distanceTooLong) }
      return .success(distance)
    }
  }

  /// The fault of the unit after a number; nil where the unit is right, or there is no number.
  private func unitFault(_ bytes: UnsafeBufferPointer<UInt8>) -> RowFault? {
    func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    var end = bytes.count
    while end > 0, isSpace(bytes[end - 1]) { end -= 1 }
    let hasPoint = end > 1 && bytes[end - 1] == 0x2E && isLetter(bytes[end - 2])
    if hasPoint { end -= 1 }
    var start = end
    while start > 0, isLetter(bytes[start - 1]) { start -= 1 }
    if start == end { return nil }
    let name = String(decoding: bytes[start..<end], as: UTF8.self)
    var number = start
    while number > 0, isSpace(bytes[number - 1]) { number -= 1 }
    guard number > 0, bytes[number - 1] &- 0x30 < 10,
      bytes[..<number].allSatisfy({ $0 &- 0x30 < 10 || [0x2B, 0x2C, 0x2D, 0x2E].contains($0) })
    else { return nil }
    if DistanceUnit(name: name) != nil { return hasPoint ? .distanceUnitPoint : nil }
    return name == "M" ? .distanceUnitM : .distanceUnit
  }

  /// The text with a point before the decimals and nothing between thousands.
  private func plainNumber(
    _ bytes: UnsafeBufferPointer<UInt8>
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

  private func digits(after index: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
    bytes[(index + 1)...].prefix { $0 &- 0x30 < 10 }.count
  }

  private func digits(before index: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
    bytes[..<index].reversed().prefix { $0 &- 0x30 < 10 }.count
  }
}
