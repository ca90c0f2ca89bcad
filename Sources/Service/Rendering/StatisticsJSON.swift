public import CivilTime
public import JSON
public import Quests

/// How the service is used, as JSON and as columns of CSV.
public enum StatisticsJSON {
  public static func object(_ statistics: Statistics, in range: ClosedRange<Day>) -> JSONValue {
    .object([
      ("from", .string(range.lowerBound.description)),
      ("until", .string(range.upperBound.description)),
      ("total", .object(members(statistics.total))),
      (
        "days",
        .array(
          statistics.days.map {
            .object([("day", .string($0.day.description))] + members($0.figures))
          })
      ),
    ])
  }

  /// The figures of a day, by name; the timings of pages last.
  public static func members(_ figures: Statistics.Figures) -> [(String, JSONValue)] {
    func count(_ count: DailyCount.Derived) -> JSONValue { .optional(figures[count].map(Int.init)) }
    func number(_ value: Double?) -> JSONValue { value.map(JSONValue.number) ?? .null }
    return [
      ("registered", count(.registered)), ("onboarded", count(.onboarded)),
      ("onboardSeconds", number(figures.onboardSeconds)), ("activePeople", number(figures.active)),
      ("walks", count(.walks)), ("logSeconds", number(figures.logSeconds)),
      ("weekOld", count(.weekOld)), ("weekOldActive", count(.weekOldActive)),
      ("retention", number(figures.retention)), ("requests", .integer(Int(figures.requests))),
      ("errors", .integer(Int(figures.errors))), ("p95Milliseconds", number(figures.durations.p95)),
      (
        "timings",
        .object(
          PageTiming.allCases.map { timing in
            let durations = figures.timings[timing] ?? .pages
            return (
              timing.rawValue,
              .object([
                ("count", .integer(Int(durations.total))),
                ("p95Milliseconds", number(durations.p95)),
              ])
            )
          })
      ),
    ]
  }
}
