import ArgumentParser
import Batch
import Formats
import Geodesy
import Routes

struct Progress: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell where every team stands on a route.",
    discussion: """
      Reads walks from a CSV file with a header line and writes one line a team: \
      team_id,activities,distance_meters,percent,longitude,latitude,bearing,finished.

      Sums are exact, in micrometres; percentages are cut off, never rounded up.

      milequest progress --route trail.geojson --activities walks.csv -o teams.csv
      milequest progress --route trail.geojson --activities export.csv \\
        --team-column Squad --distance-column Miles --unit mi
      """)

  @Option(help: ArgumentHelp("A route file.", valueName: "file"))
  var route: String

  @Option(help: ArgumentHelp("Walks as CSV; - is standard input.", valueName: "csv"))
  var activities: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where to write; standard output by default.", valueName: "file"))
  var output = "-"

  @Option(
    help: ArgumentHelp("The column of the team: team_id or team by default.", valueName: "name"))
  var teamColumn: String?

  @Option(
    help: ArgumentHelp(
      "The column of the distance: distance_meters, distance_km, distance_miles or distance by default.",
      valueName: "name"))
  var distanceColumn: String?

  @Option(
    help: ArgumentHelp(
      "The unit of bare numbers: mi, km, m, ft or yd. By default that of the column's name, else metres.",
      valueName: "unit"))
  var unit: String?

  @OptionGroup var input: RouteInput

  enum Format: String, ExpressibleByArgument, CaseIterable { case csv, text }

  @Option(help: "csv for programs, text for people.")
  var format = Format.csv

  /// Bytes of a file of activities.
  private static let mostBytes = 1 << 31

  func run() throws {
    try reportingFailures {
      var columns = ActivityColumns(team: teamColumn, distance: distanceColumn)
      if let unit {
        guard let known = DistanceUnit(name: unit) else {
          throw Failure(.usage, "--unit: “\(unit)” is not a unit: use mi, km, m, ft or yd")
        }
        columns.unit = known
      }
      let measured = try input.measured(route, needsPosition: true)
      let bytes = try Files.read(activities, limit: Self.mostBytes)
      let totals: TeamTotals
      do { totals = try TeamTotals(csv: bytes, columns: columns) } catch let error as BatchError {
        throw Failure(
          .badData, "\(activities):\(error.line.map { "\($0):" } ?? "") \(error.message)")
      }
      let teams = totals.progress(on: measured)
      switch format {
      case .csv: try Files.write(ProgressCSV.bytes(teams), to: output)
      case .text: try Files.write(Array(table(teams).utf8), to: output)
      }
    }
  }
}

extension Progress {
  private func table(_ teams: [TeamProgress]) -> String {
    var table = TextTable(
      ["team", "walks", "walked", "done", "place", "last", "next"], rightAligned: [1, 2, 3])
    for team in teams {
      let position = team.position
      let next = position.nextWaypoint.map { next in
        let left = Distance(
          micrometers: next.distance.micrometers - position.distance.micrometers)
        return "\(next.name ?? "(unnamed)") in \(left.textForPeople(.imperial))"
      }
      table.add([
        team.team, Figures.grouped(team.total.activities),
        team.total.distance.textForPeople(.imperial),
        Distance(micrometers: team.percentMillionths).text(in: .meters, decimals: 1) + " %",
        "\(Figures.degrees(position.coordinate.latitude, decimals: 4)), "
          + "\(Figures.degrees(position.coordinate.longitude, decimals: 4))",
        position.lastWaypoint?.name ?? "",
        position.isFinished ? "finished" : next ?? "",
      ])
    }
    return table.text
  }
}

/// One line a team.
private enum ProgressCSV {
  static func bytes(_ teams: [TeamProgress]) -> [UInt8] {
    var out = Array(
      "team_id,activities,distance_meters,percent,longitude,latitude,bearing,finished\n".utf8)
    for team in teams {
      let position = team.position
      let fields = [
        quoted(team.team),
        String(team.total.activities),
        team.total.distance.exactText(in: .meters),
        percent(team.percentMillionths),
        position.coordinate.longitude.description,
        position.coordinate.latitude.description,
        position.bearing?.degrees.description ?? "",
        String(position.isFinished),
      ]
      out.append(contentsOf: fields.joined(separator: ",").utf8)
      out.append(0x0A)
    }
    return out
  }

  private static func percent(_ millionths: Int64) -> String {
    // A millionth of a percent is to a percent what a micrometre is to a metre.
    Distance(micrometers: millionths).exactText(in: .meters)
  }

  private static func quoted(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) else {
      return text
    }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
