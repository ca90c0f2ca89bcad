internal import Base
public import CivilTime
internal import Geodesy

/// The rules of the ledger: commands in, answers and the rows to write out.
///
/// A fold takes any number of commands, one after the other; each sees what those before it did,
/// written or not. It depends on nothing but the facts and the commands. A command that the rules
/// refuse throws and leaves no trace; `finish` gives the changes of all the others, for one
/// transaction. When the facts themselves fail, the fold is of no more use.
///
/// A walk in order costs O(teams) beside the facts that are read; one out of order marks its quest,
/// whose milestones `finish` derives again from there on, once a fold.
public struct LedgerFold<Facts: LedgerFacts> {
  let facts: Facts
  let zones: ZoneCatalog
  let limits: LedgerLimits

  // What has been read, as it stands after the commands so far.
  var sheets: [TeamID: TeamSheet] = [:]
  var personPeriods: [PersonID: [Membership]] = [:]
  var teamPeriods: [TeamID: [Membership]] = [:]
  var plans: [PlanID: QuestPlan] = [:]
  var erased: [PersonID: Erasure] = [:]

  // What differs from the store.
  var changedPeriods: [PeriodKey: Membership] = [:]
  var changedInvites: [InviteID: Invite] = [:]
  var newPlans: [PlanID: QuestPlan] = [:]
  var questTeams: [QuestID: TeamID] = [:]
  var newInvites: Set<InviteID> = []
  /// How many walks a person has with those of this fold.
  var walkCounts: [PersonID: Int64] = [:]
  var activities: [ActivityKey: LedgerChanges.ActivityWrite] = [:]
  var activitiesByPerson: [PersonID: Set<ActivityKey>] = [:]
  var versions: [ActivityVersion] = []
  /// Nil for one that is to go.
  var contributions: [ContributionKey: Contribution?] = [:]
  var contributionsByActivity: [ActivityKey: Set<ContributionKey>] = [:]
  var contributionsByQuest: [QuestID: Set<ContributionKey>] = [:]
  var milestones: [QuestID: MilestoneMarks] = [:]
  var figures: [QuestKey: FigureSums] = [:]
  var anonymizings: Set<LedgerChanges.Anonymizing> = []
  var events: [TeamEvent] = []
  var changeLog: [ChangeLogEntry] = []

  public init(facts: Facts, zones: ZoneCatalog, limits: LedgerLimits = .standard) {
    self.facts = facts
    self.zones = zones
    self.limits = limits
  }

  struct PeriodKey: Hashable {
    var team: TeamID
    var person: PersonID
    var period: Int
  }

  struct TeamSheet {
    var facts: TeamFacts
    var isNew = false
    var isChanged = false
    var isTeamChanged = false
    var newQuests: Set<QuestID> = []
    var changedQuests: Set<QuestID> = []
    var changedTallies: Set<QuestID> = []
    var preparedQuests: Set<QuestID> = []
  }

  /// Whether a person is erased, and whether this fold does it.
  struct Erasure {
    var isErased: Bool
    var isNew = false
  }

  /// What has become of a quest's milestones.
  struct MilestoneMarks {
    /// Reached by walks in order.
    var appended: [MilestoneReached] = []
    /// The earliest walk that is new, gone or changed out of order.
    var from: WalkOrder?
  }

  struct QuestKey: Hashable {
    var team: TeamID
    var quest: QuestID
  }

  /// Does one command.
  ///
  /// - Throws: what the rules have against it, or what kept the facts from being read.
  public mutating func apply(_ command: LedgerCommand) throws(LedgerError) -> LedgerAnswer {
    if let author = command.author, try isErased(author) {
      throw LedgerError(
        .erased, "the person \(author) was erased, and nothing can be added in that name any more")
    }
    return switch command.action {
    case .log(let key, let content, let zone):
      try log(key, content, zone: zone, command)
    case .edit(let key, let content, let expected):
      try edit(key, content, expectedRevision: expected, command)
    case .delete(let key, let expected):
      try delete(key, expectedRevision: expected, command)
    case .createTeam(let id, let name, let isPublic, let founder):
      try createTeam(id, name: name, isPublic: isPublic, founder: founder, command)
    case .changeTeam(let id, let change, let expected):
      try changeTeam(id, change, expectedRevision: expected, command)
    case .dissolveTeam(let id):
      try dissolveTeam(id, command)
    case .join(let team, let person, let role, let from):
      .membership(try join(team, person, role, from: from, command))
    case .leave(let team, let person, let from):
      try leave(team, person, from: from, command)
    case .setRole(let team, let person, let role):
      try setRole(team, person, role, command)
    case .erase(let person):
      try erase(person, command)
    case .createInvite(let id, let team, let role, let expiresAt):
      try createInvite(id, team, role, expiresAt: expiresAt, command)
    case .redeemInvite(let id, let person):
      try redeemInvite(id, by: person, command)
    case .revokeInvite(let id):
      try revokeInvite(id, command)
    case .createQuest(let draft):
      try createQuest(draft, command)
    case .changeQuest(let id, let change, let expected):
      try changeQuest(id, change, expectedRevision: expected, command)
    case .cancelQuest(let id):
      try cancelQuest(id, command)
    case .advanceQuest(let id):
      try advanceQuest(id, command)
    }
  }

  // MARK: Facts, as they stand after the commands so far

  mutating func loadSheet(_ team: TeamID) throws(LedgerError) -> TeamSheet? {
    if let sheet = sheets[team] { return sheet }
    guard let found = try facts.team(team) else { return nil }
    let sheet = TeamSheet(facts: found)
    sheets[team] = sheet
    for record in found.quests { questTeams[record.quest.id] = team }
    return sheet
  }

  mutating func requireSheet(_ team: TeamID) throws(LedgerError) -> TeamSheet {
    guard let sheet = try loadSheet(team) else {
      throw LedgerError(.notFound, "there is no team \(team)")
    }
    return sheet
  }

  /// A team that something is to be added to or changed in.
  ///
  /// - Throws: `team-dissolved` where it has ended.
  @discardableResult
  mutating func requireLastingTeam(_ team: TeamID) throws(LedgerError) -> TeamSheet {
    let sheet = try requireSheet(team)
    if let end = sheet.facts.team.dissolvedAt {
      throw LedgerError(.teamDissolved, "the team \(team) was dissolved at \(end)")
    }
    return sheet
  }

  mutating func periods(of person: PersonID) throws(LedgerError) -> [Membership] {
    if let known = personPeriods[person] { return known }
    let periods = merged(try facts.memberships(of: person)) { $0.person == person }
    personPeriods[person] = periods
    return periods
  }

  mutating func periods(in team: TeamID) throws(LedgerError) -> [Membership] {
    if let known = teamPeriods[team] { return known }
    let periods = merged(try facts.memberships(in: team)) { $0.team == team }
    teamPeriods[team] = periods
    return periods
  }

  private func merged(
    _ stored: [Membership], _ belongs: (Membership) -> Bool
  ) -> [Membership] {
    if changedPeriods.isEmpty { return stored }
    let kept = stored.filter {
      changedPeriods[PeriodKey(team: $0.team, person: $0.person, period: $0.period)] == nil
    }
    return kept + changedPeriods.values.filter(belongs)
  }

  mutating func isErased(_ person: PersonID) throws(LedgerError) -> Bool {
    if let known = erased[person] { return known.isErased }
    let isErased = try facts.isErased(person)
    erased[person] = Erasure(isErased: isErased)
    return isErased
  }

  mutating func put(_ period: Membership) {
    changedPeriods[PeriodKey(team: period.team, person: period.person, period: period.period)] =
      period
    func replace(_ list: inout [Membership]) {
      let same = list.firstIndex {
        $0.team == period.team && $0.person == period.person && $0.period == period.period
      }
      if let same { list[same] = period } else { list.append(period) }
    }
    if personPeriods[period.person] != nil { replace(&personPeriods[period.person, default: []]) }
    if teamPeriods[period.team] != nil { replace(&teamPeriods[period.team, default: []]) }
  }

  mutating func plan(_ id: PlanID) throws(LedgerError) -> QuestPlan {
    if let plan = plans[id] { return plan }
    guard let plan = try facts.plan(id) else {
      throw LedgerError(.corrupt, "the plan \(id) of a quest is not in the store")
    }
    plans[id] = plan
    return plan
  }

  func activity(_ key: ActivityKey) throws(LedgerError) -> Activity? {
    if let changed = activities[key] { return changed.activity }
    return try facts.activity(key)
  }

  /// The person's walks with from <= start < until, in walk order.
  func walks(of person: PersonID, from: Instant, until: Instant) throws(LedgerError) -> [Activity] {
    guard from < until else { return [] }
    var found = try facts.activities(of: person, from: from, until: until)
    if let changed = activitiesByPerson[person] {
      found.removeAll { changed.contains($0.key) }
      for key in changed {
        guard let activity = activities[key]?.activity, !activity.isDeleted,
          from <= activity.content.start, activity.content.start < until
        else { continue }
        found.append(activity)
      }
    }
    return found.sorted { $0.order < $1.order }
  }

  mutating func put(_ activity: Activity, isNew: Bool) {
    let wasNew = activities[activity.key]?.isNew ?? isNew
    activities[activity.key] = LedgerChanges.ActivityWrite(activity: activity, isNew: wasNew)
    activitiesByPerson[activity.key.person, default: []].insert(activity.key)
  }

  func contributions(of key: ActivityKey) throws(LedgerError) -> [Contribution] {
    // A walk that came with this fold has no contributions in the store.
    var found = activities[key]?.isNew == true ? [] : try facts.contributions(of: key)
    if let changed = contributionsByActivity[key] {
      found.removeAll { changed.contains($0.key) }
      for key in changed {
        if let contribution = contributions[key] ?? nil { found.append(contribution) }
      }
    }
    return found.sorted { ($0.team, $0.key) < ($1.team, $1.key) }
  }

  /// The counted walks of a quest at or after a place in walk order that start before a moment, in walk
  /// order.
  func walks(
    of quest: QuestID, from order: WalkOrder, until: Instant? = nil
  ) throws(LedgerError) -> [Contribution] {
    var found = try facts.walks(of: quest, from: order, until: until)
    guard let changed = contributionsByQuest[quest] else { return found }
    found.removeAll { changed.contains($0.key) }
    for key in changed {
      if let contribution = contributions[key] ?? nil, contribution.isCounted,
        contribution.order >= order, until.map({ contribution.start < $0 }) ?? true
      {
        found.append(contribution)
      }
    }
    return found.sorted { $0.order < $1.order }
  }

  mutating func put(_ key: ContributionKey, _ contribution: Contribution?) {
    contributions[key] = .some(contribution)
    contributionsByActivity[key.activity, default: []].insert(key)
    contributionsByQuest[key.quest, default: []].insert(key)
  }

  /// The place of a quest among those of its team, with the team.
  mutating func find(_ quest: QuestID) throws(LedgerError) -> (team: TeamID, index: Int) {
    guard let team = try team(of: quest),
      let sheet = try loadSheet(team),
      let index = sheet.facts.quests.firstIndex(where: { $0.quest.id == quest })
    else { throw LedgerError(.notFound, "there is no quest \(quest)") }
    return (team, index)
  }

  func team(of quest: QuestID) throws(LedgerError) -> TeamID? {
    if let known = questTeams[quest] { return known }
    return try facts.team(ofQuest: quest)
  }

  func zone(_ name: String) throws(LedgerError) -> Zone {
    do { return try zones.zone(named: name) } catch {
      throw LedgerError(.zone, error.message, field: "zone")
    }
  }

  /// The day on which a walk starts, in its own zone.
  func day(of start: Instant, in zone: String) throws(LedgerError) -> Day {
    do { return try zones.zone(namedOrOffset: zone).day(at: start) } catch {
      throw LedgerError(.zone, error.message)
    }
  }

  func checkText(_ text: String?, _ what: String) throws(LedgerError) {
    guard let text, text.utf8.count > limits.textBytes else { return }
    throw LedgerError(
      .limit, "\(what) has \(text.utf8.count) bytes; the limit is \(limits.textBytes) bytes")
  }

  /// The name that a text stands for.
  func name(_ text: String, _ what: String) throws(LedgerError) -> String {
    let name: String
    do throws(Name.Fault) { name = try Name.read(text) } catch {
      throw LedgerError(.invalid, "\(what) \(error.detail)")
    }
    try checkText(name, what)
    return name
  }

  // MARK: Events

  /// Adds an event, which raises the team's version.
  mutating func emit(
    _ team: TeamID, _ kind: TeamEvent.Kind, at: Instant, quest: QuestID? = nil,
    person: PersonID? = nil, activity: ActivityID? = nil, milestone: MilestoneKey? = nil,
    total: Distance? = nil
  ) {
    guard let facts = sheets[team]?.facts else { return }
    var version = facts.version
    let plans = quest.flatMap { id in facts.quests.last { $0.quest.id == id }?.quest.plans.count }
    version += 1
    sheets[team]?.facts.version = version
    sheets[team]?.isChanged = true
    events.append(
      TeamEvent(
        team: team, version: version, at: at, kind: kind, quest: quest, person: person,
        activity: activity, milestone: milestone, total: total, plan: plans))
  }

  /// Takes the person out of what the team's stream has told of a walk.
  mutating func anonymize(_ team: TeamID, _ activity: ActivityKey) {
    anonymizings.insert(LedgerChanges.Anonymizing(team: team, activity: activity))
    for (index, event) in events.enumerated()
    where event.team == team && event.person == activity.person && event.activity == activity.id {
      events[index] = event.anonymous
    }
  }

  mutating func record(
    _ command: LedgerCommand, team: TeamID? = nil, quest: QuestID? = nil, person: PersonID? = nil,
    activity: ActivityID? = nil, _ detail: String
  ) {
    changeLog.append(
      ChangeLogEntry(
        at: command.at, actor: command.actor, action: command.action.name, team: team,
        quest: quest, person: person, activity: activity, detail: detail))
  }
}
