internal import CivilTime
internal import Geodesy

extension LedgerFold {
  /// Logs a walk. The same content again gets the first answer again, also after edits and after
  /// the deletion; other content under the same id is a conflict.
  mutating func log(
    _ key: ActivityKey, _ content: ActivityContent, zone: String, _ command: LedgerCommand
  ) throws(LedgerError) -> LedgerAnswer {
    if let stored = try activity(key) {
      guard stored.first == content else {
        throw LedgerError(
          .conflict,
          "the activity \(key.id) was first sent with other content; edit it, or log another walk "
            + "with an id of its own")
      }
      return .logged(try firstAnswer(stored), isRepeat: true)
    }
    try check(content, at: command.at)
    let zone = content.zone ?? zone
    let activity = Activity(
      key: key, content: content, first: content, zone: zone,
      day: try day(of: content.start, in: zone), revision: 1, loggedAt: command.at,
      changedAt: command.at, isDeleted: false)
    let recounts = try recounts(from: [], to: activity, existing: [])
    try check(recounts)
    try addWalk(of: key.person)
    put(activity, isNew: true)
    let deltas = try apply(recounts, .activityLogged, activity, keepsReceipts: true, at: command.at)
    return .logged(try answer(activity, deltas, at: command.at), isRepeat: false)
  }

  mutating func edit(
    _ key: ActivityKey, _ content: ActivityContent, expectedRevision: Int64?,
    _ command: LedgerCommand
  ) throws(LedgerError) -> LedgerAnswer {
    guard let stored = try activity(key) else {
      throw LedgerError(.notFound, "there is no activity \(key.id) of this person")
    }
    if stored.isDeleted {
      throw LedgerError(.deleted, "the activity \(key.id) was deleted")
    }
    var content = content
    content.zone = content.zone ?? stored.content.zone
    let isSame = stored.content == content
    // An edit sent twice finds its own work done.
    let isRepeat = isSame && expectedRevision.map { $0 == stored.revision - 1 } == true
    try check(expectedRevision, isRepeat: isRepeat, against: stored.revision, "activity")
    let rows = try contributions(of: key)
    if isSame {
      let deltas = try presentDeltas(rows.filter(\.isCounted))
      return .edited(try answer(stored, deltas, at: command.at))
    }
    try check(content, at: command.at)
    try checkEdits(stored)
    var changed = stored
    changed.content = content
    changed.zone = content.zone ?? stored.zone
    changed.day = try day(of: content.start, in: changed.zone)
    changed.revision += 1
    changed.changedAt = command.at
    let recounts = try recounts(from: rows.filter(\.isCounted), to: changed, existing: rows)
    try check(recounts)
    replace(stored, by: changed, command)
    record(
      command, person: key.person, activity: key.id,
      "\(stored.summary) became \(changed.summary)")
    if content.isPrivate, !stored.content.isPrivate {
      // Any team that the person was ever in may have told of it.
      for team in Set(try periods(of: key.person).map(\.team)) { anonymize(team, key) }
    }
    let isRelevant =
      stored.content.start != content.start || stored.content.distance != content.distance
      || stored.content.isPrivate != content.isPrivate
    let deltas =
      isRelevant
      ? try apply(
        recounts, .activityChanged, changed, wasPrivate: stored.content.isPrivate, at: command.at)
      : try presentDeltas(rows.filter(\.isCounted))
    return .edited(try answer(changed, deltas, at: command.at))
  }

  /// Deletes a walk for ever. A second time does nothing more, and tells how the quests stand that it
  /// was logged for.
  mutating func delete(
    _ key: ActivityKey, expectedRevision: Int64?, _ command: LedgerCommand
  ) throws(LedgerError) -> LedgerAnswer {
    guard let stored = try activity(key) else {
      throw LedgerError(.notFound, "there is no activity \(key.id) of this person")
    }
    try check(
      expectedRevision, isRepeat: stored.isDeleted, against: stored.revision, "activity")
    if stored.isDeleted {
      return .deleted(try answer(stored, try presentDeltas(contributions(of: key)), at: command.at))
    }
    var changed = stored
    changed.isDeleted = true
    changed.revision += 1
    changed.changedAt = command.at
    let rows = try contributions(of: key)
    let recounts = try recounts(from: rows.filter(\.isCounted), to: nil, existing: rows)
    try check(recounts)
    replace(stored, by: changed, command)
    record(command, person: key.person, activity: key.id, "was \(stored.summary)")
    let deltas = try apply(recounts, .activityRemoved, changed, at: command.at)
    return .deleted(try answer(changed, deltas, at: command.at))
  }

  // MARK: Parts

  private func check(_ content: ActivityContent, at now: Instant) throws(LedgerError) {
    if let fault = content.faults(limits: limits, at: now).first { throw fault.error }
  }

  func check(
    _ expected: Int64?, isRepeat: Bool, against revision: Int64, _ what: String
  ) throws(LedgerError) {
    guard let expected, !isRepeat, expected != revision else { return }
    throw LedgerError(
      .revision,
      "the \(what) has revision \(revision), not \(expected): it has changed; read it again")
  }

  private mutating func replace(_ old: Activity, by new: Activity, _ command: LedgerCommand) {
    versions.append(
      ActivityVersion(
        key: old.key, revision: old.revision, content: old.content, replacedAt: command.at,
        replacedBy: command.actor))
    put(new, isNew: false)
  }

  /// What changes in which quests when a walk that counts by some rows is to be as it is now, or
  /// to be gone; by team.
  mutating func recounts(
    from counted: [Contribution], to activity: Activity?, existing: [Contribution]
  ) throws(LedgerError) -> [Recount] {
    var recounts: [QuestID: Recount] = [:]
    for row in counted {
      let place = try find(row.key.quest)
      recounts[row.key.quest] = Recount(team: place.team, index: place.index, removed: [row])
    }
    if let activity {
      let start = activity.content.start
      let teams = Set(
        try periods(of: activity.key.person).filter { $0.contains(start) }.map(\.team))
      for team in teams {
        let quests = try requireSheet(team).facts.quests
        guard let index = quests.firstIndex(where: { $0.quest.contains(start) }) else { continue }
        let quest = quests[index].quest.id
        recounts[quest, default: Recount(team: team, index: index)].added = [
          Self.contribution(of: activity, team: team, quest: quest, existing: existing)
        ]
      }
    }
    return recounts.values.sorted { ($0.team, $0.index) < ($1.team, $1.index) }
  }

  /// The row of a walk that counts for a quest, with the receipt that it may have from before.
  static func contribution(
    of activity: Activity, team: TeamID, quest: QuestID, existing: [Contribution]
  ) -> Contribution {
    Contribution(
      team: team, key: ContributionKey(quest: quest, activity: activity.key),
      start: activity.content.start, distance: activity.content.distance,
      isPrivate: activity.content.isPrivate, isCounted: true,
      receipt: existing.first { $0.key.quest == quest }?.receipt)
  }

  private mutating func apply(
    _ recounts: [Recount], _ kind: TeamEvent.Kind, _ activity: Activity, wasPrivate: Bool = false,
    keepsReceipts: Bool = false, at now: Instant
  ) throws(LedgerError) -> [QuestDelta] {
    let isPrivate = wasPrivate || activity.content.isPrivate
    var deltas: [QuestDelta] = []
    for recount in recounts {
      // To its readers, a walk that leaves a quest is removed.
      let isGone = kind == .activityChanged && recount.added.isEmpty
      let cause =
        isPrivate
        ? RecountCause(kind: .progressUpdated)
        : RecountCause(kind: isGone ? .activityRemoved : kind, walk: activity.key)
      deltas.append(
        try apply(recount, cause: cause, keepsReceipts: keepsReceipts, at: now))
    }
    return deltas
  }

  /// The answer that the first logging got, from what it left.
  private mutating func firstAnswer(_ stored: Activity) throws(LedgerError) -> ActivityAnswer {
    var deltas: [QuestDelta] = []
    for row in try contributions(of: stored.key) {
      guard let receipt = row.receipt else { continue }
      let place = try find(row.key.quest)
      let quest = try requireSheet(place.team).facts.quests[place.index].quest
      guard 1...quest.plans.count ~= receipt.plan else {
        throw LedgerError(.corrupt, "a contribution of the quest \(quest.id) names no plan of it")
      }
      deltas.append(
        QuestDelta(
          of: quest, plan: try plan(quest.plans[receipt.plan - 1]), receipt: receipt))
    }
    return try answer(stored.key, 1, stored.first.start, deltas, at: stored.loggedAt)
  }

  /// What became of a walk, with the reasons why it counts for no other team.
  private mutating func answer(
    _ activity: Activity, _ deltas: [QuestDelta], at now: Instant
  ) throws(LedgerError) -> ActivityAnswer {
    try answer(
      activity.key, activity.revision, activity.isDeleted ? nil : activity.content.start, deltas,
      at: now)
  }

  /// - Parameter start: nil where it does not matter for which teams it does not count.
  private mutating func answer(
    _ key: ActivityKey, _ revision: Int64, _ start: Instant?, _ deltas: [QuestDelta],
    at now: Instant
  ) throws(LedgerError) -> ActivityAnswer {
    let teams = Set(deltas.map(\.team))
    var gone = teams
    if !gone.isEmpty {
      for period in try periods(of: key.person) where period.isOpen { gone.remove(period.team) }
    }
    var reasons: [Uncounted] = []
    if let start { reasons = try uncounted(start, of: key.person, counted: teams, at: now) }
    return ActivityAnswer(
      key: key, revision: revision, deltas: deltas, gone: gone, uncounted: reasons)
  }

  /// How the quests of a walk stand when nothing has changed in them.
  private mutating func presentDeltas(
    _ rows: [Contribution]
  ) throws(LedgerError) -> [QuestDelta] {
    var deltas: [QuestDelta] = []
    for row in rows {
      let place = try find(row.key.quest)
      let facts = try requireSheet(place.team).facts
      let record = facts.quests[place.index]
      deltas.append(
        QuestDelta(
          of: record.quest, plan: try plan(record.quest.plan),
          receipt: Receipt(
            totalBefore: record.tally.total, totalAfter: record.tally.total,
            versionBefore: facts.version, versionAfter: facts.version,
            plan: record.quest.plans.count)))
    }
    return deltas
  }
}

extension Activity {
  /// For the change log; the note stays out of it.
  var summary: String {
    "\(content.distance) from \(content.start) in \(zone)\(content.isPrivate ? ", private" : "")"
  }
}
