package import Quests
package import Routes

extension LedgerLimits {
  /// How many rows a page has that was asked for with a limit.
  package func rows(_ limit: Int) -> Int { min(max(limit, 0), page) }

  /// Checks how many teams a request is about.
  ///
  /// - Throws: `limit`.
  package func check(teams count: Int) throws(LedgerError) {
    guard count <= page else {
      throw LedgerError(
        .limit, "\(count) teams were asked for at once; the limit is \(page)")
    }
  }

  /// Checks how many commands come in one batch.
  ///
  /// - Throws: `limit`.
  package func check(_ commands: [LedgerCommand]) throws(LedgerError) {
    guard commands.count <= batchActivities else {
      throw LedgerError(
        .limit, "\(commands.count) commands in one batch; the limit is \(batchActivities)")
    }
  }
}

extension Bounds {
  /// West and east, south and north, and west and east once more: of the part beyond 180 degrees
  /// where there is one.
  package var halves: [Double] {
    let crosses = west > east
    return [west, crosses ? 180 : east, south, north, crosses ? -180 : west, east]
  }
}
