import CivilTime
import Geodesy
import Quests

/// The ledger's rules once more, written straight from their text: no running figure is kept, and
/// every answer sums up the list of walks. Slow and obvious on purpose.
final class LedgerModel {
  struct Walk {
    var key: ActivityKey
    var first: ActivityContent
    var now: ActivityContent
    var zone: String
    var revision: Int64 = 1
    var isDeleted = false
    var firstAnswer: [Delta] = []
  }

  struct Stay: Hashable {
    var team: TeamID
    var person: PersonID
    var role: Role
    var joined: Instant
    var left: Instant?
  }

  struct Journey {
    var draft: QuestDraft
    var start: Instant
    var end: Instant
    var zone: String
    var name: String
    var plans: [QuestPlan]
    var hidesAhead: Bool
    var closing: QuestClosing?
    var revision: Int64 = 1
    var plan: QuestPlan { plans[plans.count - 1] }
  }

  struct Delta: Equatable {
    var team: TeamID
    var quest: QuestID
    var before: Int64
    var after: Int64
    var reached: [MilestoneKey]
    var retracted: [MilestoneKey]
    var place: Int64
    var isFinished: Bool
  }

  enum Outcome: Equatable {
    case logged([Delta], isRepeat: Bool)
    case edited([Delta], revision: Int64)
    case deleted([Delta])
    case done
    case refused(LedgerError.Code)
  }

  var walks: [Walk] = []
  var periods: [Stay] = []
  var journeys: [Journey] = []
  var erased: Set<PersonID> = []
  var dissolved: [TeamID: Instant] = [:]
  let futureMicros: Int64 = 900_000_000

  // MARK: Figures

  func isMember(_ person: PersonID, of team: TeamID, at moment: Instant) -> Bool {
    periods.contains {
      $0.team == team && $0.person == person && $0.joined <= moment
        && ($0.left == nil || moment < $0.left!)
    }
  }

  func counted(for quest: Journey) -> [Walk] {
    walks.filter { counts($0, quest) }.sorted {
      ($0.now.start.microseconds, $0.key.id, $0.key.person)
        < ($1.now.start.microseconds, $1.key.id, $1.key.person)
    }
  }

  func counts(_ walk: Walk, _ quest: Journey) -> Bool {
    !walk.isDeleted && quest.start <= walk.now.start && walk.now.start < quest.end
      && isMember(walk.key.person, of: quest.draft.team, at: walk.now.start)
  }

  func total(_ quest: Journey) -> Int64 {
    walks.reduce(0) { counts($1, quest) ? $0 + $1.now.distance.micrometers : $0 }
  }

  func totals() -> [QuestID: Int64] {
    Dictionary(uniqueKeysWithValues: journeys.map { ($0.draft.id, total($0)) })
  }

  func delta(_ quest: Journey, before: Int64, after: Int64) -> Delta {
    let plan = quest.plan
    let q = plan.scale.questLength.micrometers
    let o = plan.scale.officialLength.micrometers
    return Delta(
      team: quest.draft.team, quest: quest.draft.id, before: before, after: after,
      reached: plan.milestones.filter {
        before < $0.threshold.micrometers && $0.threshold.micrometers <= after
      }.map(\.key),
      retracted: plan.milestones.reversed().filter {
        after < $0.threshold.micrometers && $0.threshold.micrometers <= before
      }.map(\.key),
      place: after >= q ? o : after * o / q, isFinished: after >= q)
  }

  /// The quests of a team in the order of their creation.
  func journeys(of team: TeamID) -> [Int] {
    journeys.indices.filter { journeys[$0].draft.team == team }
  }

  func ordered(_ quests: [Int]) -> [Int] {
    quests.sorted { (journeys[$0].draft.team, $0) < (journeys[$1].draft.team, $1) }
  }

  // MARK: Commands

  func perform(_ command: LedgerCommand) -> Outcome {
    let outcome = carryOut(command)
    if case .refused = outcome { return outcome }
    settle(at: command.at)
    return outcome
  }

  /// The closing of each team's latest quest follows its total, unless it was cancelled or the team
  /// dissolved.
  private func settle(at now: Instant) {
    for team in Set(journeys.map(\.draft.team)) where dissolved[team] == nil {
      guard let last = journeys(of: team).last, journeys[last].closing != .cancelled else {
        continue
      }
      let quest = journeys[last]
      if total(quest) >= quest.plan.scale.questLength.micrometers {
        journeys[last].closing = .completed
      } else if quest.closing == .completed {
        journeys[last].closing = now < quest.end ? nil : .expired
      }
    }
  }

  private func carryOut(_ command: LedgerCommand) -> Outcome {
    let now = command.at
    switch command.action {
    case .log(let key, _, _), .edit(let key, _, _), .delete(let key, _):
      if erased.contains(key.person) { return .refused(.erased) }
    case .createTeam(_, _, _, let person), .join(_, let person, _, _):
      if erased.contains(person) { return .refused(.erased) }
    default: break
    }
    switch command.action {
    case .log(let key, let content, let zone):
      if let known = walks.first(where: { $0.key == key }) {
        return known.first == content
          ? .logged(known.firstAnswer, isRepeat: true) : .refused(.conflict)
      }
      if let fault = fault(content, now) { return .refused(fault) }
      let before = totals()
      walks.append(Walk(key: key, first: content, now: content, zone: content.zone ?? zone))
      let after = totals()
      let deltas = ordered(
        journeys.indices.filter { before[journeys[$0].draft.id] != after[journeys[$0].draft.id] }
      ).map {
        delta(
          journeys[$0], before: before[journeys[$0].draft.id]!,
          after: after[journeys[$0].draft.id]!)
      }
      walks[walks.count - 1].firstAnswer = deltas
      return .logged(deltas, isRepeat: false)

    case .edit(let key, let content, let expected):
      guard let i = walks.firstIndex(where: { $0.key == key }) else { return .refused(.notFound) }
      if walks[i].isDeleted { return .refused(.deleted) }
      var content = content
      if content.zone == nil { content.zone = walks[i].now.zone }
      let isSame = walks[i].now == content
      if let expected, expected != walks[i].revision {
        if !(isSame && expected == walks[i].revision - 1) { return .refused(.revision) }
      }
      if !isSame, let fault = fault(content, now) { return .refused(fault) }
      let touched = journeys.indices.filter { counts(walks[i], journeys[$0]) }
      let before = totals()
      if !isSame {
        walks[i].now = content
        if let zone = content.zone { walks[i].zone = zone }
        walks[i].revision += 1
      }
      let after = totals()
      let all = Set(touched).union(journeys.indices.filter { counts(walks[i], journeys[$0]) })
      return .edited(
        ordered(Array(all)).map {
          delta(
            journeys[$0], before: before[journeys[$0].draft.id]!,
            after: after[journeys[$0].draft.id]!)
        }, revision: walks[i].revision)

    case .delete(let key, let expected):
      guard let i = walks.firstIndex(where: { $0.key == key }) else { return .refused(.notFound) }
      if walks[i].isDeleted {
        // How the quests stand that it was logged for.
        let quests = walks[i].firstAnswer.map(\.quest)
        let known = journeys.indices.filter { quests.contains(journeys[$0].draft.id) }
        return .deleted(
          ordered(known).map {
            delta(journeys[$0], before: total(journeys[$0]), after: total(journeys[$0]))
          })
      }
      if let expected, expected != walks[i].revision { return .refused(.revision) }
      let touched = journeys.indices.filter { counts(walks[i], journeys[$0]) }
      let before = totals()
      walks[i].isDeleted = true
      walks[i].revision += 1
      let after = totals()
      return .deleted(
        ordered(touched).map {
          delta(
            journeys[$0], before: before[journeys[$0].draft.id]!,
            after: after[journeys[$0].draft.id]!)
        })

    case .createTeam(let id, _, _, let founder):
      if periods.contains(where: { $0.team == id }) { return .refused(.conflict) }
      periods.append(Stay(team: id, person: founder, role: .admin, joined: now))
      return .done

    case .dissolveTeam(let team):
      dissolve(team, now)
      return .done

    case .join(let team, let person, let role, let from):
      if dissolved[team] != nil { return .refused(.teamDissolved) }
      let mine = periods.filter { $0.team == team && $0.person == person }
      if let open = mine.first(where: { $0.left == nil }) {
        return open.joined == from && open.role == role ? .done : .refused(.alreadyMember)
      }
      if from > now { return .refused(.invalid) }
      if mine.contains(where: { from < $0.left! }) { return .refused(.invalid) }
      periods.append(Stay(team: team, person: person, role: role, joined: from))
      return .done

    case .leave(let team, let person, let from):
      guard
        let i = periods.firstIndex(where: {
          $0.team == team && $0.person == person && $0.left == nil
        })
      else {
        let last = periods.last { $0.team == team && $0.person == person }
        return last?.left == from ? .done : .refused(.notMember)
      }
      if from > now || from < periods[i].joined { return .refused(.invalid) }
      let isAlone = periods.count { $0.team == team && $0.left == nil } == 1
      if !isAlone, isLastAdmin(periods[i]) { return .refused(.lastAdmin) }
      periods[i].left = from
      if isAlone {
        settle(at: now)
        dissolve(team, now)
      }
      return .done

    case .setRole(let team, let person, let role):
      if dissolved[team] != nil { return .refused(.teamDissolved) }
      guard
        let i = periods.firstIndex(where: {
          $0.team == team && $0.person == person && $0.left == nil
        })
      else { return .refused(.notMember) }
      if role == .member, isLastAdmin(periods[i]) { return .refused(.lastAdmin) }
      periods[i].role = role
      return .done

    case .erase(let person):
      if erased.insert(person).inserted { erase(person, now) }
      return .done

    case .createQuest(let draft): return create(draft, now)
    case .changeQuest(let id, let change, let expected):
      return self.change(id, change, expected, now)

    case .cancelQuest(let id):
      guard let i = journeys.firstIndex(where: { $0.draft.id == id }) else {
        return .refused(.notFound)
      }
      if dissolved[journeys[i].draft.team] != nil { return .refused(.teamDissolved) }
      if journeys[i].closing == .cancelled { return .done }
      if journeys[i].closing != nil || now >= journeys[i].end { return .refused(.questClosed) }
      journeys[i].closing = .cancelled
      journeys[i].end = max(journeys[i].start, now)
      journeys[i].revision += 1
      return .done

    case .advanceQuest(let id):
      guard let i = journeys.firstIndex(where: { $0.draft.id == id }) else {
        return .refused(.notFound)
      }
      if journeys[i].closing == nil, journeys[i].end <= now { journeys[i].closing = .expired }
      return .done

    case .changeTeam, .createInvite, .redeemInvite, .revokeInvite: return .done
    }
  }

  private func dissolve(_ team: TeamID, _ now: Instant) {
    if dissolved[team] != nil { return }
    dissolved[team] = now
    for i in journeys(of: team) {
      let end = max(journeys[i].start, now)
      if journeys[i].closing == nil {
        journeys[i].closing = journeys[i].end > now ? .cancelled : .expired
        if journeys[i].end > now { journeys[i].revision += 1 }
      }
      journeys[i].end = min(journeys[i].end, end)
    }
    for i in periods.indices where periods[i].team == team && periods[i].left == nil {
      periods[i].left = max(periods[i].joined, now)
    }
  }

  private func erase(_ person: PersonID, _ now: Instant) {
    // Walks of the next minutes still count.
    let late = walks.filter { $0.key.person == person && !$0.isDeleted && $0.now.start >= now }
      .map { $0.now.start.advanced(byMicroseconds: 1) }
    var left: [TeamID] = []
    for i in periods.indices where periods[i].person == person && periods[i].left == nil {
      let isLast = isLastAdmin(periods[i])
      periods[i].left = ([now, periods[i].joined] + late).max()
      let heir = periods.indices.filter {
        periods[$0].team == periods[i].team && periods[$0].left == nil
      }
      .min { (periods[$0].joined, periods[$0].person) < (periods[$1].joined, periods[$1].person) }
      if heir == nil { left.append(periods[i].team) }
      if isLast, let heir { periods[heir].role = .admin }
    }
    if !left.isEmpty { settle(at: now) }
    for team in left { dissolve(team, now) }
    for i in walks.indices where walks[i].key.person == person {
      for content in [\Walk.first, \Walk.now] {
        walks[i][keyPath: content].isPrivate = true
        walks[i][keyPath: content].note = nil
        walks[i][keyPath: content].source = nil
      }
    }
  }

  private func fault(_ content: ActivityContent, _ now: Instant) -> LedgerError.Code? {
    if content.distance.micrometers <= 0 { return .invalid }
    if content.distance.micrometers > 500_000_000_000 { return .limit }
    if content.start.microseconds > now.microseconds + futureMicros { return .limit }
    return nil
  }

  private func isLastAdmin(_ period: Stay) -> Bool {
    period.role == .admin
      && periods.count(where: { $0.team == period.team && $0.left == nil && $0.role == .admin })
        == 1
  }

  private func create(_ draft: QuestDraft, _ now: Instant) -> Outcome {
    if dissolved[draft.team] != nil { return .refused(.teamDissolved) }
    if let known = journeys.first(where: { $0.draft.id == draft.id }) {
      return known.draft == draft ? .done : .refused(.conflict)
    }
    if draft.start >= draft.end { return .refused(.invalid) }
    let others = journeys(of: draft.team)
    if let last = others.last, journeys[last].closing == nil, now < journeys[last].end {
      return .refused(.questOpen)
    }
    for i in others where journeys[i].start < journeys[i].end && draft.start <= journeys[i].start {
      return .refused(.windowOverlap)
    }
    if let last = others.last, journeys[last].closing == nil { journeys[last].closing = .expired }
    for i in others where journeys[i].start < journeys[i].end && journeys[i].end > draft.start {
      journeys[i].end = draft.start
    }
    journeys.append(
      Journey(
        draft: draft, start: draft.start, end: draft.end, zone: draft.zone, name: draft.name,
        plans: [draft.plan], hidesAhead: draft.hidesAhead))
    return .done
  }

  private func change(
    _ id: QuestID, _ change: QuestChange, _ expected: Int64?, _ now: Instant
  ) -> Outcome {
    guard let i = journeys.firstIndex(where: { $0.draft.id == id }) else {
      return .refused(.notFound)
    }
    if dissolved[journeys[i].draft.team] != nil { return .refused(.teamDissolved) }
    var new = journeys[i]
    new.name = change.name ?? new.name
    new.start = change.start ?? new.start
    new.end = change.end ?? new.end
    new.zone = change.zone ?? new.zone
    new.hidesAhead = change.hidesAhead ?? new.hidesAhead
    if let plan = change.plan, plan.id != new.plan.id { new.plans.append(plan) }
    let isSame =
      new.name == journeys[i].name && new.start == journeys[i].start && new.end == journeys[i].end
      && new.zone == journeys[i].zone && new.plans.count == journeys[i].plans.count
      && new.hidesAhead == journeys[i].hidesAhead
    if let expected, expected != journeys[i].revision {
      if !(isSame && expected == journeys[i].revision - 1) { return .refused(.revision) }
    }
    if isSame { return .done }
    let others = journeys(of: new.draft.team)
    let isNameOnly =
      new.start == journeys[i].start && new.end == journeys[i].end
      && new.zone == journeys[i].zone && new.plans.count == journeys[i].plans.count
    if !isNameOnly {
      if others.last != i || new.closing == .cancelled { return .refused(.questClosed) }
      if new.start >= new.end { return .refused(.invalid) }
      for other in others where other < i && journeys[other].start < journeys[other].end {
        if new.start < journeys[other].end { return .refused(.windowOverlap) }
      }
      let isFinished = total(new) >= new.plan.scale.questLength.micrometers
      if new.closing == .expired, !isFinished, now < new.end { new.closing = nil }
    }
    new.revision += 1
    journeys[i] = new
    return .done
  }
}
