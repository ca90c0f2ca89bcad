public import CivilTime
public import Routes

/// Where activities, teams and quests are kept.
///
/// All that changes goes through `perform`, so that the rules of `LedgerFold` are the only ones.
/// Listings take the place of the last row of the page before, so that they stay stable with ties
/// and with rows that come and go; no page is longer than `LedgerLimits.page`. Every method throws
/// `unreachable`, `timeout` or `overloaded` when nothing was done and a later try may succeed.
public protocol LedgerStore: Sendable {
  /// Does commands, in their order, durably; each has a result of its own.
  ///
  /// Those that the rules allow commit together, with commands of other callers as may be; those
  /// that they refuse stop none. An answer is given after the commit.
  /// - Throws: `unknown-outcome` when the connection broke during the commit: the same commands
  ///   again find out and do nothing twice. `limit` for more than `LedgerLimits.batchActivities`.
  func perform(
    _ commands: [LedgerCommand]
  ) async throws(LedgerError) -> [Result<LedgerAnswer, LedgerError>]

  // MARK: Activities

  /// Also a deleted one.
  func activity(_ key: ActivityKey) async throws(LedgerError) -> Activity?
  /// The person's walks that started in [from, until), the last walked first, deleted ones left out.
  ///
  /// - Parameters:
  ///   - from: nil for all that came before `until`.
  ///   - until: nil for all from `from` on.
  func activities(
    of person: PersonID, before: WalkOrder?, after from: Instant?, until: Instant?, limit: Int
  ) async throws(LedgerError) -> [Activity]
  /// What the person has walked in all. O(walks of the person).
  func stats(of person: PersonID) async throws(LedgerError) -> PersonStats
  /// What edits and the deletion have replaced, the oldest first.
  func versions(of key: ActivityKey) async throws(LedgerError) -> [ActivityVersion]
  /// The days with a walk up to a day, in the walks' own zones, the latest first, each once.
  func walkedDays(
    of person: PersonID, through day: Day, limit: Int
  ) async throws(LedgerError) -> [Day]

  /// The walks that were first sent with one of some persons' starts, each with the content that was
  /// first sent; edited and deleted ones too, in any order.
  ///
  /// - Throws: `limit` for more starts than `LedgerLimits.batchActivities`.
  func firstContents(
    of starts: Set<WalkStart>
  ) async throws(LedgerError) -> [(key: ActivityKey, content: ActivityContent)]

  // MARK: Teams

  func team(_ id: TeamID) async throws(LedgerError) -> TeamFacts?
  /// Teams with all of their quests, by id.
  func teams(after: TeamID?, limit: Int) async throws(LedgerError) -> [TeamFacts]
  /// The names of all teams that last, by id. O(limit).
  func teamNames(
    after: TeamID?, limit: Int
  ) async throws(LedgerError) -> [(team: TeamID, name: String)]
  func memberships(of person: PersonID) async throws(LedgerError) -> [Membership]
  func memberships(in team: TeamID) async throws(LedgerError) -> [Membership]
  /// The memberships that last, by person.
  func members(
    of team: TeamID, after: PersonID?, limit: Int
  ) async throws(LedgerError) -> [Membership]
  func invite(_ id: InviteID) async throws(LedgerError) -> Invite?
  func invites(of team: TeamID) async throws(LedgerError) -> [Invite]
  /// The events of teams, each after a version, in the order of teams and versions. Where the first
  /// of a team is not the version and one, those between are no longer kept.
  ///
  /// - Parameter limit: of each team.
  /// - Throws: `limit` for more teams than `LedgerLimits.page`.
  func events(
    after versions: [TeamID: Int64], limit: Int
  ) async throws(LedgerError) -> [TeamEvent]
  /// Tells which teams have new events, whichever process has written them; for one listener, as long
  /// as it is kept. What was written before may be told too.
  func changedTeams() -> ChangedTeams
  /// Who changed what in the team, the latest first, each with its number.
  func changeLog(
    of team: TeamID, before number: Int64?, limit: Int
  ) async throws(LedgerError) -> [(number: Int64, entry: ChangeLogEntry)]

  // MARK: Quests

  func quest(_ id: QuestID) async throws(LedgerError) -> QuestRecord?
  func plan(_ id: PlanID) async throws(LedgerError) -> QuestPlan?
  /// How a quest stands: now, or as of a past moment, counting walks with start <= past.
  func standing(
    of quest: QuestID, now: Instant, past: Instant?
  ) async throws(LedgerError) -> QuestStanding?
  /// Who may see a quest, and the version that all of it has now; one cheap read.
  ///
  /// - Parameters:
  ///   - person: whose open membership in the team is told.
  ///   - people: whose names are told beside it.
  /// - Throws: `limit` for more people than `LedgerLimits.page`.
  func glance(
    at quest: QuestID, by person: PersonID?, naming people: [PersonID]
  ) async throws(LedgerError) -> QuestGlance?
  /// How a quest stands, with the last `limit` milestones that it has reached and the `limit` people
  /// who have walked the farthest; of a past moment as `standing` has it.
  func overview(
    of quest: QuestID, now: Instant, past: Instant?, limit: Int
  ) async throws(LedgerError) -> QuestOverview?
  /// The milestones that walks have reached, from an index on, without the walk where it is private.
  /// Those at the very start have no walk, and are left out.
  func passages(
    of quest: QuestID, from index: Int, limit: Int
  ) async throws(LedgerError) -> [MilestonePassage]
  /// What was walked on each day on which anybody walked, the first first.
  func days(of quest: QuestID) async throws(LedgerError) -> [DayTotal]
  /// What each person has walked, private walks left out, in the order of their ids.
  func people(in quest: QuestID) async throws(LedgerError) -> [PersonTotal]
  /// The counted walks that are not private, the last walked first.
  func feed(
    of quest: QuestID, before: WalkOrder?, limit: Int
  ) async throws(LedgerError) -> [Contribution]
  /// Those of some quests that hide the waypoints ahead.
  ///
  /// - Precondition: no more than `LedgerLimits.page`.
  func hidingQuests(among quests: [QuestID]) async throws(LedgerError) -> Set<QuestID>
  /// Open quests whose start is to be announced at a moment, or whose window is over, to be taken on
  /// with `advanceQuest`.
  func questsDue(at now: Instant, limit: Int) async throws(LedgerError) -> [QuestID]

  // MARK: Markers

  /// Puts markers on the map. One of an older version than that which is there is left out.
  func setMarkers(_ markers: [QuestMarker]) async throws(LedgerError)
  /// The markers in a box, by quest, answered by a spatial index; over 180 degrees too. Those of
  /// dissolved teams are left out.
  ///
  /// - Parameter publicOnly: whether those of teams that are not public are left out.
  func markers(
    in box: Bounds, publicOnly: Bool, after quest: QuestID?, limit: Int
  ) async throws(LedgerError) -> [QuestMarker]
  /// What quests and their teams are called; those that are not there are left out.
  ///
  /// - Precondition: no more than `LedgerLimits.page`.
  func questNames(_ quests: [QuestID]) async throws(LedgerError) -> [QuestID: QuestNames]

  // MARK: Care

  /// A cheap look whether commands can be done now.
  ///
  /// - Throws: what would keep them from being done: `unreachable`, `access`, `settings`,
  ///   `schema-too-new`.
  func checkWritable() async throws(LedgerError)
  /// How busy this process keeps the store; nothing is asked for it.
  var figures: StoreFigures { get }
  /// What the store takes on its disk: the file with its log, or the whole database.
  func bytes() async throws(LedgerError) -> Int64
  /// Recomputes everything from the activities and names each difference.
  func audit() async throws(LedgerError) -> AuditReport
  /// Forgets events that are older than `LedgerLimits.eventSeconds`.
  /// - Returns: how many.
  func forgetEvents(at now: Instant) async throws(LedgerError) -> Int
}

/// When a person began a walk.
public struct WalkStart: Hashable, Sendable {
  public let person: PersonID
  public let start: Instant

  public init(person: PersonID, start: Instant) {
    self.person = person
    self.start = start
  }

  /// Checks how many starts are asked about at once, for the stores.
  ///
  /// - Throws: `limit`.
  public static func check(
    _ starts: Set<WalkStart>, _ limits: LedgerLimits
  ) throws(LedgerError) {
    guard starts.count <= limits.batchActivities else {
      throw LedgerError(
        .limit,
        "\(starts.count) walks were asked about at once; the limit is \(limits.batchActivities)")
    }
  }
}

/// What a quest and its team are called.
public struct QuestNames: Hashable, Sendable {
  public let quest: String
  public let team: String

  public init(quest: String, team: String) {
    self.quest = quest
    self.team = team
  }
}

/// Where the team of a quest stands, for a map of many.
public struct QuestMarker: Hashable, Sendable {
  public let quest: QuestID
  public let team: TeamID
  /// Degrees, -90…90 and -180…180.
  public let latitude: Double
  public let longitude: Double
  /// The team's version that the place belongs to.
  public let version: Int64

  public init(
    quest: QuestID, team: TeamID, latitude: Double, longitude: Double, version: Int64
  ) {
    self.quest = quest
    self.team = team
    self.latitude = latitude
    self.longitude = longitude
    self.version = version
  }
}

extension LedgerStore {
  /// Who may see a quest, and the version that all of it has now; one cheap read.
  public func glance(
    at quest: QuestID, by person: PersonID?
  ) async throws(LedgerError) -> QuestGlance? {
    try await glance(at: quest, by: person, naming: [])
  }

  /// The team's events after a version, in order. Where the first of them is not `version + 1`,
  /// those between are no longer kept.
  public func events(
    of team: TeamID, after version: Int64, limit: Int
  ) async throws(LedgerError) -> [TeamEvent] {
    try await events(after: [team: version], limit: limit)
  }

  /// Does one command.
  public func perform(_ command: LedgerCommand) async throws(LedgerError) -> LedgerAnswer {
    let results = try await perform([command])
    guard let result = results.first else {
      throw LedgerError(.store, "the store gave no answer to a command")
    }
    return try result.get()
  }

  /// The person's walks, the last walked first, deleted ones left out.
  public func activities(
    of person: PersonID, before: WalkOrder?, limit: Int
  ) async throws(LedgerError) -> [Activity] {
    try await activities(of: person, before: before, after: nil, until: nil, limit: limit)
  }

  /// Takes a person out of the ledger in one transaction; a second time does nothing.
  ///
  /// Every walk stays with its distance and start, and so do totals, days, milestones and positions.
  /// It becomes private and loses source and note, in all of its versions. The person's memberships
  /// end at this moment; where no admin is left, the member of the longest standing becomes one.
  /// Unused invites are taken back. Events and the change log lose the person. Nothing is done in the
  /// person's name from then on: `erased`.
  /// - Throws: what `perform` throws.
  public func erase(
    _ person: PersonID, at now: Instant, actor: PersonID?
  ) async throws(LedgerError) {
    _ = try await perform(LedgerCommand(.erase(person), at: now, actor: actor))
  }
}
