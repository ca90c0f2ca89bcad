import Quests

/// Decides who may do what: the only place where this is decided. What belongs to one person alone,
/// such as walks and keys, is asked for in that person's name and needs no decision.
enum Authority {
  /// What somebody wants to do.
  enum Deed: Sendable {
    /// See a team, its quests, and where they are.
    case see(Team)
    /// See how a quest of a team stands.
    case seeQuest(QuestID, of: Team)
    /// See who is in a team, and its invites' fate.
    case seeMembers(Team)
    /// Change a team, its quests, invites and the roles of others.
    case manage(Team)
    /// Take a person out of a team.
    case remove(PersonID, from: Team)
    /// See a route; the membership is one in a team that has a quest on it.
    case seeRoute(RouteRecord)
    /// Add a version, rename or retire it, change who sees it.
    case manageRoute(RouteRecord)
  }

  enum Decision: Sendable, Equatable {
    case allowed
    /// The caller may not know that it is there.
    case hidden
    /// The caller may know, and may not do it.
    case refused(String)
  }

  /// - Parameter link: what the caller has shown in place of who they are.
  static func decide(
    _ person: PersonID?, _ deed: Deed, as membership: Membership?, through link: QuestLink? = nil
  ) -> Decision {
    if let link {
      if case .seeQuest(link.quest, _) = deed { return .allowed }
      return .hidden
    }
    let isMember = membership?.isOpen == true
    let isAdmin = isMember && membership?.role == .admin
    switch deed {
    case .see(let team), .seeQuest(_, let team):
      return team.isPublic || isMember ? .allowed : .hidden
    case .seeMembers(let team):
      if isMember { return .allowed }
      return team.isPublic ? .refused("only its members see who is in a team") : .hidden
    case .manage(let team):
      if isAdmin { return .allowed }
      return team.isPublic || isMember ? .refused("only an admin of the team may do this") : .hidden
    case .remove(let other, let team):
      if isAdmin || isMember && other == person { return .allowed }
      return team.isPublic || isMember
        ? .refused("only an admin takes others out of a team") : .hidden
    case .seeRoute(let route):
      // A retired route is there for the quests on it alone.
      let isOpen =
        route.retiredAt == nil
        && (route.isPublic || route.owner == nil || route.owner == person)
      return isOpen || isMember ? .allowed : .hidden
    case .manageRoute(let route):
      if let owner = route.owner, owner == person { return .allowed }
      let isShown = route.retiredAt == nil && (route.isPublic || route.owner == nil)
      return isShown || isMember
        ? .refused("only its owner changes a route") : .hidden
    }
  }
}
