internal import GRDB
internal import LedgerCore
internal import Quests

/// The tables of the embedded store.
///
/// Each migration is one transaction, so that one which is interrupted begins again. Identifiers are
/// blobs of 16 bytes, instants microseconds since 1970 UTC, distances micrometres, days counted from
/// 1970-01-01. Tables of a team lead with its id.
enum Schema {
  /// "MQst" in the file's header: other programs' files are left alone.
  static let applicationID: Int32 = 0x4D51_7374

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 ledger") { db in try db.execute(sql: ledger) }
    migrator.registerMigration("2 routes") { db in try db.execute(sql: routes) }
    migrator.registerMigration("3 accounts") { db in try db.execute(sql: accounts) }
    migrator.registerMigration("4 public teams") { db in try db.execute(sql: publicTeams) }
    migrator.registerMigration("5 public routes") { db in try db.execute(sql: publicRoutes) }
    migrator.registerMigration("6 sign-in") { db in try db.execute(sql: signIn) }
    migrator.registerMigration("7 erasure") { db in try db.execute(sql: erasure) }
    migrator.registerMigration("8 names", migrate: names)
    migrator.registerMigration("9 identity") { db in try db.execute(sql: identity) }
    migrator.registerMigration("10 tries and claims") { db in try db.execute(sql: triesAndClaims) }
    migrator.registerMigration("11 ends of life") { db in try db.execute(sql: endsOfLife) }
    migrator.registerMigration("12 live events") { db in try db.execute(sql: liveEvents) }
    migrator.registerMigration("13 announcements") { db in try db.execute(sql: announcements) }
    migrator.registerMigration("14 spans") { db in try db.execute(sql: spans) }
    migrator.registerMigration("15 derivations") { db in try db.execute(sql: derivations) }
    migrator.registerMigration("16 quotas") { db in try db.execute(sql: quotas) }
    migrator.registerMigration("17 statistics") { db in try db.execute(sql: statistics) }
    migrator.registerMigration("18 outgoing mail") { db in try db.execute(sql: outgoingMail) }
    migrator.registerMigration("19 issuers") { db in try db.execute(sql: issuers) }
    migrator.registerMigration("20 mail choices") { db in try db.execute(sql: mailChoices) }
    migrator.registerMigration("21 weekly summaries") { db in
      try db.execute(sql: weeklySummaries)
    }
    migrator.registerMigration("22 quest links") { db in try db.execute(sql: questLinks) }
    migrator.registerMigration("23 hidden waypoints") { db in
      try db.execute(sql: hiddenWaypoints)
    }
    migrator.registerMigration("24 invite codes", migrate: inviteCodes)
    migrator.registerMigration("25 choices of mail") { db in
      try db.execute(sql: choicesOfMail)
    }
    return migrator
  }

  private static let ledger = """
    PRAGMA application_id = \(applicationID);

    CREATE TABLE teams (
      team_id BLOB PRIMARY KEY NOT NULL,
      name TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      created_by BLOB NOT NULL,
      revision INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE team_state (
      team_id BLOB PRIMARY KEY NOT NULL,
      version INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE memberships (
      team_id BLOB NOT NULL,
      person_id BLOB NOT NULL,
      stay INTEGER NOT NULL,
      role TEXT NOT NULL,
      joined_at INTEGER NOT NULL,
      left_at INTEGER,
      PRIMARY KEY (team_id, person_id, stay)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX memberships_person ON memberships (person_id, team_id, stay);
    CREATE UNIQUE INDEX memberships_open ON memberships (team_id, person_id)
      WHERE left_at IS NULL;

    CREATE TABLE invites (
      invite_id BLOB PRIMARY KEY NOT NULL,
      team_id BLOB NOT NULL,
      role TEXT NOT NULL,
      created_by BLOB NOT NULL,
      created_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      redeemed_by BLOB,
      redeemed_at INTEGER,
      revoked_at INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX invites_team ON invites (team_id, created_at);

    CREATE TABLE plans (
      plan_id BLOB PRIMARY KEY NOT NULL,
      content BLOB NOT NULL
    ) STRICT;

    CREATE TABLE quests (
      quest_id BLOB PRIMARY KEY NOT NULL,
      team_id BLOB NOT NULL,
      number INTEGER NOT NULL,
      name TEXT NOT NULL,
      start_at INTEGER NOT NULL,
      end_at INTEGER NOT NULL,
      zone TEXT NOT NULL,
      -- The ids of all plans, the present one last.
      plans BLOB NOT NULL,
      closing TEXT,
      closed_at INTEGER,
      created_at INTEGER NOT NULL,
      created_by BLOB,
      origin BLOB NOT NULL,
      revision INTEGER NOT NULL,
      UNIQUE (team_id, number)
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX quests_open ON quests (team_id) WHERE closing IS NULL;
    CREATE INDEX quests_due ON quests (end_at, quest_id) WHERE closing IS NULL;

    CREATE TABLE quest_tallies (
      team_id BLOB NOT NULL,
      quest_id BLOB NOT NULL,
      total_um INTEGER NOT NULL,
      walks INTEGER NOT NULL,
      frontier_start INTEGER,
      frontier_activity BLOB,
      frontier_person BLOB,
      PRIMARY KEY (team_id, quest_id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE activities (
      person_id BLOB NOT NULL,
      activity_id BLOB NOT NULL,
      start_at INTEGER NOT NULL,
      distance_um INTEGER NOT NULL CHECK (distance_um > 0),
      duration_s INTEGER,
      source TEXT,
      note TEXT,
      is_private INTEGER NOT NULL,
      zone TEXT NOT NULL,
      day INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      logged_at INTEGER NOT NULL,
      changed_at INTEGER NOT NULL,
      is_deleted INTEGER NOT NULL,
      PRIMARY KEY (person_id, activity_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX activities_start ON activities (person_id, start_at, activity_id, day)
      WHERE is_deleted = 0;

    CREATE TABLE activity_versions (
      person_id BLOB NOT NULL,
      activity_id BLOB NOT NULL,
      revision INTEGER NOT NULL,
      start_at INTEGER NOT NULL,
      distance_um INTEGER NOT NULL,
      duration_s INTEGER,
      source TEXT,
      note TEXT,
      is_private INTEGER NOT NULL,
      replaced_at INTEGER NOT NULL,
      replaced_by BLOB,
      PRIMARY KEY (person_id, activity_id, revision)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE contributions (
      team_id BLOB NOT NULL,
      person_id BLOB NOT NULL,
      activity_id BLOB NOT NULL,
      quest_id BLOB NOT NULL,
      start_at INTEGER NOT NULL,
      distance_um INTEGER NOT NULL,
      is_private INTEGER NOT NULL,
      is_counted INTEGER NOT NULL,
      -- What the answer to the first logging said; NULL where it came in later.
      total_before_um INTEGER,
      total_after_um INTEGER,
      version_before INTEGER,
      version_after INTEGER,
      plan INTEGER,
      PRIMARY KEY (team_id, person_id, activity_id, quest_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX contributions_walks
      ON contributions (team_id, quest_id, start_at, activity_id, person_id)
      WHERE is_counted = 1;

    CREATE TABLE milestones (
      team_id BLOB NOT NULL,
      quest_id BLOB NOT NULL,
      milestone INTEGER NOT NULL,
      start_at INTEGER NOT NULL,
      activity_id BLOB NOT NULL,
      person_id BLOB NOT NULL,
      PRIMARY KEY (team_id, quest_id, milestone)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE quest_days (
      team_id BLOB NOT NULL,
      quest_id BLOB NOT NULL,
      day INTEGER NOT NULL,
      distance_um INTEGER NOT NULL,
      walks INTEGER NOT NULL,
      PRIMARY KEY (team_id, quest_id, day)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE quest_people (
      team_id BLOB NOT NULL,
      quest_id BLOB NOT NULL,
      person_id BLOB NOT NULL,
      distance_um INTEGER NOT NULL,
      walks INTEGER NOT NULL,
      PRIMARY KEY (team_id, quest_id, person_id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE team_events (
      team_id BLOB NOT NULL,
      version INTEGER NOT NULL,
      at INTEGER NOT NULL,
      kind TEXT NOT NULL,
      quest_id BLOB,
      person_id BLOB,
      activity_id BLOB,
      milestone TEXT,
      total_um INTEGER,
      PRIMARY KEY (team_id, version)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE audit_trail (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      at INTEGER NOT NULL,
      actor BLOB,
      action TEXT NOT NULL,
      team_id BLOB,
      quest_id BLOB,
      person_id BLOB,
      activity_id BLOB,
      detail TEXT NOT NULL
    ) STRICT;
    CREATE INDEX audit_trail_team ON audit_trail (team_id, number);

    CREATE TABLE quest_markers (
      box INTEGER PRIMARY KEY,
      quest_id BLOB NOT NULL UNIQUE,
      team_id BLOB NOT NULL,
      latitude REAL NOT NULL,
      longitude REAL NOT NULL,
      version INTEGER NOT NULL
    ) STRICT;
    CREATE VIRTUAL TABLE quest_marker_boxes USING rtree (box, west, east, south, north);
    """

  private static let routes = """
    CREATE TABLE route_contents (
      hash BLOB PRIMARY KEY NOT NULL,
      content BLOB NOT NULL
    ) STRICT;

    CREATE TABLE routes (
      route_id BLOB NOT NULL,
      version INTEGER NOT NULL,
      hash BLOB NOT NULL REFERENCES route_contents (hash),
      name TEXT,
      owner BLOB,
      created_at INTEGER NOT NULL,
      length_um INTEGER NOT NULL,
      parts INTEGER NOT NULL,
      vertices INTEGER NOT NULL,
      waypoints INTEGER NOT NULL,
      west REAL NOT NULL,
      south REAL NOT NULL,
      east REAL NOT NULL,
      north REAL NOT NULL,
      PRIMARY KEY (route_id, version),
      UNIQUE (route_id, hash)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX routes_hash ON routes (hash, created_at);

    -- The latest version of each route; two boxes where it crosses 180 degrees.
    CREATE VIRTUAL TABLE route_boxes USING rtree (box, west, east, south, north, +route_id BLOB);
    """

  private static let accounts = """
    CREATE TABLE accounts (
      person_id BLOB PRIMARY KEY NOT NULL,
      email TEXT UNIQUE,
      name TEXT NOT NULL,
      zone TEXT NOT NULL,
      units TEXT NOT NULL,
      credential TEXT,
      created_at INTEGER NOT NULL,
      revision INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE sessions (
      session_id BLOB PRIMARY KEY NOT NULL,
      person_id BLOB NOT NULL,
      token_hash BLOB NOT NULL UNIQUE,
      created_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX sessions_person ON sessions (person_id);

    CREATE TABLE request_keys (
      caller BLOB NOT NULL,
      key TEXT NOT NULL,
      body_hash BLOB NOT NULL,
      created_id BLOB NOT NULL,
      expires_at INTEGER NOT NULL,
      PRIMARY KEY (caller, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX request_keys_expiry ON request_keys (expires_at);
    """

  private static let publicTeams = """
    ALTER TABLE teams ADD COLUMN is_public INTEGER NOT NULL DEFAULT 0;
    """

  private static let publicRoutes = """
    ALTER TABLE routes ADD COLUMN is_public INTEGER NOT NULL DEFAULT 0;
    UPDATE routes SET is_public = 1 WHERE owner IS NULL;
    """

  private static let signIn = """
    ALTER TABLE accounts ADD COLUMN is_email_verified INTEGER NOT NULL DEFAULT 0;

    CREATE TABLE subjects (
      issuer TEXT NOT NULL,
      subject TEXT NOT NULL,
      person_id BLOB NOT NULL,
      PRIMARY KEY (issuer, subject)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX subjects_person ON subjects (person_id);

    -- Nothing has written to the table before.
    DROP TABLE sessions;
    CREATE TABLE sessions (
      session_id BLOB PRIMARY KEY NOT NULL,
      person_id BLOB NOT NULL,
      created_at INTEGER NOT NULL,
      refreshed_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      ends_at INTEGER NOT NULL,
      -- That of the one token which can be used.
      generation INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX sessions_person ON sessions (person_id, created_at, session_id);
    CREATE INDEX sessions_expiry ON sessions (expires_at);

    CREATE TABLE refresh_tokens (
      session_id BLOB NOT NULL REFERENCES sessions (session_id) ON DELETE CASCADE,
      generation INTEGER NOT NULL,
      token_hash BLOB NOT NULL UNIQUE,
      PRIMARY KEY (session_id, generation)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE one_time_codes (
      kind TEXT NOT NULL,
      holder TEXT NOT NULL,
      code_hash BLOB NOT NULL,
      content TEXT,
      expires_at INTEGER NOT NULL,
      attempts INTEGER NOT NULL,
      PRIMARY KEY (kind, holder)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX one_time_codes_expiry ON one_time_codes (expires_at);

    CREATE TABLE api_keys (
      key_id BLOB PRIMARY KEY NOT NULL,
      owner BLOB NOT NULL,
      name TEXT NOT NULL,
      hash BLOB NOT NULL,
      scopes INTEGER NOT NULL,
      rate_per_second INTEGER,
      rate_burst INTEGER,
      created_at INTEGER NOT NULL,
      last_used_at INTEGER,
      revoked_at INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX api_keys_owner ON api_keys (owner, created_at, key_id);
    """

  private static let erasure = """
    CREATE TABLE erased_people (
      person_id BLOB PRIMARY KEY NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX audit_trail_actor ON audit_trail (actor) WHERE actor IS NOT NULL;
    CREATE INDEX audit_trail_person ON audit_trail (person_id) WHERE person_id IS NOT NULL;
    CREATE INDEX invites_unused ON invites (created_by)
      WHERE redeemed_by IS NULL AND revoked_at IS NULL;
    """

  /// The zone that was sent with a walk, earlier ones were sent without; and where a walk that was
  /// edited is found by what was first sent.
  private static let identity = """
    ALTER TABLE activities ADD COLUMN sent_zone TEXT;
    ALTER TABLE activity_versions ADD COLUMN sent_zone TEXT;
    CREATE INDEX activity_versions_first ON activity_versions (person_id, start_at)
      WHERE revision = 1;
    """

  /// Wrong tries of a code are counted for each client. A request's key that nobody created anything
  /// with is free again: `claims` counts those that hold it.
  private static let triesAndClaims = """
    CREATE TABLE code_tries (
      kind TEXT NOT NULL,
      holder TEXT NOT NULL,
      client BLOB NOT NULL,
      wrong INTEGER NOT NULL,
      PRIMARY KEY (kind, holder, client),
      FOREIGN KEY (kind, holder) REFERENCES one_time_codes (kind, holder) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;

    ALTER TABLE request_keys ADD COLUMN claims INTEGER NOT NULL DEFAULT 1;
    """

  /// When a team was dissolved, and when a route was retired.
  private static let endsOfLife = """
    ALTER TABLE teams ADD COLUMN dissolved_at INTEGER;
    ALTER TABLE routes ADD COLUMN retired_at INTEGER;
    """

  /// Events name the plan that held, and quests know whether their start was announced: nobody waits
  /// for that of one whose window has begun already.
  private static let liveEvents = """
    ALTER TABLE team_events ADD COLUMN plan INTEGER;
    ALTER TABLE quests ADD COLUMN is_start_announced INTEGER NOT NULL DEFAULT 0;
    UPDATE quests SET is_start_announced = 1
      WHERE start_at <= 1000000 * CAST(strftime('%s', 'now') AS INTEGER);
    CREATE INDEX quests_starting ON quests (start_at, quest_id)
      WHERE closing IS NULL AND is_start_announced = 0;
    """

  /// What has been handed to services outside, and which process hands over.
  private static let announcements = """
    CREATE TABLE announcers (
      service TEXT PRIMARY KEY NOT NULL,
      holder TEXT NOT NULL,
      held_until INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE announced (
      service TEXT NOT NULL,
      team_id BLOB NOT NULL,
      version INTEGER NOT NULL,
      PRIMARY KEY (service, team_id)
    ) STRICT, WITHOUT ROWID;
    """

  /// What each person has walked in spans of time, out of which the totals of the past are summed up.
  private static let spans = """
    CREATE TABLE quest_spans (
      team_id BLOB NOT NULL,
      quest_id BLOB NOT NULL,
      level INTEGER NOT NULL,
      number INTEGER NOT NULL,
      person_id BLOB NOT NULL,
      distance_um INTEGER NOT NULL,
      walks INTEGER NOT NULL,
      PRIMARY KEY (team_id, quest_id, level, number, person_id)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO quest_spans
      SELECT team_id, quest_id, 40, start_at >> 40, person_id, sum(distance_um), count(*)
      FROM contributions WHERE is_counted = 1 AND is_private = 0
      GROUP BY team_id, quest_id, start_at >> 40, person_id;
    INSERT INTO quest_spans
      SELECT team_id, quest_id, 45, start_at >> 45, person_id, sum(distance_um), count(*)
      FROM contributions WHERE is_counted = 1 AND is_private = 0
      GROUP BY team_id, quest_id, start_at >> 45, person_id;
    """

  /// A quest's figures, from its contributions to its tally, are stored under an id of their own, which
  /// their tables have in `quest_id`: at first that of the quest. They can be derived anew under another
  /// id beside those that hold, which the quest then points at. The views show those that hold.
  ///
  /// `derivations` names the figures that no quest points at, yet or any more. While one is going on,
  /// `touched_activities` collects what must be looked at again: without `OR IGNORE`, in whose place a
  /// trigger takes the way of the statement that fires it.
  private static let derivations = """
    ALTER TABLE quests ADD COLUMN figures_id BLOB;
    UPDATE quests SET figures_id = quest_id;
    CREATE UNIQUE INDEX quests_figures ON quests (figures_id);

    CREATE TABLE derivations (
      figures_id BLOB PRIMARY KEY NOT NULL,
      team_id BLOB NOT NULL,
      begun_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE touched_activities (
      figures_id BLOB NOT NULL REFERENCES derivations (figures_id) ON DELETE CASCADE,
      person_id BLOB NOT NULL,
      activity_id BLOB NOT NULL,
      PRIMARY KEY (figures_id, person_id, activity_id)
    ) STRICT, WITHOUT ROWID;

    CREATE TRIGGER derivations_of_new_activities AFTER INSERT ON activities
    WHEN EXISTS (SELECT 1 FROM derivations) BEGIN
      INSERT INTO touched_activities
        SELECT d.figures_id, NEW.person_id, NEW.activity_id FROM derivations d WHERE EXISTS
          (SELECT 1 FROM memberships m WHERE m.team_id = d.team_id AND m.person_id = NEW.person_id)
        AND NOT EXISTS (SELECT 1 FROM touched_activities t WHERE t.figures_id = d.figures_id
          AND t.person_id = NEW.person_id AND t.activity_id = NEW.activity_id);
    END;
    CREATE TRIGGER derivations_of_activities AFTER UPDATE ON activities
    WHEN EXISTS (SELECT 1 FROM derivations) BEGIN
      INSERT INTO touched_activities
        SELECT d.figures_id, NEW.person_id, NEW.activity_id FROM derivations d WHERE EXISTS
          (SELECT 1 FROM memberships m WHERE m.team_id = d.team_id AND m.person_id = NEW.person_id)
        AND NOT EXISTS (SELECT 1 FROM touched_activities t WHERE t.figures_id = d.figures_id
          AND t.person_id = NEW.person_id AND t.activity_id = NEW.activity_id);
    END;
    CREATE TRIGGER derivations_of_new_members AFTER INSERT ON memberships
    WHEN EXISTS (SELECT 1 FROM derivations) BEGIN
      INSERT INTO touched_activities
        SELECT d.figures_id, a.person_id, a.activity_id FROM derivations d
          JOIN activities a ON a.person_id = NEW.person_id WHERE d.team_id = NEW.team_id
        AND NOT EXISTS (SELECT 1 FROM touched_activities t WHERE t.figures_id = d.figures_id
          AND t.person_id = a.person_id AND t.activity_id = a.activity_id);
    END;
    CREATE TRIGGER derivations_of_members AFTER UPDATE ON memberships
    WHEN EXISTS (SELECT 1 FROM derivations) BEGIN
      INSERT INTO touched_activities
        SELECT d.figures_id, a.person_id, a.activity_id FROM derivations d
          JOIN activities a ON a.person_id = NEW.person_id WHERE d.team_id = NEW.team_id
        AND NOT EXISTS (SELECT 1 FROM touched_activities t WHERE t.figures_id = d.figures_id
          AND t.person_id = a.person_id AND t.activity_id = a.activity_id);
    END;

    CREATE VIEW present_contributions AS
      SELECT q.quest_id, f.team_id, f.person_id, f.activity_id, f.start_at, f.distance_um, f.is_private, f.is_counted, f.total_before_um, f.total_after_um, f.version_before, f.version_after, f.plan
      FROM contributions f JOIN quests q ON q.figures_id = f.quest_id;
    CREATE VIEW present_milestones AS
      SELECT q.quest_id, f.team_id, f.milestone, f.start_at, f.activity_id, f.person_id
      FROM milestones f JOIN quests q ON q.figures_id = f.quest_id;
    CREATE VIEW present_quest_days AS
      SELECT q.quest_id, f.team_id, f.day, f.distance_um, f.walks
      FROM quest_days f JOIN quests q ON q.figures_id = f.quest_id;
    CREATE VIEW present_quest_people AS
      SELECT q.quest_id, f.team_id, f.person_id, f.distance_um, f.walks
      FROM quest_people f JOIN quests q ON q.figures_id = f.quest_id;
    CREATE VIEW present_quest_spans AS
      SELECT q.quest_id, f.team_id, f.level, f.number, f.person_id, f.distance_um, f.walks
      FROM quest_spans f JOIN quests q ON q.figures_id = f.quest_id;
    CREATE VIEW present_quest_tallies AS
      SELECT q.quest_id, f.team_id, f.total_um, f.walks, f.frontier_start, f.frontier_activity, f.frontier_person
      FROM quest_tallies f JOIN quests q ON q.figures_id = f.quest_id;
    """

  /// How much each person has, so that nobody has to count it.
  private static let quotas = """
    CREATE TABLE person_walks (
      person_id BLOB PRIMARY KEY NOT NULL,
      walks INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    INSERT INTO person_walks SELECT person_id, count(*) FROM activities GROUP BY person_id;

    CREATE INDEX routes_owner ON routes (owner, vertices, waypoints) WHERE owner IS NOT NULL;
    """

  /// What happened on each day, without the people.
  private static let statistics = """
    CREATE TABLE daily_counts (
      day INTEGER NOT NULL,
      name TEXT NOT NULL,
      value INTEGER NOT NULL,
      PRIMARY KEY (day, name)
    ) STRICT, WITHOUT ROWID;
    """

  /// Messages that wait to be sent, and the ids of those that were: these have neither content nor a
  /// moment at which they are due.
  private static let outgoingMail = """
    CREATE TABLE outgoing_mail (
      mail_id BLOB PRIMARY KEY NOT NULL,
      person_id BLOB,
      is_urgent INTEGER NOT NULL,
      content BLOB,
      posted_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      attempts INTEGER NOT NULL,
      due_at INTEGER
    ) STRICT;
    CREATE INDEX outgoing_mail_due ON outgoing_mail (is_urgent DESC, due_at)
      WHERE due_at IS NOT NULL;
    CREATE INDEX outgoing_mail_sent ON outgoing_mail (posted_at) WHERE due_at IS NULL;
    CREATE INDEX outgoing_mail_person ON outgoing_mail (person_id) WHERE person_id IS NOT NULL;
    """

  /// From when on tokens of other issuers count, without whose they are.
  private static let issuers = """
    CREATE TABLE tokens_not_before (
      subject_hash BLOB PRIMARY KEY NOT NULL,
      not_before INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    """

  /// The messages that each person wants, and the addresses without an account that want none.
  private static let mailChoices = """
    -- By MailChoices: invitations.
    ALTER TABLE accounts ADD COLUMN mail_choices INTEGER NOT NULL DEFAULT 1;

    CREATE INDEX accounts_news ON accounts (person_id) WHERE \(MailChoices.newsCondition);

    CREATE TABLE mail_refusals (
      address_hash BLOB PRIMARY KEY NOT NULL
    ) STRICT, WITHOUT ROWID;
    """

  /// The weeks that each person was told of, by their Mondays.
  private static let weeklySummaries = """
    CREATE INDEX accounts_weekly ON accounts (person_id) WHERE \(MailChoices.weeklyCondition);

    CREATE TABLE weekly_summaries (
      person_id BLOB NOT NULL,
      week INTEGER NOT NULL,
      PRIMARY KEY (person_id, week)
    ) STRICT, WITHOUT ROWID;
    """

  /// Secrets by which strangers read a private quest, as their hashes.
  private static let questLinks = """
    CREATE TABLE quest_links (
      link_id BLOB PRIMARY KEY NOT NULL,
      quest_id BLOB NOT NULL,
      name TEXT NOT NULL,
      hash BLOB NOT NULL,
      shows_names INTEGER NOT NULL,
      created_by BLOB NOT NULL,
      created_at INTEGER NOT NULL,
      revoked_at INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX quest_links_quest ON quest_links (quest_id, created_at, link_id);
    CREATE INDEX quest_links_maker ON quest_links (created_by);
    """

  /// Whether a quest shows the waypoints that its team has yet to reach; those from before do.
  private static let hiddenWaypoints = """
    ALTER TABLE quests ADD COLUMN hides_ahead INTEGER NOT NULL DEFAULT 0;
    """

  /// The choice that each message follows from, by MailChoices; none for those from before.
  private static let choicesOfMail = """
    ALTER TABLE outgoing_mail ADD COLUMN choice INTEGER NOT NULL DEFAULT 0;
    """

  /// Replaces the id of each invite, which was its code, by one that is derived from the code.
  /// Somebody who read a backup could join a team with the code.
  private static func inviteCodes(_ db: Database) throws {
    let codes: [InviteCode] = try db.rows("SELECT invite_id FROM invites") { try $0.id() }
    for code in codes {
      try db.run(
        "UPDATE invites SET invite_id = ?1 WHERE invite_id = ?2",
        [code.inviteID.blob, code.blob])
    }
  }

  /// The names that the other stores have. A request's key is kept as its digest, which no index is
  /// too short for.
  private static func names(_ db: Database) throws {
    try db.execute(
      sql: """
        ALTER TABLE memberships RENAME COLUMN stay TO period;

        ALTER TABLE audit_trail RENAME TO change_log;
        DROP INDEX audit_trail_team;
        DROP INDEX audit_trail_actor;
        DROP INDEX audit_trail_person;
        CREATE INDEX change_log_team ON change_log (team_id, number);
        CREATE INDEX change_log_actor ON change_log (actor) WHERE actor IS NOT NULL;
        CREATE INDEX change_log_person ON change_log (person_id) WHERE person_id IS NOT NULL;

        ALTER TABLE quest_markers RENAME TO markers;
        ALTER TABLE quest_marker_boxes RENAME TO marker_boxes;

        CREATE TABLE hashed_keys (
          caller BLOB NOT NULL,
          key_hash BLOB NOT NULL,
          body_hash BLOB NOT NULL,
          created_id BLOB NOT NULL,
          expires_at INTEGER NOT NULL,
          PRIMARY KEY (caller, key_hash)
        ) STRICT, WITHOUT ROWID;
        """)
    let keys: [(PersonID, String)] = try db.rows("SELECT caller, key FROM request_keys") {
      (try $0.id(), try $0.text())
    }
    for (caller, key) in keys {
      try db.run(
        "INSERT INTO hashed_keys SELECT caller, ?1, body_hash, created_id, expires_at "
          + "FROM request_keys WHERE caller = ?2 AND key = ?3",
        [RequestKey(caller: caller, key: key).hash.blob, caller.blob, key.sql])
    }
    try db.execute(
      sql: """
        DROP TABLE request_keys;
        ALTER TABLE hashed_keys RENAME TO request_keys;
        CREATE INDEX request_keys_expiry ON request_keys (expires_at);
        """)
  }
}
