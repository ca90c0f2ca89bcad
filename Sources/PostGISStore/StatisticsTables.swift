public import CivilTime
internal import LedgerCore
public import Quests

extension PostGISStore: StatisticsStore {
  public func dailyCounts(
    in days: ClosedRange<Day>
  ) async throws(LedgerError) -> [DailyCount] {
    try DailyCount.check(days)
    return try await read {
      try $0.rows(
        StatisticsStatements.counts,
        [Parameter(days.lowerBound.number), Parameter(days.upperBound.number)]
      ) {
        DailyCount(day: Day(number: try $0.int()), name: try $0.text(), value: try $0.int())
      }
    }
  }

  public func add(_ counts: [DailyCount]) async throws(LedgerError) {
    // In one order, so that two who add at once do not wait for each other.
    let counts = counts.sorted { ($0.day, $0.name) < ($1.day, $1.name) }
    try await write { _ = try $0.run(StatisticsStatements.add, Self.columns(counts)) }
  }

  public func firstUnderivedDay() async throws(LedgerError) -> Day? {
    let day = try await read {
      try $0.row(
        StatisticsStatements.first, [Parameter(DailyCount.Derived.registered.rawValue)]
      ) { try $0.optionalInt() }
    }
    return (day ?? nil).map { Day(number: $0) }
  }

  public func deriveCounts(of days: ClosedRange<Day>) async throws(LedgerError) {
    try DailyCount.check(days)
    let bounds = DailyCount.bounds(of: days)
    let found = try await read { session in
      var found = DerivedCounts(days)
      for (statement, counts) in StatisticsStatements.derived {
        let rows: [(Int64, Int64, Int64, Int64)] = try session.rows(
          statement, [Parameter(bounds.from), Parameter(bounds.until)]
        ) { (try $0.int(), try $0.int(), try $0.int(), try $0.int()) }
        for (day, a, b, c) in rows { found.put([a, b, c], counts, on: day) }
      }
      return found
    }
    try await write { _ = try $0.run(StatisticsStatements.keep, Self.columns(found.all)) }
  }

  public func holdStatistics(holder: String, seconds: Int64) async throws(LedgerError) -> Bool {
    try await write { store in
      let parameters = [
        Parameter(DailyCount.service), Parameter(holder), Parameter(seconds * 1_000_000),
      ]
      return try store.row(AnnouncementStatements.hold, parameters) { try $0.bool() } != nil
    }
  }

  private static func columns(_ counts: [DailyCount]) -> [Parameter] {
    [
      Parameter(array: counts.map(\.day.number)), Parameter(array: counts.map(\.name)),
      Parameter(array: counts.map(\.value)),
    ]
  }
}

private enum StatisticsStatements {
  private static let day = DailyCount.dayMicroseconds
  private static let rows = "SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[])"

  static let counts = Statement(
    "daily_counts",
    """
    SELECT day, name, value FROM daily_counts
    WHERE day BETWEEN $1::bigint AND $2::bigint ORDER BY day, name COLLATE "C"
    """)
  static let add = Statement(
    "add_daily_counts",
    """
    INSERT INTO daily_counts AS c (day, name, value) \(rows)
    ON CONFLICT (day, name) DO UPDATE SET value = c.value + excluded.value
    """)
  static let keep = Statement(
    "keep_daily_counts",
    "INSERT INTO daily_counts (day, name, value) \(rows) ON CONFLICT (day, name) DO NOTHING")
  static let first = Statement(
    "first_underived_day",
    """
    SELECT coalesce(
      (SELECT max(day) + 1 FROM daily_counts WHERE name = $1::text),
      least(
        (SELECT min(created_at) FROM accounts), (SELECT min(logged_at) FROM activities)
      ) / \(day))
    """)

  /// Each gives a day and three numbers, of microseconds in [$1, $2).
  static let derived: [(Statement, [DailyCount.Derived])] = [
    (
      Statement(
        "count_registered",
        """
        SELECT created_at / \(day), count(*), 0::bigint, 0::bigint FROM accounts
        WHERE created_at >= $1::bigint AND created_at < $2::bigint GROUP BY 1
        """), [.registered]
    ),
    (
      Statement(
        "count_onboarded",
        """
        SELECT f.at / \(day), count(*), sum((f.at - a.created_at) / 1000000)::bigint, 0::bigint
        FROM (SELECT person_id, min(logged_at) AS at FROM activities GROUP BY person_id) f
        JOIN accounts a ON a.person_id = f.person_id
        WHERE f.at >= $1::bigint AND f.at < $2::bigint AND f.at >= a.created_at GROUP BY 1
        """), [.onboarded, .onboardSeconds]
    ),
    (
      Statement(
        "count_active",
        """
        SELECT logged_at / \(day), count(DISTINCT person_id), count(*),
          sum(greatest((logged_at - start_at) / 1000000 - coalesce(duration_s, 0), 0))::bigint
        FROM activities WHERE logged_at >= $1::bigint AND logged_at < $2::bigint GROUP BY 1
        """), [.active, .walks, .logSeconds]
    ),
    (
      Statement(
        "count_week_old",
        """
        SELECT a.created_at / \(day) + 7, count(*), count(w.person_id), 0::bigint FROM accounts a
        LEFT JOIN (
          SELECT DISTINCT person_id, logged_at / \(day) AS day FROM activities
          WHERE logged_at >= $1::bigint AND logged_at < $2::bigint
        ) w ON w.person_id = a.person_id AND w.day = a.created_at / \(day) + 7
        WHERE a.created_at >= $1::bigint - 7 * \(day) AND a.created_at < $2::bigint - 7 * \(day)
        GROUP BY 1
        """), [.weekOld, .weekOldActive]
    ),
  ]
}
