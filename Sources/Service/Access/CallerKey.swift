import Base
import Quests

/// Whom shares are counted for: a person, with whichever key or session, or a stranger's address.
enum CallerKey: Hashable, Sendable {
  case person(PersonID)
  case stranger(IPAddress)

  init(_ caller: Caller, at address: IPAddress) {
    self = caller.person.map(CallerKey.person) ?? .stranger(address.throttleKey)
  }
}
