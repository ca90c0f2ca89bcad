/// How far the events of teams have been handed to a service outside, and which process hands over.
///
/// Of many processes one holds the right to, for some seconds at a time, so that no event is handed
/// over by two and those of a team stay in order. What was handed over is kept by team: whoever takes
/// over goes on there.
public protocol AnnouncementStore: Sendable {
  /// Takes the right to hand over to a service, or keeps it. Where nobody has held it before,
  /// everything that has happened so far counts as handed over.
  ///
  /// - Parameters:
  ///   - holder: names the process.
  ///   - seconds: for how long, by the store's own clock.
  /// - Returns: whether the holder has it.
  func holdAnnouncements(
    to service: String, holder: String, seconds: Int64
  ) async throws(LedgerError) -> Bool
  /// Gives the right back, so that another need not wait for its end.
  func releaseAnnouncements(to service: String, holder: String) async throws(LedgerError)
  /// Up to which versions teams have been handed over.
  ///
  /// - Throws: `limit` for more teams than `LedgerLimits.page`.
  func announced(
    to service: String, teams: Set<TeamID>
  ) async throws(LedgerError) -> [TeamID: Int64]
  /// The teams that have events which were not handed over, by id, each with the version up to which
  /// they were. O(teams) where few have any.
  func unannounced(
    to service: String, after team: TeamID?, limit: Int
  ) async throws(LedgerError) -> [(team: TeamID, version: Int64)]
  /// Notes that teams have been handed over up to versions.
  ///
  /// - Throws: `limit` for more teams than `LedgerLimits.page`.
  func setAnnounced(
    to service: String, _ versions: [TeamID: Int64]
  ) async throws(LedgerError)
}
