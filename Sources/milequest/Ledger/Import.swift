import ArgumentParser
import Base
import Batch
import CivilTime
import Formats
import Geodesy
import JSON
import Quests
import Routes

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

struct Import: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Store routes, and walks by the million, in the ledger.",
    discussion: """
      milequest import route trail.gpx --joins ferry
      milequest import activities walks.csv --create --route "My trail"
      """,
    subcommands: [ImportRoute.self, ImportActivities.self])
}

struct ImportActivities: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "activities",
    abstract: "Store the walks of a CSV file.",
    discussion: """
      Columns go by the header: team_id or team; started_at or time; distance_meters, distance_km, \
      distance_miles or distance; and where there are any: person_id or person, activity_id, \
      duration_seconds, source, note, private, zone. A team is an id or a name. An id or an e-mail \
      address means one person everywhere, any other text a person of the row's team; a person's \
      walks count for every team that the person is in. Without a person column each team walks as \
      one.

      Each walk is stored once. Its id is the UUID of activity_id; another text there stands for one. \
      Without that column the n-th row with the same walker and content is the n-th such walk of the \
      ledger, on whatever line it stands. So the same file again changes nothing, a later export adds \
      what is new, and an import that was broken off takes up where it stopped. Rows whose walks were \
      in the ledger already are listed.

      All is read before anything is stored, so that a row that cannot be read stops the run with its \
      line and nothing done. A row that the ledger refuses, such as an id that stands for another walk, \
      stops the run too; rows before it are stored, and standard error says how many. With --skip-bad \
      such rows are counted and left out. Large files are put in the \
      order of their teams in a temporary file, in TMPDIR or /tmp.

      milequest import activities walks.csv
      milequest import activities walks.csv.gz --create --route "Appalachian Trail" \\
        --start 2026-01-01 --end 2026-12-31 --zone America/New_York
      milequest import activities export.csv --team-column Squad \\
        --distance-column Miles --unit mi
      """)

  @Argument(help: "Walks as CSV, or as .csv.gz; - is standard input.", completion: .file())
  var file: String

  @Flag(help: "Creates teams that are not there, and adds persons to theirs.")
  var create = false

  @Flag(
    help: "With --create, also keeps the names of persons, to be shown; costs a commit for each.")
  var keepNames = false

  @Flag(
    name: .customLong("public"),
    help: "With --create, lets strangers see the teams that are created, and their quests.")
  var isPublic = false

  @Option(
    help: ArgumentHelp(
      "Gives each team that is created a quest on this route: id, id@version or name.",
      valueName: "route"))
  var route: String?

  @Option(
    help: ArgumentHelp(
      "Since when who is created walks, and their quests' start: an instant or a date; the file's first walk by default.",
      valueName: "time"))
  var start: String?

  @Option(
    help: ArgumentHelp(
      "The end of these quests, or the date of their last day; ten years after the start by default.",
      valueName: "time"))
  var end: String?

  @Option(help: ArgumentHelp("The team: team_id or team by default.", valueName: "name"))
  var teamColumn: String?

  @Option(
    help: ArgumentHelp(
      "The distance: distance_meters, distance_km, distance_miles or distance by default.",
      valueName: "name"))
  var distanceColumn: String?

  @Option(
    help: ArgumentHelp("The unit of bare numbers: mi, km, m, ft or yd.", valueName: "unit"))
  var unit: String?

  @OptionGroup var dialect: DialectOptions

  @Option(
    help: ArgumentHelp("The time of the walk: started_at or time by default.", valueName: "name"))
  var timeColumn: String?

  @Option(help: ArgumentHelp("The activity's id: activity_id by default.", valueName: "name"))
  var activityColumn: String?

  @Option(
    help: ArgumentHelp(
      "The IANA zone of times without an offset and of quests; also of the days of walks whose rows have no zone and no offset, in place of their walkers' own. UTC by default.",
      valueName: "zone"))
  var zone: String?

  @Flag(help: "Count bad rows by their kind and leave them out, instead of stopping at the first.")
  var skipBad = false

  @OptionGroup var options: StoreOptions
  @Option(help: "text for people, json for programs.")
  var format = OutputFormat.text

  func validate() throws {
    if !create, route != nil || start != nil || end != nil || keepNames || isPublic {
      throw ValidationError("--route, --start, --end, --keep-names and --public go with --create")
    }
  }

  func run() async throws {
    try await reportingFailures {
      let times = try TimeReading(zone: zone ?? "UTC")
      let first = try start.map { try times.instant($0, "--start") }
      let last = try end.map { try times.instant($0, "--end", isEnd: true) }
      let input = ActivityFile(path: file, columns: try columns(), zone: times.zone)
      let begin = ContinuousClock.now
      var report = LoadReport()
      let rows = try input.sorted(skipsBadRows: skipBad, &report)
      let start = first ?? rows.earliest ?? .now
      let tenYears: Int64 = 10 * 31_557_600
      let end = last ?? start.advanced(bySeconds: tenYears)
      if create, let fault = LedgerLimits.standard.windowFault(from: start, until: end) {
        throw Failure(.usage, "--start, --end: \(fault.message)")
      }
      Interruption.takeOver()
      let store = try await options.openOrBegin(for: .bulk)
      defer { store.close() }
      var founding: Founding?
      if create {
        founding = Founding(
          since: min(start, .now), keepsNames: keepNames, isPublic: isPublic, quest: nil)
        if let route {
          let record = try await Naming(store: store.ledger).route(route)
          var routes = StoredRoutes(store.ledger)
          founding?.quest = Founding.QuestTerms(
            name: record.questName, start: start,
            end: end, zone: zone ?? "UTC",
            plan: try await routes.plan(on: record))
        }
      }
      let load = ActivityLoad(
        store: store.ledger, zone: zone, founding: founding, skipsBadRows: skipBad)
      do { try await load.run(rows, of: input, &report) } catch {
        // Rows before the one that the ledger refused are stored; the same file again goes on.
        report.seconds = seconds(since: begin)
        StandardError.write("stopped: \(report.text)")
        throw error
      }
      report.seconds = seconds(since: begin)
      report.skippedTimes.name()
      report.nameRejected()
      report.nameRepeated()
      try printOut(format == .text ? Array(report.text.utf8) : report.json.text(indent: 2) + [0x0A])
    }
  }

  private func seconds(since begin: ContinuousClock.Instant) -> Double {
    let (whole, attoseconds) = (ContinuousClock.now - begin).components
    return Double(whole) + Double(attoseconds) * 1e-18
  }

  private func columns() throws -> ActivityColumns {
    var columns = ActivityColumns()
    columns.team = teamColumn
    columns.distance = distanceColumn
    columns.time = timeColumn
    columns.activity = activityColumn
    try dialect.apply(to: &columns)
    if let unit {
      guard let known = DistanceUnit(name: unit) else {
        throw Failure(.usage, "--unit: “\(unit)” is not a unit: use mi, km, m, ft or yd")
      }
      columns.unit = known
    }
    return columns
  }
}
