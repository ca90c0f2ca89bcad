import Quests

/// How much an answer tells of people.
enum PeopleShown: Hashable, Sendable, CaseIterable {
  /// Nothing: through a private link that names nobody.
  case nobody
  /// What they are called.
  case names
  /// Ids too, and who joins and leaves: for members of the team.
  case ids
}

extension Call {
  /// How much of a team's people the caller is shown.
  ///
  /// - Parameter membership: the caller's open one in the team.
  func peopleShown(to membership: Membership?) -> PeopleShown {
    if let link = caller.link { return link.showsNames ? .names : .nobody }
    return membership == nil ? .names : .ids
  }
}
