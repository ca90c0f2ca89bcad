public import CivilTime
internal import Geodesy

/// Everything that is stored about one team's quests.
public struct StoredTeam: Sendable {
  public struct StoredQuest: Sendable {
    public var plan: QuestPlan
    /// All rows, also those that do not count any more.
    public var contributions: [Contribution]
    public var milestones: [MilestoneReached]
    public var days: [DayTotal]
    public var people: [PersonTotal]
    public var spans: [SpanTotal]

    public init(
      plan: QuestPlan, contributions: [Contribution], milestones: [MilestoneReached],
      days: [DayTotal], people: [PersonTotal], spans: [SpanTotal]
    ) {
      self.plan = plan
      self.contributions = contributions
      self.milestones = milestones
      self.days = days
      self.people = people
      self.spans = spans
    }
  }

  public var facts: TeamFacts
  public var memberships: [Membership]
  /// What each member has walked within the team's quests, deleted walks left out; more does no
  /// harm.
  public var activities: [Activity]
  public var quests: [QuestID: StoredQuest]
  /// Of the events that are still kept.
  public var lastEventVersion: Int64?

  public init(
    facts: TeamFacts, memberships: [Membership], activities: [Activity],
    quests: [QuestID: StoredQuest], lastEventVersion: Int64?
  ) {
    self.facts = facts
    self.memberships = memberships
    self.activities = activities
    self.quests = quests
    self.lastEventVersion = lastEventVersion
  }
}

/// Recomputes a team's figures from memberships, quests and activities alone.
public enum LedgerAudit {
  /// Every difference of one team, to the bit.
  ///
  /// - Throws: `zone-unknown` where the system has no zone that a quest has.
  /// - Complexity: O(n log n) for n walks.
  public static func differences(
    in team: StoredTeam, zones: ZoneCatalog
  ) throws(LedgerError) -> [AuditDifference] {
    var found: [AuditDifference] = []
    func compare(
      _ quest: QuestID?, _ what: String, _ stored: some Equatable, _ expected: some Equatable
    ) {
      let (a, b) = ("\(stored)", "\(expected)")
      if a == b { return }
      found.append(
        AuditDifference(
          team: team.facts.team.id, quest: quest, what: what, stored: a, expected: b))
    }

    if let last = team.lastEventVersion { compare(nil, "version", team.facts.version, last) }
    let quests = team.facts.quests.map(\.quest)
    let windows = quests.filter { $0.start < $0.end }
    for (earlier, later) in zip(windows, windows.dropFirst()) where earlier.end > later.start {
      compare(earlier.id, "end", earlier.end, later.start)
    }
    for quest in quests.dropLast() where quest.isOpen {
      compare(quest.id, "closing", "open", "closed, for it has a successor")
    }

    for (number, record) in team.facts.quests.enumerated() {
      let id = record.quest.id
      guard let stored = team.quests[id] else {
        compare(id, "quest", "missing", "stored")
        continue
      }
      let zone: Zone
      do { zone = try zones.zone(named: record.quest.zone) } catch {
        throw LedgerError(.zone, error.message)
      }
      let expected = walks(for: record.quest, in: team)
      var rows: [ActivityKey: Contribution] = [:]
      for row in stored.contributions where row.isCounted { rows[row.key.activity] = row }
      for activity in expected {
        let row = rows.removeValue(forKey: activity.key)
        compare(
          id, "contribution of \(activity.key.id) by \(activity.key.person)",
          row.map { "\($0.distance) at \($0.start), private \($0.isPrivate)" } ?? "missing",
          "\(activity.content.distance) at \(activity.content.start), "
            + "private \(activity.content.isPrivate)")
      }
      for row in rows.values.sorted(by: { $0.order < $1.order }) {
        compare(
          id, "contribution of \(row.key.activity.id) by \(row.key.activity.person)", "counted",
          "not counted")
      }

      let total = expected.reduce(Int128(0)) { $0 + Int128($1.content.distance.micrometers) }
      compare(id, "total", Int128(record.tally.total.micrometers), total)
      compare(id, "walks", record.tally.walks, Int64(expected.count))
      if let last = expected.last?.order, record.tally.frontier.map({ $0 < last }) ?? true {
        compare(
          id, "frontier", record.tally.frontier.map { "\($0.start)" } ?? "none", "\(last.start)")
      }
      compareMilestones(stored, expected) { compare(id, $0, $1, $2) }
      compareDays(stored, expected, zone: zone) { compare(id, $0, $1, $2) }
      comparePeople(stored, expected) { compare(id, $0, $1, $2) }
      compareSpans(stored, expected) { compare(id, $0, $1, $2) }

      if number == quests.count - 1, record.quest.closing != .cancelled,
        team.facts.team.dissolvedAt == nil
      {
        let isFinished = total >= Int128(stored.plan.scale.questLength.micrometers)
        compare(
          id, "completion", record.quest.closing == .completed ? "completed" : "not completed",
          isFinished ? "completed" : "not completed")
      }
    }
    return found
  }

  /// The walks that count for a quest, in walk order.
  private static func walks(for quest: Quest, in team: StoredTeam) -> [Activity] {
    var periods: [PersonID: [Membership]] = [:]
    for period in team.memberships { periods[period.person, default: []].append(period) }
    return team.activities.filter { activity in
      !activity.isDeleted && quest.contains(activity.content.start)
        && periods[activity.key.person, default: []].contains {
          $0.contains(activity.content.start)
        }
    }.sorted { $0.order < $1.order }
  }

  private static func compareMilestones(
    _ stored: StoredTeam.StoredQuest, _ walks: [Activity],
    _ compare: (String, String, String) -> Void
  ) {
    func text(_ row: MilestoneReached?) -> String {
      row.map { "reached by \($0.walk.id) of \($0.walk.person) at \($0.walk.start)" }
        ?? "not reached"
    }
    var expected: [Int: MilestoneReached] = [:]
    var total: Int128 = 0
    var next = stored.plan.reachedCount(total: .zero)
    for walk in walks {
      total += Int128(walk.content.distance.micrometers)
      while next < stored.plan.milestones.count,
        Int128(stored.plan.milestones[next].threshold.micrometers) <= total
      {
        expected[next] = MilestoneReached(index: next, walk: walk.order)
        next += 1
      }
    }
    let rows = Dictionary(stored.milestones.map { ($0.index, $0) }, uniquingKeysWith: { a, _ in a })
    for index in Set(rows.keys).union(expected.keys).sorted()
    where rows[index] != expected[index] {
      compare("milestone \(index)", text(rows[index]), text(expected[index]))
    }
  }

  private static func compareDays(
    _ stored: StoredTeam.StoredQuest, _ walks: [Activity], zone: Zone,
    _ compare: (String, String, String) -> Void
  ) {
    var expected: [Day: (sum: Int128, walks: Int64)] = [:]
    for walk in walks {
      let old = expected[zone.day(at: walk.content.start)] ?? (0, 0)
      expected[zone.day(at: walk.content.start)] = (
        old.sum + Int128(walk.content.distance.micrometers), old.walks + 1
      )
    }
    for row in stored.days {
      let day = expected.removeValue(forKey: row.day) ?? (0, 0)
      if Int128(row.distance.micrometers) != day.sum || row.walks != day.walks {
        compare(
          "day \(row.day)", "\(row.distance.micrometers) µm in \(row.walks)",
          "\(day.sum) µm in \(day.walks)")
      }
    }
    for (day, sum) in expected.sorted(by: { $0.key < $1.key }) {
      compare("day \(day)", "missing", "\(sum.sum) µm in \(sum.walks)")
    }
  }

  private static func comparePeople(
    _ stored: StoredTeam.StoredQuest, _ walks: [Activity],
    _ compare: (String, String, String) -> Void
  ) {
    var expected: [PersonID: (sum: Int128, walks: Int64)] = [:]
    for walk in walks where !walk.content.isPrivate {
      let old = expected[walk.key.person] ?? (0, 0)
      expected[walk.key.person] = (
        old.sum + Int128(walk.content.distance.micrometers), old.walks + 1
      )
    }
    for row in stored.people {
      let person = expected.removeValue(forKey: row.person) ?? (0, 0)
      if Int128(row.distance.micrometers) != person.sum || row.walks != person.walks {
        compare(
          "public total of \(row.person)", "\(row.distance.micrometers) µm in \(row.walks)",
          "\(person.sum) µm in \(person.walks)")
      }
    }
    for (person, sum) in expected.sorted(by: { $0.key < $1.key }) {
      compare("public total of \(person)", "missing", "\(sum.sum) µm in \(sum.walks)")
    }
  }

  private static func compareSpans(
    _ stored: StoredTeam.StoredQuest, _ walks: [Activity],
    _ compare: (String, String, String) -> Void
  ) {
    struct Key: Hashable {
      var person: PersonID
      var span: WalkSpan
      var text: String {
        "public total of \(person) in the \(span.level) span \(span.number)"
      }
    }
    var expected: [Key: (sum: Int128, walks: Int64)] = [:]
    for walk in walks where !walk.content.isPrivate {
      for level in WalkSpan.Level.allCases {
        let key = Key(person: walk.key.person, span: WalkSpan(level, at: walk.content.start))
        let old = expected[key] ?? (0, 0)
        expected[key] = (old.sum + Int128(walk.content.distance.micrometers), old.walks + 1)
      }
    }
    for row in stored.spans {
      let key = Key(person: row.person, span: row.span)
      let span = expected.removeValue(forKey: key) ?? (0, 0)
      if Int128(row.distance.micrometers) != span.sum || row.walks != span.walks {
        compare(
          key.text, "\(row.distance.micrometers) µm in \(row.walks)",
          "\(span.sum) µm in \(span.walks)")
      }
    }
    for (key, sum) in expected.sorted(by: {
      ($0.key.span, $0.key.person) < ($1.key.span, $1.key.person)
    }) {
      compare(key.text, "missing", "\(sum.sum) µm in \(sum.walks)")
    }
  }
}
