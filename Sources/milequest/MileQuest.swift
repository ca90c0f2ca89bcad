import ArgumentParser

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

@main
struct MileQuest: AsyncParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "milequest",
    abstract: "Real routes measured on the WGS84 ellipsoid, and the teams that walk them.",
    discussion: """
      Look at a route file:        milequest inspect trail.gpx
      What is wrong with it?       milequest validate trail.gpx
      Where is mile 500?           milequest position trail.gpx --at 500mi
      What is near this place?     milequest nearest trail.gpx --to 51.5074,-0.1278
      A map of it:                 milequest plot trail.gpx -o trail.svg
      A route through places:      milequest plan London Paris -o tour.gpx
      Another format:              milequest convert trail.gpx trail.geojson
      Waypoints, cuts, turns:      milequest edit trail.gpx --reverse -o back.gpx
      Where does every team stand? milequest progress --route t.gpx --activities w.csv

      The ledger keeps walks, teams and quests, in a file of yours or on a PostgreSQL server:

      Store a route:               milequest import route trail.gpx
      Store walks:                 milequest import activities walks.csv --create
      Where do teams stand now?    milequest progress
      Is every total right?        milequest audit
      Is the store in order?       milequest doctor
      Serve all of it to an app:   milequest serve

      Exit codes: 0 fine, 1 findings of severity error, 64 usage, 65 bad data, 66 no such input, \
      69 store or service unreachable, 74 write failed.
      """,
    version: version,
    subcommands: [
      Inspect.self, Validate.self, PositionCommand.self, Nearest.self, Convert.self,
      EditCommand.self,
      Plan.self,
      Plot.self,
      Progress.self, Import.self, RouteCommand.self, TeamCommand.self, QuestCommand.self,
      Migrate.self, Audit.self, Stats.self, KeyCommand.self,
      Backup.self, Restore.self, Doctor.self, Serve.self, Probe.self, Man.self,
    ])

  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if let fault = Subcommands.fault(in: arguments) {
      StandardError.write(fault)
      leave(Failure.Kind.usage.rawValue)
    }
    do {
      var command = try parseAsRoot(arguments)
      if let fault = RepeatedOptions.fault(in: arguments, of: type(of: command)) {
        StandardError.write(fault)
        leave(Failure.Kind.usage.rawValue)
      }
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      leave(0)
    } catch {
      let (text, code) = (fullMessage(for: error), exitCode(for: error))
      if !text.isEmpty {
        if code.isSuccess { print(text) } else { StandardError.write(text) }
      }
      leave(code.rawValue)
    }
  }

  /// Ends the process without the libraries' clean-up: a thread that is still opening or closing a
  /// connection to PostgreSQL may be in the middle of what they would take away.
  private static func leave(_ status: Int32) -> Never {
    fflush(nil)
    _exit(status)
  }
}
