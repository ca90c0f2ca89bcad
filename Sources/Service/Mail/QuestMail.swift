import CivilTime
import Drawing
import Formats
import Geodesy
import Providers
import Quests
import Routes

/// Mails what teams have reached to those of their members who want to know, once each: whatever comes
/// again leads to the same messages, which are in the queue already. Milestones that were reached
/// together, or while nobody looked, come in one message.
struct QuestMail: RealtimeAdapter {
  let backend: Backend

  var name: String { "mail" }
  var mostMessages: Int { 16 }

  private static let kinds: [String: MailChoices] = [
    TeamEvent.Kind.milestoneReached.rawValue: .milestone,
    TeamEvent.Kind.questCompleted.rawValue: .completed,
  ]

  /// What is older is no news: nobody wanted any when it happened.
  private static let newsSeconds: Int64 = 86_400

  func wants(_ kind: String) -> Bool { Self.kinds[kind] != nil }

  /// Waits and tries again for as long as it takes: whatever fails here is the store.
  static var limits: DeliveryLimits {
    var limits = DeliveryLimits()
    limits.attempts = .max
    limits.longestPause = .seconds(30)
    return limits
  }

  func deliver(_ messages: [RealtimeMessage]) async throws(RealtimeError) {
    do {
      // Up to which event each quest's milestones are told.
      var told: [QuestID: Int64] = [:]
      for message in messages { try await mail(message, &told) }
    } catch {
      throw RealtimeError(.unavailable, "\(error)", mayRepeat: true)
    }
  }

  private func mail(_ event: RealtimeMessage, _ told: inout [QuestID: Int64]) async throws {
    guard let choice = Self.kinds[event.kind], let quest = event.quest,
      event.at.advanced(bySeconds: Self.newsSeconds) > backend.clock()
    else { return }
    if choice == .milestone, let last = told[quest], event.version <= last { return }
    var after: PersonID?
    var found: News?
    while true {
      let members = try await backend.ledger.members(
        of: event.team, after: after, limit: backend.ledgerLimits.page)
      let accounts = try await backend.mail.outbox.recipients(
        among: members.map(\.person), choosing: choice)
      if !accounts.isEmpty, found == nil {
        found = try await news(event, of: quest, choice)
        if found == nil { return }
      }
      if let found {
        for account in accounts { try await post(found, choice, to: account) }
      }
      guard members.count == backend.ledgerLimits.page, let last = members.last else { break }
      after = last.person
    }
    if choice == .milestone, let found { told[quest] = found.until }
  }

  // MARK: What is told

  /// Milestones in one message. What is beyond comes in the next, by its own event.
  private static let mostTogether = 50
  /// Events that are looked through for milestones which were reached after one.
  private static let mostEvents = 2_000

  /// What has happened, before it is put in somebody's units.
  private struct News {
    let standing: QuestStanding
    let team: String
    let route: MeasuredRoute
    /// In the order of the route, with their stories; none where the whole quest is completed.
    let milestones: [(milestone: Milestone, story: String?)]
    /// The last event that this is about.
    let until: Int64

    /// - Parameter place: where the team is shown; nil for where it is.
    func facts(_ units: MeasurementSystem, at place: Distance?) -> QuestFacts {
      QuestFacts(
        questName: standing.record.quest.name, teamName: team, walked: standing.total,
        length: standing.plan.scale.questLength,
        place: place ?? standing.plan.scale.place(of: standing.total),
        hidesAhead: standing.record.quest.hidesAhead, units: units)
    }
  }

  /// - Returns: nil for what is not so any more.
  private func news(
    _ event: RealtimeMessage, of quest: QuestID, _ choice: MailChoices
  ) async throws -> News? {
    var keys: Set<MilestoneKey> = []
    var until = event.version
    // Before the standing: what it has lost since is left out, and what it gains has later events.
    if choice == .milestone { (keys, until) = try await reached(from: event, of: quest) }
    guard
      let standing = try await backend.ledger.standing(
        of: quest, now: backend.clock(), past: nil),
      let facts = try await backend.ledger.team(event.team), facts.team.dissolvedAt == nil
    else { return nil }
    let route = try await backend.routeCache.measured(standing.plan)
    var milestones: [(milestone: Milestone, story: String?)] = []
    if choice == .milestone {
      for milestone in standing.plan.milestones
      where keys.contains(milestone.key) && milestone.threshold <= standing.total {
        var story: String?
        if case .waypoint(let index, _) = milestone.key,
          route.route.waypoints.indices.contains(index)
        {
          story = route.route.waypoints[index].story
        }
        milestones.append((milestone: milestone, story: story))
      }
      if milestones.isEmpty { return nil }
    } else if standing.record.quest.closing != .completed {
      return nil
    }
    return News(
      standing: standing, team: facts.team.name, route: route, milestones: milestones,
      until: until)
  }

  /// The milestones that a quest has reached from an event on, and the last event of these: all of one
  /// walk, and those of later ones where this comes late.
  private func reached(
    from first: RealtimeMessage, of quest: QuestID
  ) async throws -> (keys: Set<MilestoneKey>, until: Int64) {
    var keys: Set<MilestoneKey> = []
    var until = first.version - 1
    var left = Self.mostEvents
    while left > 0 {
      let limit = min(backend.ledgerLimits.page, left)
      let events = try await backend.ledger.events(of: first.team, after: until, limit: limit)
      for event in events {
        until = event.version
        guard event.kind == .milestoneReached, event.quest == quest, let key = event.milestone
        else { continue }
        keys.insert(key)
        if keys.count == Self.mostTogether { return (keys, until) }
      }
      guard events.count == limit else { break }
      left -= limit
    }
    return (keys, until)
  }

  // MARK: Telling it

  private func post(_ news: News, _ choice: MailChoices, to account: Account) async throws {
    guard let email = account.email, let address = try? MailAddress(email, name: account.name)
    else { return }
    let units: MeasurementSystem =
      account.units == PersonalUnits.miles.rawValue ? .imperial : .metric
    if choice == .milestone {
      try await postMilestones(news, to: account, at: address, units)
      return
    }
    let quest = news.standing.record.quest
    let message = backend.mailLinks.messages.completed(
      address, quest: quest.name, id: "\(quest.id)", team: news.team,
      walked: news.facts(units, at: nil).walkedText,
      unsubscribe: backend.mailLinks.unsubscribe(.person(account.person, choice)))
    try await backend.mail.outbox.post(
      message, cause: "\(quest.id) completed \(account.person)", of: account.person,
      choice: choice, isUrgent: false)
  }

  /// Whoever loses and regains a milestone is told once.
  private func postMilestones(
    _ news: News, to account: Account, at address: MailAddress, _ units: MeasurementSystem
  ) async throws {
    let (quest, outbox) = (news.standing.record.quest, backend.mail.outbox)
    let unsubscribe = backend.mailLinks.unsubscribe(.person(account.person, .milestone))
    let causes = news.milestones.map { "\(quest.id) \($0.milestone.key) \(account.person)" }
    while true {
      let open = try await outbox.untold(causes)
      guard let last = open.last else { return }
      let facts = news.facts(units, at: news.milestones[last].milestone.place)
      var message = backend.mailLinks.messages.milestones(
        address, quest: quest.name, team: news.team,
        milestones: open.map {
          (reached: news.milestones[$0].milestone.reached, story: news.milestones[$0].story)
        }, walked: facts.walkedText, unsubscribe: unsubscribe)
      message.picture = try await card(facts, news)
      let isPosted = try await outbox.post(
        message, causes: open.map { causes[$0] }, of: account.person, choice: .milestone)
      // Another process was faster with some of them.
      if isPosted { return }
    }
  }

  /// The postcard: the quest's card, drawn once for all with the same units.
  private func card(_ facts: QuestFacts, _ news: News) async throws -> [UInt8] {
    let plan = news.standing.plan
    let picture = QuestPicture(content: .card(facts), route: plan.route, course: plan.course)
    if let known = backend.pictures[picture] { return known }
    let route = news.route
    let bytes = try await backend.offload { try picture.draw(route) }
    backend.pictures.insert(bytes, for: picture, weight: bytes.count)
    return bytes
  }
}

extension QuestFacts {
  /// Such as `123 mi of 500 mi`.
  fileprivate var walkedText: String {
    let unit = units == .imperial ? (1_609_344_000.0, "mi") : (1_000_000_000.0, "km")
    func text(_ distance: Distance) -> String {
      let tenths = Int64(Double(distance.micrometers) / unit.0 * 10)
      return "\(tenths / 10).\(tenths % 10) \(unit.1)"
    }
    return "\(text(walked)) of \(text(length))"
  }
}
