public import CivilTime
public import Geodesy
public import Quests

// The columns of the ledger's records and what they are read into, each in one place for all stores.

extension Team {
  package static let columns = ColumnList(
    "team_id", "name", "is_public", "created_at", "created_by", "revision", "dissolved_at")

  @inlinable
  package static func read(_ columns: inout some ColumnReader) throws -> Team {
    Team(
      id: try columns.id(), name: try columns.text(), isPublic: try columns.bool(),
      createdAt: try columns.instant(), createdBy: try columns.id(), revision: try columns.int(),
      dissolvedAt: try columns.optionalInstant())
  }
}

extension Membership {
  package static let columns = ColumnList(
    "team_id", "person_id", "period", "role", "joined_at", "left_at")

  @inlinable
  package static func read(_ columns: inout some ColumnReader) throws -> Membership {
    Membership(
      team: try columns.id(), person: try columns.id(), period: Int(try columns.int()),
      role: try columns.named(), joined: try columns.instant(), left: try columns.optionalInstant())
  }
}

extension Invite {
  package static let columns = ColumnList(
    "invite_id", "team_id", "role", "created_by", "created_at", "expires_at", "redeemed_by",
    "redeemed_at", "revoked_at")

  package static func read(_ columns: inout some ColumnReader) throws -> Invite {
    Invite(
      id: try columns.id(), team: try columns.id(), role: try columns.named(),
      createdBy: try columns.id(), createdAt: try columns.instant(),
      expiresAt: try columns.instant(), redeemedBy: try columns.optionalID(),
      redeemedAt: try columns.optionalInstant(), revokedAt: try columns.optionalInstant())
  }
}

extension QuestRecord {
  private static let questColumns = ColumnList(
    "quest_id", "team_id", "number", "name", "start_at", "end_at", "zone", "plans", "closing",
    "closed_at", "created_at", "created_by", "origin", "revision", "is_start_announced",
    "hides_ahead")
  private static let tallyColumns = ColumnList(
    "total_um", "walks", "frontier_start", "frontier_activity", "frontier_person")

  /// The columns from `tables`.
  package static let columns = questColumns.of("q") + ", " + tallyColumns.of("y")
  /// Quests as `q` with their tallies as `y`.
  package static let tables =
    "quests q JOIN quest_tallies y ON y.team_id = q.team_id AND y.quest_id = q.quest_id"

  @inlinable
  package static func read(_ columns: inout some ColumnReader) throws -> QuestRecord {
    let id: QuestID = try columns.id()
    let team: TeamID = try columns.id()
    let number = Int(try columns.int())
    let name = try columns.text()
    let start = try columns.instant()
    let end = try columns.instant()
    let zone = try columns.text()
    let planBytes = try columns.bytes()
    guard !planBytes.isEmpty, planBytes.count % 16 == 0 else { throw columns.damage }
    let plans = stride(from: 0, to: planBytes.count, by: 16).compactMap {
      PlanID(bytes: planBytes[$0..<$0 + 16])
    }
    let closing: QuestClosing? = try columns.optionalNamed()
    let closedAt = try columns.optionalInstant()
    let createdAt = try columns.instant()
    let createdBy: PersonID? = try columns.optionalID()
    let origin: PlanID = try columns.id()
    let revision = try columns.int()
    let quest = Quest(
      id: id, team: team, number: number, name: name, start: start, end: end, zone: zone,
      plans: plans, isStartAnnounced: try columns.bool(), hidesAhead: try columns.bool(),
      closing: closing, closedAt: closedAt, createdAt: createdAt, createdBy: createdBy,
      origin: origin, revision: revision)
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

extension ActivityContent {
  package static let columns = ColumnList(
    "start_at", "distance_um", "duration_s", "source", "note", "is_private", "sent_zone")

  @inlinable
  package static func read(_ columns: inout some ColumnReader) throws -> ActivityContent {
    ActivityContent(
      start: try columns.instant(), distance: try columns.distance(),
      durationSeconds: try columns.optionalInt(), source: try columns.optionalText(),
      note: try columns.optionalText(), isPrivate: try columns.bool(),
      zone: try columns.optionalText())
  }
}

extension Activity {
  package static let columns =
    ColumnList("person_id", "activity_id") + ActivityContent.columns
    + ColumnList("zone", "day", "revision", "logged_at", "changed_at", "is_deleted")

  /// With the present content for the first, which the caller puts right where it was edited.
  @inlinable
  package static func read(_ columns: inout some ColumnReader) throws -> Activity {
    let key = ActivityKey(person: try columns.id(), id: try columns.id())
    let content = try ActivityContent.read(&columns)
    return Activity(
      key: key, content: content, first: content, zone: try columns.text(),
      day: try columns.day(), revision: try columns.int(), loggedAt: try columns.instant(),
      changedAt: try columns.instant(), isDeleted: try columns.bool())
  }

  /// The same with the content that was sent first.
  package func with(first: ActivityContent) -> Activity {
    Activity(
      key: key, content: content, first: first, zone: zone, day: day, revision: revision,
      loggedAt: loggedAt, changedAt: changedAt, isDeleted: isDeleted)
  }
}

extension ActivityVersion {
  package static let columns =
    ColumnList("person_id", "activity_id", "revision") + ActivityContent.columns
    + ColumnList("replaced_at", "replaced_by")

  package static func read(_ columns: inout some ColumnReader) throws -> ActivityVersion {
    ActivityVersion(
      key: ActivityKey(person: try columns.id(), id: try columns.id()),
      revision: try columns.int(), content: try ActivityContent.read(&columns),
      replacedAt: try columns.instant(), replacedBy: try columns.optionalID())
  }
}

extension Contribution {
  package static let columns = ColumnList(
    "team_id", "person_id", "activity_id", "quest_id", "start_at", "distance_um", "is_private",
    "is_counted", "total_before_um", "total_after_um", "version_before", "version_after", "plan")

  @inlinable
  package static func read(_ columns: inout some ColumnReader) throws -> Contribution {
    let team: TeamID = try columns.id()
    let activity = ActivityKey(person: try columns.id(), id: try columns.id())
    let quest: QuestID = try columns.id()
    let start = try columns.instant()
    let distance = try columns.distance()
    let isPrivate = try columns.bool()
    let isCounted = try columns.bool()
    let (before, after) = (try columns.optionalInt(), try columns.optionalInt())
    let (versionBefore, versionAfter) = (try columns.optionalInt(), try columns.optionalInt())
    let plan = try columns.optionalInt()
    var receipt: Receipt?
    if let before, let after, let versionBefore, let versionAfter, let plan {
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
  package static let columns = ColumnList("milestone", "start_at", "activity_id", "person_id")

  package static func read(_ columns: inout some ColumnReader) throws -> MilestoneReached {
    MilestoneReached(
      index: Int(try columns.int()),
      walk: WalkOrder(
        start: try columns.instant(), id: try columns.id(), person: try columns.id()))
  }
}

extension MilestonePassage {
  /// From the milestone's number, the walk's start, person and id, and whether it is private.
  package static func read(_ columns: inout some ColumnReader) throws -> MilestonePassage {
    let (index, at) = (Int(try columns.int()), try columns.instant())
    let walk = ActivityKey(person: try columns.id(), id: try columns.id())
    return MilestonePassage(index: index, at: at, walk: try columns.bool() ? nil : walk)
  }
}

extension DayTotal {
  package static let columns = ColumnList("day", "distance_um", "walks")

  package static func read(_ columns: inout some ColumnReader) throws -> DayTotal {
    DayTotal(
      day: try columns.day(), distance: try columns.distance(), walks: try columns.int())
  }
}

extension PersonTotal {
  package static let columns = ColumnList("person_id", "distance_um", "walks")

  package static func read(_ columns: inout some ColumnReader) throws -> PersonTotal {
    PersonTotal(
      person: try columns.id(), distance: try columns.distance(), walks: try columns.int())
  }
}

extension SpanTotal {
  package static let columns = ColumnList("level", "number", "person_id", "distance_um", "walks")

  package static func read(_ columns: inout some ColumnReader) throws -> SpanTotal {
    let number = try columns.int()
    guard let level = WalkSpan.Level(rawValue: Int(clamping: number)) else {
      throw LedgerError(.corrupt, "a span of the level \(number) is in the store")
    }
    return SpanTotal(
      span: WalkSpan(level: level, number: try columns.int()), person: try columns.id(),
      distance: try columns.distance(), walks: try columns.int())
  }
}

extension PersonStats {
  package static func read(_ columns: inout some ColumnReader) throws -> PersonStats {
    PersonStats(
      walks: try columns.int(), distance: try columns.distance(),
      durationSeconds: try columns.int(), firstStart: try columns.optionalInstant(),
      lastStart: try columns.optionalInstant())
  }
}

extension TeamEvent {
  package static let columns = ColumnList(
    "team_id", "version", "at", "kind", "quest_id", "person_id", "activity_id", "milestone",
    "total_um", "plan")

  package static func read(_ columns: inout some ColumnReader) throws -> TeamEvent {
    let event = TeamEvent(
      team: try columns.id(), version: try columns.int(), at: try columns.instant(),
      kind: try kind(&columns), quest: try columns.optionalID(),
      person: try columns.optionalID(), activity: try columns.optionalID(),
      milestone: try columns.optionalText().flatMap { MilestoneKey($0) },
      total: try columns.optionalInt().map(Distance.init(micrometers:)),
      plan: try columns.optionalInt().map(Int.init))
    // The walk has been hidden since: it was made private, or its person is erased.
    return event.kind.isOfActivity && event.activity == nil ? event.anonymous : event
  }

  private static func kind(_ columns: inout some ColumnReader) throws -> Kind {
    let name = try columns.text()
    guard let kind = Kind(rawValue: name) ?? Kind(olderName: name) else { throw columns.damage }
    return kind
  }
}

extension TeamEvent.Kind {
  /// What rows say that were written up to schema 11.
  package init?(olderName: String) {
    let kind: Self? =
      switch olderName {
      case "walk-logged": .activityLogged
      case "walk-edited": .activityChanged
      case "walk-deleted": .activityRemoved
      case "total-rederived": .progressUpdated
      case "role-changed": .memberRoleChanged
      default: Self(rawValue: String(olderName.map { $0 == "-" ? "." : $0 }))
      }
    guard let kind else { return nil }
    self = kind
  }
}

extension ChangeLogEntry {
  package static let columns = ColumnList(
    "number", "at", "actor", "action", "team_id", "quest_id", "person_id", "activity_id", "detail")

  package static func read(
    _ columns: inout some ColumnReader
  ) throws -> (number: Int64, entry: ChangeLogEntry) {
    (
      try columns.int(),
      ChangeLogEntry(
        at: try columns.instant(), actor: try columns.optionalID(), action: try columns.text(),
        team: try columns.optionalID(), quest: try columns.optionalID(),
        person: try columns.optionalID(), activity: try columns.optionalID(),
        detail: try columns.text())
    )
  }
}

extension QuestMarker {
  /// From the quest, its team, latitude, longitude and version.
  package static func read(_ columns: inout some ColumnReader) throws -> QuestMarker {
    QuestMarker(
      quest: try columns.id(), team: try columns.id(), latitude: try columns.double(),
      longitude: try columns.double(), version: try columns.int())
  }
}
