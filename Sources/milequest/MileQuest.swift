import ArgumentParser

@main
struct MileQuest: ParsableCommand {
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
      Another format:              milequest convert trail.gpx trail.geojson
      Where does every team stand? milequest progress --route trail.gpx --activities walks.csv

      Exit codes: 0 fine, 1 findings of severity error, 64 usage, 65 bad data, 66 no such input, \
      69 store or service unreachable, 74 write failed.
      """,
    version: version,
    subcommands: [
      Inspect.self, Validate.self, PositionCommand.self, Nearest.self, Convert.self, Plot.self,
      Progress.self,
    ])
}
