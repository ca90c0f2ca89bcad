internal import CivilTime
internal import GRDB
internal import LedgerCore
internal import Quests

/// The ledger's facts, read from inside one transaction.
struct LedgerTables: LedgerFacts {
  let db: Database
  let plans: PlanCache
  /// Figures that were derived ahead for the one command of this transaction.
  var derived: DerivedFigures?

  /// The tables that the columns of a quest are in.
  static let questTables =
    "quests q JOIN quest_tallies y ON y.team_id = q.team_id AND y.quest_id = q.figures_id"

  /// What every walk asks, put together once.
  private enum SQL {
    static let team =
      "SELECT \(Team.columns.of("t")), s.version FROM teams t "
      + "JOIN team_state s ON s.team_id = t.team_id WHERE t.team_id = ?"
    static let quests =
      "SELECT \(QuestRecord.columns) FROM \(LedgerTables.questTables) WHERE q.team_id = ? "
      + "ORDER BY q.number"
    static let periods =
      "SELECT \(Membership.columns) FROM memberships WHERE person_id = ? ORDER BY team_id, period"
    static let erased = "SELECT 1 FROM erased_people WHERE person_id = ?"
    static let walkCount = "SELECT walks FROM person_walks WHERE person_id = ?"
    static let activity =
      "SELECT \(Activity.columns) FROM activities WHERE person_id = ? AND activity_id = ?"
  }

  func team(_ id: TeamID) throws(LedgerError) -> TeamFacts? {
    try ledgerErrors {
      let found = try db.row(
        SQL.team, [id.blob]
      ) { (try Team.read(&$0), try $0.int()) }
      guard let (team, version) = found else { return nil }
      return TeamFacts(
        team: team, version: version,
        quests: try db.rows(
          SQL.quests, [id.blob], QuestRecord.read))
    }
  }

  func memberships(of person: PersonID) throws(LedgerError) -> [Membership] {
    try ledgerErrors {
      try db.rows(
        SQL.periods, [person.blob], Membership.read)
    }
  }

  func memberships(in team: TeamID) throws(LedgerError) -> [Membership] {
    try ledgerErrors {
      try db.rows(
        "SELECT \(Membership.columns) FROM memberships WHERE team_id = ? ORDER BY person_id, period",
        [team.blob], Membership.read)
    }
  }

  func invite(_ id: InviteID) throws(LedgerError) -> Invite? {
    try ledgerErrors {
      try db.row(
        "SELECT \(Invite.columns) FROM invites WHERE invite_id = ?", [id.blob], Invite.read)
    }
  }

  func isErased(_ person: PersonID) throws(LedgerError) -> Bool {
    try ledgerErrors {
      try db.row(SQL.erased, [person.blob]) { try $0.int() } != nil
    }
  }

  func unusedInvites(by person: PersonID) throws(LedgerError) -> [Invite] {
    try ledgerErrors {
      try db.rows(
        "SELECT \(Invite.columns) FROM invites "
          + "WHERE created_by = ? AND redeemed_by IS NULL AND revoked_at IS NULL",
        [person.blob], Invite.read)
    }
  }

  func inviteCount(of team: TeamID) throws(LedgerError) -> Int64 {
    try ledgerErrors {
      try db.row("SELECT count(*) FROM invites WHERE team_id = ?", [team.blob]) { try $0.int() }
        ?? 0
    }
  }

  func walkCount(of person: PersonID) throws(LedgerError) -> Int64 {
    try ledgerErrors { try db.row(SQL.walkCount, [person.blob]) { try $0.int() } ?? 0 }
  }

  func team(ofQuest quest: QuestID) throws(LedgerError) -> TeamID? {
    try ledgerErrors {
      try db.row("SELECT team_id FROM quests WHERE quest_id = ?", [quest.blob]) { try $0.id() }
    }
  }

  func plan(_ id: PlanID) throws(LedgerError) -> QuestPlan? {
    if let known = plans[id] { return known }
    let plan = try ledgerErrors {
      try db.row("SELECT content FROM plans WHERE plan_id = ?", [id.blob]) {
        try QuestPlan(encoded: try $0.bytes())
      }
    }
    if let plan { plans.insert(plan) }
    return plan
  }

  func activity(_ key: ActivityKey) throws(LedgerError) -> Activity? {
    try ledgerErrors {
      let found = try db.row(
        SQL.activity, [key.person.blob, key.id.blob], Activity.read)
      guard let found, found.revision > 1 else { return found }
      let first = try db.row(
        "SELECT \(ActivityContent.columns) FROM activity_versions "
          + "WHERE person_id = ? AND activity_id = ? AND revision = 1",
        [key.person.blob, key.id.blob], ActivityContent.read)
      guard let first else {
        throw LedgerError(.corrupt, "the first content of the activity \(key.id) is missing")
      }
      return found.with(first: first)
    }
  }

  /// The first contents are those of the present here: nothing that asks for many needs them.
  func activities(
    of person: PersonID, from: Instant, until: Instant
  ) throws(LedgerError) -> [Activity] {
    try ledgerErrors {
      try db.rows(
        "SELECT \(Activity.columns) FROM activities "
          + "WHERE person_id = ? AND start_at >= ? AND start_at < ? AND is_deleted = 0",
        [person.blob, from.column, until.column], Activity.read)
    }
  }

  func contributions(of activity: ActivityKey) throws(LedgerError) -> [Contribution] {
    try ledgerErrors {
      // A walk counts for no team that its walker was never in.
      try db.rows(
        "SELECT \(Contribution.columns) FROM present_contributions WHERE team_id IN "
          + "(SELECT team_id FROM memberships WHERE person_id = ?1) "
          + "AND person_id = ?1 AND activity_id = ?2",
        [activity.person.blob, activity.id.blob], Contribution.read)
    }
  }

  func walks(
    of quest: QuestID, from order: WalkOrder, until: Instant?
  ) throws(LedgerError) -> [Contribution] {
    guard let team = try team(ofQuest: quest) else { return [] }
    return try ledgerErrors {
      try db.rows(
        "SELECT \(Contribution.columns) FROM present_contributions WHERE team_id = ? AND quest_id = ? "
          + "AND is_counted = 1 AND (start_at, activity_id, person_id) >= (?, ?, ?) "
          + "AND start_at < ? ORDER BY start_at, activity_id, person_id",
        [
          team.blob, quest.blob, order.start.column, order.id.blob, order.person.blob,
          (until ?? Instant(microseconds: .max)).column,
        ],
        Contribution.read)
    }
  }

  func days(of quest: QuestID, from day: Day) throws(LedgerError) -> [DayTotal] {
    guard let team = try team(ofQuest: quest) else { return [] }
    return try ledgerErrors {
      try db.rows(
        "SELECT \(DayTotal.columns) FROM present_quest_days WHERE team_id = ? AND quest_id = ? "
          + "AND day >= ? AND walks <> 0 ORDER BY day",
        [team.blob, quest.blob, day.number.sql], DayTotal.read)
    }
  }

  func prepared(for quest: Quest) throws(LedgerError) -> PreparedFigures? {
    derived?.prepared(for: quest)
  }
}
