import Quests

/// What an API key may be used for.
enum Scope: String, Sendable, CaseIterable {
  case read, log, manage
}

/// An API key that has been recognised.
struct APIKeyCaller: Sendable, Hashable {
  let id: UInt64
  let person: PersonID
  let scopes: Set<Scope>
  let ratePerSecond: Int?
  let burst: Int?
}
