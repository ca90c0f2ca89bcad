internal import CivilTime
internal import Geodesy
internal import LedgerCore
internal import Quests

extension LedgerChanges {
  /// The statements that write the rows, one a table and kind of write whatever the number of rows.
  ///
  /// - Parameter known: the invites that are stored already. What is new is inserted only, so that
  ///   its key finds another process that was faster.
  func requests(known: Set<InviteID>) -> [Request] {
    var requests: [Request] = []
    /// Takes rows apart into arrays, one a column.
    func write<Row>(
      _ rows: [Row], _ statement: Statement, _ columns: ([Row]) -> [Parameter]
    ) {
      if rows.isEmpty { return }
      requests.append(Request(statement, columns(rows)))
    }

    write(teams.filter(\.isNew).map(\.team), WriteStatements.newTeams) { rows -> [Parameter] in
      let ends = Parameter(array: rows.map(\.dissolvedAt))
      return [
        Parameter(array: rows.map(\.id)), Parameter(array: rows.map(\.name)),
        Parameter(array: rows.map(\.isPublic)), Parameter(array: rows.map(\.createdAt)),
        Parameter(array: rows.map(\.createdBy)), Parameter(array: rows.map(\.revision)),
        ends,
      ]
    }
    write(teams.filter(\.isNew), WriteStatements.newStates) { rows in
      [Parameter(array: rows.map(\.team.id)), Parameter(array: rows.map(\.version))]
    }
    let changed = teams.filter { !$0.isNew && $0.isTeamChanged }.map(\.team)
    write(changed, WriteStatements.teams) { rows in
      [
        Parameter(array: rows.map(\.id)), Parameter(array: rows.map(\.name)),
        Parameter(array: rows.map(\.isPublic)), Parameter(array: rows.map(\.revision)),
        Parameter(array: rows.map(\.dissolvedAt)),
      ]
    }
    write(teams.filter { !$0.isNew }, WriteStatements.states) { rows in
      [Parameter(array: rows.map(\.team.id)), Parameter(array: rows.map(\.version))]
    }
    write(memberships, WriteStatements.memberships) { rows in
      [
        Parameter(array: rows.map(\.team)), Parameter(array: rows.map(\.person)),
        Parameter(array: rows.map { Int64($0.period) }),
        Parameter(array: rows.map(\.role.rawValue)),
        Parameter(array: rows.map(\.joined)), Parameter(array: rows.map(\.left)),
      ]
    }
    for (rows, statement) in [
      (invites.filter { !known.contains($0.id) }, WriteStatements.newInvites),
      (invites.filter { known.contains($0.id) }, WriteStatements.invites),
    ] {
      write(rows, statement) { rows in
        [
          Parameter(array: rows.map(\.id)), Parameter(array: rows.map(\.team)),
          Parameter(array: rows.map(\.role.rawValue)), Parameter(array: rows.map(\.createdBy)),
          Parameter(array: rows.map(\.createdAt)), Parameter(array: rows.map(\.expiresAt)),
          Parameter(array: rows.map(\.redeemedBy)), Parameter(array: rows.map(\.redeemedAt)),
          Parameter(array: rows.map(\.revokedAt)),
        ]
      }
    }
    write(plans, WriteStatements.plans) { rows in
      [Parameter(array: rows.map(\.id)), Parameter(array: rows.map { Blob($0.encoded) })]
    }
    writeQuests(&requests)
    writeActivities(&requests)
    writeFigures(&requests)
    if !erasures.isEmpty {
      let people = [Parameter(array: erasures)]
      requests += WriteStatements.erasures.map { Request($0, people) }
    }
    return requests
  }

  private func writeQuests(_ requests: inout [Request]) {
    // Those that close come before one that opens: the key of open quests looks at every row.
    let changed = quests.filter { $0.isQuestChanged && !$0.isNew }.map(\.record.quest)
    if !changed.isEmpty {
      requests.append(
        Request(
          WriteStatements.quests,
          [
            Parameter(array: changed.map(\.id)), Parameter(array: changed.map(\.name)),
            Parameter(array: changed.map(\.start)), Parameter(array: changed.map(\.end)),
            Parameter(array: changed.map(\.zone)),
            Parameter(array: changed.map { Blob($0.plans.flatMap(\.bytes)) }),
            Parameter(array: changed.map { $0.closing?.rawValue }),
            Parameter(array: changed.map(\.closedAt)), Parameter(array: changed.map(\.revision)),
            Parameter(array: changed.map(\.isStartAnnounced)),
            Parameter(array: changed.map(\.hidesAhead)),
          ]))
    }
    let new = quests.filter(\.isNew).map(\.record.quest)
    if !new.isEmpty {
      requests.append(
        Request(
          WriteStatements.newQuests,
          [
            Parameter(array: new.map(\.id)), Parameter(array: new.map(\.team)),
            Parameter(array: new.map { Int64($0.number) }), Parameter(array: new.map(\.name)),
            Parameter(array: new.map(\.start)), Parameter(array: new.map(\.end)),
            Parameter(array: new.map(\.zone)),
            Parameter(array: new.map { Blob($0.plans.flatMap(\.bytes)) }),
            Parameter(array: new.map { $0.closing?.rawValue }),
            Parameter(array: new.map(\.closedAt)), Parameter(array: new.map(\.createdAt)),
            Parameter(array: new.map(\.createdBy)), Parameter(array: new.map(\.origin)),
            Parameter(array: new.map(\.revision)),
            Parameter(array: new.map(\.isStartAnnounced)),
            Parameter(array: new.map(\.hidesAhead)),
          ]))
    }
    for (rows, statement) in [
      (quests.filter(\.isNew), WriteStatements.newTallies),
      (quests.filter { !$0.isNew }, WriteStatements.tallies),
    ] where !rows.isEmpty {
      let tallies = rows.map(\.record.tally)
      requests.append(
        Request(
          statement,
          [
            Parameter(array: rows.map(\.record.quest.team)),
            Parameter(array: rows.map(\.record.quest.id)),
            Parameter(array: tallies.map(\.total)), Parameter(array: tallies.map(\.walks)),
            Parameter(array: tallies.map { $0.frontier?.start }),
            Parameter(array: tallies.map { $0.frontier?.id }),
            Parameter(array: tallies.map { $0.frontier?.person }),
          ]))
    }
  }

  private static func columns(_ contents: [ActivityContent]) -> [Parameter] {
    [
      Parameter(array: contents.map(\.start)), Parameter(array: contents.map(\.distance)),
      Parameter(array: contents.map(\.durationSeconds)), Parameter(array: contents.map(\.source)),
      Parameter(array: contents.map(\.note)), Parameter(array: contents.map(\.isPrivate)),
      Parameter(array: contents.map(\.zone)),
    ]
  }

  private func writeActivities(_ requests: inout [Request]) {
    for (writes, statement) in [
      (activities.filter(\.isNew), WriteStatements.newActivities),
      (activities.filter { !$0.isNew }, WriteStatements.activities),
    ] where !writes.isEmpty {
      let rows = writes.map(\.activity)
      requests.append(
        Request(
          statement,
          [Parameter(array: rows.map(\.key.person)), Parameter(array: rows.map(\.key.id))]
            + Self.columns(rows.map(\.content)) + [
              Parameter(array: rows.map(\.zone)), Parameter(array: rows.map(\.day)),
              Parameter(array: rows.map(\.revision)), Parameter(array: rows.map(\.loggedAt)),
              Parameter(array: rows.map(\.changedAt)), Parameter(array: rows.map(\.isDeleted)),
            ]))
    }
    let counts = walkCounts
    if !counts.isEmpty {
      requests.append(
        Request(
          WriteStatements.walkCounts,
          [Parameter(array: counts.map(\.person)), Parameter(array: counts.map(\.walks))]))
    }
    if !versions.isEmpty {
      requests.append(
        Request(
          WriteStatements.versions,
          [
            Parameter(array: versions.map(\.key.person)), Parameter(array: versions.map(\.key.id)),
            Parameter(array: versions.map(\.revision)),
          ] + Self.columns(versions.map(\.content)) + [
            Parameter(array: versions.map(\.replacedAt)),
            Parameter(array: versions.map(\.replacedBy)),
          ]))
    }
    if !contributions.isEmpty {
      let rows = contributions
      requests.append(
        Request(
          WriteStatements.contributions,
          [
            Parameter(array: rows.map(\.team)), Parameter(array: rows.map(\.key.activity.person)),
            Parameter(array: rows.map(\.key.activity.id)), Parameter(array: rows.map(\.key.quest)),
            Parameter(array: rows.map(\.start)), Parameter(array: rows.map(\.distance)),
            Parameter(array: rows.map(\.isPrivate)), Parameter(array: rows.map(\.isCounted)),
            Parameter(array: rows.map { $0.receipt?.totalBefore }),
            Parameter(array: rows.map { $0.receipt?.totalAfter }),
            Parameter(array: rows.map { $0.receipt?.versionBefore }),
            Parameter(array: rows.map { $0.receipt?.versionAfter }),
            Parameter(array: rows.map { $0.receipt.map { Int64($0.plan) } }),
          ]))
    }
    if !removals.isEmpty {
      requests.append(
        Request(
          WriteStatements.removals,
          [
            Parameter(array: removals.map(\.team)),
            Parameter(array: removals.map(\.key.activity.person)),
            Parameter(array: removals.map(\.key.activity.id)),
            Parameter(array: removals.map(\.key.quest)),
          ]))
    }
  }

  private func writeFigures(_ requests: inout [Request]) {
    let replaced = milestones.filter(\.replaces)
    if !replaced.isEmpty {
      requests.append(
        Request(
          WriteStatements.goneMilestones,
          [
            Parameter(array: replaced.map(\.team)), Parameter(array: replaced.map(\.quest)),
            Parameter(array: replaced.map { Int64($0.from) }),
          ]))
    }
    let reached = milestones.flatMap { write in write.rows.map { (write, $0) } }
    if !reached.isEmpty {
      requests.append(
        Request(
          WriteStatements.milestones,
          [
            Parameter(array: reached.map(\.0.team)), Parameter(array: reached.map(\.0.quest)),
            Parameter(array: reached.map { Int64($0.1.index) }),
            Parameter(array: reached.map(\.1.walk.start)),
            Parameter(array: reached.map(\.1.walk.id)),
            Parameter(array: reached.map(\.1.walk.person)),
          ]))
    }
    if !days.isEmpty {
      requests.append(
        Request(
          WriteStatements.days,
          [
            Parameter(array: days.map(\.team)), Parameter(array: days.map(\.quest)),
            Parameter(array: days.map(\.day)), Parameter(array: days.map(\.distance)),
            Parameter(array: days.map(\.walks)),
          ]))
    }
    if !people.isEmpty {
      requests.append(
        Request(
          WriteStatements.people,
          [
            Parameter(array: people.map(\.team)), Parameter(array: people.map(\.quest)),
            Parameter(array: people.map(\.person)), Parameter(array: people.map(\.distance)),
            Parameter(array: people.map(\.walks)),
          ]))
    }
    if !spans.isEmpty {
      requests.append(
        Request(
          WriteStatements.spans,
          [
            Parameter(array: spans.map(\.team)), Parameter(array: spans.map(\.quest)),
            Parameter(array: spans.map { Int64($0.span.level.rawValue) }),
            Parameter(array: spans.map(\.span.number)), Parameter(array: spans.map(\.person)),
            Parameter(array: spans.map(\.distance)), Parameter(array: spans.map(\.walks)),
          ]))
    }
    if !anonymizings.isEmpty {
      requests.append(
        Request(
          WriteStatements.anonymizings,
          [
            Parameter(array: anonymizings.map(\.team)),
            Parameter(array: anonymizings.map(\.activity.person)),
            Parameter(array: anonymizings.map(\.activity.id)),
          ]))
    }
    if !events.isEmpty {
      requests.append(
        Request(
          WriteStatements.events,
          [
            Parameter(array: events.map(\.team)), Parameter(array: events.map(\.version)),
            Parameter(array: events.map(\.at)), Parameter(array: events.map(\.kind.rawValue)),
            Parameter(array: events.map(\.quest)), Parameter(array: events.map(\.person)),
            Parameter(array: events.map(\.activity)),
            Parameter(array: events.map { $0.milestone?.description }),
            Parameter(array: events.map(\.total)),
            Parameter(array: events.map { $0.plan.map(Int64.init) }),
          ]))
    }
    if !changeLog.isEmpty {
      requests.append(
        Request(
          WriteStatements.changeLog,
          [
            Parameter(array: changeLog.map(\.at)), Parameter(array: changeLog.map(\.actor)),
            Parameter(array: changeLog.map(\.action)), Parameter(array: changeLog.map(\.team)),
            Parameter(array: changeLog.map(\.quest)), Parameter(array: changeLog.map(\.person)),
            Parameter(array: changeLog.map(\.activity)), Parameter(array: changeLog.map(\.detail)),
          ]))
    }
  }
}

/// The statements of a fold that write: arrays in, one a column.
enum WriteStatements {
  static let newTeams = Statement(
    "new_teams",
    """
    INSERT INTO teams (team_id, name, is_public, created_at, created_by, revision, dissolved_at)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::boolean[], $4::bigint[], $5::uuid[],
      $6::bigint[], $7::bigint[])
    """)
  static let newStates = Statement(
    "new_states",
    """
    INSERT INTO team_state (team_id, version) SELECT * FROM unnest($1::uuid[], $2::bigint[])
    """)
  static let teams = Statement(
    "write_teams",
    """
    UPDATE teams t SET name = n.name, is_public = n.is_public, revision = n.revision,
      dissolved_at = n.dissolved_at
    FROM unnest($1::uuid[], $2::text[], $3::boolean[], $4::bigint[], $5::bigint[])
      AS n (team_id, name, is_public, revision, dissolved_at)
    WHERE t.team_id = n.team_id
    """)
  static let states = Statement(
    "write_states",
    """
    UPDATE team_state s SET version = n.version
    FROM unnest($1::uuid[], $2::bigint[]) AS n (team_id, version) WHERE s.team_id = n.team_id
    """)
  static let memberships = Statement(
    "write_memberships",
    """
    INSERT INTO memberships (team_id, person_id, period, role, joined_at, left_at)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::bigint[],
      $6::bigint[])
    ON CONFLICT (team_id, person_id, period) DO UPDATE SET role = excluded.role,
      joined_at = excluded.joined_at, left_at = excluded.left_at
    """)
  private static let invitesFrom = """
    unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::bigint[], $6::bigint[], $7::uuid[],
      $8::bigint[], $9::bigint[])
    """
  static let newInvites = Statement(
    "new_invites", "INSERT INTO invites (\(Invite.columns)) SELECT * FROM \(invitesFrom)")
  static let invites = Statement(
    "write_invites",
    """
    UPDATE invites i SET redeemed_by = n.redeemed_by, redeemed_at = n.redeemed_at,
      revoked_at = n.revoked_at
    FROM \(invitesFrom) AS n (\(Invite.columns)) WHERE i.invite_id = n.invite_id
    """)
  static let plans = Statement(
    "write_plans",
    """
    INSERT INTO plans (plan_id, content) SELECT * FROM unnest($1::uuid[], $2::bytea[])
    ON CONFLICT DO NOTHING
    """)
  static let quests = Statement(
    "write_quests",
    """
    UPDATE quests q SET name = n.name, start_at = n.start_at, end_at = n.end_at, zone = n.zone,
      plans = n.plans, closing = n.closing, closed_at = n.closed_at, revision = n.revision,
      is_start_announced = n.is_start_announced, hides_ahead = n.hides_ahead
    FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::bytea[],
      $7::text[], $8::bigint[], $9::bigint[], $10::boolean[], $11::boolean[])
      AS n (quest_id, name, start_at, end_at, zone, plans, closing, closed_at, revision,
        is_start_announced, hides_ahead)
    WHERE q.quest_id = n.quest_id
    """)
  static let newQuests = Statement(
    "new_quests",
    """
    INSERT INTO quests (quest_id, team_id, number, name, start_at, end_at, zone, plans, closing,
      closed_at, created_at, created_by, origin, revision, is_start_announced, hides_ahead)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::bigint[],
      $6::bigint[], $7::text[], $8::bytea[], $9::text[], $10::bigint[], $11::bigint[],
      $12::uuid[], $13::uuid[], $14::bigint[], $15::boolean[], $16::boolean[])
    """)
  private static let talliesFrom = """
    unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::uuid[], $7::uuid[])
    """
  private static let tallyColumns =
    "team_id, quest_id, total_um, walks, frontier_start, frontier_activity, frontier_person"
  static let newTallies = Statement(
    "new_tallies", "INSERT INTO quest_tallies (\(tallyColumns)) SELECT * FROM \(talliesFrom)")
  static let tallies = Statement(
    "write_tallies",
    """
    UPDATE quest_tallies y SET total_um = n.total_um, walks = n.walks,
      frontier_start = n.frontier_start, frontier_activity = n.frontier_activity,
      frontier_person = n.frontier_person
    FROM \(talliesFrom) AS n (\(tallyColumns))
    WHERE y.team_id = n.team_id AND y.quest_id = n.quest_id
    """)
  private static let activitiesFrom = """
    unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[],
      $7::text[], $8::boolean[], $9::text[], $10::text[], $11::bigint[], $12::bigint[],
      $13::bigint[], $14::bigint[], $15::boolean[])
    """
  private static let activityColumns = """
    person_id, activity_id, start_at, distance_um, duration_s, source, note, is_private, sent_zone,
    zone, day, revision, logged_at, changed_at, is_deleted
    """
  static let newActivities = Statement(
    "new_activities",
    "INSERT INTO activities (\(activityColumns)) SELECT * FROM \(activitiesFrom)")
  static let activities = Statement(
    "write_activities",
    """
    UPDATE activities a SET start_at = n.start_at, distance_um = n.distance_um,
      duration_s = n.duration_s, source = n.source, note = n.note, is_private = n.is_private,
      sent_zone = n.sent_zone, zone = n.zone, day = n.day, revision = n.revision, changed_at = n.changed_at, is_deleted = n.is_deleted
    FROM \(activitiesFrom) AS n (\(activityColumns))
    WHERE a.person_id = n.person_id AND a.activity_id = n.activity_id
    """)
  static let walkCounts = Statement(
    "write_walk_counts",
    """
    UPDATE person_walks w SET walks = w.walks + n.walks
    FROM unnest($1::uuid[], $2::bigint[]) AS n (person_id, walks)
    WHERE w.person_id = n.person_id
    """)
  static let versions = Statement(
    "write_versions",
    """
    INSERT INTO activity_versions (person_id, activity_id, revision, start_at, distance_um,
      duration_s, source, note, is_private, sent_zone, replaced_at, replaced_by)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[],
      $6::bigint[], $7::text[], $8::text[], $9::boolean[], $10::text[], $11::bigint[],
      $12::uuid[])
    """)
  static let contributions = Statement(
    "write_contributions",
    """
    INSERT INTO contributions (team_id, person_id, activity_id, quest_id, start_at, distance_um,
      is_private, is_counted, total_before_um, total_after_um, version_before, version_after, plan)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[],
      $6::bigint[], $7::boolean[], $8::boolean[], $9::bigint[], $10::bigint[], $11::bigint[],
      $12::bigint[], $13::bigint[])
    ON CONFLICT (team_id, person_id, activity_id, quest_id) DO UPDATE SET
      start_at = excluded.start_at, distance_um = excluded.distance_um,
      is_private = excluded.is_private, is_counted = excluded.is_counted,
      total_before_um = excluded.total_before_um, total_after_um = excluded.total_after_um,
      version_before = excluded.version_before, version_after = excluded.version_after,
      plan = excluded.plan
    """)
  static let removals = Statement(
    "remove_contributions",
    """
    DELETE FROM contributions c
    USING unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[])
      AS n (team_id, person_id, activity_id, quest_id)
    WHERE c.team_id = n.team_id AND c.person_id = n.person_id AND c.activity_id = n.activity_id
      AND c.quest_id = n.quest_id
    """)
  static let goneMilestones = Statement(
    "remove_milestones",
    """
    DELETE FROM milestones m
    USING unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS n (team_id, quest_id, milestone)
    WHERE m.team_id = n.team_id AND m.quest_id = n.quest_id AND m.milestone >= n.milestone
    """)
  static let milestones = Statement(
    "write_milestones",
    """
    INSERT INTO milestones (team_id, quest_id, milestone, start_at, activity_id, person_id)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::uuid[], $6::uuid[])
    """)
  static let days = Statement(
    "write_days",
    """
    INSERT INTO quest_days AS d (team_id, quest_id, day, distance_um, walks)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[])
    ON CONFLICT (team_id, quest_id, day) DO UPDATE SET
      distance_um = d.distance_um + excluded.distance_um, walks = d.walks + excluded.walks
    """)
  static let people = Statement(
    "write_people",
    """
    INSERT INTO quest_people AS p (team_id, quest_id, person_id, distance_um, walks)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[])
    ON CONFLICT (team_id, quest_id, person_id) DO UPDATE SET
      distance_um = p.distance_um + excluded.distance_um, walks = p.walks + excluded.walks
    """)
  static let spans = Statement(
    "write_spans",
    """
    INSERT INTO quest_spans AS s (team_id, quest_id, level, number, person_id, distance_um, walks)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::uuid[],
      $6::bigint[], $7::bigint[])
    ON CONFLICT (team_id, quest_id, level, number, person_id) DO UPDATE SET
      distance_um = s.distance_um + excluded.distance_um, walks = s.walks + excluded.walks
    """)
  static let anonymizings = Statement(
    "write_anonymizings",
    """
    UPDATE team_events e SET person_id = NULL, activity_id = NULL
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS n (team_id, person_id, activity_id)
    WHERE e.team_id = n.team_id AND e.person_id = n.person_id AND e.activity_id = n.activity_id
    """)
  static let events = Statement(
    "write_events",
    """
    INSERT INTO team_events (team_id, version, at, kind, quest_id, person_id, activity_id,
      milestone, total_um, plan)
    SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::uuid[],
      $6::uuid[], $7::uuid[], $8::text[], $9::bigint[], $10::bigint[])
    """)
  static let changeLog = Statement(
    "write_change_log",
    """
    INSERT INTO change_log (at, actor, action, team_id, quest_id, person_id, activity_id, detail)
    SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::uuid[],
      $7::uuid[], $8::text[])
    """)

  private static let periods =
    "(SELECT DISTINCT team_id, person_id FROM memberships WHERE person_id = ANY ($1::uuid[])) m"
  /// What an erasure comes to, one table after the other.
  static let erasures = [
    Statement(
      "erase_activities",
      """
      UPDATE activities SET source = NULL, note = NULL, is_private = true
      WHERE person_id = ANY ($1::uuid[])
      """),
    Statement(
      "erase_versions",
      """
      UPDATE activity_versions SET source = NULL, note = NULL, is_private = true,
        replaced_by = nullif(replaced_by, person_id)
      WHERE person_id = ANY ($1::uuid[])
      """),
    Statement(
      "erase_contributions",
      """
      UPDATE contributions c SET is_private = true FROM \(periods)
      WHERE c.team_id = m.team_id AND c.person_id = m.person_id
      """),
    Statement(
      "erase_totals",
      """
      DELETE FROM quest_people p USING \(periods)
      WHERE p.team_id = m.team_id AND p.person_id = m.person_id
      """),
    Statement(
      "erase_spans",
      """
      DELETE FROM quest_spans s USING \(periods)
      WHERE s.team_id = m.team_id AND s.person_id = m.person_id
      """),
    Statement(
      "erase_events",
      """
      UPDATE team_events e SET person_id = NULL, activity_id = NULL FROM \(periods)
      WHERE e.team_id = m.team_id AND e.person_id = m.person_id
      """),
    Statement(
      "erase_trail",
      """
      UPDATE change_log SET detail = '',
        actor = CASE WHEN actor = ANY ($1::uuid[]) THEN NULL ELSE actor END,
        activity_id = CASE WHEN person_id = ANY ($1::uuid[]) THEN NULL ELSE activity_id END,
        person_id = CASE WHEN person_id = ANY ($1::uuid[]) THEN NULL ELSE person_id END
      WHERE actor = ANY ($1::uuid[]) OR person_id = ANY ($1::uuid[])
      """),
    Statement(
      "erase_people", "INSERT INTO erased_people (person_id) SELECT * FROM unnest($1::uuid[])"),
  ]
}
