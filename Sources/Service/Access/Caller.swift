import Providers
import Quests

/// Who asks.
enum Caller: Sendable {
  case stranger
  /// Somebody who has shown a token or an API key.
  case known(Principal)
  /// Whoever holds the secret of a private link.
  case link(QuestLink)

  /// The person in whose name it is.
  var person: PersonID? {
    if case .known(let principal) = self { principal.person } else { nil }
  }

  var link: QuestLink? {
    if case .link(let link) = self { link } else { nil }
  }

  /// What the caller has shown; nil for a stranger.
  var credential: Credential? {
    switch self {
    case .stranger: nil
    case .known(let principal): .principal(principal)
    case .link(let link): .link(link)
    }
  }
}
