/// A moment as whole microseconds since 1970 UTC, so that comparison and storage are exact.
public struct Instant: Hashable, Comparable, Sendable, Codable {
  public let microseconds: Int64

  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// Midnight UTC at the start of 1900, before which no zone data is to be trusted.
  public static let earliest = Instant(microseconds: -2_208_988_800_000_000)
  /// The last microsecond of 9999, the last year that a date can state.
  public static let latest = Instant(microseconds: 253_402_300_799_999_999)

  @inlinable public static func < (a: Instant, b: Instant) -> Bool {
    a.microseconds < b.microseconds
  }

  /// The moment some microseconds later, or earlier where they are negative; it stays within what
  /// an instant can hold.
  public func advanced(byMicroseconds count: Int64) -> Instant {
    let (value, overflow) = microseconds.addingReportingOverflow(count)
    return Instant(microseconds: overflow ? (count < 0 ? .min : .max) : value)
  }

  public func advanced(bySeconds count: Int64) -> Instant {
    let (micros, overflow) = count.multipliedReportingOverflow(by: 1_000_000)
    return advanced(byMicroseconds: overflow ? (count < 0 ? .min : .max) : micros)
  }

  /// Whole seconds since 1970 UTC, rounded towards the past.
  public var seconds: Int64 {
    let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    return remainder < 0 ? quotient - 1 : quotient
  }

  /// Makes the coded form the bare number.
  public init(from decoder: any Decoder) throws {
    microseconds = try decoder.singleValueContainer().decode(Int64.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(microseconds)
  }
}

extension Instant: CustomStringConvertible {
  /// RFC 3339 in UTC, such as `2026-05-03T18:30:00.25Z`, with as many decimals as there are.
  public var description: String {
    let second = seconds
    let day = Day(containingUTCSeconds: second)
    let inDay = second - day.number * 86_400
    let (year, month, number) = day.civil
    let fraction = microseconds - second * 1_000_000
    // Many of these stand in each answer: digits are put in their places without texts between.
    return String(unsafeUninitializedCapacity: 27) { text in
      var end = 0
      func put(_ number: Int64, digits: Int, then mark: UInt8) {
        var rest = number
        for place in stride(from: end + digits - 1, through: end, by: -1) {
          text[place] = 0x30 + UInt8(rest % 10)
          rest /= 10
        }
        text[end + digits] = mark
        end += digits + 1
      }
      put(Int64(year), digits: 4, then: 0x2D)
      put(Int64(month), digits: 2, then: 0x2D)
      put(Int64(number), digits: 2, then: 0x54)
      put(inDay / 3600, digits: 2, then: 0x3A)
      put(inDay / 60 % 60, digits: 2, then: 0x3A)
      put(inDay % 60, digits: 2, then: 0x5A)
      if fraction > 0 {
        text[end - 1] = 0x2E
        put(fraction, digits: 6, then: 0x5A)
        while text[end - 2] == 0x30 { end -= 1 }
        text[end - 1] = 0x5A
      }
      return end
    }
  }
}

func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : String(number) }
