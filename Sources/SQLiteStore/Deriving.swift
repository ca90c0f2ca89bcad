internal import Base
internal import CivilTime
internal import GRDB
internal import LedgerCore
internal import Quests

/// The figures that are derived ahead for commands which wait for their fold.
final class Derivations: Sendable {
  private let waiting = Lock<[QuestID: DerivedFigures]>([:])

  func insert(_ derived: DerivedFigures) {
    waiting.withLock { $0[derived.quest.id] = derived }
  }

  func remove(_ derived: DerivedFigures) {
    waiting.withLock {
      if $0[derived.quest.id] === derived { $0[derived.quest.id] = nil }
    }
  }

  /// Those for a fold that has one command only.
  func figures(for commands: [[LedgerCommand]]) -> DerivedFigures? {
    guard commands.count == 1, commands[0].count == 1 else { return nil }
    return switch commands[0][0].action {
    case .changeQuest(let id, _, _): waiting.withLock { $0[id] }
    case .createQuest(let draft): waiting.withLock { $0[draft.id] }
    default: nil
    }
  }
}

extension SQLiteStore {
  /// Walks that one transaction of a derivation looks at: some 30 milliseconds.
  private static let pieceWalks = 2_000
  /// A derivation that has taken this long has been abandoned.
  private static let longestSeconds: Int64 = 3_600

  /// Derives what a command changes in pieces, where it is much.
  ///
  /// - Returns: nil where the command's own transaction derives it.
  func derive(for command: LedgerCommand) async throws(LedgerError) -> DerivedFigures? {
    guard let derived = try await derivation(for: command) else { return nil }
    do throws(LedgerError) {
      while try await !write({ try derived.step($0) }) {
        if Task.isCancelled {
          throw LedgerError(.timeout, "the caller gave up before anything was done")
        }
      }
    } catch {
      await sweep(after: derived)
      throw error
    }
    return derived
  }

  private func derivation(
    for command: LedgerCommand
  ) async throws(LedgerError) -> DerivedFigures? {
    let most = limits.walksDerivedAtOnce
    let zones = zones
    switch command.action {
    case .changeQuest, .createQuest: break
    default: return nil
    }
    return try await read { tables in
      let team: TeamID? =
        switch command.action {
        case .createQuest(let draft): draft.team
        case .changeQuest(let id, _, _): try tables.team(ofQuest: id)
        default: nil
        }
      guard let team, let facts = try tables.team(team),
        let new = command.rederived(among: facts.quests.map(\.quest)),
        let zone = try? zones.zone(named: new.quest.zone),
        let plan = try new.plan ?? tables.plan(new.quest.plan)
      else { return nil }
      let counted = facts.quests.first { $0.quest.id == new.quest.id }?.tally.walks ?? 0
      let found = try tables.db.row(
        "SELECT count(*) FROM (SELECT 1 FROM memberships m JOIN activities a "
          + "ON a.person_id = m.person_id AND a.start_at >= ?2 AND a.start_at < ?3 "
          + "AND a.is_deleted = 0 WHERE m.team_id = ?1 LIMIT ?4)",
        [team.blob, new.quest.start.column, new.quest.end.column, (most + 1).sql]
      ) { try $0.int() }
      guard counted + (found ?? 0) > Int64(most) else { return nil }
      return DerivedFigures(
        new.quest, base: new.base, plan: plan, zone: zone, begunAt: command.at,
        pieceWalks: min(Self.pieceWalks, max(most, 1)))
    }
  }

  /// Removes the figures that no quest has after a derivation. What cannot be removed now is removed by
  /// the care of the store.
  func sweep(after derived: DerivedFigures) async {
    for figures in [derived.figures, derived.baseFigures].compactMap(\.self) {
      try? await sweep(figures)
    }
  }

  /// Removes what derivations left that were abandoned, by a process that was killed for example.
  func sweepAbandoned(at now: Instant) async throws(LedgerError) {
    let before = now.advanced(bySeconds: -Self.longestSeconds)
    let abandoned: [QuestID] = try await read {
      try $0.db.rows(
        "SELECT figures_id FROM derivations WHERE begun_at < ?", [before.column]
      ) { try $0.id() }
    }
    for figures in abandoned { try await sweep(figures) }
  }

  private func sweep(_ figures: QuestID) async throws(LedgerError) {
    let team: TeamID? = try await read {
      try $0.db.row(
        "SELECT team_id FROM derivations WHERE figures_id = ?", [figures.blob]
      ) { try $0.id() }
    }
    guard let team else { return }
    var place: [SQLValue]? = StoredKey.first
    while let after = place {
      place = try await write { db in
        let keys = try StoredKey.piece(of: team, after: after, count: Self.pieceWalks, db)
        let rows = FigureRows(named: db)
        for key in keys where key.figures == figures {
          try rows.remove(
            LedgerChanges.Removal(
              team: team, key: ContributionKey(quest: figures, activity: key.activity)))
        }
        return keys.count < Self.pieceWalks ? nil : keys.last?.place
      }
    }
    for (table, key) in [
      ("milestones", "milestone"), ("quest_days", "day"), ("quest_people", "person_id"),
      ("quest_spans", "level, number, person_id"), ("quest_tallies", "quest_id"),
    ] {
      var count = Self.pieceWalks
      while count == Self.pieceWalks {
        count = try await write { db in
          try db.run(
            "DELETE FROM \(table) WHERE team_id = ?1 AND quest_id = ?2 AND (\(key)) IN "
              + "(SELECT \(key) FROM \(table) WHERE team_id = ?1 AND quest_id = ?2 LIMIT ?3)",
            [team.blob, figures.blob, Self.pieceWalks.sql])
          return db.changesCount
        }
      }
    }
    try await write { db in
      try db.run("DELETE FROM derivations WHERE figures_id = ?", [figures.blob])
    }
  }
}

/// Whose row of a walk stands among a team's contributions.
struct StoredKey {
  let activity: ActivityKey
  let figures: QuestID
  let hasReceipt: Bool

  /// Before every row.
  static let first: [SQLValue] = [.bytes([]), .bytes([]), .bytes([])]
  var place: [SQLValue] { [activity.person.blob, activity.id.blob, figures.blob] }

  /// The next rows of a team, those of all figures, in the order of their keys.
  static func piece(
    of team: TeamID, after place: [SQLValue], count: Int, _ db: Database
  ) throws -> [StoredKey] {
    try db.rows(
      "SELECT person_id, activity_id, quest_id, total_after_um IS NOT NULL FROM contributions "
        + "WHERE team_id = ? AND (person_id, activity_id, quest_id) > (?, ?, ?) "
        + "ORDER BY person_id, activity_id, quest_id LIMIT ?", [team.blob] + place + [count.sql]
    ) {
      StoredKey(
        activity: ActivityKey(person: try $0.id(), id: try $0.id()), figures: try $0.id(),
        hasReceipt: try $0.bool())
    }
  }
}
