public import CivilTime
public import Geodesy

/// The bounds on a file of activities. A breach names the limit.
public struct BatchLimits: Sendable {
  /// Bytes of one row; a quote that is opened must be closed within them.
  public var rowBytes = 64 * 1024
  /// The longest distance that is one activity.
  public var longestActivity = Distance(micrometers: 500_000_000_000)

  public static let standard = BatchLimits()
  public init() {}
}

/// Which activities of a file count, and how its columns are called.
public struct ActivityColumns: Sendable {
  /// Nil takes `team_id` or `team`.
  public var team: String?
  /// Nil takes `distance_meters`, `distance_km`, `distance_miles` or `distance`.
  public var distance: String?
  /// The unit of a bare number; nil takes that of the column's name, else metres.
  public var unit: DistanceUnit?
  /// Nil takes `started_at` or `time`; read only where times matter.
  public var time: String?
  /// Nil takes `activity_id`, where there is one.
  public var activity: String?
  /// Nil takes `quest_id` or `route`; read only where there are several routes.
  public var route: String?
  /// Whether repeats of one activity count once. Costs memory for every distinct activity.
  public var deduplicates = true

  public init() {}
}

/// The window of time that counts: [from, until), and what had happened by `asOf`, that instant
/// included.
public struct TimeWindow: Sendable {
  public var from: Instant?
  public var until: Instant?
  public var asOf: Instant?

  public init(from: Instant? = nil, until: Instant? = nil, asOf: Instant? = nil) {
    self.from = from
    self.until = until
    self.asOf = asOf
  }

  public var isOpen: Bool { from == nil && until == nil && asOf == nil }

  @inline(__always)
  func contains(_ instant: Instant) -> Bool {
    (from.map { $0 <= instant } ?? true) && (until.map { instant < $0 } ?? true)
      && (asOf.map { instant <= $0 } ?? true)
  }
}

/// Where the columns of one file stand.
struct ColumnPlan: Sendable {
  /// What a field is for.
  enum Role: UInt8 { case none, team, distance, time, activity, route }

  var roles: [Role]
  var unit: DistanceUnit
  var hasTime = false
  var hasActivity = false
  var hasRoute = false

  /// - Parameter header: the names of the file's columns.
  /// - Throws: `header`, naming the columns that there are and the option to use.
  init(
    _ header: [String], _ columns: ActivityColumns, needsTime: Bool, needsRoute: Bool
  ) throws(BatchError) {
    roles = Array(repeating: .none, count: header.count)
    func find(
      _ asked: String?, _ names: [String], option: String, isNeeded: Bool
    ) throws(BatchError) -> Int? {
      let wanted = asked.map { [$0] } ?? names
      for name in wanted {
        if let index = header.firstIndex(of: name) { return index }
      }
      if !isNeeded, asked == nil { return nil }
      throw BatchError(
        .header, line: 1,
        "no column \(wanted.map { "“\($0)”" }.joined(separator: " or ")) among "
          + "\(header.map { "“\($0)”" }.joined(separator: ", ")); name it with \(option)")
    }
    let team = try find(
      columns.team, ["team_id", "team"], option: "--team-column", isNeeded: true)!
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
    // The time is part of what a repeat must agree in, so it is read where ids are.
    if needsTime || columns.time != nil || hasActivity {
      hasTime = try take(
        try find(
          columns.time, ["started_at", "time"], option: "--time-column", isNeeded: needsTime),
        .time)
    }
    if needsRoute || columns.route != nil {
      hasRoute = try take(
        try find(columns.route, ["quest_id", "route"], option: "--route-column", isNeeded: true),
        .route)
    }
  }

  private static func unit(ofColumn name: String) -> DistanceUnit {
    let name = name.lowercased()
    if name.hasSuffix("_km") || name == "km" { return .kilometers }
    if name.hasSuffix("_miles") || name.hasSuffix("_mi") || name == "miles" { return .miles }
    return .meters
  }
}
