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
    guard let date = date(text) else { return nil }
    return .seconds(max(date.seconds - now.seconds, 0))
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private static func date(_ text: String) -> Instant? {
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 6, words[5] == "GMT", let day = Int(words[1]), let year = Int(words[3]),
      let month = months.firstIndex(of: String(words[2]))
    else { return nil }
    let time = words[4].split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    guard time.count == 3, let hour = time[0], let minute = time[1], let second = time[2],
      (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second),
      let date = Day(year: year, month: month + 1, day: day)
    else { return nil }
    return Instant(microseconds: 0).advanced(
      bySeconds: Int64(date.number) * 86_400 + Int64(hour * 3_600 + minute * 60 + second))
  }
}
