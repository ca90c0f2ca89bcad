public import CivilTime
internal import JSON

/// Something that was counted or timed, without a person: no id, no name, no address.
public struct AnalyticsEvent: Hashable, Sendable {
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    /// How the service was used on a day that is over.
    case dailyCounts = "daily_counts"
    /// How long a page took.
    case pageTimings = "page_timings"
  }

  public struct Figure: Hashable, Sendable {
    /// Letters and digits, a letter first.
    public let name: String
    public let value: Double

    public init(_ name: String, _ value: Double) {
      self.name = name
      self.value = value
    }
  }

  /// Stays the same when it is sent again: at most 36 letters, digits and hyphens.
  public let id: String
  public let kind: Kind
  public let at: Instant
  /// The day that it is about, in UTC.
  public let day: Day
  /// At most 24, the vendors' bound without the day.
  public let figures: [Figure]

  /// The counts of a day, at its noon, so that it is the same day in nearly every zone.
  public init(countsOf day: Day, _ figures: [Figure]) {
    id = "daily-\(day)"
    kind = .dailyCounts
    at = Instant(microseconds: (day.number * 86_400 + 43_200) * 1_000_000)
    self.day = day
    self.figures = figures
  }

  /// What a browser timed.
  public init(timings: [Figure], at now: Instant, random: RandomSource = .system) {
    id = Hex.text(random.bytes(16))
    kind = .pageTimings
    at = now
    day = Zone.utc.day(at: now)
    figures = timings
  }

  /// Day and figures, as an object's members.
  var properties: [(String, JSONValue)] {
    [("day", .string(day.description))]
      + figures.map { figure in
        (figure.name, Int(exactly: figure.value).map(JSONValue.integer) ?? .number(figure.value))
      }
  }

  var milliseconds: Int { Int(at.microseconds / 1_000) }
}
