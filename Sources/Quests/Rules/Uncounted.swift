public import CivilTime

/// Why a walk counts for none of a team's quests, or for no team at all.
public struct Uncounted: Hashable, Sendable {
  /// A stable name for programs.
  public enum Reason: String, CaseIterable, Sendable {
    /// The walker is in no team.
    case noTeam = "no-team"
    /// The walk started before the walker joined the team.
    case beforeJoining = "before-joining"
    /// The team had no open quest.
    case noOpenQuest = "no-open-quest"
    /// The team's open quest starts after the walk.
    case beforeQuest = "before-quest"
    /// The team's open quest was over when the walk started.
    case afterQuest = "after-quest"
  }

  /// Nil where the walker is in no team.
  public let team: TeamID?
  public let reason: Reason
  /// When the membership or the quest began, or the quest ended; nil where no moment says why.
  public let moment: Instant?
}

extension LedgerFold {
  /// Why a walk that starts at a moment counts for none of a person's teams, of those that it does
  /// not count for; by team.
  ///
  /// Only what was there at `now` is looked at, so that a repeat gets the same reasons.
  mutating func uncounted(
    _ start: Instant, of person: PersonID, counted: Set<TeamID>, at now: Instant
  ) throws(LedgerError) -> [Uncounted] {
    var reasons: [Uncounted] = []
    let periods = try periods(of: person).filter { $0.joined <= now }
    for team in Set(periods.map(\.team)).subtracting(counted).sorted() {
      let own = periods.filter { $0.team == team }
      // Nothing of a team is for those to see who are not in it any more.
      guard own.contains(where: \.isOpen) else { continue }
      if own.contains(where: { $0.contains(start) }) {
        reasons.append(try uncounted(start, in: team, at: now))
      } else if let present = own.first(where: { $0.left.map { now < $0 } != false }),
        start < present.joined
      {
        reasons.append(Uncounted(team: team, reason: .beforeJoining, moment: present.joined))
      }
    }
    if counted.isEmpty, reasons.isEmpty {
      reasons.append(Uncounted(team: nil, reason: .noTeam, moment: nil))
    }
    return reasons
  }

  /// The same for a team that the walker was in when the walk started.
  private mutating func uncounted(
    _ start: Instant, in team: TeamID, at now: Instant
  ) throws(LedgerError) -> Uncounted {
    let quests = try requireSheet(team).facts.quests.map(\.quest)
    // One that was closed later was open then.
    let open = quests.last {
      $0.createdAt <= now && $0.closedAt.map { now < $0 } != false && !$0.contains(start)
    }
    guard let open else { return Uncounted(team: team, reason: .noOpenQuest, moment: nil) }
    return start < open.start
      ? Uncounted(team: team, reason: .beforeQuest, moment: open.start)
      : Uncounted(team: team, reason: .afterQuest, moment: open.end)
  }
}
