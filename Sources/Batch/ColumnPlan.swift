internal import Geodesy

/// Where the columns of one file stand.
struct ColumnPlan: Sendable {
  /// What a field is for.
  enum Role: UInt8 { case none, team, distance, time, activity, route, person }

  var roles: [Role]
  var unit: DistanceUnit
  var mark: DecimalMark?
  var hasTime = false
  var hasActivity = false
  var hasRoute = false
  var hasPerson = false

  /// - Parameter header: the names of the file's columns.
  /// - Throws: `header`, naming the columns that there are and the option to use.
  init(
    _ header: [String], _ columns: ActivityColumns, _ dialect: Dialect, needsTime: Bool,
    needsRoute: Bool, needsTeam: Bool = true
  ) throws(BatchError) {
    roles = Array(repeating: .none, count: header.count)
    mark = columns.decimalMark
    let finder = ColumnFinder(header, dialect)
    func find(
      _ asked: String?, _ names: [String], option: String, isNeeded: Bool
    ) throws(BatchError) -> Int? {
      if let index = try finder.column(asked.map { [$0] } ?? names, option: option) { return index }
      if !isNeeded, asked == nil { return nil }
      throw finder.missing(asked.map { [$0] } ?? names, option: option)
    }
    let team = try find(
      columns.team, ["team_id", "team"], option: "--team-column", isNeeded: needsTeam)
    let distance = try find(
      columns.distance, ["distance_meters", "distance_km", "distance_miles", "distance"],
      option: "--distance-column", isNeeded: true)!
    unit = columns.unit ?? Self.unit(ofColumn: header[distance])
    func take(_ index: Int?, _ role: Role) throws(BatchError) -> Bool {
      guard let index else { return false }
      guard roles[index] == .none else {
        throw BatchError(.header, line: 1, "the column “\(header[index])” is named for two things")
      }
      roles[index] = role
      return true
    }
    _ = try take(team, .team)
    _ = try take(distance, .distance)
    if columns.deduplicates || columns.activity != nil {
      hasActivity = try take(
        try find(columns.activity, ["activity_id"], option: "--activity-column", isNeeded: false),
        .activity)
    }
    // Times are read wherever there are any, so that every reader refuses the same rows.
    hasTime = try take(
      try find(columns.time, ["started_at", "time"], option: "--time-column", isNeeded: needsTime),
      .time)
    if needsRoute || columns.route != nil {
      hasRoute = try take(
        try find(columns.route, ["quest_id", "route"], option: "--route-column", isNeeded: true),
        .route)
    }
    if let index = try finder.column(Self.personNames), roles[index] == .none {
      hasPerson = try take(index, .person)
    }
  }

  static let personNames = ["person_id", "person"]

  private static func unit(ofColumn name: String) -> DistanceUnit {
    let name = name.lowercased()
    if name.hasSuffix("_km") || name == "km" { return .kilometers }
    if name.hasSuffix("_miles") || name.hasSuffix("_mi") || name == "miles" { return .miles }
    return .meters
  }
}

/// Finds columns by their names; case and blanks around a name do not count.
struct ColumnFinder {
  private let header: [String]
  private let names: [String]
  private let dialect: Dialect

  init(_ header: [String], _ dialect: Dialect) {
    self.header = header
    names = header.map(Self.plain)
    self.dialect = dialect
  }

  /// The name in lower case without blanks around it.
  private static func plain(_ name: String) -> String {
    var name = name[...]
    while name.first?.isWhitespace == true { name.removeFirst() }
    while name.last?.isWhitespace == true { name.removeLast() }
    return name.lowercased()
  }

  /// The column that has one of the names, or nil.
  ///
  /// - Parameter option: which names the column that is meant; nil where there is none.
  /// - Throws: `header` where several columns have one of them.
  func column(_ wanted: [String], option: String? = nil) throws(BatchError) -> Int? {
    let wanted = wanted.map(Self.plain)
    let found = names.indices.filter { wanted.contains(names[$0]) }
    guard found.count > 1 else { return found.first }
    let isOneName = Set(found.map { names[$0] }).count == 1
    let titles = found.map { "“\(header[$0])” (column \($0 + 1))" }.joined(separator: " and ")
    let remedy =
      option.map { isOneName ? "rename one of them" : "name the one that is meant with \($0)" }
      ?? "rename or remove one of them"
    throw BatchError(.header, line: line, "\(titles) mean the same: \(remedy)")
  }

  /// What to say where a column is not there.
  func missing(_ wanted: [String], option: String) -> BatchError {
    if let kind = Self.foreignKind(header[0]) {
      return BatchError(.header, line: line, kind)
    }
    let titles = header.map { "“\($0)”" }.joined(separator: ", ")
    let one =
      header.count == 1 ? "; if the columns are separated otherwise, name it with --separator" : ""
    let foreign =
      header.contains { $0.unicodeScalars.contains("\u{FFFD}") }
      ? "; the header has bytes that are not text in the file's encoding, which --encoding names"
      : ""
    return BatchError(
      .header, line: line,
      "no column \(wanted.map { "“\($0)”" }.joined(separator: " or ")) among \(titles), separated by "
        + "\(dialect.separatorText); name it with \(option)\(one)\(foreign)")
  }

  /// What a file is that begins so, and what to do; nil where it may be a table.
  private static func foreignKind(_ start: String) -> String? {
    let kinds = [
      (
        ["<!doctype html", "<html"],
        "this is a web page (HTML) and no CSV: open it in a browser and download the file itself, "
          + "signed in where that is needed"
      ),
      (["<"], "this is XML and no CSV: export the walks as a table"),
      (["{", "["], "this is JSON and no CSV: export the walks as a table"),
      (
        ["pk\u{3}\u{4}"], "this is a spreadsheet or an archive and no CSV: save the sheet as CSV"
      ),
      (["%pdf"], "this is a document (PDF) and no CSV: export the walks as a table"),
      (["par1"], "this is Parquet and no CSV: export the walks as a table"),
      (["sqlite format 3"], "this is a database (SQLite) and no CSV: export the walks as a table"),
    ]
    let start = plain(start)
    return kinds.first { $0.0.contains(where: start.hasPrefix) }?.1
  }

  private var line: Int { dialect.prefixLines + 1 }
}
