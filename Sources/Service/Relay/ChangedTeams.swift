import Base
import Quests

/// The teams whose markers may have moved since they were last placed.
///
/// Bounded: where more have changed than there is room for, all are to be looked at.
final class ChangedTeams: Sendable {
  struct Taken: Sendable {
    var teams: Set<TeamID> = []
    /// Whether there were more than are named.
    var isOverflown = false

    var isEmpty: Bool { teams.isEmpty && !isOverflown }
  }

  /// A team takes some 40 bytes.
  static let mostTeams = 100_000

  /// Comes when there is something to take; for one listener.
  let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation
  private let waiting = Lock(Taken())

  init() {
    (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  func insert(_ teams: some Sequence<TeamID>) {
    let isFirst = waiting.withLock { waiting in
      let wasEmpty = waiting.isEmpty
      for team in teams {
        if waiting.teams.count < Self.mostTeams {
          waiting.teams.insert(team)
        } else if !waiting.teams.contains(team) {
          waiting.isOverflown = true
        }
      }
      return wasEmpty && !waiting.isEmpty
    }
    if isFirst { signal.yield() }
  }

  /// Notes the teams that a command has changed.
  func note(_ answer: LedgerAnswer) {
    switch answer {
    case .logged(let activity, _), .edited(let activity), .deleted(let activity):
      if !activity.deltas.isEmpty { insert(activity.deltas.lazy.map(\.team)) }
    case .membership(let membership): insert(CollectionOfOne(membership.team))
    case .quest(let record): insert(CollectionOfOne(record.quest.team))
    // Neither moves a marker.
    case .team, .invite, .erased: break
    }
  }

  /// Empties the set.
  func take() -> Taken {
    waiting.withLock { waiting in
      defer { waiting = Taken() }
      return waiting
    }
  }
}
