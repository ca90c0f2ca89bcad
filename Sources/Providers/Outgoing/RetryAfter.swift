import CivilTime

/// The header of RFC 9110 by which a server asks to be left alone for a while.
enum RetryAfter {
  /// Reads a number of seconds, or a date such as `Sun, 06 Nov 1994 08:49:37 GMT`.
  ///
  /// - Returns: nil for anything else; a date of the past means no time at all.
  static func duration(_ text: String, at now: Instant) -> Duration? {
    if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      return .seconds(min(Int64(text) ?? .max, 86_400 * 365))
    }
    guard let date = HTTPDate.read(text) else { return nil }
    return .seconds(max(date.seconds - now.seconds, 0))
  }
}
