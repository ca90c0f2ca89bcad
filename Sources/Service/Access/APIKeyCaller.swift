import Quests

/// What an API key may be used for.
enum Scope: String, Sendable, CaseIterable {
  case read, log, manage
}

/// An API key that has been recognised.
struct APIKeyCaller: Sendable, Hashable {
  /// Names the key; not the secret.
  let id: String
  let person: PersonID
  let scopes: Set<Scope>
  /// Nil for the standard one.
  let rate: RateLimit?
}
