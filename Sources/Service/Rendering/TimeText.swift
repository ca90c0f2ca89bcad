import CivilTime
import Formats

extension Instant {
  /// Reads RFC 3339 with an offset, from 1900 to 9999; nil where the text is anything else.
  init?(rfc3339 text: String) {
    var text = text
    // Date, T, hours, minutes and seconds: what is shorter leaves some of it out.
    guard text.utf8.count >= 20,
      text.utf8[text.utf8.index(text.startIndex, offsetBy: 10)] | 0x20 == 0x74
    else { return nil }
    let time = text.withUTF8 { DateTimeText($0, from: 0, to: $0.count) }
    guard let time, time.offsetSeconds != nil else { return nil }
    let instant = Instant(microseconds: time.microsecondsUTC)
    guard Instant.earliest <= instant, instant <= Instant.latest else { return nil }
    self = instant
  }
}

extension Day {
  /// Reads `YYYY-MM-DD`.
  init?(_ text: String) {
    let numbers = text.split(separator: "-", omittingEmptySubsequences: false)
    guard text.utf8.count == 10, numbers.count == 3,
      numbers.allSatisfy({ $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } }),
      let year = Int(numbers[0]), let month = Int(numbers[1]), let day = Int(numbers[2])
    else { return nil }
    self.init(year: year, month: month, day: day)
  }
}
