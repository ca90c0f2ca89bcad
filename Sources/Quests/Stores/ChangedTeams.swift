internal import Base

/// The teams that have new events since one listener last looked.
///
/// Bounded: where more have changed than there is room for, all teams are to be looked at.
public final class ChangedTeams: Sendable {
  /// What has gathered.
  public struct Taken: Sendable {
    public var teams: Set<TeamID> = []
    /// Whether others may have changed too: there were more than are named, or another process has
    /// written and nobody knows where.
    public var areOthers = false

    public var isEmpty: Bool { teams.isEmpty && !areOthers }

    public init(teams: Set<TeamID> = [], areOthers: Bool = false) {
      self.teams = teams
      self.areOthers = areOthers
    }
  }

  /// A team takes some 40 bytes.
  static let mostTeams = 100_000

  /// Comes when there is something to take; for one task.
  public let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation
  private let waiting = Lock(Taken())

  public init() {
    (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  public func insert(_ teams: some Sequence<TeamID>) {
    change { waiting in
      for team in teams {
        if waiting.teams.count < Self.mostTeams {
          waiting.teams.insert(team)
        } else if !waiting.teams.contains(team) {
          waiting.areOthers = true
        }
      }
    }
  }

  /// Says that any team may have changed.
  public func insertOthers() { change { $0.areOthers = true } }

  private func change(_ body: (inout Taken) -> Void) {
    let isFirst = waiting.withLock { waiting in
      let wasEmpty = waiting.isEmpty
      body(&waiting)
      return wasEmpty && !waiting.isEmpty
    }
    if isFirst { signal.yield() }
  }

  /// Empties the set.
  public func take() -> Taken {
    waiting.withLock { waiting in
      defer { waiting = Taken() }
      return waiting
    }
  }
}
