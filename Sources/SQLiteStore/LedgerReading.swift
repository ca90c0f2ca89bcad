public import CivilTime
internal import GRDB
internal import Geodesy
internal import LedgerCore
public import Quests
public import Routes

extension SQLiteStore: LedgerStore {
  // MARK: Activities

  public func activity(_ key: ActivityKey) async throws(LedgerError) -> Activity? {
    try pointRead { try $0.activity(key) }
  }

  public func activities(
    of person: PersonID, before: WalkOrder?, after from: Instant?, until: Instant?, limit: Int
  ) async throws(LedgerError) -> [Activity] {
    let limit = checked(limit: limit)
    let before = (before ?? .last).end(until)
    return try await read { tables in
      let found = try tables.db.rows(
        "SELECT \(Activity.columns) FROM activities WHERE person_id = ? AND is_deleted = 0 "
          + "AND start_at >= ? AND (start_at, activity_id) < (?, ?) "
          + "ORDER BY start_at DESC, activity_id DESC LIMIT ?",
        [
          person.blob, (from ?? WalkOrder.first.start).column, before.start.column,
          before.id.blob, limit,
        ], Activity.read)
      return try found.map { $0.revision > 1 ? try tables.activity($0.key) ?? $0 : $0 }
    }
  }

  public func stats(of person: PersonID) async throws(LedgerError) -> PersonStats {
    let found = try await read { tables in
      try tables.db.row(
        "SELECT count(*), coalesce(sum(distance_um), 0), coalesce(sum(duration_s), 0), "
          + "min(start_at), max(start_at) FROM activities WHERE person_id = ? AND is_deleted = 0",
        [person.blob], PersonStats.read)
    }
    return found ?? .none
  }

  public func versions(of key: ActivityKey) async throws(LedgerError) -> [ActivityVersion] {
    try await read {
      try $0.db.rows(
        "SELECT \(ActivityVersion.columns) FROM activity_versions "
          + "WHERE person_id = ? AND activity_id = ? ORDER BY revision",
        [key.person.blob, key.id.blob], ActivityVersion.read)
    }
  }

  public func walkedDays(
    of person: PersonID, through day: Day, limit: Int
  ) async throws(LedgerError) -> [Day] {
    let limit = limits.rows(limit)
    return try await read { tables in
      // The index goes by start, and the zones of neighbours can put their days up to two apart:
      // three days more than asked for, and none that is not read can belong among them.
      let (end, overflow) = day.number.multipliedReportingOverflow(by: 86_400_000_000)
      let until =
        overflow
        ? .max : Instant(microseconds: end).advanced(bySeconds: 3 * 86_400).microseconds
      var days: Set<Day> = []
      try tables.db.each(
        "SELECT day FROM activities WHERE person_id = ? AND is_deleted = 0 "
          + "AND start_at < ? ORDER BY start_at DESC", [person.blob, until.sql]
      ) { columns in
        let walked = Day(number: try columns.int())
        if walked <= day { days.insert(walked) }
        return days.count < limit + 3
      }
      return Array(days.sorted(by: >).prefix(limit))
    }
  }

  // MARK: Teams

  public func team(_ id: TeamID) async throws(LedgerError) -> TeamFacts? {
    try pointRead { try $0.team(id) }
  }

  public func teams(after: TeamID?, limit: Int) async throws(LedgerError) -> [TeamFacts] {
    let limit = checked(limit: limit)
    return try await read { tables in
      let ids: [TeamID] = try tables.db.rows(
        "SELECT team_id FROM teams WHERE team_id > ? ORDER BY team_id LIMIT ?",
        [after.after(), limit]
      ) { try $0.id() }
      return try ids.compactMap { try tables.team($0) }
    }
  }

  public func memberships(of person: PersonID) async throws(LedgerError) -> [Membership] {
    try pointRead { try $0.memberships(of: person) }
  }

  public func memberships(in team: TeamID) async throws(LedgerError) -> [Membership] {
    try await read { try $0.memberships(in: team) }
  }

  public func members(
    of team: TeamID, after: PersonID?, limit: Int
  ) async throws(LedgerError) -> [Membership] {
    let limit = checked(limit: limit)
    return try await read {
      try $0.db.rows(
        "SELECT \(Membership.columns) FROM memberships WHERE team_id = ? AND left_at IS NULL "
          + "AND person_id > ? ORDER BY person_id LIMIT ?",
        [team.blob, after.after(), limit], Membership.read)
    }
  }

  public func invite(_ id: InviteID) async throws(LedgerError) -> Invite? {
    try pointRead { try $0.invite(id) }
  }

  public func invites(of team: TeamID) async throws(LedgerError) -> [Invite] {
    try await read {
      try $0.db.rows(
        "SELECT \(Invite.columns) FROM invites WHERE team_id = ? ORDER BY created_at, invite_id",
        [team.blob], Invite.read)
    }
  }

  public func events(
    after versions: [TeamID: Int64], limit: Int
  ) async throws(LedgerError) -> [TeamEvent] {
    try limits.check(teams: versions.count)
    let limit = checked(limit: limit)
    // In a file one look after the other by the key costs no more than one for all.
    return try await read { tables in
      try versions.sorted { $0.key < $1.key }.flatMap { team, version in
        try tables.db.rows(
          "SELECT \(TeamEvent.columns) FROM team_events WHERE team_id = ? AND version > ? "
            + "ORDER BY version LIMIT ?", [team.blob, version.sql, limit], TeamEvent.read)
      }
    }
  }

  public func changeLog(
    of team: TeamID, before number: Int64?, limit: Int
  ) async throws(LedgerError) -> [(number: Int64, entry: ChangeLogEntry)] {
    let limit = checked(limit: limit)
    return try await read {
      try $0.db.rows(
        "SELECT \(ChangeLogEntry.columns) FROM change_log WHERE team_id = ? AND number < ? "
          + "ORDER BY number DESC LIMIT ?",
        [team.blob, (number ?? .max).sql, limit], ChangeLogEntry.read)
    }
  }

  // MARK: Quests

  public func quest(_ id: QuestID) async throws(LedgerError) -> QuestRecord? {
    try pointRead { try $0.quest(id) }
  }

  public func plan(_ id: PlanID) async throws(LedgerError) -> QuestPlan? {
    try pointRead { try $0.plan(id) }
  }

  public func standing(
    of quest: QuestID, now: Instant, past: Instant?
  ) async throws(LedgerError) -> QuestStanding? {
    let zones = zones
    guard past != nil else {
      return try pointRead { try $0.standing(of: quest, now: now, past: nil, zones: zones) }
    }
    return try await read { tables in
      try tables.standing(of: quest, now: now, past: past, zones: zones)
    }
  }

  public func glance(
    at quest: QuestID, by person: PersonID?, naming people: [PersonID]
  ) async throws(LedgerError) -> QuestGlance? {
    try Account.check(people, limits)
    return try pointRead { try $0.glance(at: quest, by: person, naming: people) }
  }

  public func overview(
    of quest: QuestID, now: Instant, past: Instant?, limit: Int
  ) async throws(LedgerError) -> QuestOverview? {
    let zones = zones
    let limit = limits.rows(limit)
    return try await read { tables in
      guard let standing = try tables.standing(of: quest, now: now, past: past, zones: zones)
      else { return nil }
      let reached = standing.lastReached(limit)
      return QuestOverview(
        standing: standing,
        passages: try tables.passages(
          of: standing.record.quest, from: reached.lowerBound, limit: reached.count),
        people: try tables.farthest(in: standing.record.quest, through: past, limit: limit))
    }
  }

  public func passages(
    of quest: QuestID, from index: Int, limit: Int
  ) async throws(LedgerError) -> [MilestonePassage] {
    let limit = limits.rows(limit)
    return try await read { tables in
      guard let record = try tables.quest(quest) else { return [] }
      return try tables.passages(of: record.quest, from: index, limit: limit)
    }
  }

  public func days(of quest: QuestID) async throws(LedgerError) -> [DayTotal] {
    try await read { tables in
      guard let team = try tables.team(ofQuest: quest) else { return [] }
      return try tables.db.rows(
        "SELECT \(DayTotal.columns) FROM present_quest_days WHERE team_id = ? AND quest_id = ? "
          + "AND walks <> 0 ORDER BY day", [team.blob, quest.blob], DayTotal.read)
    }
  }

  public func people(in quest: QuestID) async throws(LedgerError) -> [PersonTotal] {
    try await read { tables in
      guard let team = try tables.team(ofQuest: quest) else { return [] }
      return try tables.db.rows(
        "SELECT \(PersonTotal.columns) FROM present_quest_people WHERE team_id = ? AND quest_id = ? "
          + "AND walks <> 0 ORDER BY person_id", [team.blob, quest.blob], PersonTotal.read)
    }
  }

  public func feed(
    of quest: QuestID, before: WalkOrder?, limit: Int
  ) async throws(LedgerError) -> [Contribution] {
    let limit = checked(limit: limit)
    return try await read { tables in
      guard let team = try tables.team(ofQuest: quest) else { return [] }
      let before = before ?? .last
      return try tables.db.rows(
        "SELECT \(Contribution.columns) FROM present_contributions WHERE team_id = ? AND quest_id = ? "
          + "AND is_counted = 1 AND is_private = 0 "
          + "AND (start_at, activity_id, person_id) < (?, ?, ?) "
          + "ORDER BY start_at DESC, activity_id DESC, person_id DESC LIMIT ?",
        [
          team.blob, quest.blob, before.start.column, before.id.blob, before.person.blob, limit,
        ], Contribution.read)
    }
  }

  public func questsDue(at now: Instant, limit: Int) async throws(LedgerError) -> [QuestID] {
    let limit = checked(limit: limit)
    return try await read {
      try $0.db.rows(
        "SELECT quest_id FROM quests WHERE closing IS NULL AND end_at <= ?1 "
          + "UNION SELECT quest_id FROM quests WHERE closing IS NULL AND is_start_announced = 0 "
          + "AND start_at <= ?1 ORDER BY quest_id LIMIT ?2", [now.column, limit]
      ) { try $0.id() }
    }
  }

  // MARK: Markers

  public func setMarkers(_ markers: [QuestMarker]) async throws(LedgerError) {
    try await write { db in
      for marker in markers {
        try db.run(
          "INSERT INTO markers (quest_id, team_id, latitude, longitude, version) "
            + "VALUES (?, ?, ?, ?, ?) ON CONFLICT (quest_id) DO UPDATE SET "
            + "latitude = excluded.latitude, longitude = excluded.longitude, "
            + "version = excluded.version WHERE excluded.version >= version",
          [
            marker.quest.blob, marker.team.blob, marker.latitude.sql,
            marker.longitude.sql, marker.version.sql,
          ])
        try db.run(
          "INSERT OR REPLACE INTO marker_boxes (box, west, east, south, north) "
            + "SELECT box, longitude, longitude, latitude, latitude FROM markers "
            + "WHERE quest_id = ?", [marker.quest.blob])
      }
    }
  }

  public func markers(
    in box: Bounds, publicOnly: Bool, after quest: QuestID?, limit: Int
  ) async throws(LedgerError) -> [QuestMarker] {
    let limit = checked(limit: limit)
    return try await read { tables in
      // The boxes are rounded outwards to 32 bits; the places themselves decide.
      try tables.db.rows(
        "SELECT m.quest_id, m.team_id, m.latitude, m.longitude, m.version FROM markers m "
          + "WHERE m.box IN (SELECT box FROM marker_boxes "
          + "  WHERE west <= ?2 AND east >= ?1 AND south <= ?4 AND north >= ?3 "
          + "  UNION SELECT box FROM marker_boxes "
          + "  WHERE west <= ?6 AND east >= ?5 AND south <= ?4 AND north >= ?3) "
          + "AND m.latitude BETWEEN ?3 AND ?4 "
          + "AND (m.longitude BETWEEN ?1 AND ?2 OR m.longitude BETWEEN ?5 AND ?6) "
          + "AND m.quest_id > ?7 AND NOT EXISTS (SELECT 1 FROM teams t "
          + "  WHERE t.team_id = m.team_id AND t.dissolved_at IS NOT NULL) AND (?8 = 0 OR EXISTS "
          + "  (SELECT 1 FROM teams t WHERE t.team_id = m.team_id AND t.is_public = 1)) "
          + "ORDER BY m.quest_id LIMIT ?9",
        box.halves.map(\.sql) + [quest.after(), publicOnly.sql, limit], QuestMarker.read)
    }
  }

  public func hidingQuests(
    among quests: [QuestID]
  ) async throws(LedgerError) -> Set<QuestID> {
    try await read { tables in
      try Set(
        quests.filter { quest in
          try tables.db.row(
            "SELECT hides_ahead FROM quests WHERE quest_id = ?", [quest.blob]
          ) { try $0.bool() } == true
        })
    }
  }

  public func questNames(
    _ quests: [QuestID]
  ) async throws(LedgerError) -> [QuestID: QuestNames] {
    try await read { tables in
      var names: [QuestID: QuestNames] = [:]
      // In a file one look after the other by the key costs no more than one for all.
      for quest in quests {
        names[quest] = try tables.db.row(
          "SELECT q.name, t.name FROM quests q JOIN teams t ON t.team_id = q.team_id "
            + "WHERE q.quest_id = ?", [quest.blob]
        ) { QuestNames(quest: try $0.text(), team: try $0.text()) }
      }
      return names
    }
  }

  // MARK: Care

  public func forgetEvents(at now: Instant) async throws(LedgerError) -> Int {
    try await sweepAbandoned(at: now)
    let before = now.advanced(bySeconds: -limits.eventSeconds)
    return try await write { db in
      try db.run("DELETE FROM team_events WHERE at < ?", [before.column])
      return db.changesCount
    }
  }
}

extension LedgerTables {
  func quest(_ id: QuestID) throws -> QuestRecord? {
    try db.row(
      "SELECT \(QuestRecord.columns) FROM \(LedgerTables.questTables) WHERE q.quest_id = ?",
      [id.blob],
      QuestRecord.read)
  }

  func glance(
    at id: QuestID, by person: PersonID?, naming people: [PersonID]
  ) throws -> QuestGlance? {
    let found = try db.row(LedgerTables.glanceStatement, [id.blob]) {
      (try Team.read(&$0), try $0.int())
    }
    guard let (team, version) = found else { return nil }
    let membership = try person.flatMap { person in
      try db.row(
        LedgerTables.openPeriodStatement, [team.id.blob, person.blob], Membership.read)
    }
    return QuestGlance(
      team: team, version: version, membership: membership, names: try names(of: people))
  }

  func passages(of quest: Quest, from index: Int, limit: Int) throws -> [MilestonePassage] {
    // A walk whose row is not there is none that may be told of. The right side of a LEFT JOIN is no view
    // here, which would be read as a whole.
    try db.rows(
      "SELECT m.milestone, m.start_at, m.person_id, m.activity_id, coalesce(c.is_private, 1) "
        + "FROM quests q JOIN milestones m ON m.team_id = q.team_id AND m.quest_id = q.figures_id "
        + "LEFT JOIN contributions c ON c.team_id = m.team_id "
        + "AND c.person_id = m.person_id AND c.activity_id = m.activity_id "
        + "AND c.quest_id = m.quest_id "
        + "WHERE q.team_id = ? AND q.quest_id = ? AND m.milestone >= ? "
        + "ORDER BY m.milestone LIMIT ?",
      [quest.team.blob, quest.id.blob, index.sql, limit.sql], MilestonePassage.read)
  }

  /// Those who had walked the farthest at a moment, or have by now.
  func farthest(in quest: Quest, through past: Instant?, limit: Int) throws -> [PersonTotal] {
    guard let past else {
      return try db.rows(
        "SELECT \(PersonTotal.columns) FROM present_quest_people WHERE team_id = ? AND quest_id = ? "
          + "AND walks <> 0 ORDER BY distance_um DESC, person_id LIMIT ?",
        [quest.team.blob, quest.id.blob, limit.sql], PersonTotal.read)
    }
    let spans = PastSpans(through: past)
    return try db.rows(
      LedgerTables.farthestPastStatement,
      [
        quest.team.blob, quest.id.blob, spans.longEnd.sql, spans.shorts.lowerBound.sql,
        spans.shorts.upperBound.sql, spans.walks.lowerBound.column, spans.walks.upperBound.column,
        limit.sql,
      ], PersonTotal.read)
  }

  private static let farthestPastStatement =
    "SELECT person_id, sum(distance_um) AS walked, sum(walks) AS number FROM ("
    + "SELECT person_id, distance_um, walks FROM present_quest_spans WHERE team_id = ?1 "
    + "AND quest_id = ?2 AND level = \(WalkSpan.Level.long.rawValue) AND number < ?3 "
    + "UNION ALL SELECT person_id, distance_um, walks FROM present_quest_spans WHERE team_id = ?1 "
    + "AND quest_id = ?2 AND level = \(WalkSpan.Level.short.rawValue) "
    + "AND number >= ?4 AND number < ?5 "
    + "UNION ALL SELECT person_id, distance_um, 1 FROM present_contributions WHERE team_id = ?1 "
    + "AND quest_id = ?2 AND is_counted = 1 AND is_private = 0 "
    + "AND start_at BETWEEN ?6 AND ?7) "
    + "GROUP BY person_id HAVING number <> 0 ORDER BY walked DESC, person_id LIMIT ?8"
  private static let glanceStatement =
    "SELECT \(Team.columns.of("t")), s.version FROM quests q "
    + "JOIN teams t ON t.team_id = q.team_id JOIN team_state s ON s.team_id = q.team_id "
    + "WHERE q.quest_id = ?"
  private static let openPeriodStatement =
    "SELECT \(Membership.columns) FROM memberships "
    + "WHERE team_id = ? AND person_id = ? AND left_at IS NULL"

  func standing(
    of id: QuestID, now: Instant, past: Instant?, zones: ZoneCatalog
  ) throws -> QuestStanding? {
    guard let record = try quest(id), let plan = try plan(record.quest.plan),
      let version = try db.row(
        "SELECT version FROM team_state WHERE team_id = ?", [record.quest.team.blob],
        { try $0.int() })
    else { return nil }
    let zone = try zones.zone(named: record.quest.zone)
    let question = StandingQuestion(now: now, past: past)
    var days: [DayTotal] = []
    if let window = question.window(record.quest, zone) {
      days = try self.days(record.quest, from: window.lowerBound, through: window.upperBound)
    }
    let standing = question.standing(record, plan, version: version, days: days, zone)
    return past == nil ? standing : try self.past(standing, zone)
  }

  private func past(_ standing: QuestStanding, _ zone: Zone) throws -> QuestStanding {
    let past = PastStanding(standing, zone: zone)
    let key = [standing.record.quest.team.blob, standing.record.quest.id.blob]
    let whole = try db.row(
      "SELECT coalesce(sum(distance_um), 0), coalesce(sum(walks), 0) FROM present_quest_days "
        + "WHERE team_id = ? AND quest_id = ? AND day <= ?", key + [past.lastWholeDay.number.sql]
    ) { (try $0.int(), try $0.int()) }
    let late = try db.rows(
      "SELECT start_at, distance_um FROM present_contributions WHERE team_id = ? AND quest_id = ? "
        + "AND is_counted = 1 AND start_at > ? AND start_at <= ?",
      key + [past.lateWalks.after.column, past.lateWalks.upTo.column]
    ) { (try $0.instant(), try $0.int()) }
    return past.standing(whole: whole ?? (0, 0), late: late)
  }

  private func days(_ quest: Quest, from first: Day, through last: Day) throws -> [DayTotal] {
    try db.rows(
      "SELECT \(DayTotal.columns) FROM present_quest_days WHERE team_id = ? AND quest_id = ? "
        + "AND day BETWEEN ? AND ? AND walks <> 0 ORDER BY day",
      [
        quest.team.blob, quest.id.blob, first.number.sql, last.number.sql,
      ], DayTotal.read)
  }
}
