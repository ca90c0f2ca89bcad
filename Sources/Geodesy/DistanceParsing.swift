extension Distance {
  /// Reads a distance such as `5.2mi`, `12 km` or `26.21875 mi`, rounded half to even to a
  /// micrometre, once and without passing through a `Double`.
  ///
  /// - Parameter defaultUnit: the unit of a bare number; nil demands that the text names one.
  /// - Throws: `distance-syntax`, `distance-unit`, `distance-overflow`.
  /// - Complexity: O(n) in the length of the text.
  public init(_ text: some StringProtocol, defaultUnit: DistanceUnit? = nil) throws(GeodesyError) {
    var bytes = Array(text.utf8)[...]
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    bytes = bytes.drop(while: isSpace)
    while let last = bytes.last, isSpace(last) { bytes.removeLast() }

    if bytes.count > 1, bytes.last == 0x2E, Distance.isLetter(bytes[bytes.endIndex - 2]) {
      throw GeodesyError(
        .distanceUnit, "“\(Distance.shown(text))” ends with a point: write the unit without it")
    }

    // A unit is the letters at the end; "1e3" keeps its exponent because digits follow the letter.
    var unitStart = bytes.endIndex
    while unitStart > bytes.startIndex, Distance.isLetter(bytes[unitStart - 1]) { unitStart -= 1 }
    let name = String(decoding: bytes[unitStart...], as: UTF8.self)
    var number = bytes[..<unitStart]
    while let last = number.last, isSpace(last) { number.removeLast() }

    let unit: DistanceUnit
    if name.isEmpty {
      guard let defaultUnit else {
        throw GeodesyError(
          .distanceUnit,
          "“\(Distance.shown(text))” has no unit: write mi, km, m, ft or yd after the number")
      }
      unit = defaultUnit
    } else if let named = DistanceUnit(name: name) {
      unit = named
    } else if name == "M" {
      throw GeodesyError(
        .distanceUnit, "“M” can mean meters or miles: write m or mi")
    } else {
      throw GeodesyError(
        .distanceUnit, "“\(Distance.shown(name))” is not a unit: use mi, km, m, ft or yd")
    }

    switch number.withUnsafeBytes({ Distance.parseDecimal($0, unit: unit) }) {
    case .success(let distance): self = distance
    case .failure(.overflow): throw Distance.overflow("“\(Distance.shown(text))”")
    case .failure(.syntax):
      throw GeodesyError(
        .distanceSyntax,
        "“\(Distance.shown(text))” is not a distance: write a number with a point for decimals and no "
          + "thousands separators, then a unit, such as 5.2mi")
    }
  }

  /// Why decimal text is not a distance.
  package enum DecimalFault: Error { case syntax, overflow }

  /// Reads `[+-]digits[.digits][e[+-]digits]` and multiplies it by the unit exactly.
  ///
  /// The fraction is multiplied digit by digit from the right, as on paper: the carry that is left
  /// is the whole micrometres, and the first digit to the right of the point with "anything else
  /// non-zero" decides the rounding. So any number of digits is exact without wide integers.
  /// - Complexity: O(n).
  package static func parseDecimal(
    _ bytes: UnsafeRawBufferPointer, unit: DistanceUnit
  ) -> Result<Distance, DecimalFault> {
    var i = 0
    let n = bytes.count
    var negative = false
    if i < n, bytes[i] == 0x2B || bytes[i] == 0x2D {
      negative = bytes[i] == 0x2D
      i += 1
    }
    let wholeStart = i
    while i < n, isDigit(bytes[i]) { i += 1 }
    let wholeEnd = i
    var fractionStart = i
    var fractionEnd = i
    if i < n, bytes[i] == 0x2E {
      i += 1
      fractionStart = i
      while i < n, isDigit(bytes[i]) { i += 1 }
      fractionEnd = i
    }
    let wholeCount = wholeEnd - wholeStart
    let digitCount = wholeCount + fractionEnd - fractionStart
    if digitCount == 0 { return .failure(.syntax) }
    var exponent = 0
    if i < n, bytes[i] | 0x20 == 0x65 {
      i += 1
      var exponentNegative = false
      if i < n, bytes[i] == 0x2B || bytes[i] == 0x2D {
        exponentNegative = bytes[i] == 0x2D
        i += 1
      }
      let start = i
      while i < n, isDigit(bytes[i]) {
        // Past this no digit string within the limits on text can bring it back into range.
        if exponent < 1_000_000_000 { exponent = exponent * 10 + Int(bytes[i] - 0x30) }
        i += 1
      }
      if i == start { return .failure(.syntax) }
      if exponentNegative { exponent = -exponent }
    }
    if i != n { return .failure(.syntax) }

    func digit(_ index: Int) -> UInt64 {
      let at = index < wholeCount ? wholeStart + index : fractionStart + index - wholeCount
      return UInt64(bytes[at] - 0x30)
    }
    /// Digits left of the decimal point once the exponent has moved it; may be negative.
    let point = wholeCount + exponent

    let unitSize = UInt64(unit.micrometers)
    var carry: UInt64 = 0
    var firstDigit: UInt64 = 0
    var restIsZero = true
    func shift(_ value: UInt64) {
      if firstDigit != 0 { restIsZero = false }
      firstDigit = value % 10
      carry = value / 10
    }
    var index = digitCount - 1
    while index >= max(point, 0) {
      shift(digit(index) * unitSize + carry)
      index -= 1
    }
    var leadingZeros = point < 0 ? -point : 0
    while leadingZeros > 0, carry != 0 || firstDigit != 0 {
      shift(carry)
      leadingZeros -= 1
    }

    var whole: UInt64 = 0
    for index in 0..<max(min(point, digitCount), 0) {
      // Every unit is more than ten micrometres, so that a count this large is beyond the range.
      if whole > UInt64(Int64.max) / 10 { return .failure(.overflow) }
      whole = whole * 10 + digit(index)
    }
    if point > digitCount, whole != 0 {
      for _ in digitCount..<point {
        let (scaled, over) = whole.multipliedReportingOverflow(by: 10)
        if over { return .failure(.overflow) }
        whole = scaled
      }
    }
    let (product, over) = whole.multipliedReportingOverflow(by: unitSize)
    if over { return .failure(.overflow) }
    let (sum, over2) = product.addingReportingOverflow(carry)
    if over2 { return .failure(.overflow) }
    let isUp = firstDigit > 5 || (firstDigit == 5 && (!restIsZero || sum & 1 == 1))
    let rounded = isUp ? sum &+ 1 : sum
    let most = UInt64(Int64.max) + (negative ? 1 : 0)
    if rounded < sum || rounded > most { return .failure(.overflow) }
    let value = Int64(truncatingIfNeeded: rounded)
    return .success(Distance(micrometers: negative ? 0 &- value : value))
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
  private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

  /// The beginning of a text, so that a message never repeats a megabyte.
  static func shown(_ text: some StringProtocol) -> String {
    if text.utf8.count <= 40 { return String(text) }
    // Not characters: one of them may hold a megabyte of combining marks.
    var start = String.UnicodeScalarView()
    start.append(contentsOf: text.unicodeScalars.prefix(40))
    return String(start) + "…"
  }
}
