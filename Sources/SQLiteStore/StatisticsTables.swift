public import CivilTime
internal import GRDB
internal import LedgerCore
public import Quests

extension SQLiteStore: StatisticsStore {
  public func dailyCounts(
    in days: ClosedRange<Day>
  ) async throws(LedgerError) -> [DailyCount] {
    try DailyCount.check(days)
    return try await read {
      try $0.db.rows(
        "SELECT day, name, value FROM daily_counts WHERE day BETWEEN ? AND ? ORDER BY day, name",
        [days.lowerBound.number.sql, days.upperBound.number.sql]
      ) {
        DailyCount(day: Day(number: try $0.int()), name: try $0.text(), value: try $0.int())
      }
    }
  }

  public func add(_ counts: [DailyCount]) async throws(LedgerError) {
    try await write { db in
      for count in counts {
        try db.run(
          "INSERT INTO daily_counts (day, name, value) VALUES (?, ?, ?) "
            + "ON CONFLICT (day, name) DO UPDATE SET value = value + excluded.value",
          [count.day.number.sql, count.name.sql, count.value.sql])
      }
    }
  }

  public func firstUnderivedDay() async throws(LedgerError) -> Day? {
    try await read { tables in
      let last = try tables.db.row(
        "SELECT day FROM daily_counts WHERE name = ? ORDER BY day DESC LIMIT 1",
        [DailyCount.Derived.registered.rawValue.sql]
      ) { try $0.int() }
      if let last { return Day(number: last + 1) }
      let first = try tables.db.row(
        """
        SELECT min(first) FROM (
          SELECT min(created_at) AS first FROM accounts
          UNION ALL SELECT min(logged_at) FROM activities)
        """, []
      ) { try $0.optionalInt() }
      return (first ?? nil).map { Day(number: $0 / DailyCount.dayMicroseconds) }
    }
  }

  public func deriveCounts(of days: ClosedRange<Day>) async throws(LedgerError) {
    try DailyCount.check(days)
    // Read apart from the writing, so that nobody who writes waits for it.
    let bounds = DailyCount.bounds(of: days)
    let found = try await read { tables in
      var found = DerivedCounts(days)
      for statement in StatisticsQueries.all {
        let rows: [(Int64, Int64, Int64, Int64)] = try tables.db.rows(
          statement.sql, [bounds.from.sql, bounds.until.sql]
        ) { (try $0.int(), try $0.int(), try $0.int(), try $0.int()) }
        for (day, a, b, c) in rows { found.put([a, b, c], statement.counts, on: day) }
      }
      return found
    }
    try await write { db in
      for count in found.all {
        try db.run(
          "INSERT OR IGNORE INTO daily_counts (day, name, value) VALUES (?, ?, ?)",
          [count.day.number.sql, count.name.sql, count.value.sql])
      }
    }
  }

  public func holdStatistics(holder: String, seconds: Int64) async throws(LedgerError) -> Bool {
    try await write { db in
      try Self.hold(DailyCount.service, holder: holder, seconds: seconds, in: db) != nil
    }
  }
}

/// Each gives a day and three numbers, of microseconds in [?1, ?2).
private enum StatisticsQueries {
  private static let day = DailyCount.dayMicroseconds

  static let all: [(sql: String, counts: [DailyCount.Derived])] = [
    (
      """
      SELECT created_at / \(day), count(*), 0, 0 FROM accounts
      WHERE created_at >= ?1 AND created_at < ?2 GROUP BY 1
      """, [.registered]
    ),
    (
      """
      SELECT f.at / \(day), count(*), sum((f.at - a.created_at) / 1000000), 0
      FROM (SELECT person_id, min(logged_at) AS at FROM activities GROUP BY person_id) f
      JOIN accounts a ON a.person_id = f.person_id
      WHERE f.at >= ?1 AND f.at < ?2 AND f.at >= a.created_at GROUP BY 1
      """, [.onboarded, .onboardSeconds]
    ),
    (
      """
      SELECT logged_at / \(day), count(DISTINCT person_id), count(*),
        sum(max((logged_at - start_at) / 1000000 - coalesce(duration_s, 0), 0))
      FROM activities WHERE logged_at >= ?1 AND logged_at < ?2 GROUP BY 1
      """, [.active, .walks, .logSeconds]
    ),
    (
      """
      SELECT a.created_at / \(day) + 7, count(*), count(w.person_id), 0 FROM accounts a
      LEFT JOIN (
        SELECT DISTINCT person_id, logged_at / \(day) AS day FROM activities
        WHERE logged_at >= ?1 AND logged_at < ?2
      ) w ON w.person_id = a.person_id AND w.day = a.created_at / \(day) + 7
      WHERE a.created_at >= ?1 - 7 * \(day) AND a.created_at < ?2 - 7 * \(day) GROUP BY 1
      """, [.weekOld, .weekOldActive]
    ),
  ]
}
