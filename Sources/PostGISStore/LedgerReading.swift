public import CivilTime
internal import Geodesy
internal import LedgerCore
public import Quests
public import Routes

extension PostGISStore: LedgerStore {
  // MARK: Activities

  public func activity(_ key: ActivityKey) async throws(LedgerError) -> Activity? {
    try await read {
      try $0.row(
        FoldStatements.activities, [Parameter(array: [key.person]), Parameter(array: [key.id])],
        Activity.readWithFirst)
    }
  }

  public func activities(
    of person: PersonID, before: WalkOrder?, after from: Instant?, until: Instant?, limit: Int
  ) async throws(LedgerError) -> [Activity] {
    let (before, limit) = ((before ?? .last).end(until), checked(limit: limit))
    return try await read {
      try $0.rows(
        ReadStatements.activities,
        [
          Parameter(person), Parameter(from ?? WalkOrder.first.start), Parameter(before.start),
          Parameter(before.id), Parameter(limit),
        ], Activity.readWithFirst)
    }
  }

  public func stats(of person: PersonID) async throws(LedgerError) -> PersonStats {
    let found = try await read {
      try $0.row(ReadStatements.stats, [Parameter(person)], PersonStats.read)
    }
    return found ?? .none
  }

  public func versions(of key: ActivityKey) async throws(LedgerError) -> [ActivityVersion] {
    try await read {
      try $0.rows(
        ReadStatements.versions, [Parameter(key.person), Parameter(key.id)], ActivityVersion.read)
    }
  }

  public func walkedDays(
    of person: PersonID, through day: Day, limit: Int
  ) async throws(LedgerError) -> [Day] {
    let limit = checked(limit: limit)
    return try await read {
      try $0.rows(
        ReadStatements.walkedDays, [Parameter(person), Parameter(day), Parameter(limit)]
      ) { try $0.day() }
    }
  }

  // MARK: Teams

  public func team(_ id: TeamID) async throws(LedgerError) -> TeamFacts? {
    try await read { session in
      let teams = try session.connection.run(
        Request(FoldStatements.teams, FoldStatements.named([id])), until: session.deadline)
      return try TeamFacts.read(teams).first
    }
  }

  public func teams(after: TeamID?, limit: Int) async throws(LedgerError) -> [TeamFacts] {
    let limit = checked(limit: limit)
    return try await read { session in
      let ids: [TeamID] = try session.rows(
        ReadStatements.teams, [Parameter(after), Parameter(limit)]
      ) { try $0.id() }
      let teams = try session.connection.run(
        Request(FoldStatements.teams, FoldStatements.named(ids)), until: session.deadline)
      return try TeamFacts.read(teams)
    }
  }

  public func memberships(of person: PersonID) async throws(LedgerError) -> [Membership] {
    try await read {
      try $0.rows(FoldStatements.periods, [Parameter(array: [person])], Membership.read)
        .sorted { ($0.team, $0.period) < ($1.team, $1.period) }
    }
  }

  public func memberships(in team: TeamID) async throws(LedgerError) -> [Membership] {
    try await read {
      try $0.rows(FoldStatements.members, [Parameter(array: [team])], Membership.read)
        .sorted { ($0.person, $0.period) < ($1.person, $1.period) }
    }
  }

  public func members(
    of team: TeamID, after: PersonID?, limit: Int
  ) async throws(LedgerError) -> [Membership] {
    let limit = checked(limit: limit)
    return try await read {
      try $0.rows(
        ReadStatements.members, [Parameter(team), Parameter(after), Parameter(limit)],
        Membership.read)
    }
  }

  public func invite(_ id: InviteID) async throws(LedgerError) -> Invite? {
    try await read { try $0.row(FoldStatements.invites, [Parameter(array: [id])], Invite.read) }
  }

  public func invites(of team: TeamID) async throws(LedgerError) -> [Invite] {
    try await read { try $0.rows(ReadStatements.invites, [Parameter(team)], Invite.read) }
  }

  public func events(
    after versions: [TeamID: Int64], limit: Int
  ) async throws(LedgerError) -> [TeamEvent] {
    try limits.check(teams: versions.count)
    let limit = checked(limit: limit)
    return try await read {
      try $0.rows(
        ReadStatements.events,
        [
          Parameter(array: Array(versions.keys)), Parameter(array: Array(versions.values)),
          Parameter(limit),
        ], TeamEvent.read)
    }
  }

  public func changeLog(
    of team: TeamID, before number: Int64?, limit: Int
  ) async throws(LedgerError) -> [(number: Int64, entry: ChangeLogEntry)] {
    let limit = checked(limit: limit)
    return try await read {
      try $0.rows(
        ReadStatements.changeLog, [Parameter(team), Parameter(number ?? .max), Parameter(limit)],
        ChangeLogEntry.read)
    }
  }

  // MARK: Quests

  public func quest(_ id: QuestID) async throws(LedgerError) -> QuestRecord? {
    try await read { try $0.row(ReadStatements.quest, [Parameter(id)], QuestRecord.read) }
  }

  public func plan(_ id: PlanID) async throws(LedgerError) -> QuestPlan? {
    if let plan = plans[id] { return plan }
    let found = try await read { session in
      try session.row(FoldStatements.plan, [Parameter(id)]) {
        try QuestPlan(encoded: try $0.bytes())
      }
    }
    if let found { plans.insert(found) }
    return found
  }

  public func glance(
    at quest: QuestID, by person: PersonID?, naming people: [PersonID]
  ) async throws(LedgerError) -> QuestGlance? {
    try Account.check(people, limits)
    return try await glances.answer(GlanceQuestion(quest: quest, person: person, people: people))
  }

  /// Answers what many callers ask with two statements in one round trip.
  static func glances(
    _ questions: [GlanceQuestion], _ session: StoreSession
  ) throws -> [QuestGlance?] {
    let people = Array(Set(questions.flatMap(\.people)))
    let found = try session.connection.run(
      [
        Request(
          ReadStatements.glances,
          [
            Parameter(array: questions.map(\.quest)), Parameter(array: questions.map(\.person)),
          ])
      ] + (people.isEmpty ? [] : [Request(AccountStatements.names, [Parameter(array: people)])]),
      until: session.deadline)
    var names: [PersonID: String] = [:]
    if found.count > 1 {
      for (person, name) in try found[1].map({ (try $0.id() as PersonID, try $0.text()) }) {
        names[person] = name
      }
    }
    var glances = [QuestGlance?](repeating: nil, count: questions.count)
    for (index, glance) in try found[0].map({ columns in
      let index = Int(try columns.int()) - 1
      let (team, version) = (try Team.read(&columns), try columns.int())
      let membership = try columns.bool() ? try Membership.read(&columns) : nil
      let named = names.filter { questions[index].people.contains($0.key) }
      return (
        index,
        QuestGlance(team: team, version: version, membership: membership, names: named)
      )
    }) {
      glances[index] = glance
    }
    return glances
  }

  public func overview(
    of quest: QuestID, now: Instant, past: Instant?, limit: Int
  ) async throws(LedgerError) -> QuestOverview? {
    let (zones, plans, limit) = (zones, plans, limits.rows(limit))
    return try await snapshot { session in
      guard
        let standing = try Self.standing(
          of: quest, now: now, past: past, zones: zones, plans: plans, session)
      else { return nil }
      let reached = standing.lastReached(limit)
      let team = standing.record.quest.team
      return QuestOverview(
        standing: standing,
        passages: reached.isEmpty
          ? []
          : try session.rows(
            ReadStatements.passages,
            [
              Parameter(quest), Parameter(Int64(reached.lowerBound)),
              Parameter(Int64(reached.count)),
            ],
            MilestonePassage.read),
        people: try session.rows(
          past == nil ? ReadStatements.farthest : ReadStatements.farthestPast,
          [Parameter(team), Parameter(quest), Parameter(Int64(limit))]
            + (past.map { Self.parameters(PastSpans(through: $0)) } ?? []), PersonTotal.read))
    }
  }

  private static func parameters(_ spans: PastSpans) -> [Parameter] {
    [
      Parameter(spans.longEnd), Parameter(spans.shorts.lowerBound),
      Parameter(spans.shorts.upperBound), Parameter(spans.walks.lowerBound),
      Parameter(spans.walks.upperBound),
    ]
  }

  public func passages(
    of quest: QuestID, from index: Int, limit: Int
  ) async throws(LedgerError) -> [MilestonePassage] {
    let limit = checked(limit: limit)
    return try await read {
      try $0.rows(
        ReadStatements.passages, [Parameter(quest), Parameter(Int64(index)), Parameter(limit)],
        MilestonePassage.read)
    }
  }

  public func standing(
    of quest: QuestID, now: Instant, past: Instant?
  ) async throws(LedgerError) -> QuestStanding? {
    let (zones, plans) = (zones, plans)
    @Sendable func body(_ session: StoreSession) throws -> QuestStanding? {
      try Self.standing(of: quest, now: now, past: past, zones: zones, plans: plans, session)
    }
    return past == nil ? try await read(body) : try await snapshot(body)
  }

  /// From a statement that has the quest and its latest days in one view of the store, and for a past
  /// moment from others, which need the same view.
  private static func standing(
    of quest: QuestID, now: Instant, past: Instant?, zones: ZoneCatalog, plans: PlanCache,
    _ session: StoreSession
  ) throws -> QuestStanding? {
    let question = StandingQuestion(now: now, past: past)
    let window = question.widestWindow
    var head: (record: QuestRecord, version: Int64)?
    let days = try session.rows(
      ReadStatements.standing,
      [Parameter(quest), Parameter(window.lowerBound), Parameter(window.upperBound)]
    ) { columns -> DayTotal? in
      head = (try QuestRecord.read(&columns), try columns.int())
      return try columns.bool() ? try DayTotal.read(&columns) : nil
    }
    guard let (record, version) = head else { return nil }
    var plan = plans[record.quest.plan]
    if plan == nil {
      plan = try session.row(FoldStatements.plan, [Parameter(record.quest.plan)]) {
        try QuestPlan(encoded: try $0.bytes())
      }
    }
    guard let plan else {
      throw LedgerError(.corrupt, "the plan of the quest \(quest) is not in the store")
    }
    plans.insert(plan)
    let zone = try zones.zone(named: record.quest.zone)
    let standing = question.standing(
      record, plan, version: version, days: days.compactMap { $0 }, zone)
    return past == nil ? standing : try Self.past(standing, zone: zone, session)
  }

  private static func past(
    _ standing: QuestStanding, zone: Zone, _ session: StoreSession
  ) throws -> QuestStanding {
    let past = PastStanding(standing, zone: zone)
    let key = [Parameter(standing.record.quest.team), Parameter(standing.record.quest.id)]
    let whole = try session.row(ReadStatements.sums, key + [Parameter(past.lastWholeDay)]) {
      (try $0.int(), try $0.int())
    }
    let late = try session.rows(
      ReadStatements.lateWalks,
      key + [Parameter(past.lateWalks.after), Parameter(past.lateWalks.upTo)]
    ) { (try $0.instant(), try $0.int()) }
    return past.standing(whole: whole ?? (0, 0), late: late)
  }

  public func days(of quest: QuestID) async throws(LedgerError) -> [DayTotal] {
    try await read { try $0.rows(ReadStatements.days, [Parameter(quest)], DayTotal.read) }
  }

  public func people(in quest: QuestID) async throws(LedgerError) -> [PersonTotal] {
    try await read { try $0.rows(ReadStatements.people, [Parameter(quest)], PersonTotal.read) }
  }

  public func feed(
    of quest: QuestID, before: WalkOrder?, limit: Int
  ) async throws(LedgerError) -> [Contribution] {
    let (before, limit) = (before ?? .last, checked(limit: limit))
    return try await read {
      try $0.rows(
        ReadStatements.feed,
        [
          Parameter(quest), Parameter(before.start), Parameter(before.id),
          Parameter(before.person), Parameter(limit),
        ], Contribution.read)
    }
  }

  public func questsDue(at now: Instant, limit: Int) async throws(LedgerError) -> [QuestID] {
    let limit = checked(limit: limit)
    return try await read {
      try $0.rows(ReadStatements.due, [Parameter(now), Parameter(limit)]) { try $0.id() }
    }
  }

  // MARK: Markers

  public func setMarkers(_ markers: [QuestMarker]) async throws(LedgerError) {
    // Of several for one quest in a call the newest: a statement writes a row once.
    var newest: [QuestID: QuestMarker] = [:]
    for marker in markers where marker.version >= newest[marker.quest]?.version ?? .min {
      newest[marker.quest] = marker
    }
    // In one order, so that two who place the same markers do not wait for each other.
    let rows = newest.values.sorted { $0.quest < $1.quest }
    if rows.isEmpty { return }
    _ = try await write {
      try $0.run(
        ReadStatements.place,
        [
          Parameter(array: rows.map(\.quest)), Parameter(array: rows.map(\.team)),
          Parameter(array: rows.map(\.longitude)), Parameter(array: rows.map(\.latitude)),
          Parameter(array: rows.map(\.version)),
        ])
    }
  }

  public func markers(
    in box: Bounds, publicOnly: Bool, after quest: QuestID?, limit: Int
  ) async throws(LedgerError) -> [QuestMarker] {
    let limit = checked(limit: limit)
    return try await read {
      try $0.rows(
        ReadStatements.markers,
        box.halves.map { Parameter($0) }
          + [Parameter(quest), Parameter(publicOnly), Parameter(limit)], QuestMarker.read)
    }
  }

  public func hidingQuests(
    among quests: [QuestID]
  ) async throws(LedgerError) -> Set<QuestID> {
    if quests.isEmpty { return [] }
    return Set(
      try await read {
        try $0.rows(ReadStatements.hidingQuests, [Parameter(array: quests)]) {
          try $0.id() as QuestID
        }
      })
  }

  public func questNames(
    _ quests: [QuestID]
  ) async throws(LedgerError) -> [QuestID: QuestNames] {
    if quests.isEmpty { return [:] }
    let rows = try await read {
      try $0.rows(ReadStatements.questNames, [Parameter(array: quests)]) {
        (try $0.id() as QuestID, QuestNames(quest: try $0.text(), team: try $0.text()))
      }
    }
    return Dictionary(rows, uniquingKeysWith: { first, _ in first })
  }

  // MARK: Care

  public func forgetEvents(at now: Instant) async throws(LedgerError) -> Int {
    let before = now.advanced(bySeconds: -limits.eventSeconds)
    return try await write { try $0.run(ReadStatements.forgetEvents, [Parameter(before)]) }
  }
}

/// The statements that answer callers.
enum ReadStatements {
  static let hidingQuests = Statement(
    "hiding_quests",
    "SELECT quest_id FROM quests WHERE quest_id = ANY ($1::uuid[]) AND hides_ahead")
  static let questNames = Statement(
    "quest_names",
    """
    SELECT q.quest_id, q.name, t.name FROM quests q JOIN teams t USING (team_id)
    WHERE q.quest_id = ANY ($1::uuid[])
    """)
  static let teams = Statement(
    "list_teams",
    """
    SELECT team_id FROM teams WHERE $1::uuid IS NULL OR team_id > $1::uuid
    ORDER BY team_id LIMIT $2::bigint
    """)
  static let activities = Statement(
    "list_activities",
    """
    SELECT \(Activity.columnsWithFirst) FROM activities a \(Activity.joinedFirst)
    WHERE a.person_id = $1::uuid AND NOT a.is_deleted AND a.start_at >= $2::bigint
      AND (a.start_at, a.activity_id) < ($3::bigint, $4::uuid)
    ORDER BY a.start_at DESC, a.activity_id DESC LIMIT $5::bigint
    """)
  static let stats = Statement(
    "person_stats",
    """
    SELECT count(*), coalesce(sum(distance_um), 0)::bigint, coalesce(sum(duration_s), 0)::bigint,
      min(start_at), max(start_at)
    FROM activities WHERE person_id = $1::uuid AND NOT is_deleted
    """)
  static let members = Statement(
    "list_members",
    """
    SELECT \(Membership.columns) FROM memberships
    WHERE team_id = $1::uuid AND left_at IS NULL AND ($2::uuid IS NULL OR person_id > $2::uuid)
    ORDER BY person_id LIMIT $3::bigint
    """)
  static let versions = Statement(
    "versions",
    """
    SELECT \(ActivityVersion.columns.of("v")) FROM activity_versions v
    WHERE v.person_id = $1::uuid AND v.activity_id = $2::uuid ORDER BY v.revision
    """)
  static let walkedDays = Statement(
    "walked_days",
    """
    SELECT DISTINCT day FROM activities
    WHERE person_id = $1::uuid AND NOT is_deleted AND day <= $2::bigint
    ORDER BY day DESC LIMIT $3::bigint
    """)
  static let invites = Statement(
    "list_invites",
    """
    SELECT \(Invite.columns) FROM invites WHERE team_id = $1::uuid ORDER BY created_at, invite_id
    """)
  static let events = Statement(
    "list_events",
    """
    SELECT \(TeamEvent.columns.of("e"))
    FROM unnest($1::uuid[], $2::bigint[]) AS a (team_id, version)
    CROSS JOIN LATERAL (
      SELECT * FROM team_events n WHERE n.team_id = a.team_id AND n.version > a.version
      ORDER BY n.version LIMIT $3::bigint
    ) e ORDER BY e.team_id, e.version
    """)
  static let changeLog = Statement(
    "change_log",
    """
    SELECT \(ChangeLogEntry.columns) FROM change_log WHERE team_id = $1::uuid AND number < $2::bigint
    ORDER BY number DESC LIMIT $3::bigint
    """)
  static let quest = Statement(
    "quest", "SELECT \(QuestRecord.columns) FROM \(QuestRecord.tables) WHERE q.quest_id = $1::uuid")
  static let standing = Statement(
    "standing",
    """
    SELECT \(QuestRecord.columns), s.version, d.day IS NOT NULL, d.day, d.distance_um, d.walks
    FROM \(QuestRecord.tables) JOIN team_state s ON s.team_id = q.team_id
      LEFT JOIN quest_days d ON d.team_id = q.team_id AND d.quest_id = q.quest_id
        AND d.day BETWEEN $2::bigint AND $3::bigint AND d.walks <> 0
    WHERE q.quest_id = $1::uuid ORDER BY d.day
    """)
  static let glances = Statement(
    "glances",
    """
    SELECT a.number, \(Team.columns.of("t")), s.version, m.period IS NOT NULL, \(Membership.columns.of("m"))
    FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS a (quest, person, number)
      JOIN quests q ON q.quest_id = a.quest JOIN teams t ON t.team_id = q.team_id
      JOIN team_state s ON s.team_id = q.team_id
      LEFT JOIN memberships m ON m.team_id = q.team_id AND m.person_id = a.person
        AND m.left_at IS NULL
    """)
  static let farthest = Statement(
    "farthest",
    """
    SELECT \(PersonTotal.columns) FROM quest_people
    WHERE team_id = $1::uuid AND quest_id = $2::uuid AND walks <> 0
    ORDER BY distance_um DESC, person_id LIMIT $3::bigint
    """)
  static let farthestPast = Statement(
    "farthest_past",
    """
    SELECT person_id, sum(distance_um)::bigint AS walked, sum(walks)::bigint FROM (
      SELECT person_id, distance_um, walks FROM quest_spans WHERE team_id = $1::uuid
        AND quest_id = $2::uuid AND level = \(WalkSpan.Level.long.rawValue) AND number < $4::bigint
      UNION ALL SELECT person_id, distance_um, walks FROM quest_spans WHERE team_id = $1::uuid
        AND quest_id = $2::uuid AND level = \(WalkSpan.Level.short.rawValue)
        AND number >= $5::bigint AND number < $6::bigint
      UNION ALL SELECT person_id, distance_um, 1 FROM contributions WHERE team_id = $1::uuid
        AND quest_id = $2::uuid AND is_counted AND NOT is_private
        AND start_at BETWEEN $7::bigint AND $8::bigint) parts
    GROUP BY person_id HAVING sum(walks) <> 0 ORDER BY walked DESC, person_id LIMIT $3::bigint
    """)
  static let sums = Statement(
    "sums",
    """
    SELECT coalesce(sum(distance_um), 0)::bigint, coalesce(sum(walks), 0)::bigint FROM quest_days
    WHERE team_id = $1::uuid AND quest_id = $2::uuid AND day <= $3::bigint
    """)
  static let lateWalks = Statement(
    "late_walks",
    """
    SELECT start_at, distance_um FROM contributions
    WHERE team_id = $1::uuid AND quest_id = $2::uuid AND is_counted
      AND start_at > $3::bigint AND start_at <= $4::bigint
    """)

  private static let ofQuest =
    "team_id = (SELECT q.team_id FROM quests q WHERE q.quest_id = $1::uuid) AND quest_id = $1::uuid"
  /// A walk whose row is not there is none that may be told of.
  static let passages = Statement(
    "list_passages",
    """
    SELECT m.milestone, m.start_at, m.person_id, m.activity_id, coalesce(c.is_private, true)
    FROM milestones m LEFT JOIN contributions c ON c.team_id = m.team_id
      AND c.person_id = m.person_id AND c.activity_id = m.activity_id AND c.quest_id = m.quest_id
    WHERE m.team_id = (SELECT q.team_id FROM quests q WHERE q.quest_id = $1::uuid)
      AND m.quest_id = $1::uuid AND m.milestone >= $2::bigint
    ORDER BY m.milestone LIMIT $3::bigint
    """)
  static let days = Statement(
    "list_days",
    "SELECT \(DayTotal.columns) FROM quest_days WHERE \(ofQuest) AND walks <> 0 ORDER BY day")
  static let people = Statement(
    "list_people",
    """
    SELECT \(PersonTotal.columns) FROM quest_people WHERE \(ofQuest) AND walks <> 0
    ORDER BY person_id
    """)
  static let feed = Statement(
    "feed",
    """
    SELECT \(Contribution.columns.of("c")) FROM contributions c
    WHERE \(ofQuest) AND c.is_counted AND NOT c.is_private
      AND (c.start_at, c.activity_id, c.person_id) < ($2::bigint, $3::uuid, $4::uuid)
    ORDER BY c.start_at DESC, c.activity_id DESC, c.person_id DESC LIMIT $5::bigint
    """)
  static let due = Statement(
    "due",
    """
    SELECT quest_id FROM quests WHERE closing IS NULL AND end_at <= $1::bigint
    UNION
    SELECT quest_id FROM quests
    WHERE closing IS NULL AND NOT is_start_announced AND start_at <= $1::bigint
    ORDER BY quest_id LIMIT $2::bigint
    """)
  static let place = Statement(
    "place",
    """
    INSERT INTO markers AS p (quest_id, team_id, place, version)
    SELECT n.quest_id, n.team_id, ST_SetSRID(ST_MakePoint(n.longitude, n.latitude), 4326), n.version
    FROM unnest($1::uuid[], $2::uuid[], $3::float8[], $4::float8[], $5::bigint[])
      AS n (quest_id, team_id, longitude, latitude, version)
    ON CONFLICT (quest_id) DO UPDATE SET place = excluded.place, version = excluded.version
      WHERE excluded.version >= p.version
    """)
  /// The boxes of the index are rounded outwards to 32 bits; the places themselves decide.
  static let markers = Statement(
    "markers",
    """
    SELECT quest_id, team_id, ST_Y(place), ST_X(place), version FROM markers p
    WHERE (place && ST_MakeEnvelope($1::float8, $3::float8, $2::float8, $4::float8, 4326)
        OR place && ST_MakeEnvelope($5::float8, $3::float8, $6::float8, $4::float8, 4326))
      AND ST_Y(place) BETWEEN $3::float8 AND $4::float8
      AND (ST_X(place) BETWEEN $1::float8 AND $2::float8
        OR ST_X(place) BETWEEN $5::float8 AND $6::float8)
      AND ($7::uuid IS NULL OR quest_id > $7::uuid)
      AND NOT EXISTS (SELECT 1 FROM teams t
        WHERE t.team_id = p.team_id AND t.dissolved_at IS NOT NULL)
      AND (NOT $8::boolean
        OR EXISTS (SELECT 1 FROM teams t WHERE t.team_id = p.team_id AND t.is_public))
    ORDER BY quest_id LIMIT $9::bigint
    """)
  static let forgetEvents = Statement(
    "forget_events", "DELETE FROM team_events WHERE at < $1::bigint")
}
