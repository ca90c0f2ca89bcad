import ArgumentParser
import Batch
import CivilTime
import Formats
import Geodesy
import JSON
import Quests
import Service

struct Stats: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show how the service is used, day by day.",
    discussion: """
      Counts of days in UTC, without the people: who registered, who logged a first walk and how long \
      after, who was active, how many came back after a week, requests, errors and their p95. Days that \
      are over and were not counted yet are counted first, and keep these numbers for good.

      milequest stats
      milequest stats --from 2026-01-01 --to 2026-12-31 --format csv > year.csv
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, csv }

  @OptionGroup var options: StoreOptions

  @Option(help: ArgumentHelp("The first day; 29 before the last by default.", valueName: "day"))
  var from: String?

  @Option(help: ArgumentHelp("The last day; today by default.", valueName: "day"))
  var to: String?

  @Option(help: "text for people, json for programs, csv for a spreadsheet.")
  var format = Format.text

  func run() async throws {
    try await options.reading { store in
      let today = Zone.utc.day(at: .now)
      let last = try Self.day(to, "--to") ?? today
      let first = try Self.day(from, "--from") ?? last.advanced(by: -29)
      guard first <= last, first.distance(to: last) < DailyCount.mostDays else {
        throw Failure(
          .usage, "--from: the days are 1 to \(DailyCount.mostDays), and --from is the first")
      }
      do throws(LedgerError) { try await store.ledger.deriveCounts(before: today) } catch {
        StandardError.write("warning: days are missing that could not be counted: \(error.message)")
      }
      let counts = try await store.ledger.dailyCounts(in: first...last)
      let statistics = Statistics(counts, in: first...last)
      switch format {
      case .text: try printOut(Self.text(statistics))
      case .json: try printOut(StatisticsJSON.object(statistics, in: first...last))
      case .csv: try printOut(Array(Self.csv(statistics).utf8))
      }
    }
  }

  private static func day(_ text: String?, _ option: String) throws -> Day? {
    guard let text else { return nil }
    guard let day = Day(text) else {
      throw Failure(.usage, "\(option): “\(text)” is not a day such as 2026-05-09")
    }
    return day
  }

  /// The figures that are one number, by name.
  private static func columns(_ figures: Statistics.Figures) -> [(name: String, value: JSONValue)] {
    StatisticsJSON.members(figures).compactMap { name, value in
      if case .object = value { nil } else { (name, value) }
    }
  }

  private static func csv(_ statistics: Statistics) -> String {
    let names = columns(statistics.total).map(\.name)
    var text = (["day"] + names).joined(separator: ",") + "\n"
    for day in statistics.days {
      let values = columns(day.figures).map {
        $0.value == .null ? "" : String(decoding: $0.value.text(), as: UTF8.self)
      }
      text += ([day.day.description] + values).joined(separator: ",") + "\n"
    }
    return text
  }

  private static func text(_ statistics: Statistics) -> String {
    var table = TextTable(
      [
        "day", "registered", "first walk", "after", "active", "walks", "logged after",
        "back after a week", "requests", "errors", "p95",
      ], rightAligned: Set(1...10))
    for day in statistics.days where !day.figures.isEmpty {
      table.add([day.day.description] + row(day.figures))
    }
    table.add(["all"] + row(statistics.total))
    var text = table.text
    for timing in PageTiming.allCases {
      guard let durations = statistics.total.timings[timing], durations.total > 0 else { continue }
      text +=
        "\(timing.rawValue): \(Figures.grouped(Int(durations.total))) times, p95 "
        + "\(milliseconds(durations.p95))\n"
    }
    return text
  }

  private static func row(_ figures: Statistics.Figures) -> [String] {
    func count(_ count: DailyCount.Derived) -> String {
      figures[count].map { Figures.grouped(Int($0)) } ?? ""
    }
    func seconds(_ value: Double?) -> String {
      value.map { ProgressText.duration(microseconds: Int64($0 * 1e6)) } ?? ""
    }
    return [
      count(.registered), count(.onboarded), seconds(figures.onboardSeconds),
      figures.active.map { Figures.decimal($0, digits: figures.derivedDays > 1 ? 1 : 0) } ?? "",
      count(.walks), seconds(figures.logSeconds),
      figures.retention.map { Figures.decimal(100 * $0, digits: 1) + " %" } ?? "",
      Figures.grouped(Int(figures.requests)), Figures.grouped(Int(figures.errors)),
      figures.requests > 0 ? milliseconds(figures.durations.p95) : "",
    ]
  }

  private static func milliseconds(_ bound: Double?) -> String {
    bound.map { "≤ \(Figures.decimal($0, digits: $0 < 5 ? 1 : 0)) ms" } ?? "longer"
  }
}
