import ArgumentParser
internal import CGEOS
internal import CPQ
internal import CPROJ
import CivilTime
import Formats
import JSON
import Providers
import Quests

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

struct Doctor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look the store over: versions, settings, rights, disk, clock, issuers.",
    discussion: """
      One line a check: ok, warn or fail, and what mends it. Changes nothing. Exit code 1 where a \
      check fails, else 0. It takes the settings of serve, in options or variables, and asks the \
      services that they name: it logs in to a mail server and sends nothing, looks for London and a \
      way in it, and sees that a service for counts answers.

      milequest doctor
      milequest doctor --store postgres://owner@localhost/milequest --format json
      milequest doctor --identity issuers.json

      With --url it asks a service that runs, at /healthz and /readyz, and looks at nothing else: small \
      enough to be the health check of a container.

      milequest doctor --url https://quests.example
      milequest doctor --url local
      """)

  @OptionGroup var options: StoreOptions
  @Option(help: "text for people, json for programs.")
  var format = OutputFormat.text

  @Option(
    help: ArgumentHelp(
      "Ask a running service instead, such as http://127.0.0.1:8080; local for the one on this machine, at the port that MILEQUEST_PORT names, else 8080.",
      valueName: "url"))
  var url: String?

  @Option(
    help: ArgumentHelp(
      "With --url and https: a file of certificates (PEM) to trust in place of the system's.",
      valueName: "file"), completion: .file())
  var certificates: String?

  @OptionGroup(title: "Signing in") var identity: IdentityOptions
  @OptionGroup(title: "Mail") var mail: MailOptions
  @OptionGroup(title: "Maps") var maps: MapsOptions
  @OptionGroup(title: "Counts of use") var analytics: AnalyticsOptions
  @OptionGroup(title: "Requests to other servers") var outgoing: OutgoingOptions

  func run() async throws {
    try await reportingFailures {
      if let url {
        guard options.store == nil else {
          throw Failure(
            .usage, "--url asks a running service, and --store looks at a ledger: say one of them")
        }
        return try await ask(RunningServiceAddress(url, certificates: certificates))
      }
      let address = try options.address
      let mail = try MailPlan(mail, outgoing)
      let maps = try maps.maps(outgoing)
      let analytics = try AnalyticsPlan(analytics, outgoing)
      let settings = try identity.settings()
      var checkup = Checkup()
      checkup.lookAtProgram()
      await checkup.look(at: address)
      await checkup.look(at: mail)
      await checkup.look(at: maps)
      await checkup.look(at: analytics)
      if let settings {
        let client = try outgoing.client()
        for issuer in settings.issuers { await checkup.look(at: issuer, by: client) }
      }
      try tell(checkup, of: "store", address.text)
    }
  }

  private func ask(_ service: RunningServiceAddress) async throws {
    var checkup = Checkup()
    await checkup.look(at: service)
    try tell(checkup, of: "service", service.text)
  }

  private func tell(_ checkup: Checkup, of kind: String, _ place: String) throws {
    switch format {
    case .text: try printOut(checkup.text(place))
    case .json: try printOut(checkup.json(kind, place))
    }
    if checkup.hasFailed { throw ExitCode(1) }
  }
}

/// What a look at a store, and at what it works with, finds.
struct Checkup {
  enum State: String { case ok, warn, fail }

  struct Check {
    let name: String
    let state: State
    let found: String
    var remedy: String?
  }

  private var checks: [Check] = []

  static let fewBytesWarned: UInt64 = 1 << 30
  static let fewBytesFailed: UInt64 = 100 << 20
  /// How far clocks may be apart before it is told, and before walks would be refused.
  static let clockMicrosecondsWarned: Int64 = 2_000_000
  static let clockMicrosecondsFailed = LedgerLimits.standard.futureSeconds * 1_000_000

  var hasFailed: Bool { checks.contains { $0.state == .fail } }

  mutating func add(
    _ name: String, _ found: String, _ state: State = .ok, remedy: String? = nil
  ) {
    checks.append(Check(name: name, state: state, found: found, remedy: remedy))
  }

  /// Adds what must have a value.
  private mutating func require(
    _ name: String, _ found: String?, _ isRight: (String) -> Bool, remedy: String
  ) {
    guard let found else { return }
    if isRight(found) { add(name, found) } else { add(name, found, .fail, remedy: remedy) }
  }

  mutating func lookAtProgram() {
    add("milequest", MileQuest.version)
    let proj = proj_info()
    add("PROJ", "\(proj.major).\(proj.minor).\(proj.patch)")
    add("GEOS", String(cString: GEOSversion()))
    let libpq = PQlibVersion()
    add("libpq", "\(libpq / 10_000).\(libpq % 10_000)")
    do throws(ZoneError) {
      _ = try ZoneCatalog().zone(named: "Europe/London")
      add("time zones", "there")
    } catch {
      add("time zones", error.message, .fail, remedy: "install the package tzdata")
    }
  }

  mutating func look(at address: StoreAddress) async {
    if case .file(let path, _) = address { lookAtFile(path) }
    if case .file(let path, _) = address, let exposure = address.exposureText {
      add("privacy", exposure, .warn, remedy: "chmod 600 \(path)*")
    }
    let store: OpenStore
    do { store = try await OpenStore(address, begins: false) } catch {
      if case .file(let path, _) = address, access(path, F_OK) != 0 {
        add("store", "not begun yet", .warn, remedy: "milequest migrate, or the first import")
      } else {
        add("store", (error as? Failure)?.message ?? "\(error)", .fail)
      }
      return
    }
    defer { store.close() }
    add("store", "opens")
    do throws(LedgerError) {
      let before = Instant.now
      let pairs = try await store.diagnosis()
      look(
        at: Dictionary(pairs.map { ($0.name, $0.value) }, uniquingKeysWith: { a, _ in a }),
        asked: before...Instant.now)
    } catch {
      add("diagnosis", error.message, .fail)
    }
  }

  private mutating func lookAtFile(_ path: String) {
    let isThere = access(path, F_OK) == 0
    // Where folders are missing, what counts is the one that they will be made in.
    var place = path
    repeat {
      let end = place.lastIndex(of: "/")
      place = end.map { $0 == place.startIndex ? "/" : String(place[..<$0]) } ?? "."
    } while access(place, F_OK) != 0 && place != "/" && place != "."
    if access(place, W_OK) != 0 || isThere && access(path, R_OK | W_OK) != 0 {
      add(
        "rights", "\(path) cannot be written by this user", isThere ? .fail : .warn,
        remedy: "give the user the file and its folder, or name another with --store")
    } else {
      add("rights", "read and write")
    }
    var disk = statvfs()
    if statvfs(place, &disk) == 0 {
      lookAtDisk(free: UInt64(disk.f_bavail) * UInt64(disk.f_frsize))
    }
    add("clock", "\(Instant.now) by this machine, the only one")
  }

  private mutating func lookAtDisk(free: UInt64) {
    let text = "\(Figures.grouped(Int(clamping: free >> 20))) MiB free"
    let remedy = "make room on the disk, or move the store"
    if free < Self.fewBytesFailed {
      add("disk", text, .fail, remedy: remedy)
    } else if free < Self.fewBytesWarned {
      add("disk", text, .warn, remedy: remedy)
    } else {
      add("disk", text)
    }
  }

  private mutating func look(at found: [String: String], asked: ClosedRange<Instant>) {
    if let version = found["sqlite"] { add("SQLite", version) }
    if let version = found["postgresql"] { add("PostgreSQL", version) }
    if let version = found["postgis"] { add("PostGIS", version) }
    if let version = found["proj"] { add("PROJ of the server", version) }
    if let version = found["geos"] { add("GEOS of the server", version) }
    if let schema = found["schema"] { add("schema", schema) }
    if found["sqlite"] != nil {
      require(
        "synchronous", found["synchronous"].map { $0 == "2" ? "FULL" : $0 }, { $0 == "FULL" },
        remedy: "open the file with this program alone; it sets FULL")
      require(
        "journal_mode", found["journal_mode"], { $0 == "wal" },
        remedy: "put the file on a local disk: its file system gives no shared memory")
    }
    require("fsync", found["fsync"], { $0 == "on" }, remedy: "ALTER SYSTEM SET fsync = on")
    require(
      "synchronous_commit", found["synchronous_commit"], { $0 != "off" && $0 != "local" },
      remedy: "ALTER SYSTEM SET synchronous_commit = on")
    if let tables = found["tables_without_rights"] {
      let names = tables.split(separator: " ").joined(separator: ", ")
      require(
        "rights", names.isEmpty ? "read and write" : "not on \(names)", { _ in names.isEmpty },
        remedy: "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA milequest to the user"
      )
    }
    if let bytes = found["bytes"].flatMap({ Int($0) }) {
      add("size", "\(Figures.grouped(bytes >> 20)) MiB; its disk is the server's to watch")
    } else if let pages = found["pages"].flatMap({ Int($0) }),
      let size = found["page_size"].flatMap({ Int($0) })
    {
      let (bytes, overflow) = pages.multipliedReportingOverflow(by: size)
      if !overflow { add("size", "\(Figures.grouped(bytes >> 20)) MiB") }
    }
    if let clock = found["clock_microseconds"].flatMap({ Int64($0) }) { lookAtClock(clock, asked) }
  }

  /// The server's clock lies between the moments of asking and being told, if all is well.
  private mutating func lookAtClock(_ server: Int64, _ asked: ClosedRange<Instant>) {
    let late = asked.lowerBound.microseconds - server
    let early = server - asked.upperBound.microseconds
    let apart = max(late, early, 0)
    let text =
      apart == 0
      ? "agrees with the server's"
      : "\(Figures.degrees(Double(apart) / 1e6, decimals: 3)) s "
        + "\(late > 0 ? "ahead of" : "behind") the server's"
    let remedy = "let NTP set both clocks"
    if apart > Self.clockMicrosecondsFailed {
      add("clock", text, .fail, remedy: remedy)
    } else if apart > Self.clockMicrosecondsWarned {
      add("clock", text, .warn, remedy: remedy)
    } else {
      add("clock", text)
    }
  }

  func text(_ place: String) -> String {
    let width = checks.map(\.name.count).max() ?? 0
    return "\(place)\n"
      + checks.map { check in
        let space = String(repeating: " ", count: width - check.name.count)
        let state = check.state.rawValue + (check.state == .ok ? "  " : "")
        return "\(state)  \(check.name)\(space)  \(check.found)"
          + (check.remedy.map { ": \($0)" } ?? "") + "\n"
      }.joined()
  }

  /// - Parameter kind: of what was looked at: a store or a service.
  func json(_ kind: String, _ place: String) -> JSONValue {
    .object([
      (kind, .string(place)), ("ok", .bool(!hasFailed)),
      (
        "checks",
        .array(
          checks.map { check in
            .object([
              ("name", .string(check.name)), ("state", .string(check.state.rawValue)),
              ("found", .string(check.found)), ("remedy", .optional(check.remedy)),
            ])
          })
      ),
    ])
  }
}
