package import CivilTime
package import Quests

/// What a store reads for an audit, all of one state.
package protocol AuditSource {
  /// The next teams by id with everything that is stored about them; empty after the last.
  func teams(after: TeamID?) throws -> [StoredTeam]
  /// Rows of a table that belong to no quest of their team, the first thousand.
  func strays(in table: String) throws -> [(team: TeamID, quest: QuestID)]
  /// People whose walks are counted as more or fewer than there are, deleted ones too: the first thousand.
  func miscounted() throws -> [(person: PersonID, counted: Int64, walks: Int64)]
}

extension AuditReport {
  /// The tables whose rows each belong to a quest.
  private static let tablesOfQuests = [
    "contributions", "milestones", "quest_days", "quest_people", "quest_spans", "quest_tallies",
  ]

  /// Recomputes every team, counts the walks of every person, and names each difference.
  ///
  /// - Complexity: O(n log n) for n walks, with the teams of one page in memory at a time.
  package init(_ source: some AuditSource, zones: ZoneCatalog) throws {
    self.init()
    var last: TeamID?
    while true {
      let page = try source.teams(after: last)
      guard let end = page.last else { break }
      for team in page {
        teams += 1
        quests += team.facts.quests.count
        contributions += team.quests.values.reduce(0) { $0 + $1.contributions.count }
        add(try LedgerAudit.differences(in: team, zones: zones))
      }
      last = end.facts.team.id
    }
    for table in Self.tablesOfQuests {
      add(
        try source.strays(in: table).map {
          AuditDifference(
            team: $0.team, quest: $0.quest, what: "a row in \(table)", stored: "there",
            expected: "no such quest")
        })
    }
    add(
      try source.miscounted().map {
        AuditDifference(
          person: $0.person, what: "number of walks", stored: "\($0.counted)",
          expected: "\($0.walks)")
      })
  }
}
