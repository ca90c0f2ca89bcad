import ArgumentParser
import Batch
import Formats
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

  @OptionGroup var dialect: DialectOptions

  @Flag(help: "Count every row, also where an activity's id comes back.")
  var keepRepeats = false

  /// Whether anything is said.
  var isUsed: Bool {
    [teamColumn, distanceColumn, unit, timeColumn, activityColumn, routeColumn]
      .contains { $0 != nil } || keepRepeats || dialect.isUsed
  }

  var columns: ActivityColumns {
    get throws {
      var columns = ActivityColumns()
      columns.team = teamColumn
      columns.distance = distanceColumn
      columns.time = timeColumn
      columns.activity = activityColumn
      columns.route = routeColumn
      try dialect.apply(to: &columns)
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

/// How a file of walks is written.
struct DialectOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What stands between fields: comma, semicolon, tab, bar or a character. By default the file's header or its line “sep=” tells.",
      valueName: "separator"))
  var separator: String?

  @Option(
    help: ArgumentHelp(
      "What stands before decimals: point or comma. By default each number tells, and one that can be read both ways is refused.",
      valueName: "mark"))
  var decimal: DecimalMark?

  @Option(
    help: ArgumentHelp(
      "The encoding of the characters, such as windows-1252 or shift_jis. By default UTF-8, and UTF-16 where the file shows it.",
      valueName: "name"))
  var encoding: String?

  var isUsed: Bool { separator != nil || decimal != nil || encoding != nil }

  func apply(to columns: inout ActivityColumns) throws {
    columns.decimalMark = decimal
    if let encoding {
      guard let known = TextEncoding(named: encoding) else {
        throw Failure(
          .usage,
          "--encoding: “\(encoding)” is not an encoding that this system knows: use a name such as "
            + "windows-1252, iso-8859-15 or shift_jis")
      }
      columns.encoding = known
    }
    guard let separator else { return }
    guard let known = ActivityColumns.separator(named: separator) else {
      throw Failure(
        .usage,
        "--separator: “\(separator)” is not a separator: use comma, semicolon, tab, bar or a character "
          + "that is no letter, digit or quote")
    }
    columns.separator = known
  }
}

extension DecimalMark: ExpressibleByArgument {}
