/// The figures of a quest as a command will make it, derived by a store before the command's fold.
///
/// They hold every walk that is in the store: contributions, days, people, spans and milestones. Where
/// the rules use them, a change says `isPrepared`, and the store puts them in the place of the others.
public struct PreparedFigures: Hashable, Sendable {
  /// The quest as it was when they were begun; nil for one that is new.
  public var base: Quest?
  public var tally: QuestTally

  public init(base: Quest?, tally: QuestTally) {
    self.base = base
    self.tally = tally
  }
}

extension LedgerFacts {
  /// A store that derives everything inside the fold has none.
  public func prepared(for quest: Quest) -> PreparedFigures? { nil }
}

extension LedgerCommand {
  /// The quest as the command would make it, where its figures would have to be derived again.
  ///
  /// - Parameter quests: those of the team.
  public func rederived(among quests: [Quest]) -> (quest: Quest, base: Quest?, plan: QuestPlan?)? {
    switch action {
    case .changeQuest(let id, let change, _):
      guard let base = quests.first(where: { $0.id == id }) else { return nil }
      let quest = base.changed(by: change)
      let isSame =
        quest.start == base.start && quest.end == base.end && quest.zone == base.zone
        && quest.plan == base.plan
      return isSame || quest.start >= quest.end ? nil : (quest, base, change.plan)
    case .createQuest(let draft):
      if quests.contains(where: { $0.id == draft.id }) || draft.start >= draft.end { return nil }
      let number = (quests.last?.number ?? 0) + 1
      return (Quest(draft, number: number, name: draft.name, self), nil, draft.plan)
    default: return nil
    }
  }
}

extension Quest {
  /// A new quest.
  init(_ draft: QuestDraft, number: Int, name: String, _ command: LedgerCommand) {
    self.init(
      id: draft.id, team: draft.team, number: number, name: name, start: draft.start,
      end: draft.end, zone: draft.zone, plans: [draft.plan.id],
      isStartAnnounced: draft.start <= command.at, hidesAhead: draft.hidesAhead,
      createdAt: command.at, createdBy: command.actor, origin: draft.origin)
  }

  /// The quest with another window, zone or plan, or hiding more or less.
  func changed(by change: QuestChange) -> Quest {
    var new = self
    if let start = change.start { new.start = start }
    if let end = change.end { new.end = end }
    if let zone = change.zone { new.zone = zone }
    if let hidesAhead = change.hidesAhead { new.hidesAhead = hidesAhead }
    if let plan = change.plan, plan.id != self.plan { new.plans.append(plan.id) }
    return new
  }

  /// Whether the same walks count for both, with the same figures.
  public func hasFigures(of other: Quest) -> Bool {
    id == other.id && team == other.team && start == other.start && end == other.end
      && zone == other.zone && plan == other.plan
  }
}
