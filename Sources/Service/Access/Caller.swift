import Quests

/// Who asks.
enum Caller: Sendable {
  case stranger
  case person(PersonID, session: SessionID?)
  case key(APIKey)

  /// The person in whose name it is.
  var person: PersonID? {
    switch self {
    case .stranger: nil
    case .person(let person, _): person
    case .key(let key): key.owner
    }
  }
}
