internal import CivilTime
internal import GRDB
internal import Geodesy
internal import LedgerCore
internal import Quests

/// Writes the rows that a quest's figures are made of.
struct FigureRows {
  let db: Database
  private let sql: SQL

  /// Which figures of a quest rows belong to: an expression with the quest's id as its parameter.
  static let present = "(SELECT figures_id FROM quests WHERE quest_id = ?)"
  private static let presentSQL = SQL(figures: present)
  private static let namedSQL = SQL(figures: "?")

  /// The figures that hold.
  init(db: Database) {
    self.db = db
    sql = Self.presentSQL
  }

  /// Figures whose own id stands for the quest's in everything that is written.
  init(named db: Database) {
    self.db = db
    sql = Self.namedSQL
  }

  /// What every walk writes, put together once.
  private struct SQL {
    let day, person, span, contribution, milestone, removal, noMilestones: String

    init(figures: String) {
      day =
        "INSERT INTO quest_days (team_id, quest_id, day, distance_um, walks) "
        + "VALUES (?, \(figures), ?, ?, ?) ON CONFLICT DO UPDATE SET "
        + "distance_um = distance_um + excluded.distance_um, walks = walks + excluded.walks"
      person =
        "INSERT INTO quest_people (team_id, quest_id, person_id, distance_um, walks) "
        + "VALUES (?, \(figures), ?, ?, ?) ON CONFLICT DO UPDATE SET "
        + "distance_um = distance_um + excluded.distance_um, walks = walks + excluded.walks"
      span =
        "INSERT INTO quest_spans (team_id, quest_id, \(SpanTotal.columns)) "
        + "VALUES (?, \(figures), ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
        + "distance_um = distance_um + excluded.distance_um, walks = walks + excluded.walks"
      contribution =
        "INSERT OR REPLACE INTO contributions (\(Contribution.columns)) "
        + "VALUES (?, ?, ?, \(figures), ?, ?, ?, ?, ?, ?, ?, ?, ?)"
      milestone =
        "INSERT INTO milestones (team_id, quest_id, \(MilestoneReached.columns)) "
        + "VALUES (?, \(figures), ?, ?, ?, ?)"
      removal =
        "DELETE FROM contributions WHERE team_id = ? AND person_id = ? AND activity_id = ? "
        + "AND quest_id = \(figures)"
      noMilestones =
        "DELETE FROM milestones WHERE team_id = ? AND quest_id = \(figures) AND milestone >= ?"
    }
  }

  func write(_ change: LedgerChanges.DayChange) throws {
    try db.run(
      sql.day,
      [
        change.team.blob, change.quest.blob, change.day.number.sql, change.distance.column,
        change.walks.sql,
      ])
  }

  func write(_ change: LedgerChanges.PersonChange) throws {
    try db.run(
      sql.person,
      [
        change.team.blob, change.quest.blob, change.person.blob, change.distance.column,
        change.walks.sql,
      ])
  }

  func write(_ change: LedgerChanges.SpanChange) throws {
    try db.run(
      sql.span,
      [
        change.team.blob, change.quest.blob, change.span.level.rawValue.sql,
        change.span.number.sql, change.person.blob, change.distance.column, change.walks.sql,
      ])
  }

  func remove(_ removal: LedgerChanges.Removal) throws {
    try db.run(
      sql.removal,
      [
        removal.team.blob, removal.key.activity.person.blob, removal.key.activity.id.blob,
        removal.key.quest.blob,
      ])
  }

  func write(_ row: Contribution) throws {
    try db.run(
      sql.contribution,
      [
        row.team.blob, row.key.activity.person.blob, row.key.activity.id.blob,
        row.key.quest.blob, row.start.column, row.distance.column, row.isPrivate.sql,
        row.isCounted.sql, row.receipt.column(\.totalBefore.column),
        row.receipt.column(\.totalAfter.column),
        row.receipt.column(\.versionBefore.sql),
        row.receipt.column(\.versionAfter.sql), row.receipt.column(\.plan.sql),
      ])
  }

  func write(_ write: LedgerChanges.MilestoneWrite) throws {
    if write.replaces {
      try db.run(
        sql.noMilestones,
        [write.team.blob, write.quest.blob, write.from.sql])
    }
    for row in write.rows {
      try db.run(
        sql.milestone,
        [
          write.team.blob, write.quest.blob, row.index.sql, row.walk.start.column,
          row.walk.id.blob, row.walk.person.blob,
        ])
    }
  }
}
