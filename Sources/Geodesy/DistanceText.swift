extension Distance {
  /// The distance as decimal text that reads back as the same distance, such as `5.2`.
  ///
  /// Exact in metres, kilometres and, up to three decimals, in miles; elsewhere rounded to a digit
  /// worth less than a micrometre.
  public func exactText(in unit: DistanceUnit) -> String {
    Self.decimalText(micrometers, unit: unit, digits: unit.exactFractionDigits, trimmed: true)
  }

  /// The distance with a fixed number of decimals, rounded half to even, such as `5.20`.
  public func text(in unit: DistanceUnit, decimals: Int) -> String {
    Self.decimalText(micrometers, unit: unit, digits: min(max(decimals, 0), 12), trimmed: false)
  }

  /// The distance as a person says it: `3.1 mi`, `420 ft`, `12.6 km`, `850 m`.
  ///
  /// Below a tenth of the large unit the small one is used, so that something left is never shown
  /// as nothing left.
  public func textForPeople(_ system: MeasurementSystem) -> String {
    let (large, small, threshold): (DistanceUnit, DistanceUnit, Int64) =
      switch system {
      case .imperial: (.miles, .feet, DistanceUnit.miles.micrometers / 10)
      case .metric: (.kilometers, .meters, DistanceUnit.kilometers.micrometers)
      }
    if micrometers.magnitude >= UInt64(threshold) {
      return text(in: large, decimals: 1) + " " + large.rawValue
    }
    let whole = text(in: small, decimals: 0)
    if whole == "0" || whole == "-0", micrometers != 0 { return "under 1 " + small.rawValue }
    return whole + " " + small.rawValue
  }

  private static func decimalText(
    _ micrometers: Int64, unit: DistanceUnit, digits: Int, trimmed: Bool
  ) -> String {
    var scale: Int128 = 1
    for _ in 0..<digits { scale *= 10 }
    let size = Int128(unit.micrometers)
    let (quotient, remainder) = (Int128(micrometers.magnitude) * scale)
      .quotientAndRemainder(dividingBy: size)
    let isUp = 2 * remainder > size || (2 * remainder == size && quotient & 1 == 1)
    let rounded = isUp ? quotient + 1 : quotient
    var text = String(rounded)
    if digits > 0 {
      if text.utf8.count <= digits {
        text = String(repeating: "0", count: digits + 1 - text.utf8.count) + text
      }
      text.insert(".", at: text.index(text.endIndex, offsetBy: -digits))
      if trimmed {
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
      }
    }
    return micrometers < 0 && rounded != 0 ? "-" + text : text
  }
}

/// The family of units that a person reads.
public enum MeasurementSystem: String, CaseIterable, Sendable {
  case imperial, metric
}

/// Figures about progress as text for people.
public enum ProgressText {
  /// The share that is done, in percent and cut off rather than rounded: 99.96 % is "99.9 %", and
  /// "100.0 %" is shown only when all of it is done.
  public static func percent(_ part: Distance, of whole: Distance, decimals: Int = 1) -> String {
    let digits = min(max(decimals, 0), 9)
    var scale: Int128 = 1
    for _ in 0..<digits { scale *= 10 }
    let done: Int128
    if whole.micrometers <= 0 || part >= whole {
      done = 100 * scale
    } else {
      done = Int128(max(part.micrometers, 0)) * 100 * scale / Int128(whole.micrometers)
    }
    let (units, fraction) = done.quotientAndRemainder(dividingBy: scale)
    if digits == 0 { return "\(units) %" }
    let tail = String(fraction)
    return "\(units).\(String(repeating: "0", count: digits - tail.utf8.count))\(tail) %"
  }

  /// A duration as `h:mm:ss`, or `m:ss` under an hour; rounded to a second before it is split, so
  /// that no part shows "60".
  public static func duration(microseconds: Int64) -> String {
    let seconds = (microseconds.magnitude + 500_000) / 1_000_000
    let (hours, rest) = seconds.quotientAndRemainder(dividingBy: 3600)
    let (minutes, second) = rest.quotientAndRemainder(dividingBy: 60)
    func two(_ value: UInt64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let sign = microseconds < 0 && seconds > 0 ? "-" : ""
    return hours > 0
      ? "\(sign)\(hours):\(two(minutes)):\(two(second))" : "\(sign)\(minutes):\(two(second))"
  }

  /// The time a walker takes for one unit, such as `12:30 /mi`, or nil for no distance.
  public static func pace(
    microseconds: Int64, over distance: Distance, per unit: DistanceUnit
  ) -> String? {
    guard distance > .zero, microseconds >= 0 else { return nil }
    let perUnit =
      Int128(microseconds) * Int128(unit.micrometers) / Int128(distance.micrometers)
    guard let value = Int64(exactly: perUnit) else { return nil }
    return duration(microseconds: value) + " /" + unit.rawValue
  }
}
