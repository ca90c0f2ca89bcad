import CivilTime
import Geodesy
import Quests
import Routes

/// The ledger in plain dictionaries: the facts of a fold, and what its changes make of them.
///
/// It checks what a database's keys would check, and stops the test where a change breaks one.
public final class MemoryLedger: LedgerFacts {
  public struct QuestRows {
    public var contributions: [ActivityKey: Contribution] = [:]
    public var milestones: [MilestoneReached] = []
    public var days: [Day: DayTotal] = [:]
    public var people: [PersonID: PersonTotal] = [:]
    public var spans: [PersonID: [WalkSpan: SpanTotal]] = [:]

    public init() {}
  }

  public private(set) var teams: [TeamID: TeamFacts] = [:]
  public private(set) var periods: [Membership] = []
  public private(set) var invites: [InviteID: Invite] = [:]
  public private(set) var plans: [PlanID: QuestPlan] = [:]
  public private(set) var questTeams: [QuestID: TeamID] = [:]
  public private(set) var activities: [ActivityKey: Activity] = [:]
  public private(set) var versions: [ActivityVersion] = []
  public var quests: [QuestID: QuestRows] = [:]
  /// How many counted walks of quests were read.
  public var walksRead = 0
  public private(set) var events: [TeamID: [TeamEvent]] = [:]
  public private(set) var changeLog: [ChangeLogEntry] = []
  public private(set) var erased: Set<PersonID> = []
  private var questsByActivity: [ActivityKey: Set<QuestID>] = [:]
  private var activitiesByPerson: [PersonID: [ActivityKey]] = [:]

  public init() {}

  // MARK: Facts

  public func team(_ id: TeamID) -> TeamFacts? { teams[id] }
  public func memberships(of person: PersonID) -> [Membership] {
    periods.filter { $0.person == person }
  }
  public func memberships(in team: TeamID) -> [Membership] { periods.filter { $0.team == team } }
  public func isErased(_ person: PersonID) -> Bool { erased.contains(person) }
  public func invite(_ id: InviteID) -> Invite? { invites[id] }
  public func unusedInvites(by person: PersonID) -> [Invite] {
    invites.values.filter {
      $0.createdBy == person && $0.redeemedBy == nil && $0.revokedAt == nil
    }
  }
  public func inviteCount(of team: TeamID) -> Int64 {
    Int64(invites.values.count { $0.team == team })
  }
  public func walkCount(of person: PersonID) -> Int64 {
    Int64(activitiesByPerson[person, default: []].count)
  }
  public func team(ofQuest quest: QuestID) -> TeamID? { questTeams[quest] }
  public func plan(_ id: PlanID) -> QuestPlan? { plans[id] }
  public func activity(_ key: ActivityKey) -> Activity? { activities[key] }

  public func activities(of person: PersonID, from: Instant, until: Instant) -> [Activity] {
    activitiesByPerson[person, default: []].compactMap { activities[$0] }.filter {
      !$0.isDeleted && from <= $0.content.start && $0.content.start < until
    }
  }

  public func contributions(of activity: ActivityKey) -> [Contribution] {
    questsByActivity[activity, default: []].compactMap { quests[$0]?.contributions[activity] }
  }

  public func walks(
    of quest: QuestID, from order: WalkOrder, until: Instant?
  ) -> [Contribution] {
    guard let rows = quests[quest]?.contributions.values else { return [] }
    let walks = rows.filter {
      $0.isCounted && $0.order >= order && $0.start < until ?? Instant(microseconds: .max)
    }
    walksRead += walks.count
    return walks.sorted { $0.order < $1.order }
  }
  public func days(of quest: QuestID, from day: Day) -> [DayTotal] {
    guard let rows = quests[quest]?.days.values else { return [] }
    return rows.filter { $0.day >= day && $0.walks != 0 }.sorted { $0.day < $1.day }
  }

  // MARK: Changes

  public func apply(_ changes: LedgerChanges) {
    for write in changes.teams {
      precondition(write.isNew == (teams[write.team.id] == nil), "a team is new or is not")
      teams[write.team.id, default: TeamFacts(team: write.team, version: 0, quests: [])].team =
        write.team
      teams[write.team.id]?.version = write.version
    }
    for period in changes.memberships {
      let same = periods.firstIndex {
        $0.team == period.team && $0.person == period.person && $0.period == period.period
      }
      if let same { periods[same] = period } else { periods.append(period) }
    }
    for invite in changes.invites { invites[invite.id] = invite }
    for plan in changes.plans { plans[plan.id] = plan }
    for write in changes.quests { apply(write) }
    for write in changes.activities {
      let key = write.activity.key
      precondition(write.isNew == (activities[key] == nil), "an activity is new or is not")
      if write.isNew { activitiesByPerson[key.person, default: []].append(key) }
      activities[key] = write.activity
    }
    versions += changes.versions
    for row in changes.contributions {
      quests[row.key.quest, default: QuestRows()].contributions[row.key.activity] = row
      questsByActivity[row.key.activity, default: []].insert(row.key.quest)
    }
    for removal in changes.removals {
      quests[removal.key.quest]?.contributions[removal.key.activity] = nil
      questsByActivity[removal.key.activity]?.remove(removal.key.quest)
    }
    for write in changes.milestones {
      var rows = quests[write.quest, default: QuestRows()].milestones
      if write.replaces {
        rows.removeAll { $0.index >= write.from }
      }
      let known = Set(rows.map(\.index))
      precondition(
        write.rows.allSatisfy { !known.contains($0.index) && $0.index >= write.from },
        "a milestone is reached once")
      quests[write.quest, default: QuestRows()].milestones = rows + write.rows
    }
    for change in changes.days {
      let old =
        quests[change.quest, default: QuestRows()].days[change.day]
        ?? DayTotal(day: change.day, distance: .zero, walks: 0)
      quests[change.quest]?.days[change.day] = DayTotal(
        day: change.day, distance: old.distance + change.distance, walks: old.walks + change.walks)
    }
    for change in changes.people {
      let old =
        quests[change.quest, default: QuestRows()].people[change.person]
        ?? PersonTotal(person: change.person, distance: .zero, walks: 0)
      quests[change.quest]?.people[change.person] = PersonTotal(
        person: change.person, distance: old.distance + change.distance,
        walks: old.walks + change.walks)
    }
    for change in changes.spans {
      let old =
        quests[change.quest, default: QuestRows()].spans[change.person]?[change.span]
        ?? SpanTotal(span: change.span, person: change.person, distance: .zero, walks: 0)
      quests[change.quest]?.spans[change.person, default: [:]][change.span] = SpanTotal(
        span: change.span, person: change.person, distance: old.distance + change.distance,
        walks: old.walks + change.walks)
    }
    for change in changes.anonymizings {
      events[change.team] = events[change.team]?.map {
        $0.person == change.activity.person && $0.activity == change.activity.id
          ? $0.anonymous : $0
      }
    }
    for event in changes.events {
      let last = events[event.team]?.last?.version ?? 0
      precondition(event.version == last + 1, "the version rises by one per event")
      events[event.team, default: []].append(event)
    }
    changeLog += changes.changeLog
    for person in changes.erasures { erase(person) }
    for write in changes.teams {
      precondition(
        write.version == events[write.team.id]?.last?.version ?? 0,
        "the team's version is that of its last event")
    }
  }

  private func erase(_ person: PersonID) {
    precondition(erased.insert(person).inserted, "a person is erased once")
    for key in activitiesByPerson[person, default: []] {
      guard let old = activities[key] else { continue }
      activities[key] = Activity(
        key: key, content: old.content.nameless, first: old.first.nameless, zone: old.zone,
        day: old.day, revision: old.revision, loggedAt: old.loggedAt, changedAt: old.changedAt,
        isDeleted: old.isDeleted)
      for quest in questsByActivity[key, default: []] {
        quests[quest]?.contributions[key]?.isPrivate = true
      }
    }
    versions = versions.map { old in
      guard old.key.person == person else { return old }
      return ActivityVersion(
        key: old.key, revision: old.revision, content: old.content.nameless,
        replacedAt: old.replacedAt, replacedBy: old.replacedBy == person ? nil : old.replacedBy)
    }
    for quest in quests.keys {
      quests[quest]?.people[person] = nil
      quests[quest]?.spans[person] = nil
    }
    for team in events.keys {
      events[team] = events[team]?.map { $0.person == person ? $0.anonymous : $0 }
    }
    changeLog = changeLog.map { old in
      guard old.actor == person || old.person == person else { return old }
      let isAbout = old.person == person
      return ChangeLogEntry(
        at: old.at, actor: old.actor == person ? nil : old.actor, action: old.action,
        team: old.team, quest: old.quest, person: isAbout ? nil : old.person,
        activity: isAbout ? nil : old.activity)
    }
  }

  private func apply(_ write: LedgerChanges.QuestWrite) {
    let quest = write.record.quest
    precondition(write.isNew == (questTeams[quest.id] == nil), "a quest is new or is not")
    questTeams[quest.id] = quest.team
    var records = teams[quest.team]?.quests ?? []
    if let same = records.firstIndex(where: { $0.quest.id == quest.id }) {
      precondition(
        write.isQuestChanged || records[same].quest == quest, "a change of a quest says so")
      records[same] = write.record
    } else {
      records.append(write.record)
      quests[quest.id] = QuestRows()
    }
    precondition(records.count(where: \.quest.isOpen) <= 1, "a team has at most one open quest")
    teams[quest.team]?.quests = records
  }

  /// Everything about one team, for an audit.
  public func stored(_ team: TeamID) -> StoredTeam? {
    guard let facts = teams[team] else { return nil }
    let members = Set(memberships(in: team).map(\.person))
    var stored: [QuestID: StoredTeam.StoredQuest] = [:]
    for record in facts.quests {
      let rows = quests[record.quest.id] ?? QuestRows()
      guard let plan = plans[record.quest.plan] else { continue }
      stored[record.quest.id] = StoredTeam.StoredQuest(
        plan: plan, contributions: Array(rows.contributions.values), milestones: rows.milestones,
        days: Array(rows.days.values), people: Array(rows.people.values),
        spans: rows.spans.values.flatMap(\.values))
    }
    return StoredTeam(
      facts: facts, memberships: memberships(in: team),
      activities: members.sorted().flatMap { person in
        activities(
          of: person, from: Instant(microseconds: .min), until: Instant(microseconds: .max))
      },
      quests: stored, lastEventVersion: events[team]?.last?.version)
  }
}

extension ActivityContent {
  /// What an erasure leaves of it.
  var nameless: ActivityContent {
    ActivityContent(
      start: start, distance: distance, durationSeconds: durationSeconds, isPrivate: true,
      zone: zone)
  }
}

/// For sums that tests keep small.
func + (a: Distance, b: Distance) -> Distance {
  Distance(micrometers: a.micrometers + b.micrometers)
}
