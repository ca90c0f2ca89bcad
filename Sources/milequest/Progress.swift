import ArgumentParser
import Batch
import CivilTime
import Formats
import Geodesy
import Routes

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

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
      milequest progress --route at=appalachian.gpx --route ta=te-araroa.gpx --activities walks.csv
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
      valueName: "[name=]file"))
  var route: [String] = []

  // Elsewhere this is --from, which here is the beginning of a window of time.
  @Option(
    help: ArgumentHelp(
      "The format of the route files, where they do not show it: gpx, geojson, kml, polyline5, polyline6.",
      valueName: "format"))
  var routeFormat: RouteFormat?

  @Option(help: ArgumentHelp("Walks as CSV; - is standard input.", valueName: "csv"))
  var activities: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where to write; standard output by default.", valueName: "file"))
  var output = "-"

  @Option(
    help: "csv, jsonl (JSON lines), geojson or, of the ledger, json for programs, text for people.")
  var format = Format.csv

  @Flag(help: "Write the totals alone, to be merged with others later.")
  var partial = false

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Partial results to finish instead of walks.", valueName: "file"))
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
      for input in [activities].compactMap({ $0 }) + merge + route
      where Files.areOne(input, output) {
        throw Failure(.usage, "\(output): this is an input itself, which is never overwritten")
      }
      // A faulty route is found before an hour of summing.
      let routes = try namedRoutes()
      let limits = try counting.limits()
      let tally = try merge.isEmpty ? summed(Array(routes.keys), limits) : merged()
      report(tally, limits)
      if partial {
        try Files.write(PartialFile.bytes(tally), to: output)
        return
      }
      if let missing = tally.unknownRoute(among: Set(routes.keys)) {
        throw Failure(
          .usage,
          "the partial results know the route “\(missing)”: name it with --route \(missing)=FILE")
      }
      if tally.hasUnnamedRoute, !routes.keys.contains(nil) {
        throw Failure(
          .usage,
          "the partial results were made without names of routes: name the route with --route FILE")
      }
      let teams = tally.progress(on: routes)
      switch format {
      case .text: try Files.write(Array(ProgressTable.text(teams, routes).utf8), to: output)
      case .csv: try Files.write(ProgressOutput.bytes(teams, as: .csv), to: output)
      case .jsonl: try Files.write(ProgressOutput.bytes(teams, as: .jsonl), to: output)
      case .geojson: try Files.write(ProgressOutput.bytes(teams, as: .geojson), to: output)
      case .json: break
      }
    }
  }

  private func tellLedger() async throws {
    let times = try TimeReading(zone: "UTC")
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

  /// The routes by name; the only one of a run without names has none.
  private func namedRoutes() throws -> [String?: MeasuredRoute] {
    var routes: [String?: MeasuredRoute] = [:]
    for text in route {
      var name: String?
      var file = text
      if let equals = text.firstIndex(of: "="), access(text, F_OK) != 0 {
        name = String(text[..<equals])
        file = String(text[text.index(after: equals)...])
      } else if route.count > 1 {
        let base = text.split(separator: "/").last.map(String.init) ?? text
        name = base.lastIndex(of: ".").map { String(base[..<$0]) } ?? base
      }
      guard routes[name] == nil else {
        throw Failure(.usage, "--route: two routes are called “\(name ?? text)”")
      }
      routes[name] = try input.measured(file, as: routeFormat, needsPosition: true)
    }
    if routes.count > 1, routes.keys.contains(nil) {
      throw Failure(.usage, "--route: with several routes, each needs a name: NAME=FILE")
    }
    return routes
  }

  private func summed(_ names: [String?], _ limits: BatchLimits) throws -> Tally {
    let path = activities ?? "-"
    let descriptor = try Files.open(path)
    defer { if path != "-" { close(descriptor) } }
    var request = TallyRequest()
    request.columns = try columns.columns
    request.zone = try counting.timeZone()
    request.window = try counting.window(zone: request.zone)
    request.skipsBadRows = counting.skipBad
    request.limits = limits
    request.routes = names.compactMap { $0 }.sorted()
    if partial, names.isEmpty, let routeColumn = columns.routeColumn {
      throw Failure(
        .usage,
        "--route-column \(routeColumn): name the routes with --route NAME=FILE, also for a partial result"
      )
    }
    request.threads = counting.threads ?? max(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), 1)
    let bar = ProgressBar()
    let size = Files.size(of: descriptor)
    do {
      let tally = try Tally(descriptor: descriptor, request: request) {
        bar?.show(bytesRead: $0, of: size)
      }
      bar?.finish()
      return tally
    } catch {
      bar?.finish()
      var message = "\(path):\(error.line.map { "\($0):" } ?? "") \(error.message)"
      if error.code == .row, error.line != nil {
        message += "; --skip-bad counts such rows and leaves them out"
      }
      throw Failure(error.code == .read ? .noInput : .badData, message)
    }
  }

  private func merged() throws -> Tally {
    let parts = try merge.map { (name: $0, bytes: try Files.read($0, limit: Int(Int32.max))) }
    do { return try Tally(merging: parts) } catch {
      throw Failure(.badData, error.message)
    }
  }

  /// Tells what was left out.
  private func report(_ tally: Tally, _ limits: BatchLimits) {
    func rows(_ count: Int64) -> String {
      "\(Figures.grouped(Int(count))) row\(count == 1 ? "" : "s")"
    }
    for (fault, bad) in tally.badRows.sorted(by: { $0.key.rawValue < $1.key.rawValue })
    where bad.count > 0 {
      let lines = bad.lines.map(String.init).joined(separator: ", ")
      let place =
        lines.isEmpty
        ? ""
        : " (line\(bad.lines.count == 1 ? "" : "s") \(lines)\(bad.count > Int64(bad.lines.count) ? ", …" : ""))"
      StandardError.write(
        "left out \(rows(bad.count)) [\(fault.name)]: "
          + "\(fault.message(limits: limits))\(place)")
    }
    if tally.repeatCount > 0 {
      StandardError.write("left out \(rows(tally.repeatCount)) that repeat an activity")
    }
    if tally.outsideCount > 0 {
      StandardError.write("left out \(rows(tally.outsideCount)) outside the window of time")
    }
  }
}

/// How the columns of a file of walks are called.
struct ColumnOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The team: team_id or team by default.", valueName: "name"))
  var teamColumn: String?

  @Option(
    help: ArgumentHelp(
      "The distance: distance_meters, distance_km, distance_miles or distance by default.",
      valueName: "name"))
  var distanceColumn: String?

  @Option(
    help: ArgumentHelp(
      "The unit of bare numbers: mi, km, m, ft or yd. By default that of the column's name, else metres.",
      valueName: "unit"))
  var unit: String?

  @Option(
    help: ArgumentHelp(
      "The time of the walk: started_at or time by default.", valueName: "name"))
  var timeColumn: String?

  @Option(help: ArgumentHelp("The activity's id: activity_id by default.", valueName: "name"))
  var activityColumn: String?

  @Option(
    help: ArgumentHelp(
      "The route's name, with several routes: quest_id or route by default.", valueName: "name"))
  var routeColumn: String?

  @Flag(help: "Count every row, also where an activity's id comes back.")
  var keepRepeats = false

  /// Whether anything is said.
  var isUsed: Bool {
    [teamColumn, distanceColumn, unit, timeColumn, activityColumn, routeColumn]
      .contains { $0 != nil } || keepRepeats
  }

  var columns: ActivityColumns {
    get throws {
      var columns = ActivityColumns()
      columns.team = teamColumn
      columns.distance = distanceColumn
      columns.time = timeColumn
      columns.activity = activityColumn
      columns.route = routeColumn
      if keepRepeats {
        guard activityColumn == nil else {
          throw Failure(.usage, "--keep-repeats and --activity-column exclude each other")
        }
        columns.deduplicates = false
      }
      if let unit {
        guard let known = DistanceUnit(name: unit) else {
          throw Failure(.usage, "--unit: “\(unit)” is not a unit: use mi, km, m, ft or yd")
        }
        columns.unit = known
      }
      return columns
    }
  }
}

/// Which walks count.
struct CountingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Walks that began at this instant or later.", valueName: "time"))
  var from: String?

  @Option(help: ArgumentHelp("Walks that began before this instant.", valueName: "time"))
  var until: String?

  @Option(
    help: ArgumentHelp(
      "Where the teams stood at this instant: walks that began at it or before.",
      valueName: "time"))
  var asOf: String?

  @Option(
    help: ArgumentHelp(
      "The IANA zone of times without an offset, such as Europe/London.", valueName: "zone"))
  var zone: String?

  @Flag(help: "Count bad rows by their kind and leave them out, instead of stopping at the first.")
  var skipBad = false

  @Option(
    help: ArgumentHelp(
      "The longest distance that is one activity: 500km by default.", valueName: "distance"))
  var longestActivity: String?

  @Option(help: ArgumentHelp("Threads: as many as processors by default.", valueName: "n"))
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads \(threads) is not within 1…1024")
    }
  }

  /// Whether anything is said.
  var isUsed: Bool {
    [from, until, asOf, zone, longestActivity].contains { $0 != nil } || skipBad || threads != nil
  }

  func limits() throws -> BatchLimits {
    var limits = BatchLimits.standard
    if let longestActivity {
      limits.longestActivity = try distance(longestActivity, option: "--longest-activity")
    }
    return limits
  }

  func timeZone() throws -> Zone? {
    guard let zone else { return nil }
    do { return try ZoneCatalog().zone(named: zone) } catch {
      throw Failure(.usage, "--zone: \(error.message)")
    }
  }

  func window(zone: Zone?) throws -> TimeWindow {
    func instant(_ text: String?, _ option: String) throws -> Instant? {
      guard let text else { return nil }
      do { return try Instant(text: text, zone: zone) } catch {
        throw Failure(.usage, "\(option): \(error.message)")
      }
    }
    let window = TimeWindow(
      from: try instant(from, "--from"), until: try instant(until, "--until"),
      asOf: try instant(asOf, "--as-of"))
    if let from = window.from, let until = window.until, from >= until {
      throw Failure(.usage, "--from must be before --until")
    }
    return window
  }
}

/// The teams as people read them.
private enum ProgressTable {
  static func text(_ teams: [TeamProgress], _ routes: [String?: MeasuredRoute]) -> String {
    let hasRoutes = teams.contains { $0.route != nil }
    var table = TextTable(
      ["team", "walks", "walked", "done", "place", "last", "next"]
        + (hasRoutes ? ["route"] : []), rightAligned: [1, 2, 3])
    for team in teams {
      guard let route = routes[team.route] else { continue }
      let walked = route.start.micrometers.addingReportingOverflow(team.distance.micrometers)
      let position = route.position(
        at: walked.overflow ? route.end : Distance(micrometers: walked.partialValue))
      let next = position.nextWaypoint.map { next in
        let left = Distance(
          micrometers: next.distance.micrometers - position.distance.micrometers)
        return "\(next.name ?? "(unnamed)") in \(left.textForPeople(.imperial))"
      }
      let row = [
        team.team.text, Figures.grouped(Int(team.activities)),
        team.distance.textForPeople(.imperial),
        ProgressText.percent(team.distance, of: route.length),
        "\(Figures.degrees(team.latitude, decimals: 4)), "
          + "\(Figures.degrees(team.longitude, decimals: 4))",
        position.lastWaypoint?.name ?? "", team.isFinished ? "finished" : next ?? "",
      ]
      table.add(row + (hasRoutes ? [team.route ?? ""] : []))
    }
    return table.text
  }
}
