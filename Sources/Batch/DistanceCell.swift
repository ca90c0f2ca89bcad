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
      switch CellNumber.plain(bytes, mark) {
      case .success(let plain): number = plain
      case .failure(let fault): return .failure(fault)
      }
    } else if bytes.contains(0x2C), case .failure(.distanceAmbiguous) = CellNumber.plain(bytes, nil)
    {
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
}
