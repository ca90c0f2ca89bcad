internal import CivilTime
internal import LedgerCore
internal import Quests

/// The facts of one fold: what its commands will surely ask about is read in one round trip, under
/// locks; the rest on demand in the same transaction.
///
/// Several processes may write at once. Transactions are READ COMMITTED, so each statement sees what
/// was committed before it began; what makes a fold one indivisible step is what it locks first:
///
/// 1. The persons, by advisory locks in ascending order: shared by those who write a person's walks,
///    alone by those who change in which teams the person is. From then on the stays of these persons
///    cannot change, and a walk cannot be logged past a stay that begins at the same time.
/// 2. The counts of walks of those who log one, in the order of the persons, so that no two folds
///    together pass the limit.
/// 3. The rows of the teams in the order of their ids: those that the commands name, and those that
///    the persons were ever in. Whatever a fold writes of a team it writes under this lock, so
///    nobody changes the team's version, quests, figures, contributions or members meanwhile.
///
/// All facts are read by later statements than these, hence as the last holder of the locks left
/// them. A team that comes into sight without its lock stops the fold, which begins again with that
/// lock too. What the locks do not cover is held by keys: two first copies of one activity, two edits
/// of a walk by a person without a team (`activity_versions`), one id for two teams, quests or
/// invites. The second writer waits for the first, gets a unique violation and looks again. Locks are
/// always taken in one order, persons before counts before teams; where keys close a circle the server ends it, and
/// that fold is run again.
final class FoldFacts: StoreFacts {
  let connection: Connection
  private let plans: PlanCache
  private let deadline: Deadline
  /// What went wrong with the server: then nothing of the fold is to be trusted.
  private(set) var failure: (any Error)?

  private let needs: FoldNeeds
  private var locked: Set<TeamID> = []
  private var teams: [TeamID: TeamFacts] = [:]
  private var questTeams: [QuestID: TeamID] = [:]
  private(set) var invites: [InviteID: Invite] = [:]
  private var periods: [PersonID: [Membership]] = [:]
  private var erased: Set<PersonID> = []
  private var teamPeriods: [TeamID: [Membership]] = [:]
  private var activities: [ActivityKey: Activity] = [:]
  /// Of the activities whose contributions have been read.
  private var contributions: [ActivityKey: [Contribution]] = [:]
  /// What was read of a person's walks, whose contributions are wanted next.
  private var walked: [PersonID: [ActivityKey]] = [:]
  private var walkCounts: [PersonID: Int64] = [:]

  /// Begins the transaction, takes the locks and reads.
  init(
    _ needs: FoldNeeds, connection: Connection, plans: PlanCache, until deadline: Deadline
  ) throws {
    self.needs = needs
    self.connection = connection
    self.plans = plans
    self.deadline = deadline

    let persons = Parameter(array: Array(needs.persons.keys))
    let named = [
      Parameter(array: Array(needs.teams)), persons, Parameter(array: Array(needs.quests)),
      Parameter(array: Array(needs.invites)),
    ]
    let keys = Array(needs.activities)
    let walks = [Parameter(array: keys.map(\.person)), Parameter(array: keys.map(\.id))]
    let locks = needs.locks
    // The same statements whatever the number of commands, those left out that have nothing to do.
    var requests = [Request(FoldStatements.begin)]
    var readers: [(Rows) throws -> Void] = [{ _ in }]
    func ask(
      _ statement: Statement, _ parameters: [Parameter], _ read: @escaping (Rows) throws -> Void
    ) {
      requests.append(Request(statement, parameters))
      readers.append(read)
    }
    if !locks.isEmpty {
      ask(
        FoldStatements.lockPersons,
        [
          Parameter(AdvisoryLock.person), Parameter(array: locks.map(\.number)),
          Parameter(array: locks.map(\.isAlone)),
        ]
      ) { _ in }
    }
    if !needs.walkers.isEmpty {
      let walkers = [Parameter(array: needs.walkers.sorted())]
      ask(FoldStatements.beginWalkCounts, walkers) { _ in }
      ask(FoldStatements.lockWalkCounts, walkers) { [unowned self] rows in
        for (person, count) in try rows.map({ (try $0.id() as PersonID, try $0.int()) }) {
          walkCounts[person] = count
        }
      }
    }
    ask(FoldStatements.lockTeams, named) { [unowned self] rows in
      locked = Set(try rows.map { try $0.id() })
    }
    ask(FoldStatements.teams, named) { [unowned self] rows in
      for facts in try TeamFacts.read(rows) {
        teams[facts.team.id] = facts
        for record in facts.quests { questTeams[record.quest.id] = facts.team.id }
      }
    }
    if !needs.persons.isEmpty {
      ask(FoldStatements.periods, [persons]) { [unowned self] rows in
        for person in needs.persons.keys { periods[person] = [] }
        for period in try rows.map(Membership.read) {
          periods[period.person, default: []].append(period)
        }
      }
      ask(FoldStatements.erased, [persons]) { [unowned self] rows in
        erased = Set(try rows.map { try $0.id() })
      }
    }
    if !needs.invites.isEmpty {
      ask(FoldStatements.invites, [named[3]]) { [unowned self] rows in
        for invite in try rows.map(Invite.read) { invites[invite.id] = invite }
      }
    }
    if !keys.isEmpty {
      ask(FoldStatements.activities, walks) { [unowned self] rows in
        for activity in try rows.map(Activity.readWithFirst) { activities[activity.key] = activity }
      }
      ask(FoldStatements.contributions, walks) { [unowned self] rows in
        for key in keys { contributions[key] = [] }
        for row in try rows.map(Contribution.read) {
          contributions[row.key.activity, default: []].append(row)
        }
      }
    }
    let answers = try connection.run(requests, until: deadline)
    for (rows, read) in zip(answers, readers) { try read(rows) }
    // A quest or an invite that another process made between two of the statements.
    if let late = Set(teams.keys).union(invites.values.map(\.team)).subtracting(locked).min() {
      throw Unlocked(team: late)
    }
  }

  /// Stops a fold that must begin again with one more lock.
  struct Unlocked: Error {
    var team: TeamID
  }

  private func ask<Value>(
    _ statement: Statement, _ parameters: [Parameter], _ make: (inout Columns) throws -> Value
  ) throws(LedgerError) -> [Value] {
    do {
      return try connection.run(Request(statement, parameters), until: deadline).map(make)
    } catch {
      failure = failure ?? error
      throw LedgerError(postgres: error)
    }
  }

  // MARK: Facts

  func team(_ id: TeamID) throws(LedgerError) -> TeamFacts? {
    if let facts = teams[id] { return facts }
    // Named and locked for, and not there.
    if needs.teams.contains(id) { return nil }
    failure = failure ?? Unlocked(team: id)
    throw LedgerError(.store, "the team \(id) is not locked")
  }

  func memberships(of person: PersonID) throws(LedgerError) -> [Membership] {
    if let known = periods[person] { return known }
    let found = try ask(
      FoldStatements.periods, [Parameter(array: [person])], Membership.read)
    periods[person] = found
    return found
  }

  func memberships(in team: TeamID) throws(LedgerError) -> [Membership] {
    if let known = teamPeriods[team] { return known }
    let found = try ask(FoldStatements.members, [Parameter(array: [team])], Membership.read)
    teamPeriods[team] = found
    return found
  }

  /// Of those only who are locked: all that a command names as its author.
  func isErased(_ person: PersonID) throws(LedgerError) -> Bool { erased.contains(person) }

  func invite(_ id: InviteID) throws(LedgerError) -> Invite? { invites[id] }

  func unusedInvites(by person: PersonID) throws(LedgerError) -> [Invite] {
    let found = try ask(FoldStatements.unusedInvites, [Parameter(person)], Invite.read)
    for invite in found { invites[invite.id] = invite }
    return found
  }

  func inviteCount(of team: TeamID) throws(LedgerError) -> Int64 {
    try ask(FoldStatements.inviteCount, [Parameter(team)]) { try $0.int() }.first ?? 0
  }

  func walkCount(of person: PersonID) throws(LedgerError) -> Int64 { walkCounts[person] ?? 0 }

  func team(ofQuest quest: QuestID) throws(LedgerError) -> TeamID? {
    if let known = questTeams[quest] { return known }
    if needs.quests.contains(quest) { return nil }
    let found: [TeamID] = try ask(FoldStatements.questTeam, [Parameter(quest)]) { try $0.id() }
    return found.first
  }

  func plan(_ id: PlanID) throws(LedgerError) -> QuestPlan? {
    if let plan = plans[id] { return plan }
    let found = try ask(FoldStatements.plan, [Parameter(id)]) {
      try QuestPlan(encoded: try $0.bytes())
    }.first
    if let found { plans.insert(found) }
    return found
  }

  func activity(_ key: ActivityKey) throws(LedgerError) -> Activity? {
    if let known = activities[key] { return known }
    if needs.activities.contains(key) { return nil }
    return try ask(
      FoldStatements.activities, [Parameter(array: [key.person]), Parameter(array: [key.id])],
      Activity.readWithFirst
    ).first
  }

  func activities(
    of person: PersonID, from: Instant, until: Instant
  ) throws(LedgerError) -> [Activity] {
    let found = try ask(
      FoldStatements.walks, [Parameter(person), Parameter(from), Parameter(until)],
      Activity.readWithFirst)
    walked[person, default: []] += found.map(\.key)
    return found
  }

  func contributions(of activity: ActivityKey) throws(LedgerError) -> [Contribution] {
    if let known = contributions[activity] { return known }
    // Those who ask for one of a person's walks ask for all that were read, one after the other.
    var keys = Set(walked.removeValue(forKey: activity.person) ?? [])
    keys.insert(activity)
    keys = keys.filter { contributions[$0] == nil }
    let rows = try ask(
      FoldStatements.contributions,
      [Parameter(array: keys.map(\.person)), Parameter(array: keys.map(\.id))], Contribution.read)
    for key in keys { contributions[key] = [] }
    for row in rows { contributions[row.key.activity, default: []].append(row) }
    return contributions[activity] ?? []
  }

  func walks(
    of quest: QuestID, from order: WalkOrder, until: Instant?
  ) throws(LedgerError) -> [Contribution] {
    guard let team = try team(ofQuest: quest) else { return [] }
    return try ask(
      FoldStatements.counted,
      [
        Parameter(team), Parameter(quest), Parameter(order.start), Parameter(order.id),
        Parameter(order.person), Parameter(until ?? Instant(microseconds: .max)),
      ], Contribution.read)
  }

  func days(of quest: QuestID, from day: Day) throws(LedgerError) -> [DayTotal] {
    guard let team = try team(ofQuest: quest) else { return [] }
    return try ask(
      FoldStatements.days, [Parameter(team), Parameter(quest), Parameter(day)], DayTotal.read)
  }
}

/// The statements of a fold that lock and read.
enum FoldStatements {
  static let begin = Statement("begin", "BEGIN ISOLATION LEVEL READ COMMITTED")
  static let commit = Statement("commit", "COMMIT")
  static let rollback = Statement("rollback", "ROLLBACK")

  /// In the order of the array, whose numbers ascend.
  static let lockPersons = Statement(
    "lock_persons",
    """
    SELECT CASE WHEN l.alone THEN pg_advisory_xact_lock($1::integer, l.number)
      ELSE pg_advisory_xact_lock_shared($1::integer, l.number) END
    FROM unnest($2::integer[], $3::boolean[]) AS l (number, alone)
    """)

  /// A count that is not there cannot be locked.
  static let beginWalkCounts = Statement(
    "begin_walk_counts",
    """
    INSERT INTO person_walks (person_id, walks) SELECT p, 0 FROM unnest($1::uuid[]) AS w (p)
    ON CONFLICT DO NOTHING
    """)

  static let lockWalkCounts = Statement(
    "lock_walk_counts",
    """
    SELECT person_id, walks FROM person_walks WHERE person_id = ANY ($1::uuid[])
    ORDER BY person_id FOR NO KEY UPDATE
    """)

  private static let wanted = """
    (SELECT unnest($1::uuid[])
    UNION SELECT m.team_id FROM memberships m WHERE m.person_id = ANY ($2::uuid[])
    UNION SELECT q.team_id FROM quests q WHERE q.quest_id = ANY ($3::uuid[])
    UNION SELECT i.team_id FROM invites i WHERE i.invite_id = ANY ($4::uuid[]))
    """

  /// Rows are locked after they are sorted.
  static let lockTeams = Statement(
    "lock_teams",
    """
    SELECT s.team_id FROM team_state s WHERE s.team_id IN \(wanted)
    ORDER BY s.team_id FOR NO KEY UPDATE OF s
    """)

  static let teams = Statement(
    "teams",
    """
    SELECT \(Team.columns.of("t")), s.version, q.quest_id IS NOT NULL, \(QuestRecord.columns)
    FROM team_state s JOIN teams t ON t.team_id = s.team_id
      LEFT JOIN (\(QuestRecord.tables)) ON q.team_id = s.team_id
    WHERE s.team_id IN \(wanted) ORDER BY s.team_id, q.number
    """)

  /// Parameters that want these teams and no others.
  static func named(_ teams: [TeamID]) -> [Parameter] {
    let none = Parameter(array: [TeamID]())
    return [Parameter(array: teams), none, none, none]
  }

  static let periods = Statement(
    "periods",
    "SELECT \(Membership.columns) FROM memberships WHERE person_id = ANY ($1::uuid[])")
  static let members = Statement(
    "members", "SELECT \(Membership.columns) FROM memberships WHERE team_id = ANY ($1::uuid[])")
  static let invites = Statement(
    "invites", "SELECT \(Invite.columns) FROM invites WHERE invite_id = ANY ($1::uuid[])")
  static let unusedInvites = Statement(
    "unused_invites",
    """
    SELECT \(Invite.columns) FROM invites
    WHERE created_by = $1::uuid AND redeemed_by IS NULL AND revoked_at IS NULL
    """)
  static let inviteCount = Statement(
    "invite_count", "SELECT count(*) FROM invites WHERE team_id = $1::uuid")
  static let erased = Statement(
    "erased", "SELECT person_id FROM erased_people WHERE person_id = ANY ($1::uuid[])")
  static let questTeam = Statement(
    "quest_team", "SELECT team_id FROM quests WHERE quest_id = $1::uuid")
  static let plan = Statement("plan", "SELECT content FROM plans WHERE plan_id = $1::uuid")

  static let activities = Statement(
    "activities",
    """
    SELECT \(Activity.columnsWithFirst)
    FROM unnest($1::uuid[], $2::uuid[]) AS k (person_id, activity_id)
      JOIN activities a ON a.person_id = k.person_id AND a.activity_id = k.activity_id
      \(Activity.joinedFirst)
    """)

  /// A walk counts for no team that its walker was never in.
  static let contributions = Statement(
    "contributions",
    """
    SELECT \(Contribution.columns.of("c"))
    FROM unnest($1::uuid[], $2::uuid[]) AS k (person_id, activity_id)
      JOIN activities a ON a.person_id = k.person_id AND a.activity_id = k.activity_id
      JOIN LATERAL (SELECT DISTINCT m.team_id FROM memberships m WHERE m.person_id = k.person_id) m
        ON true
      JOIN contributions c ON c.team_id = m.team_id AND c.person_id = k.person_id
        AND c.activity_id = k.activity_id
    """)

  static let walks = Statement(
    "walks",
    """
    SELECT \(Activity.columnsWithFirst) FROM activities a \(Activity.joinedFirst)
    WHERE a.person_id = $1::uuid AND a.start_at >= $2::bigint AND a.start_at < $3::bigint
      AND NOT a.is_deleted
    """)

  static let counted = Statement(
    "counted",
    """
    SELECT \(Contribution.columns.of("c")) FROM contributions c
    WHERE c.team_id = $1::uuid AND c.quest_id = $2::uuid AND c.is_counted
      AND (c.start_at, c.activity_id, c.person_id) >= ($3::bigint, $4::uuid, $5::uuid)
      AND c.start_at < $6::bigint
    ORDER BY c.start_at, c.activity_id, c.person_id
    """)

  static let days = Statement(
    "days_from",
    """
    SELECT \(DayTotal.columns) FROM quest_days
    WHERE team_id = $1::uuid AND quest_id = $2::uuid AND day >= $3::bigint AND walks <> 0
    ORDER BY day
    """)
}
