internal import LedgerCore
internal import Quests

/// The tables of the store, in a schema of their own.
///
/// Each migration is one transaction that also raises the version, so that one which is interrupted
/// begins again. Identifiers are `uuid`, instants microseconds since 1970 UTC, distances
/// micrometres, days counted from 1970-01-01. Tables of a team lead with its id, so that they spread
/// over shards by it. Rows that are written with every walk leave room on their pages, so that no
/// index is touched for them.
enum Schema {
  /// The version that the last migration leads to.
  static var version: Int64 { Int64(migrations.count) }

  static let migrations = [
    ledger, routes, accounts, publicTeams, publicRoutes, signIn, erasure, names,
    identity, triesAndClaims, endsOfLife, liveEvents,
    announcements, spans, quotas, statistics, outgoingMail,
    issuers, mailChoices, weeklySummaries, questLinks, hiddenWaypoints, inviteCodes,
    choicesOfMail,
  ]

  /// What the versions themselves are kept in.
  static let beginning = """
    CREATE SCHEMA IF NOT EXISTS milequest;
    CREATE TABLE IF NOT EXISTS milequest.schema_version (
      version bigint PRIMARY KEY,
      applied_at timestamptz NOT NULL DEFAULT now()
    );
    """

  private static let ledger = """
    CREATE TABLE teams (
      team_id uuid PRIMARY KEY,
      name text NOT NULL,
      created_at bigint NOT NULL,
      created_by uuid NOT NULL,
      revision bigint NOT NULL
    );

    CREATE TABLE team_state (
      team_id uuid PRIMARY KEY,
      version bigint NOT NULL
    ) WITH (fillfactor = 50);

    CREATE TABLE memberships (
      team_id uuid NOT NULL,
      person_id uuid NOT NULL,
      stay bigint NOT NULL,
      role text NOT NULL,
      joined_at bigint NOT NULL,
      left_at bigint,
      PRIMARY KEY (team_id, person_id, stay)
    );
    CREATE INDEX memberships_person ON memberships (person_id, team_id, stay);
    CREATE UNIQUE INDEX memberships_open ON memberships (team_id, person_id)
      WHERE left_at IS NULL;

    CREATE TABLE invites (
      invite_id uuid PRIMARY KEY,
      team_id uuid NOT NULL,
      role text NOT NULL,
      created_by uuid NOT NULL,
      created_at bigint NOT NULL,
      expires_at bigint NOT NULL,
      redeemed_by uuid,
      redeemed_at bigint,
      revoked_at bigint
    );
    CREATE INDEX invites_team ON invites (team_id, created_at);

    CREATE TABLE plans (
      plan_id uuid PRIMARY KEY,
      content bytea NOT NULL
    );

    CREATE TABLE quests (
      quest_id uuid PRIMARY KEY,
      team_id uuid NOT NULL,
      number bigint NOT NULL,
      name text NOT NULL,
      start_at bigint NOT NULL,
      end_at bigint NOT NULL,
      zone text NOT NULL,
      -- The ids of all plans one after the other, the present one last.
      plans bytea NOT NULL,
      closing text,
      closed_at bigint,
      created_at bigint NOT NULL,
      created_by uuid,
      origin uuid NOT NULL,
      revision bigint NOT NULL,
      UNIQUE (team_id, number)
    );
    CREATE UNIQUE INDEX quests_open ON quests (team_id) WHERE closing IS NULL;
    CREATE INDEX quests_due ON quests (end_at, quest_id) WHERE closing IS NULL;

    CREATE TABLE quest_tallies (
      team_id uuid NOT NULL,
      quest_id uuid NOT NULL,
      total_um bigint NOT NULL,
      walks bigint NOT NULL,
      frontier_start bigint,
      frontier_activity uuid,
      frontier_person uuid,
      PRIMARY KEY (team_id, quest_id)
    ) WITH (fillfactor = 50);

    CREATE TABLE activities (
      person_id uuid NOT NULL,
      activity_id uuid NOT NULL,
      start_at bigint NOT NULL,
      distance_um bigint NOT NULL CHECK (distance_um > 0),
      duration_s bigint,
      source text,
      note text,
      is_private boolean NOT NULL,
      zone text NOT NULL,
      day bigint NOT NULL,
      revision bigint NOT NULL,
      logged_at bigint NOT NULL,
      changed_at bigint NOT NULL,
      is_deleted boolean NOT NULL,
      PRIMARY KEY (person_id, activity_id)
    );
    CREATE INDEX activities_start ON activities (person_id, start_at, activity_id, day)
      WHERE NOT is_deleted;

    CREATE TABLE activity_versions (
      person_id uuid NOT NULL,
      activity_id uuid NOT NULL,
      revision bigint NOT NULL,
      start_at bigint NOT NULL,
      distance_um bigint NOT NULL,
      duration_s bigint,
      source text,
      note text,
      is_private boolean NOT NULL,
      replaced_at bigint NOT NULL,
      replaced_by uuid,
      PRIMARY KEY (person_id, activity_id, revision)
    );

    CREATE TABLE contributions (
      team_id uuid NOT NULL,
      person_id uuid NOT NULL,
      activity_id uuid NOT NULL,
      quest_id uuid NOT NULL,
      start_at bigint NOT NULL,
      distance_um bigint NOT NULL,
      is_private boolean NOT NULL,
      is_counted boolean NOT NULL,
      -- What the answer to the first logging said; NULL where it came in later.
      total_before_um bigint,
      total_after_um bigint,
      version_before bigint,
      version_after bigint,
      plan bigint,
      PRIMARY KEY (team_id, person_id, activity_id, quest_id)
    );
    CREATE INDEX contributions_walks
      ON contributions (team_id, quest_id, start_at, activity_id, person_id) WHERE is_counted;

    CREATE TABLE milestones (
      team_id uuid NOT NULL,
      quest_id uuid NOT NULL,
      milestone bigint NOT NULL,
      start_at bigint NOT NULL,
      activity_id uuid NOT NULL,
      person_id uuid NOT NULL,
      PRIMARY KEY (team_id, quest_id, milestone)
    );

    CREATE TABLE quest_days (
      team_id uuid NOT NULL,
      quest_id uuid NOT NULL,
      day bigint NOT NULL,
      distance_um bigint NOT NULL,
      walks bigint NOT NULL,
      PRIMARY KEY (team_id, quest_id, day)
    ) WITH (fillfactor = 70);

    CREATE TABLE quest_people (
      team_id uuid NOT NULL,
      quest_id uuid NOT NULL,
      person_id uuid NOT NULL,
      distance_um bigint NOT NULL,
      walks bigint NOT NULL,
      PRIMARY KEY (team_id, quest_id, person_id)
    ) WITH (fillfactor = 70);

    CREATE TABLE team_events (
      team_id uuid NOT NULL,
      version bigint NOT NULL,
      at bigint NOT NULL,
      kind text NOT NULL,
      quest_id uuid,
      person_id uuid,
      activity_id uuid,
      milestone text,
      total_um bigint,
      PRIMARY KEY (team_id, version)
    );
    -- Events come in the order of their moments, near enough for one summary a block.
    CREATE INDEX team_events_at ON team_events USING brin (at);

    CREATE TABLE audit_trail (
      number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      at bigint NOT NULL,
      actor uuid,
      action text NOT NULL,
      team_id uuid,
      quest_id uuid,
      person_id uuid,
      activity_id uuid,
      detail text NOT NULL
    );
    CREATE INDEX audit_trail_team ON audit_trail (team_id, number);

    CREATE TABLE quest_places (
      quest_id uuid PRIMARY KEY,
      team_id uuid NOT NULL,
      place geometry(Point, 4326) NOT NULL,
      version bigint NOT NULL
    );
    CREATE INDEX quest_places_place ON quest_places USING gist (place);

    -- Where the teams stand, for a map of many.
    CREATE VIEW quest_markers AS
      SELECT p.quest_id, p.team_id, q.name AS quest, t.name AS team, p.version, p.place
      FROM quest_places p
      LEFT JOIN quests q ON q.quest_id = p.quest_id
      LEFT JOIN teams t ON t.team_id = p.team_id;
    """

  private static let routes = """
    CREATE TABLE route_contents (
      hash bytea PRIMARY KEY,
      content bytea NOT NULL
    );

    CREATE TABLE routes (
      route_id uuid NOT NULL,
      version bigint NOT NULL,
      hash bytea NOT NULL REFERENCES route_contents (hash),
      name text,
      owner uuid,
      created_at bigint NOT NULL,
      length_um bigint NOT NULL,
      parts bigint NOT NULL,
      vertices bigint NOT NULL,
      waypoints bigint NOT NULL,
      west double precision NOT NULL,
      south double precision NOT NULL,
      east double precision NOT NULL,
      north double precision NOT NULL,
      -- One box, or two where it crosses 180 degrees.
      box geometry(MultiPolygon, 4326) NOT NULL,
      is_latest boolean NOT NULL,
      PRIMARY KEY (route_id, version),
      UNIQUE (route_id, hash)
    );
    CREATE INDEX routes_hash ON routes (hash, created_at);
    CREATE UNIQUE INDEX routes_latest ON routes (route_id) WHERE is_latest;
    CREATE INDEX routes_box ON routes USING gist (box) WHERE is_latest;

    -- One row a part, more where it was cut at 180 degrees, and one for each join that is walked or
    -- counted. M is the official distance in metres, Z the elevation, NaN where it is not known.
    CREATE TABLE route_parts (
      row_id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
      route_id uuid NOT NULL,
      version bigint NOT NULL,
      kind text NOT NULL,
      part bigint NOT NULL,
      piece bigint NOT NULL,
      is_latest boolean NOT NULL,
      line geometry(LineStringZM, 4326) NOT NULL,
      PRIMARY KEY (route_id, version, kind, part, piece)
    );
    CREATE INDEX route_parts_line ON route_parts USING gist (line) WHERE is_latest;
    -- Heights do not count in distances, and those that are not known would spoil them.
    CREATE INDEX route_parts_ground ON route_parts USING gist ((ST_Force2D(line)::geography))
      WHERE is_latest;

    CREATE TABLE route_waypoints (
      route_id uuid NOT NULL,
      version bigint NOT NULL,
      waypoint bigint NOT NULL,
      name text,
      type text,
      distance_um bigint NOT NULL,
      is_latest boolean NOT NULL,
      place geometry(Point, 4326) NOT NULL,
      PRIMARY KEY (route_id, version, waypoint)
    );
    CREATE INDEX route_waypoints_place ON route_waypoints USING gist (place) WHERE is_latest;

    -- The lines of each route's latest version, for maps.
    CREATE VIEW route_lines AS
      SELECT p.row_id, p.route_id, p.version, r.name, p.kind, p.part, p.piece,
        r.length_um / 1000000.0::double precision AS length_meters, p.line
      FROM route_parts p JOIN routes r ON r.route_id = p.route_id AND r.version = p.version
      WHERE p.is_latest;
    """

  private static let accounts = """
    CREATE TABLE accounts (
      person_id uuid PRIMARY KEY,
      email text UNIQUE,
      name text NOT NULL,
      zone text NOT NULL,
      units text NOT NULL,
      credential text,
      created_at bigint NOT NULL,
      revision bigint NOT NULL
    );

    CREATE TABLE sessions (
      session_id uuid PRIMARY KEY,
      person_id uuid NOT NULL,
      token_hash bytea NOT NULL UNIQUE,
      created_at bigint NOT NULL,
      expires_at bigint NOT NULL
    );
    CREATE INDEX sessions_person ON sessions (person_id);

    CREATE TABLE request_keys (
      caller uuid NOT NULL,
      -- A digest: a key may be longer than an index takes.
      key_hash bytea NOT NULL,
      body_hash bytea NOT NULL,
      created_id uuid NOT NULL,
      expires_at bigint NOT NULL,
      PRIMARY KEY (caller, key_hash)
    );
    CREATE INDEX request_keys_expiry ON request_keys (expires_at);
    """

  private static let publicTeams = """
    ALTER TABLE teams ADD COLUMN is_public boolean NOT NULL DEFAULT false;
    """

  private static let publicRoutes = """
    ALTER TABLE routes ADD COLUMN is_public boolean NOT NULL DEFAULT false;
    UPDATE routes SET is_public = true WHERE owner IS NULL;
    """

  private static let signIn = """
    ALTER TABLE accounts ADD COLUMN is_email_verified boolean NOT NULL DEFAULT false;

    CREATE TABLE subjects (
      issuer text NOT NULL,
      subject text NOT NULL,
      person_id uuid NOT NULL,
      PRIMARY KEY (issuer, subject)
    );
    CREATE INDEX subjects_person ON subjects (person_id);

    -- Nothing has written to the table before.
    DROP TABLE sessions;
    CREATE TABLE sessions (
      session_id uuid PRIMARY KEY,
      person_id uuid NOT NULL,
      created_at bigint NOT NULL,
      refreshed_at bigint NOT NULL,
      expires_at bigint NOT NULL,
      ends_at bigint NOT NULL,
      -- That of the one token which can be used.
      generation bigint NOT NULL
    );
    CREATE INDEX sessions_person ON sessions (person_id, created_at, session_id);
    CREATE INDEX sessions_expiry ON sessions (expires_at);

    CREATE TABLE refresh_tokens (
      session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
      generation bigint NOT NULL,
      token_hash bytea NOT NULL UNIQUE,
      PRIMARY KEY (session_id, generation)
    );

    CREATE TABLE one_time_codes (
      kind text NOT NULL,
      holder text NOT NULL,
      code_hash bytea NOT NULL,
      content text,
      expires_at bigint NOT NULL,
      attempts bigint NOT NULL,
      PRIMARY KEY (kind, holder)
    );
    CREATE INDEX one_time_codes_expiry ON one_time_codes (expires_at);

    CREATE TABLE api_keys (
      key_id uuid PRIMARY KEY,
      owner uuid NOT NULL,
      name text NOT NULL,
      hash bytea NOT NULL,
      scopes bigint NOT NULL,
      rate_per_second bigint,
      rate_burst bigint,
      created_at bigint NOT NULL,
      last_used_at bigint,
      revoked_at bigint
    );
    CREATE INDEX api_keys_owner ON api_keys (owner, created_at, key_id);
    """

  private static let erasure = """
    CREATE TABLE erased_people (
      person_id uuid PRIMARY KEY
    );
    CREATE INDEX audit_trail_actor ON audit_trail (actor) WHERE actor IS NOT NULL;
    CREATE INDEX audit_trail_person ON audit_trail (person_id) WHERE person_id IS NOT NULL;
    CREATE INDEX invites_unused ON invites (created_by)
      WHERE redeemed_by IS NULL AND revoked_at IS NULL;
    """

  /// Wrong tries of a code are counted for each client. A request's key that nobody created anything
  /// with is free again: `claims` counts those that hold it.
  private static let triesAndClaims = """
    CREATE TABLE code_tries (
      kind text NOT NULL,
      holder text NOT NULL,
      client bytea NOT NULL,
      wrong bigint NOT NULL,
      PRIMARY KEY (kind, holder, client),
      FOREIGN KEY (kind, holder) REFERENCES one_time_codes ON DELETE CASCADE
    );

    ALTER TABLE request_keys ADD COLUMN claims bigint NOT NULL DEFAULT 1;
    """

  /// When a team was dissolved, and when a route was retired. The view of the markers leaves out the
  /// quests of dissolved teams.
  private static let endsOfLife = """
    ALTER TABLE teams ADD COLUMN dissolved_at bigint;
    ALTER TABLE routes ADD COLUMN retired_at bigint;
    CREATE OR REPLACE VIEW quest_markers AS
      SELECT p.quest_id, p.team_id, q.name AS quest, t.name AS team, p.version, p.place
      FROM markers p
      LEFT JOIN quests q ON q.quest_id = p.quest_id
      LEFT JOIN teams t ON t.team_id = p.team_id
      WHERE t.dissolved_at IS NULL;
    """

  /// Events name the plan that held, and quests know whether their start was announced: nobody waits
  /// for that of one whose window has begun already.
  private static let liveEvents = """
    ALTER TABLE team_events ADD COLUMN plan bigint;
    ALTER TABLE quests ADD COLUMN is_start_announced boolean NOT NULL DEFAULT false;
    UPDATE quests SET is_start_announced = true
      WHERE start_at <= (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
    CREATE INDEX quests_starting ON quests (start_at, quest_id)
      WHERE closing IS NULL AND NOT is_start_announced;
    """

  /// What has been handed to services outside, and which process hands over.
  private static let announcements = """
    CREATE TABLE announcers (
      service text PRIMARY KEY,
      holder text NOT NULL,
      held_until bigint NOT NULL
    );

    CREATE TABLE announced (
      service text NOT NULL,
      team_id uuid NOT NULL,
      version bigint NOT NULL,
      PRIMARY KEY (service, team_id)
    );
    """

  /// What each person has walked in spans of time, out of which the totals of the past are summed up.
  private static let spans = """
    CREATE TABLE quest_spans (
      team_id uuid NOT NULL,
      quest_id uuid NOT NULL,
      level bigint NOT NULL,
      number bigint NOT NULL,
      person_id uuid NOT NULL,
      distance_um bigint NOT NULL,
      walks bigint NOT NULL,
      PRIMARY KEY (team_id, quest_id, level, number, person_id)
    ) WITH (fillfactor = 70);
    INSERT INTO quest_spans
      SELECT team_id, quest_id, 40, start_at >> 40, person_id, sum(distance_um), count(*)
      FROM contributions WHERE is_counted AND NOT is_private
      GROUP BY team_id, quest_id, start_at >> 40, person_id;
    INSERT INTO quest_spans
      SELECT team_id, quest_id, 45, start_at >> 45, person_id, sum(distance_um), count(*)
      FROM contributions WHERE is_counted AND NOT is_private
      GROUP BY team_id, quest_id, start_at >> 45, person_id;
    """

  /// How much each person has, so that nobody has to count it.
  private static let quotas = """
    CREATE TABLE person_walks (
      person_id uuid PRIMARY KEY,
      walks bigint NOT NULL
    ) WITH (fillfactor = 50);
    INSERT INTO person_walks SELECT person_id, count(*) FROM activities GROUP BY person_id;

    CREATE INDEX routes_owner ON routes (owner) WHERE owner IS NOT NULL;
    """

  /// What happened on each day, without the people.
  private static let statistics = """
    CREATE TABLE daily_counts (
      day bigint NOT NULL,
      name text NOT NULL,
      value bigint NOT NULL,
      PRIMARY KEY (day, name)
    ) WITH (fillfactor = 50);
    """

  /// Messages that wait to be sent, and the ids of those that were: these have neither content nor a
  /// moment at which they are due.
  private static let outgoingMail = """
    CREATE TABLE outgoing_mail (
      mail_id uuid PRIMARY KEY,
      person_id uuid,
      is_urgent boolean NOT NULL,
      content bytea,
      posted_at bigint NOT NULL,
      expires_at bigint NOT NULL,
      attempts bigint NOT NULL,
      due_at bigint
    );
    CREATE INDEX outgoing_mail_due ON outgoing_mail (is_urgent DESC, due_at)
      WHERE due_at IS NOT NULL;
    CREATE INDEX outgoing_mail_sent ON outgoing_mail (posted_at) WHERE due_at IS NULL;
    CREATE INDEX outgoing_mail_person ON outgoing_mail (person_id) WHERE person_id IS NOT NULL;
    """

  /// From when on tokens of other issuers count, without whose they are.
  private static let issuers = """
    CREATE TABLE tokens_not_before (
      subject_hash bytea PRIMARY KEY,
      not_before bigint NOT NULL
    );
    """

  /// The messages that each person wants, and the addresses without an account that want none.
  private static let mailChoices = """
    -- By MailChoices: invitations.
    ALTER TABLE accounts ADD COLUMN mail_choices bigint NOT NULL DEFAULT 1;

    CREATE INDEX accounts_news ON accounts (person_id) WHERE \(MailChoices.newsCondition);

    CREATE TABLE mail_refusals (
      address_hash bytea PRIMARY KEY
    );
    """

  /// The weeks that each person was told of, by their Mondays.
  private static let weeklySummaries = """
    CREATE INDEX accounts_weekly ON accounts (person_id) WHERE \(MailChoices.weeklyCondition);

    CREATE TABLE weekly_summaries (
      person_id uuid NOT NULL,
      week bigint NOT NULL,
      PRIMARY KEY (person_id, week)
    );
    """

  /// Secrets by which strangers read a private quest, as their hashes.
  private static let questLinks = """
    CREATE TABLE quest_links (
      link_id uuid PRIMARY KEY,
      quest_id uuid NOT NULL,
      name text NOT NULL,
      hash bytea NOT NULL,
      shows_names boolean NOT NULL,
      created_by uuid NOT NULL,
      created_at bigint NOT NULL,
      revoked_at bigint
    );
    CREATE INDEX quest_links_quest ON quest_links (quest_id, created_at, link_id);
    CREATE INDEX quest_links_maker ON quest_links (created_by);
    """

  /// Whether a quest shows the waypoints that its team has yet to reach; those from before do.
  private static let hiddenWaypoints = """
    ALTER TABLE quests ADD COLUMN hides_ahead boolean NOT NULL DEFAULT false;
    """

  /// The choice that each message follows from, by MailChoices; none for those from before.
  private static let choicesOfMail = """
    ALTER TABLE outgoing_mail ADD COLUMN IF NOT EXISTS choice bigint NOT NULL DEFAULT 0;
    """

  /// Replaces the id of each invite, which was its code, by one that is derived from the code as
  /// `InviteCode.inviteID` does it. Somebody who read a backup could join a team with the code.
  private static let inviteCodes = """
    UPDATE invites SET invite_id = (
      SELECT encode(
        set_byte(set_byte(digest, 6, get_byte(digest, 6) & 15 | 128),
          8, get_byte(digest, 8) & 63 | 128), 'hex')::uuid
      FROM (
        SELECT substring(sha256('milequest invite '::bytea || uuid_send(invite_id)) FOR 16) AS digest
      ) AS hashed);
    """

  /// The names that the other stores have.
  private static let names = """
    ALTER TABLE memberships RENAME COLUMN stay TO period;

    ALTER TABLE audit_trail RENAME TO change_log;
    ALTER INDEX audit_trail_pkey RENAME TO change_log_pkey;
    ALTER INDEX audit_trail_team RENAME TO change_log_team;
    ALTER INDEX audit_trail_actor RENAME TO change_log_actor;
    ALTER INDEX audit_trail_person RENAME TO change_log_person;

    ALTER TABLE quest_places RENAME TO markers;
    ALTER INDEX quest_places_pkey RENAME TO markers_pkey;
    ALTER INDEX quest_places_place RENAME TO markers_place;
    """

  /// The zone that was sent with a walk, earlier ones were sent without; and where a walk that was
  /// edited is found by what was first sent.
  private static let identity = """
    ALTER TABLE activities ADD COLUMN sent_zone text;
    ALTER TABLE activity_versions ADD COLUMN sent_zone text;
    CREATE INDEX activity_versions_first ON activity_versions (person_id, start_at)
      WHERE revision = 1;
    """
}
