internal import Base
package import Quests

/// Tells all listeners of a store which teams have new events.
package final class TeamBell: Sendable {
  private struct Listener {
    weak var changed: ChangedTeams?
  }

  private let listeners = Lock<[Listener]>([])

  package init() {}

  /// A listener of its own, for as long as somebody keeps it.
  package func listener() -> ChangedTeams {
    let new = ChangedTeams()
    listeners.withLock { listeners in
      listeners.removeAll { $0.changed == nil }
      listeners.append(Listener(changed: new))
    }
    return new
  }

  package func ring(_ teams: some Sequence<TeamID>) {
    for listener in listeners.withLock({ $0 }) { listener.changed?.insert(teams) }
  }

  /// Rings for teams that nobody knows.
  package func ringForOthers() {
    for listener in listeners.withLock({ $0 }) { listener.changed?.insertOthers() }
  }
}
