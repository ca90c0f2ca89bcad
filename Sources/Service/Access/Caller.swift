import Providers
import Quests

/// Who asks.
enum Caller: Sendable {
  case stranger
  /// Somebody who has shown a token or an API key.
  case known(Principal)

  /// The person in whose name it is.
  var person: PersonID? {
    if case .known(let principal) = self { principal.person } else { nil }
  }
}
