public import Geodesy

/// The bounds on what the ledger takes in; each breach names its limit.
public struct LedgerLimits: Sendable {
  /// Activities in one batch.
  public var batchActivities = 1_000
  /// One walk is above 0 and no longer than this.
  public var activityDistance = Distance(micrometers: 500_000_000_000)
  /// One walk takes no longer than this: 48 hours.
  public var activitySeconds: Int64 = 172_800
  /// How far in the future a walk may start, for clocks that run ahead: 15 minutes.
  public var futureSeconds: Int64 = 900
  /// A name, note, story or source, in bytes of UTF-8: 4 KiB.
  public var textBytes = 4_096
  /// Rows in one page.
  public var page = 500
  /// Walkers in one team at a time.
  public var teamMembers: Int64 = 10_000
  /// Teams that one person is in at a time.
  public var personTeams: Int64 = 100
  /// Teams that one person has ever been in.
  public var personTeamsEver: Int64 = 1_000
  /// Activities that one person has ever logged: 60 years of ten a day.
  public var personActivities: Int64 = 250_000
  /// Edits of one activity.
  public var activityEdits: Int64 = 1_000
  /// Routes that one person has stored: all versions, retired ones too.
  public var personRoutes: Int64 = 1_000
  /// Vertices and waypoints of all of them together.
  public var personRoutePoints: Int64 = 50_000_000
  /// Invites that one team has in all its life.
  public var teamInvites: Int64 = 20_000
  /// Times that one person joins one team.
  public var rejoins = 1_000
  /// Quests that one team has in all its life.
  public var teamQuests: Int64 = 1_000
  /// Waypoints, laps counted, and percentages of one quest.
  public var milestones = 100_000
  /// Length of one quest's window: 50 years.
  public var questSeconds: Int64 = 50 * 31_557_600
  /// Changes of one quest's plan.
  public var questPlans = 1_000
  /// Walks of a quest that one transaction derives again: with more, a store that has one writer does it
  /// in pieces, so that others are not kept waiting.
  public var walksDerivedAtOnce = 2_000
  /// How long an event is kept: 7 days.
  public var eventSeconds: Int64 = 7 * 86_400
  /// How long the key of a creating request is kept: 24 hours.
  public var requestKeySeconds: Int64 = 86_400
  /// Sessions that one person has at a time; a new one ends the oldest.
  public var personSessions = 50
  /// Refresh tokens of one session that are known when they come again; an older one is as good as
  /// none.
  public var sessionTokens: Int64 = 100
  /// How long a refresh token that was replaced gives the same answer again: a minute.
  public var tokenRepeatSeconds: Int64 = 60
  /// Issuers' subjects that one person is.
  public var personSubjects: Int64 = 20
  /// How long it is kept from when on tokens of issuers count: as old as one may be, and a minute.
  public var issuedTokenSeconds: Int64 = 86_400 + 120
  /// API keys of one person, revoked ones too.
  public var personAPIKeys: Int64 = 100
  /// Private links to one quest, revoked ones too.
  public var questLinks: Int64 = 100
  /// Messages that wait to be sent; those for which nobody waits have half of that.
  public var waitingMail: Int64 = 10_000
  /// How long the id of a message that was sent is remembered: 14 days.
  public var sentMailSeconds: Int64 = 14 * 86_400
  /// Commands that wait for a store before it asks callers to come back later.
  public var waitingCommands = 20_000

  public static let standard = LedgerLimits()

  /// Those of whoever keeps the store: without the quotas that keep strangers from filling it.
  public static var ofKeeper: LedgerLimits {
    var limits = LedgerLimits()
    limits.personActivities = .max
    limits.personRoutes = .max
    limits.personRoutePoints = .max
    limits.personTeams = .max
    limits.personTeamsEver = .max
    return limits
  }

  public init() {}
}
