internal import CivilTime
internal import Geodesy

extension LedgerFold {
  /// The rows of all commands that were done, for one transaction.
  ///
  /// Reads, for each quest in which something came out of order, the sums of the days from there on and
  /// the walks of those in which a milestone was reached.
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
    if order != .first, sheets[team]?.preparedQuests.contains(quest) != true,
      let (from, derived) = try derivedByDays(record, plan, from: order)
    {
      let kept = marks.appended.filter { $0.index < from }
      return LedgerChanges.MilestoneWrite(
        team: team, quest: quest, from: kept.first?.index ?? from, replaces: true,
        rows: kept + derived)
    }
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

extension LedgerFold {
  /// More days in a row with milestones than this are read at once.
  private static var mostReadings: Int { 64 }

  /// The milestones from the day of a walk on, and the first of them, by the sums of days; nil where
  /// the days do not follow one another as moments do, as where clocks are put back over midnight.
  ///
  /// - Complexity: O(days + walks of the days in which a milestone was reached).
  private func derivedByDays(
    _ record: QuestRecord, _ plan: QuestPlan, from order: WalkOrder
  ) throws(LedgerError) -> (from: Int, rows: [MilestoneReached])? {
    let quest = record.quest
    let zone = try zone(quest.zone)
    let days = try days(of: quest, from: zone.day(at: order.start))
    var total = Int128(record.tally.total.micrometers)
    for day in days { total -= Int128(day.distance.micrometers) }
    func reached(_ total: Int128) -> Int {
      plan.reachedCount(total: Distance(micrometers: Int64(clamping: total)))
    }
    let from = reached(total)
    // Stretches of days in which milestones were reached, with what there was before each.
    var stretches: [(before: Int128, days: ArraySlice<DayTotal>)] = []
    for index in days.indices {
      let before = total
      total += Int128(days[index].distance.micrometers)
      if reached(before) == reached(total) { continue }
      if let last = stretches.last, last.days.endIndex == index {
        stretches[stretches.count - 1].days = days[last.days.startIndex...index]
      } else {
        stretches.append((before, days[index...index]))
      }
    }
    guard stretches.count <= Self.mostReadings else { return nil }
    var rows: [MilestoneReached] = []
    for (before, days) in stretches {
      guard let first = days.first, let last = days.last else { continue }
      let start = WalkOrder.last.end(zone.start(of: first.day))
      let walks = try walks(
        of: quest.id, from: start, until: zone.start(of: Day(number: last.day.number + 1)))
      guard walks.count == days.reduce(0, { $0 + Int($1.walks) }),
        walks.reduce(before, { $0 + Int128($1.distance.micrometers) })
          == days.reduce(before, { $0 + Int128($1.distance.micrometers) })
      else { return nil }
      rows += MilestoneReached.derive(plan, walks: walks, totalBefore: before)
    }
    return (from, rows)
  }

  /// What a quest has of each day from one on, with what this fold changes.
  private func days(of quest: Quest, from first: Day) throws(LedgerError) -> [DayTotal] {
    var days = Dictionary(
      uniqueKeysWithValues: try facts.days(of: quest.id, from: first).map { ($0.day, $0) })
    for (day, sum) in figures[QuestKey(team: quest.team, quest: quest.id)]?.days ?? [:]
    where day >= first {
      let known = days[day]
      let micrometers = Int128(known?.distance.micrometers ?? 0) + Int128(sum.micrometers)
      days[day] = DayTotal(
        day: day, distance: Distance(micrometers: Int64(clamping: micrometers)),
        walks: (known?.walks ?? 0) + sum.walks)
    }
    return days.values.filter { $0.walks != 0 }.sorted { $0.day < $1.day }
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
