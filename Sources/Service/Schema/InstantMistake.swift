import CivilTime

/// A text that is nearly a moment, and what keeps it from being one.
enum InstantMistake: Sendable {
  /// The “+” of its offset came as a blank, as an unescaped one does in an address.
  case blankForPlus
  case noOffset
  case beforeEarliest
  /// Such as 30 February.
  case noSuchDay

  /// Nil where the text is good, or nothing like a moment.
  init?(_ text: String) {
    let mended = text.replacing(#/ (?=\d\d:\d\d$)/#, with: "+")
    if mended != text, Instant(rfc3339: mended) != nil {
      self = .blankForPlus
    } else if Instant(rfc3339: text) == nil, Instant(rfc3339: text + "Z") != nil {
      self = .noOffset
    } else if let instant = try? Instant(text: text), instant < .earliest {
      self = .beforeEarliest
    } else if Self.namesNoDay(text) {
      self = .noSuchDay
    } else {
      return nil
    }
  }

  /// Whether a text begins like a date, with a day that the calendar does not have.
  static func namesNoDay(_ text: String) -> Bool {
    guard let match = text.prefixMatch(of: #/\d{4}-(?:0[1-9]|1[0-2])-(?:[0-2]\d|3[01])(?!\d)/#)
    else { return false }
    return Day(String(match.0)) == nil
  }

  var detail: String {
    switch self {
    case .blankForPlus:
      "has a blank where the “+” of the offset was: write %2B for + in an address"
    case .noOffset: "has no offset from UTC: add Z, or one such as +02:00"
    case .noSuchDay: "names a day that the calendar does not have"
    case .beforeEarliest: "is before 1900, the earliest moment that can be kept"
    }
  }
}
