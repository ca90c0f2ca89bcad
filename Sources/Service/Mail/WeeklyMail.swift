import CivilTime
import Geodesy
import Providers
import Quests
import Routes

/// Makes a person's summary of a week: all of it as of the week's end, whenever it is made.
struct WeeklyMail: Sendable {
  let backend: Backend

  /// - Returns: nil where neither the person nor any of the person's teams has walked.
  func message(
    to account: Account, of week: SummaryWeek, in zone: Zone
  ) async throws -> MailMessage? {
    guard let email = account.email, let address = try? MailAddress(email, name: account.name)
    else { return nil }
    let span = week.span(in: zone)
    let own = try await walked(by: account.person, in: span)
    let teams = try await teams(of: account.person, in: span)
    guard own.walks > 0 || teams.contains(where: { $0.walked > .zero }) else { return nil }
    let units: MeasurementSystem =
      account.units == PersonalUnits.miles.rawValue ? .imperial : .metric
    var quests: [QuestWeek] = []
    for team in teams { quests.append(try await text(team, units)) }
    return backend.mailLinks.messages.weekly(
      address,
      WeeklySummary(
        from: week.monday.description, until: week.sunday.description,
        walked: own.distance.textForPeople(units), walks: own.walks, quests: quests),
      unsubscribe: backend.mailLinks.unsubscribe(.person(account.person, .weekly)))
  }

  /// What a person has walked, private walks too.
  private func walked(
    by person: PersonID, in span: Range<Instant>
  ) async throws -> (distance: Distance, walks: Int) {
    let limit = backend.ledgerLimits.page
    var (sum, walks) = (Int64(0), 0)
    var before: WalkOrder?
    while true {
      let page = try await backend.ledger.activities(
        of: person, before: before, after: span.lowerBound, until: span.upperBound, limit: limit)
      for walk in page { sum += walk.content.distance.micrometers }
      walks += page.count
      guard page.count == limit, let last = page.last else { break }
      before = last.order
    }
    return (Distance(micrometers: sum), walks)
  }

  // MARK: Teams

  /// A team's week on a quest.
  private struct TeamWeek {
    let team: String
    let before: Distance
    let standing: QuestStanding

    var walked: Distance {
      Distance(micrometers: standing.total.micrometers - before.micrometers)
    }
  }

  /// Of the quests that are open, or were when the week began and walked.
  private func teams(
    of person: PersonID, in span: Range<Instant>
  ) async throws -> [TeamWeek] {
    var weeks: [TeamWeek] = []
    let memberships = try await backend.ledger.memberships(of: person)
    for membership in memberships
    where membership.left == nil && membership.joined < span.upperBound {
      guard let facts = try await backend.ledger.team(membership.team),
        facts.team.dissolvedAt == nil
      else { continue }
      for quest in facts.quests.map(\.quest)
      where quest.start < span.upperBound && quest.closing != .cancelled {
        if let closedAt = quest.closedAt, closedAt < span.lowerBound { continue }
        guard let after = try await standing(of: quest, before: span.upperBound),
          let before = try await standing(of: quest, before: span.lowerBound)
        else { continue }
        let week = TeamWeek(team: facts.team.name, before: before.total, standing: after)
        if quest.isOpen || week.walked > .zero { weeks.append(week) }
      }
    }
    return weeks
  }

  /// How a quest stood just before a moment, with the walks that have started by then.
  private func standing(of quest: Quest, before moment: Instant) async throws -> QuestStanding? {
    try await backend.ledger.standing(
      of: quest.id, now: backend.clock(), past: moment.advanced(byMicroseconds: -1))
  }

  private func text(_ week: TeamWeek, _ units: MeasurementSystem) async throws -> QuestWeek {
    let (standing, plan) = (week.standing, week.standing.plan)
    let quest = standing.record.quest
    let progress = Progress(standing, zone: try backend.zone(quest.zone))
    let length = plan.scale.questLength
    var text = QuestWeek(
      quest: quest.name, team: week.team, walked: week.walked.textForPeople(units),
      total: "\(progress.total.textForPeople(units)) of \(length.textForPeople(units)) ("
        + "\(ProgressText.percent(progress.total, of: length)))",
      id: "\(quest.id)")
    let route = try await backend.routeCache.measured(plan)
    let position = route.position(of: standing.total, plan: plan)
    let shown = standing.shownWaypoints(on: route)
    text.lastWaypoint = position.lastWaypoint.flatMap(shown.name)
    if !progress.isFinished {
      text.remaining = progress.remaining.textForPeople(units)
      if let next = position.nextWaypoint {
        let left = route.remaining(to: next, after: standing.total, plan: plan)
        text.nextWaypoint = (shown.name(of: next), left.textForPeople(units))
      }
    }
    text.arrival = progress.pace.arrival?.description
    text.milestones = plan.milestones.prefix(progress.milestonesReached)
      .dropFirst(plan.reachedCount(total: week.before)).map(\.reached)
    return text
  }
}

extension Milestone {
  /// As messages name it.
  var reached: ReachedMilestone {
    if case .percent(let percent) = key { return .share(percent) }
    return .waypoint(name)
  }
}
