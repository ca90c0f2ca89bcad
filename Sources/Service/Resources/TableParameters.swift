import Batch
import CivilTime
import Formats
import Geodesy

/// How a request says what a table of walks is like: what the options of the command line say.
extension ParameterKey {
  static let tableZone = Parameter<String?>(
    "zone", .text(1...100),
    "For a table: the IANA zone of times without an offset, which are refused without it; also of the "
      + "days of walks whose rows have no zone and no offset, in place of your own.")

  private static let unit = Parameter<DistanceUnit?>(
    "unit", .named("a unit: use mi, km, m, ft or yd") { DistanceUnit(name: $0) },
    "For a table: the unit of bare numbers, `mi`, `km`, `m`, `ft` or `yd`; by default that of the "
      + "column’s name, else metres.")
  private static let separator = Parameter<UInt8?>(
    "separator",
    .named("a separator: use comma, semicolon, tab, bar or a character") {
      ActivityColumns.separator(named: $0)
    },
    "For a table: what stands between fields, `comma`, `semicolon`, `tab`, `bar` or a character; by "
      + "default the header tells.")
  private static let decimal = Parameter<DecimalMark?>(
    "decimal", .words(),
    "For a table: what stands before decimals; by default each number tells, and one that can be read "
      + "both ways is refused.")
  private static let encoding = Parameter<TextEncoding?>(
    "encoding",
    .named("an encoding: use a name such as windows-1252") { TextEncoding(named: $0) },
    "For a table: the encoding of its characters, such as `windows-1252`; UTF-8 by default.")
  private static let teamColumn = Parameter<String?>(
    "teamColumn", .text(1...200), "For a table: the team; `team_id` or `team` by default.")
  private static let distanceColumn = Parameter<String?>(
    "distanceColumn", .text(1...200),
    "For a table: the distance; `distance_meters`, `distance_km`, `distance_miles` or `distance` by "
      + "default.")
  private static let timeColumn = Parameter<String?>(
    "timeColumn", .text(1...200),
    "For a table: when the walk began; `started_at` or `time` by default.")
  private static let activityColumn = Parameter<String?>(
    "activityColumn", .text(1...200), "For a table: the walk’s id; `activity_id` by default.")

  static let table: [ParameterKey] = [
    tableZone, unit, separator, decimal, encoding, teamColumn, distanceColumn, timeColumn,
    activityColumn,
  ]

  /// The columns that a request tells of.
  static func columns(of call: Call) -> ActivityColumns {
    var columns = ActivityColumns()
    columns.unit = call[unit]
    columns.separator = call[separator]
    columns.decimalMark = call[decimal]
    columns.encoding = call[encoding]
    columns.team = call[teamColumn]
    columns.distance = call[distanceColumn]
    columns.time = call[timeColumn]
    columns.activity = call[activityColumn]
    return columns
  }
}

extension ParameterForm {
  /// What a short name stands for.
  fileprivate static func named(
    _ kind: String, _ read: @escaping @Sendable (String) -> Value?
  ) -> Self {
    ParameterForm<String>.text(1...40).map { name throws(ParameterFault) in
      guard let value = read(name) else { throw ParameterFault("“\(name)” is not \(kind)") }
      return value
    }
  }
}
