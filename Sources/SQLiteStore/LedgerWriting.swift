internal import CivilTime
internal import Foundation
internal import GRDB
internal import Geodesy
internal import LedgerCore
internal import Quests

/// What every walk writes, put together once.
private enum SQL {
  /// Under which id the figures of a quest are stored.
  private static let figures = FigureRows.present
  static let tally =
    "INSERT OR REPLACE INTO quest_tallies (team_id, quest_id, total_um, walks, frontier_start, "
    + "frontier_activity, frontier_person) VALUES (?, \(figures), ?, ?, ?, ?, ?)"
  static let event =
    "INSERT INTO team_events (\(TeamEvent.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
  private static let activityValues =
    " INTO activities (\(Activity.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
  /// A new one is inserted only: the key would find a second writer of the same id.
  static let newActivity = "INSERT" + activityValues
  static let activity = "INSERT OR REPLACE" + activityValues
  static let walkCount =
    "INSERT INTO person_walks (person_id, walks) VALUES (?, ?) "
    + "ON CONFLICT (person_id) DO UPDATE SET walks = walks + excluded.walks"
}

extension LedgerTables {
  /// Writes the rows of a fold, inside the transaction that its facts were read in.
  func write(_ changes: LedgerChanges) throws {
    for write in changes.teams { try self.write(write) }
    for period in changes.memberships {
      try db.run(
        "INSERT INTO memberships (\(Membership.columns)) VALUES (?, ?, ?, ?, ?, ?) "
          + "ON CONFLICT (team_id, person_id, period) DO UPDATE SET role = excluded.role, "
          + "joined_at = excluded.joined_at, left_at = excluded.left_at",
        [
          period.team.blob, period.person.blob, period.period.sql,
          period.role.rawValue.sql, period.joined.column, period.left.column(\.column),
        ])
    }
    for invite in changes.invites {
      try db.run(
        "INSERT OR REPLACE INTO invites (\(Invite.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
          invite.id.blob, invite.team.blob, invite.role.rawValue.sql,
          invite.createdBy.blob, invite.createdAt.column, invite.expiresAt.column,
          invite.redeemedBy.column(\.blob), invite.redeemedAt.column(\.column),
          invite.revokedAt.column(\.column),
        ])
    }
    for plan in changes.plans {
      try db.run(
        "INSERT INTO plans (plan_id, content) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [plan.id.blob, SQLValue.bytes(plan.encoded)])
    }
    for write in changes.quests { try self.write(write) }
    for write in changes.activities { try self.write(write) }
    for change in changes.walkCounts {
      try db.run(SQL.walkCount, [change.person.blob, change.walks.sql])
    }
    for version in changes.versions { try write(version) }
    let rows = FigureRows(db: db)
    for row in changes.contributions { try rows.write(row) }
    for removal in changes.removals { try rows.remove(removal) }
    for write in changes.milestones { try rows.write(write) }
    for change in changes.days { try rows.write(change) }
    for change in changes.people { try rows.write(change) }
    for change in changes.spans { try rows.write(change) }
    for change in changes.anonymizings {
      try db.run(
        "UPDATE team_events SET person_id = NULL, activity_id = NULL "
          + "WHERE team_id = ? AND person_id = ? AND activity_id = ?",
        [change.team.blob, change.activity.person.blob, change.activity.id.blob])
    }
    for event in changes.events { try write(event) }
    for entry in changes.changeLog {
      try db.run(
        "INSERT INTO change_log (at, actor, action, team_id, quest_id, person_id, activity_id, "
          + "detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
          entry.at.column, entry.actor.column(\.blob), entry.action.sql,
          entry.team.column(\.blob), entry.quest.column(\.blob), entry.person.column(\.blob),
          entry.activity.column(\.blob), entry.detail.sql,
        ])
    }
    for person in changes.erasures { try erase(person) }
  }

  private func erase(_ person: PersonID) throws {
    let teams = "(SELECT team_id FROM memberships WHERE person_id = ?1)"
    for statement in [
      "UPDATE activities SET source = NULL, note = NULL, is_private = 1 WHERE person_id = ?1",
      "UPDATE activity_versions SET source = NULL, note = NULL, is_private = 1, "
        + "replaced_by = nullif(replaced_by, ?1) WHERE person_id = ?1",
      "UPDATE contributions SET is_private = 1 WHERE team_id IN \(teams) AND person_id = ?1",
      "DELETE FROM quest_people WHERE team_id IN \(teams) AND person_id = ?1",
      "DELETE FROM quest_spans WHERE team_id IN \(teams) AND person_id = ?1",
      "UPDATE team_events SET person_id = NULL, activity_id = NULL "
        + "WHERE team_id IN \(teams) AND person_id = ?1",
      "UPDATE change_log SET actor = nullif(actor, ?1), detail = '', "
        + "activity_id = CASE WHEN person_id = ?1 THEN NULL ELSE activity_id END, "
        + "person_id = nullif(person_id, ?1) WHERE actor = ?1 OR person_id = ?1",
      "INSERT INTO erased_people (person_id) VALUES (?1)",
    ] {
      try db.run(statement, [person.blob])
    }
  }

  private func write(_ write: LedgerChanges.TeamWrite) throws {
    let team = write.team
    if write.isNew {
      try db.run(
        "INSERT INTO teams (\(Team.columns)) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
          team.id.blob, team.name.sql, team.isPublic.sql, team.createdAt.column,
          team.createdBy.blob, team.revision.sql, team.dissolvedAt.column(\.column),
        ])
      try db.run(
        "INSERT INTO team_state (team_id, version) VALUES (?, ?)",
        [team.id.blob, write.version.sql])
      return
    }
    if write.isTeamChanged {
      try db.run(
        "UPDATE teams SET name = ?, is_public = ?, revision = ?, dissolved_at = ? "
          + "WHERE team_id = ?",
        [
          team.name.sql, team.isPublic.sql, team.revision.sql, team.dissolvedAt.column(\.column),
          team.id.blob,
        ])
    }
    try db.run(
      "UPDATE team_state SET version = ? WHERE team_id = ?",
      [write.version.sql, team.id.blob])
  }

  private func write(_ write: LedgerChanges.QuestWrite) throws {
    let (quest, tally) = (write.record.quest, write.record.tally)
    if write.isQuestChanged {
      let plans = SQLValue.bytes(quest.plans.flatMap(\.bytes))
      let closing = quest.closing.column { $0.rawValue.sql }
      if write.isNew {
        try db.run(
          "INSERT INTO quests (quest_id, team_id, number, name, start_at, end_at, zone, plans, "
            + "closing, closed_at, created_at, created_by, origin, revision, is_start_announced, "
            + "hides_ahead, figures_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
            + "?13, ?14, ?15, ?16, ?1)",
          [
            quest.id.blob, quest.team.blob, quest.number.sql, quest.name.sql,
            quest.start.column, quest.end.column, quest.zone.sql, plans, closing,
            quest.closedAt.column(\.column), quest.createdAt.column,
            quest.createdBy.column(\.blob), quest.origin.blob, quest.revision.sql,
            quest.isStartAnnounced.sql, quest.hidesAhead.sql,
          ])
      } else {
        try db.run(
          "UPDATE quests SET name = ?, start_at = ?, end_at = ?, zone = ?, plans = ?, "
            + "closing = ?, closed_at = ?, revision = ?, is_start_announced = ?, hides_ahead = ? "
            + "WHERE quest_id = ?",
          [
            quest.name.sql, quest.start.column, quest.end.column,
            quest.zone.sql, plans, closing, quest.closedAt.column(\.column),
            quest.revision.sql, quest.isStartAnnounced.sql, quest.hidesAhead.sql, quest.id.blob,
          ])
      }
    }
    if write.isPrepared { try derived?.replaceFigures(db) }
    try db.run(
      SQL.tally,
      [
        quest.team.blob, quest.id.blob, tally.total.column, tally.walks.sql,
        tally.frontier.column(\.start.column), tally.frontier.column(\.id.blob),
        tally.frontier.column(\.person.blob),
      ])
  }

  private func columns(_ content: ActivityContent) -> [SQLValue] {
    [
      content.start.column, content.distance.column,
      content.durationSeconds.column(\.sql), content.source.column(\.sql),
      content.note.column(\.sql), content.isPrivate.sql, content.zone.column(\.sql),
    ]
  }

  private func write(_ write: LedgerChanges.ActivityWrite) throws {
    let activity = write.activity
    try db.run(
      write.isNew ? SQL.newActivity : SQL.activity,
      [activity.key.person.blob, activity.key.id.blob] + columns(activity.content) + [
        activity.zone.sql, activity.day.number.sql,
        activity.revision.sql, activity.loggedAt.column, activity.changedAt.column,
        activity.isDeleted.sql,
      ])
  }

  private func write(_ version: ActivityVersion) throws {
    try db.run(
      "INSERT INTO activity_versions (\(ActivityVersion.columns)) "
        + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      [version.key.person.blob, version.key.id.blob, version.revision.sql]
        + columns(version.content)
        + [version.replacedAt.column, version.replacedBy.column(\.blob)])
  }

  private func write(_ event: TeamEvent) throws {
    try db.run(
      SQL.event,
      [
        event.team.blob, event.version.sql, event.at.column,
        event.kind.rawValue.sql, event.quest.column(\.blob),
        event.person.column(\.blob), event.activity.column(\.blob),
        event.milestone.column { $0.description.sql }, event.total.column(\.column),
        event.plan.column(\.sql),
      ])
  }
}
