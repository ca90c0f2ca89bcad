import Base
import Formats
import Quests
import Routes

/// Makes messages of events: with names, with the place on the route, and with who may see them.
struct LiveRendering: Sendable {
  /// A plan by its number among those of a quest.
  private struct PlanNumber: Hashable {
    let quest: QuestID
    let number: Int
  }

  /// A page of events of a team, as all who come to it at one version of the team are given it. What
  /// is hidden later comes with another version.
  private struct PageKey: Hashable {
    let team: TeamID
    let after: Int64
    let version: Int64
  }

  /// Events in all pages that are kept.
  private static let mostPageEvents = 20_000
  /// Milestones of all plans that are kept.
  private static let mostMilestones = 500_000

  private let ledger: any LedgerStore
  private let accounts: any AccountStore
  private let routes: RouteCache
  private let page: Int
  private let plans = BoundedCache<PlanNumber, LivePlan>(mostWeight: Self.mostMilestones)
  private let pages = Lock(
    BoundedTable<PageKey, Task<LivePage, any Error>>(mostWeight: Self.mostPageEvents))
  /// Versions whose routes cannot be read, so that nobody waits for them again.
  private let unreadable = BoundedCache<RouteVersion, Bool>(mostWeight: 1_000)

  init(
    _ ledger: any LedgerStore, _ accounts: any AccountStore, _ routes: RouteCache, page: Int
  ) {
    self.ledger = ledger
    self.accounts = accounts
    self.routes = routes
    self.page = page
  }

  /// What is kept of plans and of pages, by name.
  var cacheFigures: [(String, CacheFigures)] {
    [("live-pages", pages.withLock { $0.figures }), ("live-plans", plans.figures)]
  }

  /// The plans of those routes that some events refer to and that are not in memory.
  func missing(of events: [TeamEvent]) async throws -> [QuestPlan] {
    var missing: [QuestPlan] = []
    for event in events {
      guard let plan = try await plan(of: event)?.plan,
        !missing.contains(where: { $0.id == plan.id }),
        unreadable[plan.route] == nil, routes.ready(plan) == nil
      else { continue }
      missing.append(plan)
    }
    return missing
  }

  /// Reads a route into memory. One that cannot be read is done without from then on.
  func load(_ plan: QuestPlan) async throws {
    do { _ = try await routes.measured(plan) } catch let error as LedgerError
      where error.code == .corrupt || error.code == .notFound || error.code == .limit
    {
      unreadable.insert(true, for: plan.route)
    }
  }

  /// The messages of events, in their order. Waits for routes that are not in memory.
  func messages(of events: [TeamEvent]) async throws -> [LiveMessage] {
    let names = try await names(in: events)
    let hiding = try await hiding(in: events)
    var audiences: [TeamID: LiveMessage.Audience] = [:]
    var messages: [LiveMessage] = []
    messages.reserveCapacity(events.count)
    for event in events {
      var context = LiveEventJSON.Context(names: names)
      if let plan = try await plan(of: event) {
        context.plan = plan
        context.hidesAhead = event.quest.map(hiding.contains) ?? false
        if unreadable[plan.plan.route] == nil {
          if routes.ready(plan.plan) == nil { try await load(plan.plan) }
          context.route = try? await routes.measured(plan.plan)
        }
      }
      var audience: LiveMessage.Audience?
      if event.kind.changesAudience {
        if audiences[event.team] == nil { audiences[event.team] = try await self.audience(event) }
        audience = audiences[event.team]
      }
      messages.append(LiveMessage(event, context, audience: audience))
    }
    return messages
  }

  /// The messages of a team after a version, a page of them. Those who ask at the same version of the
  /// team share what is read and rendered: after a restart all readers come at once.
  ///
  /// - Parameter version: that of the team when the reader came, nil where it is not known.
  func page(
    of team: TeamID, after: Int64, limit: Int, at version: Int64?
  ) async throws -> LivePage {
    let read: @Sendable () async throws -> LivePage = {
      LivePage(
        try await messages(of: try await ledger.events(of: team, after: after, limit: limit)))
    }
    guard let version else { return try await read() }
    let key = PageKey(team: team, after: after, version: version)
    let task = pages.withLock { pages in
      if let known = pages[key] { return known }
      let new = Task { try await read() }
      pages.insert(new, for: key, weight: limit)
      return new
    }
    do { return try await task.value } catch {
      pages.withLock { $0.remove(key) }
      throw error
    }
  }

  private func names(in events: [TeamEvent]) async throws -> [PersonID: String] {
    let people = Set(events.compactMap(\.person)).sorted()
    var names: [PersonID: String] = [:]
    for start in stride(from: 0, to: people.count, by: page) {
      let some = Array(people[start..<min(start + page, people.count)])
      names.merge(try await accounts.names(of: some)) { $1 }
    }
    return names
  }

  /// The quests that hide what is ahead at present. They are read after the events, so that a quest
  /// that has begun to hide since then is among them.
  private func hiding(in events: [TeamEvent]) async throws -> Set<QuestID> {
    let quests = Set(events.compactMap { $0.total == nil ? nil : $0.quest }).sorted()
    var hiding: Set<QuestID> = []
    for start in stride(from: 0, to: quests.count, by: page) {
      hiding.formUnion(
        try await ledger.hidingQuests(
          among: Array(quests[start..<min(start + page, quests.count)])))
    }
    return hiding
  }

  private func audience(_ event: TeamEvent) async throws -> LiveMessage.Audience {
    let team = try await ledger.team(event.team)?.team
    let memberships = try await ledger.memberships(in: event.team)
    // Strangers keep their streams until the event that ends the team. If the team turned private before, that event
    // has ended their streams already.
    let isDissolved = team?.dissolvedAt != nil
    return LiveMessage.Audience(
      isPublic: isDissolved ? event.kind != .teamChanged : team?.isPublic == true,
      members: Set(memberships.filter(\.isOpen).map(\.person)))
  }

  /// The plan that held at an event; nil where it has none.
  private func plan(of event: TeamEvent) async throws -> LivePlan? {
    guard let quest = event.quest, event.total != nil else { return nil }
    if let number = event.plan, let known = plans[PlanNumber(quest: quest, number: number)] {
      return known
    }
    guard let all = try await ledger.quest(quest)?.quest.plans else { return nil }
    let number = event.plan ?? all.count
    guard 1...all.count ~= number, let plan = try await ledger.plan(all[number - 1]) else {
      return nil
    }
    let former = number > 1 ? try await ledger.plan(all[number - 2]) : nil
    let new = LivePlan(plan, former: former)
    plans.insert(
      new, for: PlanNumber(quest: quest, number: number), weight: 1 + new.milestones.count)
    return new
  }
}

/// A plan with its milestones by their keys, those of the plan before it too: a milestone that is
/// retracted may be of that.
final class LivePlan: Sendable {
  let plan: QuestPlan
  let milestones: [MilestoneKey: Milestone]

  init(_ plan: QuestPlan, former: QuestPlan?) {
    self.plan = plan
    let all = (former?.milestones ?? []) + plan.milestones
    milestones = Dictionary(all.map { ($0.key, $0) }, uniquingKeysWith: { $1 })
  }
}

extension TeamEvent.Kind {
  /// Whether somebody may see more or less of the team from such an event on.
  var changesAudience: Bool {
    switch self {
    case .teamChanged, .teamDissolved, .memberJoined, .memberLeft: true
    default: false
    }
  }
}
