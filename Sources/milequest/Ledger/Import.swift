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

extension CountedDistance: ExpressibleByArgument {}

struct ImportActivities: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "activities",
    abstract: "Store the walks of a CSV file, or of files that watches and phones recorded.",
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

      Files of watches and phones are walks too: GPX, TCX and FIT, told by their first bytes. --team and \
      --person say whose they are. The distance is that of the recorded line on the ellipsoid, or what \
      the watch says (--distance device); the walk's note keeps which one counts, and the other. The same \
      recording is the same walk, whatever its file is called. So are the tables that Strava \
      (activities.csv) and Garmin Connect (Activities.csv) export, and the export.xml of Apple Health: \
      rows of other sports are passed over.

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
      milequest import activities *.fit --team Herons --person ann@example.org
      """)

  @Argument(
    help:
      "Walks as CSV, or as .csv.gz; - is standard input. Or recordings: GPX, TCX and FIT files.",
    completion: .file())
  var files: [String]

  @Option(
    help: ArgumentHelp(
      "The team of walks that name none, as recordings and exports do not: an id or a name.",
      valueName: "team"))
  var team: String?

  @Option(
    help: ArgumentHelp(
      "The person of such walks: an id, an e-mail address, or a name in the team.",
      valueName: "person"))
  var person: String?

  @Option(
    help: ArgumentHelp(
      "Which distance of a recording counts: measured on its line, or as the device says.",
      valueName: "measured|device"))
  var distance = CountedDistance.measured

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
      "The IANA zone of times without an offset, which are refused without it. Also of the days of walks whose rows have no zone and no offset, in place of their walkers' own, and of quests and dates, in place of UTC.",
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
    if person != nil, team == nil { throw ValidationError("--person goes with --team") }
  }

  func run() async throws { try await reportingFailures { try await imported() } }

  private func imported() async throws {
    let times = try TimeReading(zone: zone)
    let first = try start.map { try times.instant($0, "--start") }
    let last = try end.map { try times.instant($0, "--end", isEnd: true) }
    let begin = ContinuousClock.now
    if files.count == 1, try HealthFile.isOne(files[0]) {
      let file = HealthFile(
        path: files[0], team: try teamOfRecordings(),
        person: try person.map { try name($0, "--person") })
      return try await store(file, first, last, since: begin)
    }
    let recordings = try files.filter(RecordingFiles.isRecording)
    if recordings.isEmpty {
      guard files.count == 1 else {
        throw Failure(.usage, "one CSV file is taken at a time, and \(files.count) are named")
      }
      let file = ActivityFile(path: files[0], columns: try columns(), zone: times.zone)
      return try await store(file, first, last, since: begin)
    }
    guard recordings.count == files.count else {
      throw Failure(.usage, "recordings and a CSV file are not taken together")
    }
    let walks = RecordingFiles(
      paths: files, team: try teamOfRecordings(),
      person: try person.map { try name($0, "--person") }, counted: distance)
    try await store(walks, first, last, since: begin)
  }

  private func teamOfRecordings() throws -> String {
    guard let team else {
      throw Failure(
        .usage, "a recording names no team: say it with --team, and --person who walked")
    }
    return try name(team, "--team")
  }

  private func name(_ text: String, _ option: String) throws -> String {
    do throws(Name.Fault) { return try Name.read(text) } catch {
      throw Failure(.usage, "\(option): the name \(error.detail)")
    }
  }

  private func store(
    _ input: some WalkSource, _ first: Instant?, _ last: Instant?,
    since begin: ContinuousClock.Instant
  ) async throws {
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
    report.namePassedOver()
    report.nameRepeated()
    report.nameOtherDistances()
    if format == .text { return try printOut(report.text) }
    try printOut(report.json.text(indent: 2) + [0x0A])
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
    columns.everyTeam = team
    columns.everyPerson = person
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
