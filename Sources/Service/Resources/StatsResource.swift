import CivilTime
import Formats
import HTTPTypes
import JSON
import Quests

/// How the service is used, out of counts that no person is in.
enum StatsResource {
  private static let tag = "Statistics"
  /// Days of one answer.
  private static let mostDays: Int64 = 400

  private static let figures: [Schema.Property] = [
    .init(
      "registered", .nullable(.count),
      "Accounts that were created. Null, as all up to `retention`, until the day is over."),
    .init("onboarded", .nullable(.count), "People whose first walk was logged."),
    .init(
      "onboardSeconds", .nullable(.number(0...1e12)), "From registration to it, on the average."),
    .init(
      "activePeople", .nullable(.number(0...1e12)),
      "People who logged a walk: on a day, and of the total on a day on the average."),
    .init("walks", .nullable(.count), "Walks that were logged."),
    .init(
      "logSeconds", .nullable(.number(0...1e12)),
      "From the end of a walk to its being logged, on the average."),
    .init("weekOld", .nullable(.count), "Accounts that were created seven days before."),
    .init("weekOldActive", .nullable(.count), "Those of them who logged a walk on the day."),
    .init("retention", .nullable(.number(0...1)), "The second of these two by the first."),
    .init("requests", .count), .init("errors", .count, "Those answered with 500 or more."),
    .init("p95Milliseconds", duration, "95 of 100 requests were answered within it."),
    .init("timings", .named("UsageTimings"), "What browsers have timed."),
  ]
  private static let duration = Schema.nullable(.number(0...300_000))

  static let schemas: [NamedSchema] = [
    NamedSchema(
      "Usage", "How the service was used on days in UTC.",
      .object([
        .init("from", .date), .init("until", .date), .init("total", .named("UsageFigures")),
        .init("days", .array(.named("UsageDay"), count: 0...Int(mostDays))),
      ])),
    NamedSchema("UsageFigures", "The figures of several days.", .object(figures)),
    NamedSchema(
      "UsageTimings", "What browsers have timed.",
      .object(PageTiming.allCases.map { .init($0.rawValue, .named("UsageTiming")) })),
    NamedSchema(
      "UsageTiming", "How often, and how long.",
      .object([
        .init("count", .count), .init("p95Milliseconds", duration, "95 of 100 kept within it."),
      ])),
    NamedSchema("UsageDay", "The figures of a day.", .object([.init("day", .date)] + figures)),
  ]

  static let endpoints: [Endpoint] = [
    Endpoint(
      .get, "/v1/stats", "getUsage", "Show how the service is used",
      details: "For keys that whoever runs the service has let operate it.", tag: tag,
      access: .person(.operate), parameters: [.firstStatsDay, .lastStatsDay],
      answers: [.ok("Usage")], handle: stats),
    Endpoint(
      .post, "/v1/stats/timings", "addTimings", "Report how long a page took",
      details:
        "Nobody is asked who reports. Browsers that ask not to be tracked (`DNT`, `Sec-GPC`) "
        + "are not counted.",
      tag: tag, access: .open, body: PageTimingsBody.self, answers: [.nothing]
    ) { call, body in
      if !call.asksForPrivacy {
        for (timing, milliseconds) in body.timings {
          call.backend.usage.add(timing, milliseconds: Double(milliseconds))
        }
        call.backend.analytics?.offer(body.timings, at: call.now)
      }
      return .nothing
    },
  ]

  private static func stats(_ call: Call) async throws -> Reply {
    let last = call[.lastStatsDay] ?? Zone.utc.day(at: call.now)
    let first = call[.firstStatsDay] ?? last.advanced(by: -29)
    guard first <= last, first.distance(to: last) < mostDays else {
      throw Problem.parameter(
        .firstStatsDay, "the days are 1 to \(mostDays), and `from` is the first")
    }
    let counts = try await call.backend.statistics.dailyCounts(in: first...last)
    let statistics = Statistics(counts, in: first...last)
    return .json(StatisticsJSON.object(statistics, in: first...last))
  }
}

extension Call {
  /// Whether the browser asks that nothing is noted of what it does.
  fileprivate var asksForPrivacy: Bool {
    ["DNT", "Sec-GPC"].contains { name in
      HTTPField.Name(name).map { headers[$0] == "1" } ?? false
    }
  }
}

private struct PageTimingsBody: BodyContent {
  static let schemaName = "PageTimings"
  static let schemaNote = "Milliseconds by what took them."

  let timings: [(PageTiming, Int64)]

  init(_ fields: inout BodyFields) {
    var timings: [(PageTiming, Int64)] = []
    for timing in PageTiming.allCases {
      let note =
        switch timing {
        case .pageLoad: "From the request of a page until it is there."
        case .firstPaint: "Until something of it is seen."
        case .logWalk: "From opening the form for a walk until it is logged."
        case .onboard: "From opening the registration until the first walk is logged."
        }
      let milliseconds: Int64? = fields.optional(
        timing.rawValue, .integer(0...86_400_000), note)
      if let milliseconds { timings.append((timing, milliseconds)) }
    }
    self.timings = timings
  }
}

extension ParameterKey {
  fileprivate static let firstStatsDay = Parameter<Day?>(
    "from", .day, "The first day; 29 before the last by default.")
  fileprivate static let lastStatsDay = Parameter<Day?>(
    "until", .day, "The last day; the present one by default.")
}
