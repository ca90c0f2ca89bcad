import ArgumentParser
import Formats
import JSON
import Quests

struct Audit: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Recompute every total of the ledger and name each difference.",
    discussion: """
      Everything that is stored about teams (totals, milestones, days, public totals, what counts for \
      what) is computed again from memberships, quests and activities, and compared to the bit; so is \
      the number of each person's walks. \
      Writers go on meanwhile. Exit code 0 where all agrees, 1 where something differs.

      milequest audit
      milequest audit --store postgres://reader@localhost/milequest --format json
      """)

  @OptionGroup var options: StoreOptions

  @Option(help: "text for people, json for programs.")
  var format = OutputFormat.text

  func run() async throws {
    try await options.reading { store in
      let report = try await store.ledger.audit()
      switch format {
      case .text: try printOut(Self.text(report))
      case .json: try printOut(json(report))
      }
      if !report.isClean { throw ExitCode(1) }
    }
  }

  static func text(_ report: AuditReport) -> String {
    var text = report.differences.map { "\($0)\n" }.joined()
    if report.differenceCount > report.differences.count {
      text += "and \(Figures.grouped(report.differenceCount - report.differences.count)) more\n"
    }
    let seen =
      "\(Figures.grouped(report.teams)) teams, \(Figures.grouped(report.quests)) quests, "
      + "\(Figures.grouped(report.contributions)) contributions"
    let result =
      report.isClean
      ? "clean" : RouteInput.count(report.differenceCount, "difference")
    return text + "audit: \(result) (\(seen))\n"
  }

  private func json(_ report: AuditReport) -> JSONValue {
    .object([
      ("clean", .bool(report.isClean)), ("teams", .integer(report.teams)),
      ("quests", .integer(report.quests)), ("contributions", .integer(report.contributions)),
      ("differenceCount", .integer(report.differenceCount)),
      (
        "differences",
        .array(
          report.differences.map { difference in
            .object([
              ("team", .optional(difference.team?.description)),
              ("quest", .optional(difference.quest?.description)),
              ("person", .optional(difference.person?.description)),
              ("what", .string(difference.what)), ("stored", .string(difference.stored)),
              ("expected", .string(difference.expected)),
            ])
          })
      ),
    ])
  }
}
