internal import CivilTime
internal import Geodesy
internal import Quests

// The lists of columns and what they are read into, each in one place.

extension Team {
  static let columns = "t.team_id, t.name, t.is_public, t.created_at, t.created_by, t.revision"
  static func read(_ columns: inout Columns) throws -> Team {
    Team(
      id: try columns.id(), name: try columns.text(), isPublic: try columns.bool(),
      createdAt: try columns.instant(), createdBy: try columns.id(), revision: try columns.int())
  }
}

extension Membership {
  static let columns = "team_id, person_id, stay, role, joined_at, left_at"
  static func columns(of table: String) -> String {
    "\(table).\(columns.replacing(", ", with: ", \(table)."))"
  }
  static func read(_ columns: inout Columns) throws -> Membership {
    Membership(
      team: try columns.id(), person: try columns.id(), stay: Int(try columns.int()),
      role: try columns.named(), joined: try columns.instant(), left: try columns.optionalInstant())
  }
}

extension Invite {
  static let columns =
    "invite_id, team_id, role, created_by, created_at, expires_at, redeemed_by, redeemed_at, revoked_at"
  static func read(_ columns: inout Columns) throws -> Invite {
    Invite(
      id: try columns.id(), team: try columns.id(), role: try columns.named(),
      createdBy: try columns.id(), createdAt: try columns.instant(),
      expiresAt: try columns.instant(), redeemedBy: try columns.optionalID(),
      redeemedAt: try columns.optionalInstant(), revokedAt: try columns.optionalInstant())
  }
}

extension QuestRecord {
  static let columns = """
    q.quest_id, q.team_id, q.number, q.name, q.start_at, q.end_at, q.zone, q.plans, q.closing,
    q.closed_at, q.created_at, q.created_by, q.origin, q.revision,
    y.total_um, y.walks, y.frontier_start, y.frontier_activity, y.frontier_person
    """
  static let tables = """
    quests q JOIN quest_tallies y ON y.team_id = q.team_id AND y.quest_id = q.quest_id
    """
  static func read(_ columns: inout Columns) throws -> QuestRecord {
    let id: QuestID = try columns.id()
    let team: TeamID = try columns.id()
    let number = Int(try columns.int())
    let name = try columns.text()
    let start = try columns.instant()
    let end = try columns.instant()
    let zone = try columns.text()
    let planBytes = try columns.bytes()
    guard !planBytes.isEmpty, planBytes.count % 16 == 0 else { throw Columns.damaged(7) }
    let plans = stride(from: 0, to: planBytes.count, by: 16).compactMap {
      PlanID(bytes: planBytes[$0..<$0 + 16])
    }
    let quest = Quest(
      id: id, team: team, number: number, name: name, start: start, end: end, zone: zone,
      plans: plans, closing: try columns.optionalNamed(),
      closedAt: try columns.optionalInstant(), createdAt: try columns.instant(),
      createdBy: try columns.optionalID(), origin: try columns.id(), revision: try columns.int())
    let total = try columns.distance()
    let walks = try columns.int()
    let frontierStart = try columns.optionalInstant()
    let frontierActivity: ActivityID? = try columns.optionalID()
    let frontierPerson: PersonID? = try columns.optionalID()
    var frontier: WalkOrder?
    if let frontierStart, let frontierActivity, let frontierPerson {
      frontier = WalkOrder(start: frontierStart, id: frontierActivity, person: frontierPerson)
    }
    return QuestRecord(
      quest: quest, tally: QuestTally(total: total, walks: walks, frontier: frontier))
  }
}

extension TeamFacts {
  /// From rows of teams, one for each quest of a team in the order of their numbers.
  static func read(_ rows: Rows) throws -> [TeamFacts] {
    var teams: [TeamFacts] = []
    for row in 0..<rows.count {
      var columns = Columns(rows, row: row)
      let team = try Team.read(&columns)
      let version = try columns.int()
      if teams.last?.team.id != team.id {
        teams.append(TeamFacts(team: team, version: version, quests: []))
      }
      if try columns.bool() {
        teams[teams.count - 1].quests.append(try QuestRecord.read(&columns))
      }
    }
    return teams
  }
}

extension ActivityContent {
  static func columns(of table: String) -> String {
    ["start_at", "distance_um", "duration_s", "source", "note", "is_private"]
      .map { "\(table).\($0)" }.joined(separator: ", ")
  }
  static func read(_ columns: inout Columns) throws -> ActivityContent {
    ActivityContent(
      start: try columns.instant(), distance: try columns.distance(),
      durationSeconds: try columns.optionalInt(), source: try columns.optionalText(),
      note: try columns.optionalText(), isPrivate: try columns.bool())
  }
}

extension Activity {
  static let columns = """
    a.person_id, a.activity_id, \(ActivityContent.columns(of: "a")), a.zone, a.day, a.revision,
    a.logged_at, a.changed_at, a.is_deleted, \(ActivityContent.columns(of: "f"))
    """
  /// With what was sent first, where an edit or the deletion has replaced it.
  static let joinedFirst = """
    LEFT JOIN activity_versions f ON a.revision > 1 AND f.person_id = a.person_id
      AND f.activity_id = a.activity_id AND f.revision = 1
    """
  static func read(_ columns: inout Columns) throws -> Activity {
    let key = ActivityKey(person: try columns.id(), id: try columns.id())
    let content = try ActivityContent.read(&columns)
    let zone = try columns.text()
    let day = try columns.day()
    let revision = try columns.int()
    let loggedAt = try columns.instant()
    let changedAt = try columns.instant()
    let isDeleted = try columns.bool()
    return Activity(
      key: key, content: content,
      first: revision > 1 ? try ActivityContent.read(&columns) : content, zone: zone, day: day,
      revision: revision, loggedAt: loggedAt, changedAt: changedAt, isDeleted: isDeleted)
  }
}

extension ActivityVersion {
  static let columns =
    """
    v.person_id, v.activity_id, v.revision, \(ActivityContent.columns(of: "v")), v.replaced_at,
    v.replaced_by
    """
  static func read(_ columns: inout Columns) throws -> ActivityVersion {
    ActivityVersion(
      key: ActivityKey(person: try columns.id(), id: try columns.id()),
      revision: try columns.int(), content: try ActivityContent.read(&columns),
      replacedAt: try columns.instant(), replacedBy: try columns.optionalID())
  }
}

extension Contribution {
  static let columns = """
    c.team_id, c.person_id, c.activity_id, c.quest_id, c.start_at, c.distance_um, c.is_private,
    c.is_counted, c.total_before_um, c.total_after_um, c.version_before, c.version_after, c.plan
    """
  static func read(_ columns: inout Columns) throws -> Contribution {
    let team: TeamID = try columns.id()
    let activity = ActivityKey(person: try columns.id(), id: try columns.id())
    let quest: QuestID = try columns.id()
    let start = try columns.instant()
    let distance = try columns.distance()
    let isPrivate = try columns.bool()
    let isCounted = try columns.bool()
    let numbers = try (0..<5).map { _ in try columns.optionalInt() }
    var receipt: Receipt?
    if let before = numbers[0], let after = numbers[1], let versionBefore = numbers[2],
      let versionAfter = numbers[3], let plan = numbers[4]
    {
      receipt = Receipt(
        totalBefore: Distance(micrometers: before), totalAfter: Distance(micrometers: after),
        versionBefore: versionBefore, versionAfter: versionAfter, plan: Int(plan))
    }
    return Contribution(
      team: team, key: ContributionKey(quest: quest, activity: activity), start: start,
      distance: distance, isPrivate: isPrivate, isCounted: isCounted, receipt: receipt)
  }
}

extension MilestoneReached {
  static let columns = "milestone, start_at, activity_id, person_id"
  static func read(_ columns: inout Columns) throws -> MilestoneReached {
    MilestoneReached(
      index: Int(try columns.int()),
      walk: WalkOrder(
        start: try columns.instant(), id: try columns.id(), person: try columns.id()))
  }
}

extension MilestonePassage {
  static func read(_ columns: inout Columns) throws -> MilestonePassage {
    let (index, at) = (Int(try columns.int()), try columns.instant())
    let walk = ActivityKey(person: try columns.id(), id: try columns.id())
    return MilestonePassage(index: index, at: at, walk: try columns.bool() ? nil : walk)
  }
}

extension DayTotal {
  static let columns = "day, distance_um, walks"
  static func read(_ columns: inout Columns) throws -> DayTotal {
    DayTotal(
      day: try columns.day(), distance: try columns.distance(),
      walks: try columns.int())
  }
}

extension PersonTotal {
  static let columns = "person_id, distance_um, walks"
  static func read(_ columns: inout Columns) throws -> PersonTotal {
    PersonTotal(
      person: try columns.id(), distance: try columns.distance(), walks: try columns.int())
  }
}

extension PersonStats {
  static func read(_ columns: inout Columns) throws -> PersonStats {
    PersonStats(
      walks: try columns.int(), distance: try columns.distance(),
      durationSeconds: try columns.int(), firstStart: try columns.optionalInstant(),
      lastStart: try columns.optionalInstant())
  }
}

extension TeamEvent {
  static let columns =
    "team_id, version, at, kind, quest_id, person_id, activity_id, milestone, total_um"
  static func read(_ columns: inout Columns) throws -> TeamEvent {
    TeamEvent(
      team: try columns.id(), version: try columns.int(), at: try columns.instant(),
      kind: try columns.named(), quest: try columns.optionalID(),
      person: try columns.optionalID(), activity: try columns.optionalID(),
      milestone: try columns.optionalText().flatMap { MilestoneKey($0) },
      total: try columns.optionalInt().map(Distance.init(micrometers:)))
  }
}

extension AuditEntry {
  static let columns =
    "number, at, actor, action, team_id, quest_id, person_id, activity_id, detail"
  static func read(_ columns: inout Columns) throws -> (number: Int64, entry: AuditEntry) {
    (
      try columns.int(),
      AuditEntry(
        at: try columns.instant(), actor: try columns.optionalID(), action: try columns.text(),
        team: try columns.optionalID(), quest: try columns.optionalID(),
        person: try columns.optionalID(), activity: try columns.optionalID(),
        detail: try columns.text())
    )
  }
}
