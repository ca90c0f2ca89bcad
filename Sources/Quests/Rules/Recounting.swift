internal import CivilTime
internal import Geodesy

/// What changes in one quest when walks come into it, go, or are other than they were.
struct Recount {
  var team: TeamID
  /// The quest's place among those of its team.
  var index: Int
  var removed: [Contribution] = []
  var added: [Contribution] = []
  /// What held before, where the quest itself has changed.
  var formerZone: String?
  var formerPlan: PlanID?
  /// What the store has derived in place of the walks.
  var prepared: QuestTally?
}

/// What a recount is told as in the team's stream.
struct RecountCause {
  var kind: TeamEvent.Kind
  /// Nil for a private walk too.
  var walk: ActivityKey?
}

extension LedgerFold {
  /// Stops before anything is changed where a total would leave the range of a distance.
  mutating func check(_ recounts: [Recount]) throws(LedgerError) {
    for recount in recounts {
      let record = try requireSheet(recount.team).facts.quests[recount.index]
      let total = try total(after: recount, record.tally)
      _ = try plan(record.quest.plan)
      _ = try zone(record.quest.zone)
      guard total >= .zero else {
        throw LedgerError(
          .corrupt,
          "the total of the quest \(record.quest.id) is less than the walks that leave it; "
            + "run milequest audit")
      }
    }
  }

  func total(after recount: Recount, _ tally: QuestTally) throws(LedgerError) -> Distance {
    if let prepared = recount.prepared { return prepared.total }
    // At most a few million walks, each a distance: far within 128 bits.
    var sum = Int128(tally.total.micrometers)
    for walk in recount.removed { sum -= Int128(walk.distance.micrometers) }
    for walk in recount.added { sum += Int128(walk.distance.micrometers) }
    guard let total = Int64(exactly: sum) else {
      throw LedgerError(
        .limit, "the quest's total would be beyond 9.2 billion km, the most a distance holds")
    }
    return Distance(micrometers: total)
  }

  /// Carries out a checked recount: figures, milestones, events, and whether the quest is closed.
  ///
  /// - Parameter keepsReceipts: whether the added walks were logged just now.
  mutating func apply(
    _ recount: Recount, cause: RecountCause?, keepsReceipts: Bool = false, at now: Instant
  ) throws(LedgerError) -> QuestDelta {
    let team = recount.team
    let sheet = try requireSheet(team)
    let record = sheet.facts.quests[recount.index]
    let quest = record.quest
    let plan = try plan(quest.plan)
    let formerPlan = try recount.formerPlan.map { (id) throws(LedgerError) in try self.plan(id) }
    let before = record.tally.total
    let after = try total(after: recount, record.tally)
    let versionBefore = sheet.facts.version

    var tally = record.tally
    if let prepared = recount.prepared {
      tally = prepared
      tally.frontier = [record.tally.frontier, prepared.frontier].compactMap(\.self).max()
      sheets[team]?.preparedQuests.insert(quest.id)
    } else {
      try addFigures(recount, quest: quest)
      tally.total = after
      tally.walks += Int64(recount.added.count) - Int64(recount.removed.count)
      markMilestones(recount, plan: plan, tally: &tally, isReplanned: formerPlan != nil)
    }
    if tally != record.tally || recount.prepared != nil {
      sheets[team]?.facts.quests[recount.index].tally = tally
      sheets[team]?.changedTallies.insert(quest.id)
      sheets[team]?.isChanged = true
    }

    if let cause {
      emit(
        team, cause.kind, at: now, quest: quest.id, person: cause.walk?.person,
        activity: cause.walk?.id, total: after)
    }
    emitMilestones(
      team, quest.id, from: (formerPlan ?? plan, before), to: (plan, after), at: now)
    settle(team, recount.index, plan: plan, at: now)

    let receipt = Receipt(
      totalBefore: before, totalAfter: after, versionBefore: versionBefore,
      versionAfter: sheets[team]?.facts.version ?? versionBefore, plan: quest.plans.count)
    write(recount, receipt: keepsReceipts ? receipt : nil)
    return QuestDelta(of: quest, plan: plan, receipt: receipt)
  }

  /// The figures of days, people and spans.
  private mutating func addFigures(_ recount: Recount, quest: Quest) throws(LedgerError) {
    let newZone = try zone(quest.zone)
    let oldZone = try recount.formerZone.map { (name) throws(LedgerError) in try zone(name) }
    let key = QuestKey(team: recount.team, quest: quest.id)
    for walk in recount.removed {
      figures[key, default: FigureSums()].add(walk, sign: -1, zone: oldZone ?? newZone)
    }
    for walk in recount.added {
      figures[key, default: FigureSums()].add(walk, zone: newZone)
    }
  }

  /// A walk in order appends the milestones that it reaches; anything else marks from where they
  /// are to be derived again.
  private mutating func markMilestones(
    _ recount: Recount, plan: QuestPlan, tally: inout QuestTally, isReplanned: Bool
  ) {
    let id = recount.removed.first?.key.quest ?? recount.added.first?.key.quest
    var earliest = isReplanned ? WalkOrder.first : nil
    let frontier = tally.frontier
    for walk in recount.removed { earliest = min(earliest ?? walk.order, walk.order) }
    for walk in recount.added {
      tally.frontier = max(tally.frontier ?? walk.order, walk.order)
      if recount.added.count > 1 || frontier.map({ walk.order < $0 }) == true {
        earliest = min(earliest ?? walk.order, walk.order)
      }
    }
    let quest = id ?? sheets[recount.team]?.facts.quests[recount.index].quest.id
    guard let quest else { return }
    var marks = milestones.removeValue(forKey: quest) ?? MilestoneMarks()
    // Indices of another plan mean nothing in this one.
    if isReplanned { marks.appended = [] }
    if let earliest {
      marks.from = min(marks.from ?? earliest, earliest)
    } else if let walk = recount.added.first {
      let before = Distance(
        micrometers: tally.total.micrometers - walk.distance.micrometers)
      let first = plan.reachedCount(total: before)
      for index in first..<plan.reachedCount(total: tally.total) {
        marks.appended.append(MilestoneReached(index: index, walk: walk.order))
      }
    }
    milestones[quest] = marks
  }

  /// The rows of the walks themselves.
  private mutating func write(_ recount: Recount, receipt: Receipt?) {
    var former: [ContributionKey: Contribution] = [:]
    for walk in recount.removed { former[walk.key] = walk }
    for walk in recount.added {
      let old = former.removeValue(forKey: walk.key)
      if old == walk { continue }
      put(
        walk.key,
        Contribution(
          team: walk.team, key: walk.key, start: walk.start, distance: walk.distance,
          isPrivate: walk.isPrivate, isCounted: true, receipt: receipt ?? walk.receipt))
    }
    for (key, walk) in former {
      var gone = walk
      gone.isCounted = false
      put(key, walk.receipt == nil ? nil : gone)
    }
  }

  /// Tells which milestones the change has brought and which it has taken back.
  mutating func emitMilestones(
    _ team: TeamID, _ quest: QuestID, from old: (plan: QuestPlan, total: Distance),
    to new: (plan: QuestPlan, total: Distance), at now: Instant
  ) {
    var retracted = ArraySlice<Milestone>()
    var reached = ArraySlice<Milestone>()
    if old.plan.id == new.plan.id {
      retracted = new.plan.crossed(from: new.total, to: old.total)
      reached = new.plan.crossed(from: old.total, to: new.total)
    } else {
      // The same waypoint of another route version is another place.
      let isSameRoute = old.plan.route == new.plan.route
      func isComparable(_ key: MilestoneKey) -> Bool {
        if case .percent = key { return true }
        return isSameRoute
      }
      let before = old.plan.milestones.prefix(old.plan.reachedCount(total: old.total))
      let after = new.plan.milestones.prefix(new.plan.reachedCount(total: new.total))
      let keysBefore = Set(before.map(\.key).filter(isComparable))
      let keysAfter = Set(after.map(\.key).filter(isComparable))
      retracted = before.filter { !keysAfter.contains($0.key) }[...]
      reached = after.filter { !keysBefore.contains($0.key) }[...]
    }
    for milestone in retracted.reversed() {
      emit(
        team, .milestoneRetracted, at: now, quest: quest, milestone: milestone.key,
        total: new.total)
    }
    for milestone in reached {
      emit(
        team, .milestoneReached, at: now, quest: quest, milestone: milestone.key,
        total: new.total)
    }
  }

  /// Lets the closing of a team's latest quest follow its total. Once there is a successor, or it
  /// is cancelled, or the team is dissolved, the closing stays as it is.
  private mutating func settle(_ team: TeamID, _ index: Int, plan: QuestPlan, at now: Instant) {
    guard let facts = sheets[team]?.facts, facts.team.dissolvedAt == nil,
      index == facts.quests.count - 1
    else { return }
    let quests = facts.quests
    let record = quests[index]
    let isFinished = plan.isFinished(total: record.tally.total)
    switch record.quest.closing {
    case nil, .expired:
      if isFinished { close(team, index, .completed, at: now) }
    case .completed:
      if isFinished { return }
      if now < record.quest.end {
        close(team, index, nil, at: now)
      } else {
        close(team, index, .expired, at: now)
      }
    case .cancelled: return
    }
  }

  /// Closes a quest, or opens it again, and says so.
  mutating func close(_ team: TeamID, _ index: Int, _ closing: QuestClosing?, at now: Instant) {
    guard let record = sheets[team]?.facts.quests[index] else { return }
    var quest = record.quest
    quest.closing = closing
    quest.closedAt = closing == nil ? nil : now
    put(team, index, quest)
    let kind: TeamEvent.Kind =
      switch closing {
      case .completed: .questCompleted
      case .expired: .questExpired
      case .cancelled: .questCancelled
      case nil: .questReopened
      }
    emit(team, kind, at: now, quest: quest.id, total: record.tally.total)
  }

  mutating func put(_ team: TeamID, _ index: Int, _ quest: Quest) {
    sheets[team]?.facts.quests[index].quest = quest
    sheets[team]?.changedQuests.insert(quest.id)
    sheets[team]?.isChanged = true
  }
}
