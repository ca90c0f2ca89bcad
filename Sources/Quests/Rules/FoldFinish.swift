internal import Geodesy

extension LedgerFold {
  /// The rows of all commands that were done, for one transaction.
  ///
  /// Reads, for each quest in which something came out of order, the walks from there on.
  /// - Complexity: O(rows · log rows) beside that.
  public mutating func finish() throws(LedgerError) -> LedgerChanges {
    var changes = LedgerChanges()
    for (_, sheet) in sheets.sorted(by: { $0.key < $1.key }) where sheet.isChanged {
      changes.teams.append(
        LedgerChanges.TeamWrite(
          team: sheet.facts.team, version: sheet.facts.version, isNew: sheet.isNew,
          isTeamChanged: sheet.isTeamChanged))
      for record in sheet.facts.quests {
        let id = record.quest.id
        let isNew = sheet.newQuests.contains(id)
        let isChanged = isNew || sheet.changedQuests.contains(id)
        guard isChanged || sheet.changedTallies.contains(id) else { continue }
        changes.quests.append(
          LedgerChanges.QuestWrite(
            record: record, isNew: isNew, isQuestChanged: isChanged,
            isPrepared: sheet.preparedQuests.contains(id)))
      }
    }
    changes.memberships = changedPeriods.values.sorted {
      ($0.team, $0.person, $0.period) < ($1.team, $1.person, $1.period)
    }
    changes.invites = changedInvites.values.sorted { $0.id < $1.id }
    changes.plans = newPlans.values.sorted { $0.id < $1.id }
    changes.activities = activities.values.sorted { $0.activity.key < $1.activity.key }
    changes.versions = versions.sorted { ($0.key, $0.revision) < ($1.key, $1.revision) }
    for (key, row) in contributions.sorted(by: { $0.key < $1.key }) {
      if let row {
        changes.contributions.append(row)
      } else if let team = questTeams[key.quest] {
        changes.removals.append(LedgerChanges.Removal(team: team, key: key))
      }
    }
    for (quest, marks) in milestones.sorted(by: { $0.key < $1.key }) {
      if let write = try milestoneWrite(quest, marks) { changes.milestones.append(write) }
    }
    for (key, sums) in figures.sorted(by: {
      ($0.key.team, $0.key.quest) < ($1.key.team, $1.key.quest)
    }) {
      changes.days += sums.dayChanges(key.team, key.quest)
      changes.people += sums.personChanges(key.team, key.quest)
      changes.spans += sums.spanChanges(key.team, key.quest)
    }
    changes.anonymizings = anonymizings.sorted {
      ($0.team, $0.activity) < ($1.team, $1.activity)
    }
    changes.events = events.sorted { ($0.team, $0.version) < ($1.team, $1.version) }
    changes.changeLog = changeLog
    changes.erasures = erased.filter(\.value.isNew).map(\.key).sorted()
    return changes
  }

  private mutating func milestoneWrite(
    _ quest: QuestID, _ marks: MilestoneMarks
  ) throws(LedgerError) -> LedgerChanges.MilestoneWrite? {
    let (team, index) = try find(quest)
    guard let record = sheets[team]?.facts.quests[index] else { return nil }
    guard let order = marks.from else {
      guard let first = marks.appended.first else { return nil }
      return LedgerChanges.MilestoneWrite(
        team: team, quest: quest, from: first.index, replaces: false, rows: marks.appended)
    }
    let plan = try plan(record.quest.plan)
    let later = try walks(of: quest, from: order)
    // What lies before is untouched, so its sum follows from the total.
    let before =
      Int128(record.tally.total.micrometers)
      - later.reduce(Int128(0)) { $0 + Int128($1.distance.micrometers) }
    let derived = MilestoneReached.derive(plan, walks: later, totalBefore: before)
    // Of another plan nothing stays, not even what this one reaches at its start.
    let from =
      order == .first
      ? 0 : plan.reachedCount(total: Distance(micrometers: Int64(clamping: before)))
    let kept = marks.appended.filter { $0.index < from }
    return LedgerChanges.MilestoneWrite(
      team: team, quest: quest, from: kept.first?.index ?? from, replaces: true,
      rows: kept + derived)
  }
}

extension MilestoneReached {
  /// Which walk reached which milestone, from walks in walk order and the total before them.
  /// O(walks + milestones).
  public static func derive(
    _ plan: QuestPlan, walks: some Sequence<Contribution>, totalBefore: Int128
  ) -> [MilestoneReached] {
    var rows: [MilestoneReached] = []
    var total = totalBefore
    var next = plan.reachedCount(total: Distance(micrometers: Int64(clamping: total)))
    for walk in walks {
      total += Int128(walk.distance.micrometers)
      while next < plan.milestones.count,
        Int128(plan.milestones[next].threshold.micrometers) <= total
      {
        rows.append(MilestoneReached(index: next, walk: walk.order))
        next += 1
      }
    }
    return rows
  }
}
