import ArgumentParser
import Batch
import Geodesy

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
