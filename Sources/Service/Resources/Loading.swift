import CivilTime
import Quests

// What many endpoints begin with: reading what the path names, as far as the caller may see it.
extension Call {
  var noTeam: String { "there is no team \(self[.team]), or it is not for you to see" }
  var noQuest: String { "there is no quest \(self[.quest]), or it is not for you to see" }

  /// The caller's open membership in a team.
  func membership(in team: TeamID) async throws -> Membership? {
    guard let person = caller.person else { return nil }
    return try await backend.ledger.memberships(of: person).first { $0.team == team && $0.isOpen }
  }

  /// The team that the path names, with the caller's open membership.
  ///
  /// - Throws: `not-found` also where the caller may not see it.
  func team() async throws -> (TeamFacts, Membership?) {
    let id = self[.team]
    guard let facts = try await backend.ledger.team(id) else { throw Problem(.notFound, noTeam) }
    let membership = try await membership(in: id)
    try require(.see(facts.team), as: membership, missing: noTeam)
    return (facts, membership)
  }

  /// The id of the quest that the path names, and what a glance tells of it.
  ///
  /// - Throws: `not-found` also where the caller may not see it.
  func glance(
    naming people: (QuestID) -> [PersonID] = { _ in [] }
  ) async throws -> (QuestID, QuestGlance) {
    let id = self[.quest]
    let glance = try await backend.ledger.glance(at: id, by: caller.person, naming: people(id))
    guard let glance else { throw Problem(.notFound, noQuest) }
    try require(.seeQuest(id, of: glance.team), as: glance.membership, missing: noQuest)
    return (id, glance)
  }

  /// The moment that `at` names, nil for now.
  ///
  /// - Throws: `invalid-parameter` for one to come.
  func past() throws(Problem) -> Instant? {
    guard let at = self[.at] else { return nil }
    guard at <= now else {
      throw .parameter(.at, "\(at) is yet to come; what is asked for lies in the past")
    }
    return at
  }

  /// Does one thing in the caller's name.
  func perform(_ action: LedgerCommand.Action) async throws -> LedgerAnswer {
    try await backend.ledger.perform(LedgerCommand(action, at: now, actor: caller.person))
  }

  /// Whether a shared cache may keep what is shown of a team: only what a stranger asks for.
  func caching(of team: Team) -> Reply.Caching {
    if case .stranger = caller, team.isPublic { return .briefly }
    return .forbidden
  }
}
