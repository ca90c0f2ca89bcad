public import CivilTime

/// Where the counts of days are kept: how much was done, and nothing of who did it.
public protocol StatisticsStore: Sendable {
  /// The counts of days in a range, by day and name.
  ///
  /// - Throws: `limit` for more days than `DailyCount.mostDays`.
  func dailyCounts(in days: ClosedRange<Day>) async throws(LedgerError) -> [DailyCount]
  /// Adds to counts; several processes may.
  func add(_ counts: [DailyCount]) async throws(LedgerError)
  /// The first day that the ledger knows of and that has no derived counts yet; nil where nothing has
  /// happened, which is also when there is none before the present day.
  func firstUnderivedDay() async throws(LedgerError) -> Day?
  /// Derives from accounts and walks what happened on days that are over, and keeps it. A day that has
  /// derived counts keeps those, so that nothing which is erased later changes them.
  ///
  /// - Throws: `limit` for more days than `DailyCount.mostDays`.
  /// - Complexity: O(accounts + walks), however many days there are.
  func deriveCounts(of days: ClosedRange<Day>) async throws(LedgerError)
  /// Takes the right to derive counts, or keeps it: of many processes one holds it.
  ///
  /// - Parameters:
  ///   - holder: names the process.
  ///   - seconds: for how long, by the store's own clock.
  /// - Returns: whether the holder has it.
  func holdStatistics(holder: String, seconds: Int64) async throws(LedgerError) -> Bool
}
