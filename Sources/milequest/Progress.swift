import ArgumentParser
import Formats

struct Progress: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell where every team stands on a route, from millions of walks.",
    discussion: """
      Reads walks from a CSV file with a header line (or .csv.gz, or standard input) and writes one \
      line a team: team_id,activities,distance_meters,percent,longitude,latitude,bearing,finished.

      Sums are exact, in micrometres; percentages are cut off, never rounded up. Where the file has \
      a column activity_id, repeats of one activity count once, which costs memory for every \
      activity. A bad row stops the run with its line, or is counted and left out with --skip-bad.

      milequest progress --route trail.geojson --activities walks.csv -o teams.csv
      milequest progress --route trail.geojson --activities export.csv.gz \\
        --team-column Squad --distance-column Miles --unit mi
      milequest progress --route at=appalachian.gpx --route ta=te-araroa.gpx \\
        --activities walks.csv
      milequest progress --activities may.csv --partial -o may.part
      milequest progress --route trail.geojson --merge may.part --merge june.part

      Without walks it tells where the teams of the ledger stand, each on its present quest, with \
      the columns team, quest_id, route and state behind those above:

      milequest progress --format text
      milequest progress --store postgres://reader@localhost/milequest -o teams.csv
      milequest progress --at 2026-05-03T12:00:00Z --format json
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case csv, jsonl, geojson, json, text }

  @Option(
    help: ArgumentHelp(
      "A route file; with several, NAME=FILE, and a column names the route of each walk.",
      valueName: "[name=]file"), completion: .file())
  var route: [String] = []

  // Elsewhere this is --from, which here is the beginning of a window of time.
  @Option(
    help: ArgumentHelp(
      "The format of the route files, where they do not show it: gpx, geojson, kml, tcx, fit, polyline5, polyline6.",
      valueName: "format"))
  var routeFormat: SourceFormat?

  @Option(
    help: ArgumentHelp("Walks as CSV; - is standard input.", valueName: "csv"),
    completion: .file())
  var activities: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where to write; standard output by default.", valueName: "file"),
    completion: .file())
  var output = "-"

  @Option(
    help: "csv, jsonl (JSON lines), geojson or, of the ledger, json for programs, text for people.")
  var format = Format.csv

  @Flag(help: "Write the totals alone, to be merged with others later.")
  var partial = false

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Partial results to finish instead of walks.", valueName: "file"),
    completion: .file())
  var merge: [String] = []

  @OptionGroup(title: "Columns") var columns: ColumnOptions
  @OptionGroup(title: "What counts") var counting: CountingOptions
  @OptionGroup(title: "Routes") var input: RouteInput
  @OptionGroup(title: "Of the ledger") var ledger: StoreOptions

  @Option(
    help: ArgumentHelp(
      "Where the ledger's teams stood at this instant, or at the end of this date.",
      valueName: "time"))
  var at: String?

  /// Whether the walks are those of the ledger.
  private var isOfLedger: Bool {
    activities == nil && merge.isEmpty && route.isEmpty && !partial
  }

  func validate() throws {
    if isOfLedger {
      if counting.isUsed || columns.isUsed {
        throw ValidationError("options about walks in a file need --activities")
      }
      return
    }
    if ledger.store != nil || at != nil {
      throw ValidationError(
        "--store and --at tell of the ledger's teams; with --activities say --as-of")
    }
    if format == .json { throw ValidationError("with --activities write --format jsonl") }
    if activities == nil, merge.isEmpty {
      throw ValidationError("name the walks with --activities, or partial results with --merge")
    }
    if activities != nil, !merge.isEmpty {
      throw ValidationError("--activities and --merge exclude each other")
    }
    if route.isEmpty, !partial { throw ValidationError("name the route with --route FILE") }
  }

  func run() async throws {
    try await reportingFailures {
      if isOfLedger { return try await tellLedger() }
      try tellBatch()
    }
  }

  private func tellLedger() async throws {
    let times = try TimeReading(zone: nil)
    let past = try at.map { try times.past($0, "--at") }
    guard try ledger.isNamedOrThere else {
      throw Failure(
        .usage,
        "name the walks with --activities, or partial results with --merge, or a ledger with "
          + "--store: there is none yet in your data folder")
    }
    let store = try await ledger.open()
    defer { store.close() }
    let table = try await LedgerProgress(store.ledger, past: past)
    try Files.write(table.bytes(as: format), to: output)
  }
}
