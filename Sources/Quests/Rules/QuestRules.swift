public import CivilTime

extension LedgerFold {
  /// Creates a quest. It closes the team's last one where that has expired, cuts the window of the
  /// one before at its own start, and counts what was walked in its window already.
  mutating func createQuest(
    _ draft: QuestDraft, _ command: LedgerCommand
  ) throws(LedgerError) -> LedgerAnswer {
    let sheet = try requireLastingTeam(draft.team)
    if let owner = try team(of: draft.id) {
      let record = try requireSheet(owner).facts.quests.first { $0.quest.id == draft.id }
      guard let record, record.quest.origin == draft.origin else {
        throw LedgerError(.conflict, "the quest \(draft.id) was created with other content")
      }
      return .quest(record)
    }
    let quests = sheet.facts.quests
    let name = try name(draft.name, "the quest's name")
    try checkWindow(draft.start, draft.end)
    _ = try zone(draft.zone)
    if let open = quests.last(where: \.quest.isOpen), command.at < open.quest.end {
      throw LedgerError(
        .questOpen,
        "the team has an open quest, “\(open.quest.name)”; finish, change or cancel it first")
    }
    try checkFollows(draft.start, after: quests[...], mayCut: true)
    guard quests.count < limits.teamQuests else {
      throw LedgerError(
        .limit,
        "the team has had \(quests.count) quests; the limit is \(limits.teamQuests) quests: "
          + "found another team")
    }

    let quest = Quest(draft, number: (quests.last?.quest.number ?? 0) + 1, name: name, command)
    // What the window before loses, and what the new one finds.
    var cut: Recount?
    // Windows that are not empty are apart, so only one can reach over the new start.
    let overlapping = quests.firstIndex {
      $0.quest.start < $0.quest.end && $0.quest.end > draft.start
    }
    if let index = overlapping {
      let order = WalkOrder(
        start: draft.start, id: WalkOrder.first.id, person: WalkOrder.first.person)
      cut = Recount(
        team: draft.team, index: index,
        removed: try walks(of: quests[index].quest.id, from: order))
    }
    var filled = Recount(team: draft.team, index: quests.count)
    if let prepared = try prepared(for: quest, base: nil) {
      filled.prepared = prepared
    } else {
      filled.added = try walks(for: quest)
    }
    let found = filled.added.reduce(Int128(0)) { $0 + Int128($1.distance.micrometers) }
    guard found <= Int128(Int64.max) else {
      throw LedgerError(
        .limit, "the quest's total would be beyond 9.2 billion km, the most a distance holds")
    }
    if let cut { try check([cut]) }

    if let last = quests.indices.last, quests[last].quest.isOpen {
      close(draft.team, last, .expired, at: command.at)
    }
    plans[draft.plan.id] = draft.plan
    newPlans[draft.plan.id] = draft.plan
    questTeams[quest.id] = draft.team
    sheets[draft.team]?.facts.quests.append(QuestRecord(quest: quest))
    sheets[draft.team]?.newQuests.insert(quest.id)
    if let cut, var former = sheets[draft.team]?.facts.quests[cut.index].quest {
      former.end = draft.start
      put(draft.team, cut.index, former)
      if !cut.removed.isEmpty {
        _ = try apply(cut, cause: RecountCause(kind: .progressUpdated), at: command.at)
      }
    }
    emit(draft.team, .questCreated, at: command.at, quest: quest.id, total: .zero)
    if quest.isStartAnnounced {
      emit(draft.team, .questStarted, at: command.at, quest: quest.id, total: .zero)
    }
    // What lies at the very start is reached by setting out.
    for milestone in draft.plan.milestones.prefix(draft.plan.reachedCount(total: .zero)) {
      emit(
        draft.team, .milestoneReached, at: command.at, quest: quest.id, milestone: milestone.key,
        total: .zero)
    }
    record(
      command, team: draft.team, quest: quest.id,
      "“\(quest.name)” from \(quest.start) to \(quest.end) in \(quest.zone)"
        + (quest.hidesAhead ? ", hiding the waypoints ahead" : ""))
    if !filled.added.isEmpty || filled.prepared != nil {
      _ = try apply(filled, cause: RecountCause(kind: .progressUpdated), at: command.at)
    }
    return .quest(try present(draft.team, quests.count))
  }

  /// Changes a quest. Its window, zone and plan can change until there is a successor or it is
  /// cancelled, its name and what it hides always.
  mutating func changeQuest(
    _ id: QuestID, _ change: QuestChange, expectedRevision: Int64?, _ command: LedgerCommand
  ) throws(LedgerError) -> LedgerAnswer {
    let (team, index) = try find(id)
    let quests = try requireLastingTeam(team).facts.quests
    let old = quests[index].quest
    var new = old.changed(by: change)
    if let text = change.name { new.name = try name(text, "the quest's name") }
    let isSame = new == old
    try check(
      expectedRevision, isRepeat: isSame && expectedRevision == old.revision - 1,
      against: old.revision, "quest")
    if isSame { return .quest(quests[index]) }
    let isMoved = new.start != old.start || new.end != old.end
    let isReplanned = new.plans.count > old.plans.count
    var recount: Recount?
    if isMoved || isReplanned || new.zone != old.zone {
      guard index == quests.count - 1, old.closing != .cancelled else {
        throw LedgerError(
          .questClosed,
          "the quest “\(old.name)” \(old.closing == .cancelled ? "was cancelled" : "has a successor")"
            + "; only its name and hidesAhead can change")
      }
      try checkWindow(new.start, new.end)
      _ = try zone(new.zone)
      try checkFollows(new.start, after: quests[..<index], mayCut: false)
      guard new.plans.count <= limits.questPlans else {
        throw LedgerError(
          .limit, "the quest has had \(old.plans.count) plans; the limit is \(limits.questPlans)")
      }
      var moved = Recount(team: team, index: index)
      moved.prepared = try prepared(for: new, base: old)
      if moved.prepared == nil, isMoved || new.zone != old.zone {
        moved.removed = try walks(of: id, from: .first)
        moved.added = moved.removed
        if isMoved {
          let known = Dictionary(
            moved.removed.map { ($0.key, $0) }, uniquingKeysWith: { a, _ in a })
          moved.added = try walks(for: new, known: known)
        }
      }
      if isReplanned { moved.formerPlan = old.plan }
      if new.zone != old.zone { moved.formerZone = old.zone }
      try check([moved])
      recount = moved
    }
    if let plan = change.plan, isReplanned {
      plans[plan.id] = plan
      newPlans[plan.id] = plan
    }
    new.revision += 1
    // One that is to start later starts again.
    new.isStartAnnounced = old.isStartAnnounced && new.start <= command.at
    put(team, index, new)
    emit(team, .questChanged, at: command.at, quest: id, total: quests[index].tally.total)
    if new.isOpen { announceStart(team, index, at: command.at) }
    record(
      command, team: team, quest: id,
      "“\(old.name)” from \(old.start) to \(old.end) in \(old.zone) became “\(new.name)” from "
        + "\(new.start) to \(new.end) in \(new.zone)\(isReplanned ? " with another plan" : "")"
        + (new.hidesAhead == old.hidesAhead
          ? "" : new.hidesAhead ? ", hiding the waypoints ahead" : ", showing the waypoints ahead"))
    if let recount {
      let tally = quests[index].tally
      let isSameTotal = try total(after: recount, tally) == tally.total
      _ = try apply(
        recount, cause: isSameTotal ? nil : RecountCause(kind: .progressUpdated), at: command.at)
      // A longer window lets an expired quest go on.
      let record = try present(team, index)
      if record.quest.closing == .expired, command.at < record.quest.end {
        close(team, index, nil, at: command.at)
      }
    }
    return .quest(try present(team, index))
  }

  /// Cancels an open quest: walks from now on do not count for it.
  mutating func cancelQuest(
    _ id: QuestID, _ command: LedgerCommand
  ) throws(LedgerError) -> LedgerAnswer {
    let (team, index) = try find(id)
    try requireLastingTeam(team)
    let record = try present(team, index)
    if record.quest.closing == .cancelled { return .quest(record) }
    guard record.quest.isOpen, command.at < record.quest.end else {
      throw LedgerError(
        .questClosed,
        "the quest “\(record.quest.name)” is \(record.quest.state(at: command.at).rawValue) and "
          + "cannot be cancelled")
    }
    try endWindow(try lossAtEnd(of: record.quest, team, index, at: command.at), at: command.at)
    self.record(command, team: team, quest: id, "“\(record.quest.name)”")
    return .quest(try present(team, index))
  }

  /// Announces the start of a quest whose window has begun, and closes one whose window is over.
  mutating func advanceQuest(
    _ id: QuestID, _ command: LedgerCommand
  ) throws(LedgerError) -> LedgerAnswer {
    let (team, index) = try find(id)
    let record = try present(team, index)
    if record.quest.isOpen { announceStart(team, index, at: command.at) }
    if record.quest.isOpen, command.at >= record.quest.end {
      close(team, index, .expired, at: command.at)
      self.record(command, team: team, quest: id, "“\(record.quest.name)”")
    }
    return .quest(try present(team, index))
  }

  // MARK: Parts

  /// Announces the start of an open quest once its window has begun.
  private mutating func announceStart(_ team: TeamID, _ index: Int, at now: Instant) {
    guard let record = sheets[team]?.facts.quests[index], !record.quest.isStartAnnounced,
      record.quest.start <= now
    else { return }
    var quest = record.quest
    quest.isStartAnnounced = true
    put(team, index, quest)
    emit(team, .questStarted, at: now, quest: quest.id, total: record.tally.total)
  }

  /// What a quest loses when its window ends now, checked: the walks that start later.
  mutating func lossAtEnd(
    of quest: Quest, _ team: TeamID, _ index: Int, at now: Instant
  ) throws(LedgerError) -> Recount {
    let order = WalkOrder(
      start: max(quest.start, now), id: WalkOrder.first.id, person: WalkOrder.first.person)
    let recount = Recount(team: team, index: index, removed: try walks(of: quest.id, from: order))
    try check([recount])
    return recount
  }

  /// Ends the window of a quest now; an open one is cancelled.
  mutating func endWindow(_ loss: Recount, at now: Instant) throws(LedgerError) {
    var quest = try present(loss.team, loss.index).quest
    quest.end = max(quest.start, now)
    if quest.isOpen { quest.revision += 1 }
    put(loss.team, loss.index, quest)
    if quest.isOpen { close(loss.team, loss.index, .cancelled, at: now) }
    if !loss.removed.isEmpty {
      _ = try apply(loss, cause: RecountCause(kind: .progressUpdated), at: now)
    }
  }

  private mutating func present(_ team: TeamID, _ index: Int) throws(LedgerError) -> QuestRecord {
    try requireSheet(team).facts.quests[index]
  }

  private func checkWindow(_ start: Instant, _ end: Instant) throws(LedgerError) {
    if let fault = limits.windowFault(from: start, until: end) { throw fault }
  }

  /// Windows follow one another. Those that are empty stand in nobody's way.
  private func checkFollows(
    _ start: Instant, after earlier: ArraySlice<QuestRecord>, mayCut: Bool
  ) throws(LedgerError) {
    for quest in earlier.map(\.quest) where quest.start < quest.end {
      guard mayCut ? start > quest.start : start >= quest.end else {
        throw LedgerError(
          .windowOverlap,
          "the window would overlap that of the quest “\(quest.name)”, which "
            + (quest.closing == .cancelled ? "was cancelled at \(quest.end) and " : "")
            + (mayCut
              ? "started at \(quest.start); let this one start later"
              : "ends at \(quest.end); let this one start no earlier"))
      }
    }
  }

  /// The tally of the figures that the store has prepared, where they are those of this very change and
  /// nothing before it in the fold touches them.
  private func prepared(for quest: Quest, base: Quest?) throws(LedgerError) -> QuestTally? {
    guard events.isEmpty, activities.isEmpty, changedPeriods.isEmpty,
      let prepared = try facts.prepared(for: quest), prepared.base == base
    else { return nil }
    return prepared.tally
  }

  /// The rows of everything that was walked in a quest's window by those who were members then.
  private mutating func walks(
    for quest: Quest, known: [ContributionKey: Contribution] = [:]
  ) throws(LedgerError) -> [Contribution] {
    var rows: [Contribution] = []
    for period in try periods(in: quest.team) {
      let from = max(period.joined, quest.start)
      let until = min(period.left ?? quest.end, quest.end)
      for activity in try walks(of: period.person, from: from, until: until) {
        let key = ContributionKey(quest: quest.id, activity: activity.key)
        if let row = known[key] {
          rows.append(row)
        } else {
          rows.append(
            Self.contribution(
              of: activity, team: quest.team, quest: quest.id,
              existing: try contributions(of: activity.key)))
        }
      }
    }
    return rows.sorted { $0.order < $1.order }
  }
}

extension LedgerLimits {
  /// What keeps a quest from having a window; nil where it may.
  public func windowFault(from start: Instant, until end: Instant) -> LedgerError? {
    if start >= end {
      return LedgerError(
        .invalid, "the quest ends at \(end), not after its start at \(start)", field: "end")
    }
    if start < .earliest || end > .latest {
      return LedgerError(
        .limit, "a quest's window lies in the years 1900 to 9999",
        field: start < .earliest ? "start" : "end")
    }
    if end > start.advanced(bySeconds: questSeconds) {
      return LedgerError(
        .limit, "the quest's window is longer than \(questSeconds / 31_557_600) years, the limit",
        field: "end")
    }
    return nil
  }
}
