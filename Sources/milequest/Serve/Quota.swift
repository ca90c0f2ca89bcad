import Quests

/// How much one person, or one team, may have in the service: what `serve --limit` sets.
enum Quota: String, CaseIterable {
  case activities, edits, routes
  case routePoints = "route-points"
  case teams
  case teamsEver = "teams-ever"
  case keys = "api-keys"
  case members = "team-members"
  case quests = "team-quests"
  case invites = "team-invites"
  case links = "quest-links"

  private var limit: WritableKeyPath<LedgerLimits, Int64> {
    switch self {
    case .activities: \.personActivities
    case .edits: \.activityEdits
    case .routes: \.personRoutes
    case .routePoints: \.personRoutePoints
    case .teams: \.personTeams
    case .teamsEver: \.personTeamsEver
    case .keys: \.personAPIKeys
    case .members: \.teamMembers
    case .quests: \.teamQuests
    case .invites: \.teamInvites
    case .links: \.questLinks
    }
  }

  /// Limits with the quotas that are set so, such as `activities=1000000`.
  ///
  /// - Throws: `usage`.
  static func limits(_ texts: [String], set name: String) throws -> LedgerLimits {
    var limits = LedgerLimits.standard
    for text in texts {
      let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard halves.count == 2, let quota = Quota(rawValue: String(halves[0])),
        let number = Int64(halves[1]), 1...1_000_000_000 ~= number
      else {
        throw Failure(
          .usage,
          "\(name): “\(text.prefix(100))” is not NAME=NUMBER, from 1 to 1,000,000,000; the names are "
            + allCases.map(\.rawValue).joined(separator: ", "))
      }
      limits[keyPath: quota.limit] = number
    }
    return limits
  }
}
