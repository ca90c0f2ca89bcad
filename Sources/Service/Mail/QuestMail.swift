import CivilTime
import Drawing
import Formats
import Geodesy
import JSON
import Providers
import Quests
import Routes

/// Mails what teams have reached to those of their members who want to know, once each: whatever comes
/// again leads to the same messages, which are in the queue already.
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
      for message in messages { try await mail(message) }
    } catch {
      throw RealtimeError(.unavailable, "\(error)", mayRepeat: true)
    }
  }

  private func mail(_ event: RealtimeMessage) async throws {
    guard let choice = Self.kinds[event.kind], let quest = event.quest,
      event.at.advanced(bySeconds: Self.newsSeconds) > backend.clock()
    else { return }
    var after: PersonID?
    var found: News?
    while true {
      let members = try await backend.ledger.members(
        of: event.team, after: after, limit: backend.ledgerLimits.page)
      let accounts = try await backend.mail.outbox.recipients(
        among: members.map(\.person), choosing: choice)
      if !accounts.isEmpty, found == nil { found = try await news(event, of: quest) }
      if let found {
        for account in accounts { try await post(found, choice, event, to: account) }
      } else if !accounts.isEmpty {
        return
      }
      guard members.count == backend.ledgerLimits.page, let last = members.last else { return }
      after = last.person
    }
  }

  // MARK: What is told

  /// What has happened, before it is put in somebody's units.
  private struct News {
    let standing: QuestStanding
    let team: String
    let route: MeasuredRoute
    /// Nil where the whole quest is completed.
    let milestone: Milestone?
    let waypoint: Waypoint?

    var place: Distance { milestone?.place ?? standing.plan.scale.place(of: standing.total) }

    func facts(_ units: MeasurementSystem) -> QuestFacts {
      QuestFacts(
        questName: standing.record.quest.name, teamName: team, walked: standing.total,
        length: standing.plan.scale.questLength, place: place,
        hidesAhead: standing.record.quest.hidesAhead, units: units)
    }
  }

  /// - Returns: nil for what is not so any more.
  private func news(_ event: RealtimeMessage, of quest: QuestID) async throws -> News? {
    guard
      let standing = try await backend.ledger.standing(
        of: quest, now: backend.clock(), past: nil),
      let facts = try await backend.ledger.team(event.team), facts.team.dissolvedAt == nil
    else { return nil }
    let route = try await backend.routeCache.measured(standing.plan)
    guard event.kind == TeamEvent.Kind.milestoneReached.rawValue else {
      guard standing.record.quest.closing == .completed else { return nil }
      return News(
        standing: standing, team: facts.team.name, route: route, milestone: nil, waypoint: nil)
    }
    guard
      let key = try JSONReader.read(event.forMembers)["milestone"]?["key"]?.string
        .flatMap({ MilestoneKey($0) }),
      let milestone = standing.plan.milestones.first(where: { $0.key == key }),
      // A walk that passes several is one piece of news: the furthest.
      milestone.key == standing.plan.milestones.last(where: { $0.threshold <= standing.total })?.key
    else { return nil }
    var waypoint: Waypoint?
    if case .waypoint(let index, _) = key, route.route.waypoints.indices.contains(index) {
      waypoint = route.route.waypoints[index]
    }
    return News(
      standing: standing, team: facts.team.name, route: route, milestone: milestone,
      waypoint: waypoint)
  }

  private func post(
    _ news: News, _ choice: MailChoices, _ event: RealtimeMessage, to account: Account
  ) async throws {
    guard let email = account.email, let address = try? MailAddress(email, name: account.name)
    else { return }
    let unsubscribe = backend.mailLinks.unsubscribe(.person(account.person, choice))
    let units: MeasurementSystem =
      account.units == PersonalUnits.miles.rawValue ? .imperial : .metric
    let facts = news.facts(units)
    let quest = news.standing.record.quest
    var message: MailMessage
    if let milestone = news.milestone {
      message = backend.mailLinks.messages.milestone(
        address, quest: quest.name, team: news.team, milestone: milestone.reached,
        story: news.waypoint?.story, walked: facts.walkedText, unsubscribe: unsubscribe)
      message.picture = try await card(facts, news)
    } else {
      message = backend.mailLinks.messages.completed(
        address, quest: quest.name, id: "\(quest.id)", team: news.team, walked: facts.walkedText,
        unsubscribe: unsubscribe)
    }
    // Whoever loses and regains a milestone is told once.
    let what = news.milestone.map { "\($0.key)" } ?? "completed"
    try await backend.mail.outbox.post(
      message, cause: "\(quest.id) \(what) \(account.person)", of: account.person,
      choice: choice, isUrgent: false)
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
