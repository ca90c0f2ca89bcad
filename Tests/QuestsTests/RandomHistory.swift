import CivilTime
import Geodesy
import LedgerConformance
import Quests
import Routes

/// A random life of a few people and teams, told to the rules and to the model, command by command.
struct RandomHistory {
  struct Divergence: Error, CustomStringConvertible {
    var description: String
  }

  static let zoneNames = [
    "Pacific/Auckland", "America/New_York", "Asia/Kathmandu", "UTC", "Asia/Beirut",
  ]
  static let walkZones = zoneNames + ["+09:00", "-03:30", "+00:00"]
  static let tick: Int64 = 3 * 3600 * 1_000_000 + 1_800_000_000

  let zones: ZoneCatalog
  var random: SplitMix64
  let model = LedgerModel()
  let ledger = MemoryLedger()
  var now: Instant
  var fold: LedgerFold<MemoryLedger>
  var commands = 0
  /// What has happened at all, so that nobody trusts histories in which nothing does.
  private(set) var refusals: Set<LedgerError.Code> = []
  var events: Set<TeamEvent.Kind> {
    Set(teams.flatMap { ledger.events[$0] ?? [] }.map(\.kind))
  }
  private var nextQuest: UInt64 = 1

  let people = (1...4).map { PersonID(high: 0, low: $0) }
  let teams = (1...2).map { TeamID(high: 0, low: $0) }
  var plans: [QuestPlan] = []

  init(seed: UInt64, zones: ZoneCatalog) throws {
    self.zones = zones
    random = SplitMix64(seed: seed)
    // Around the changes of the clocks, in both halves of the year.
    let dawn: [Int64] = [1_772_600_000, 1_775_100_000, 1_790_300_000, 1_793_400_000]
    now = Instant(microseconds: random.element(of: dawn) * 1_000_000)
    fold = LedgerFold(facts: ledger, zones: zones)
    for _ in 0..<3 { plans.append(try Self.plan(&random)) }
  }

  private static func plan(_ random: inout SplitMix64) throws -> QuestPlan {
    let official = Int64(random.int(20...60)) * 1_000_003
    let quest = random.chance(0.5) ? official : Int64(random.int(10...90)) * 700_001
    let scale = try Scale(
      questLength: Distance(micrometers: quest), officialLength: Distance(micrometers: official))
    let places = (0..<random.int(0...5)).map { _ in
      random.chance(0.15) ? 0 : Int64(random.next() % UInt64(official + 1))
    }.sorted()
    let waypoints = places.enumerated().map { index, place in
      Milestone(
        key: .waypoint(index, pass: 1), name: nil, place: Distance(micrometers: place),
        // ceil, once more, where 64 bits are enough
        threshold: Distance(micrometers: (place * quest + official - 1) / official))
    }
    return try QuestPlan(
      route: RouteVersion(
        route: RouteID(high: 0, low: UInt64(random.int(1...2))), version: random.int(1...2)),
      course: .once, scale: scale, waypoints: waypoints,
      percentages: random.chance(0.5) ? [25, 50, 75, 100] : [33, 100])
  }

  /// - Throws: the first divergence.
  mutating func run() throws {
    for team in teams {
      try tell(
        .createTeam(
          team, name: "Team \(team)", isPublic: false, founder: random.element(of: people)))
    }
    for _ in 0..<random.int(15...45) {
      if random.chance(0.4) {
        now = now.advanced(byMicroseconds: Int64(random.int(1...6)) * Self.tick)
      }
      try tell(action())
      if random.chance(0.4) { try write() }
      if random.chance(0.05) {
        try write()
        try compareEverything()
      }
    }
    try write()
    try compareEverything()
  }

  // MARK: What happens

  private mutating func moment() -> Instant {
    // The edges of windows and stays are where half-open intervals go wrong.
    if random.chance(0.3) {
      let edges =
        model.journeys.flatMap { [$0.start, $0.end] }
        + model.periods.flatMap { [$0.joined, $0.left ?? $0.joined] }
      if !edges.isEmpty {
        return random.element(of: edges).advanced(byMicroseconds: Int64(random.int(-1...1)))
      }
    }
    return now.advanced(
      byMicroseconds: -Int64(random.int(-1...24)) * Self.tick / 2 + Int64(random.int(0...1)))
  }

  private mutating func content() -> ActivityContent {
    var micrometers = Int64(random.int(1...9)) * 1_300_007
    if random.chance(0.25), let quest = model.journeys.last {
      // Exactly up to a milestone, or one short of it.
      let total = model.total(quest)
      let ahead = quest.plan.milestones.map(\.threshold.micrometers).filter { $0 > total }
      if !ahead.isEmpty {
        micrometers = random.element(of: ahead) - total - Int64(random.int(0...1))
      }
    }
    if random.chance(0.02) { micrometers = random.chance(0.5) ? 0 : 500_000_000_001 }
    return ActivityContent(
      start: moment(), distance: Distance(micrometers: micrometers),
      source: random.chance(0.2) ? "app" : nil,
      note: random.chance(0.2) ? "note \(random.int(0...2))" : nil,
      isPrivate: random.chance(0.25),
      zone: random.chance(0.2) ? random.element(of: Self.walkZones) : nil)
  }

  private mutating func key() -> ActivityKey {
    // Few ids: other people have equal ones, and they repeat.
    ActivityKey(
      person: random.element(of: people), id: ActivityID(high: 0, low: UInt64(random.int(1...9))))
  }

  private mutating func action() -> LedgerCommand.Action {
    let team = random.element(of: teams)
    let person = random.element(of: people)
    let walk = model.walks.isEmpty ? nil : random.element(of: model.walks)
    let quest = model.journeys.isEmpty ? nil : random.element(of: model.journeys)
    switch random.int(0...99) {
    case 0..<38:
      return .log(key(), content(), zone: random.element(of: Self.walkZones))
    case 38..<48:
      // The first copy once more, perhaps long after edits and the deletion.
      guard let walk else { return .delete(key(), expectedRevision: nil) }
      return .log(walk.key, walk.first, zone: random.element(of: Self.walkZones))
    case 48..<60:
      guard let walk else { return .edit(key(), content(), expectedRevision: nil) }
      var content = random.chance(0.3) ? walk.now : content()
      if random.chance(0.2) { content.isPrivate.toggle() }
      return .edit(walk.key, content, expectedRevision: expected(walk.revision))
    case 60..<66:
      guard let walk else { return .delete(key(), expectedRevision: nil) }
      return .delete(walk.key, expectedRevision: expected(walk.revision))
    case 66..<74:
      return .join(team, person, random.chance(0.3) ? .admin : .member, from: min(moment(), now))
    case 74..<79:
      return .leave(team, person, from: random.chance(0.5) ? now : min(moment(), now))
    case 79..<81:
      return .setRole(team, person, random.chance(0.5) ? .admin : .member)
    case 81..<90:
      if random.chance(0.1), let quest { return .createQuest(quest.draft) }
      let start = moment()
      nextQuest += 1
      return .createQuest(
        QuestDraft(
          id: QuestID(high: 0, low: nextQuest), team: team, name: "Quest \(nextQuest)",
          start: start,
          end: start.advanced(byMicroseconds: Int64(random.int(0...40)) * Self.tick),
          zone: random.element(of: Self.zoneNames), plan: random.element(of: plans),
          hidesAhead: random.chance(0.3)))
    case 90..<95:
      guard let quest else { return .advanceQuest(QuestID(high: 0, low: 999)) }
      return .changeQuest(quest.draft.id, change(quest), expectedRevision: expected(quest.revision))
    case 95 where random.chance(0.4): return .erase(person)
    case 96 where random.chance(0.2): return .dissolveTeam(team)
    case 95..<97:
      return .cancelQuest(quest?.draft.id ?? QuestID(high: 0, low: 999))
    default:
      return .advanceQuest(quest?.draft.id ?? QuestID(high: 0, low: 999))
    }
  }

  private mutating func expected(_ revision: Int64) -> Int64? {
    random.chance(0.6) ? nil : revision - Int64(random.int(0...2) / 2)
  }

  private mutating func change(_ quest: LedgerModel.Journey) -> QuestChange {
    var change = QuestChange()
    if random.chance(0.3) { change.name = "Renamed" }
    if random.chance(0.4) { change.start = moment() }
    if random.chance(0.4) {
      change.end = (change.start ?? quest.start).advanced(
        byMicroseconds: Int64(random.int(1...40)) * Self.tick)
    }
    if random.chance(0.3) { change.zone = random.element(of: Self.zoneNames) }
    if random.chance(0.4) { change.plan = random.element(of: plans) }
    if random.chance(0.2) { change.hidesAhead = random.chance(0.5) }
    return change
  }

  // MARK: Telling and comparing

  private mutating func tell(_ action: LedgerCommand.Action) throws {
    commands += 1
    let command = LedgerCommand(action, at: now, actor: people[0])
    let expected = model.perform(command)
    let got: LedgerModel.Outcome
    do {
      let answer = try fold.apply(command)
      got =
        switch answer {
        case .logged(let answer, let isRepeat):
          .logged(answer.deltas.map(LedgerModel.Delta.init), isRepeat: isRepeat)
        case .edited(let answer):
          .edited(answer.deltas.map(LedgerModel.Delta.init), revision: answer.revision)
        case .deleted(let answer): .deleted(answer.deltas.map(LedgerModel.Delta.init))
        default: .done
        }
    } catch {
      got = .refused(error.code)
      refusals.insert(error.code)
    }
    if got != expected {
      throw Divergence(
        description: "command \(commands), \(command): the rules say \(got), the model \(expected)")
    }
  }

  private mutating func write() throws {
    ledger.apply(try fold.finish())
    fold = LedgerFold(facts: ledger, zones: zones)
  }

  private func same<T: Equatable>(_ what: String, _ stored: T, _ expected: T) throws {
    if stored == expected { return }
    throw Divergence(
      description: "after command \(commands): \(what) is \(stored), the model says \(expected)")
  }

  private func compareEverything() throws {
    for team in teams {
      let periods = ledger.memberships(in: team).map {
        LedgerModel.Stay(
          team: team, person: $0.person, role: $0.role, joined: $0.joined, left: $0.left)
      }
      try same(
        "the end of a team", ledger.team(team)?.team.dissolvedAt, model.dissolved[team])
      try same("the stays", Set(periods), Set(model.periods.filter { $0.team == team }))
      let records = ledger.team(team)?.quests ?? []
      let journeys = model.journeys(of: team).map { model.journeys[$0] }
      try same("the number of quests", records.count, journeys.count)
      for (record, journey) in zip(records, journeys) { try compare(record, journey) }
      for (index, a) in records.map(\.quest).enumerated() where a.start < a.end {
        for b in records[..<index].map(\.quest) where b.start < b.end {
          try same("whether two windows overlap", a.start < b.end && b.start < a.end, false)
        }
      }
      try compareEvents(team)
      if let stored = ledger.stored(team) {
        let found = try LedgerAudit.differences(in: stored, zones: zones)
        try same("the audit of \(team)", found, [])
      }
    }
    try same("who is erased", ledger.erased, model.erased)
    for entry in ledger.changeLog {
      let named = [entry.actor, entry.person].compactMap { $0 }.filter(model.erased.contains)
      // The history's own actor goes on acting when it is erased.
      try same("whom \(entry) names", named.filter { $0 != people[0] }, [])
    }
    try same("the number of activities", ledger.activities.count, model.walks.count)
    for walk in model.walks {
      let stored = ledger.activities[walk.key]
      try same("an activity", stored?.content, walk.now)
      try same("a first content", stored?.first, walk.first)
      try same("a tombstone", stored?.isDeleted, walk.isDeleted)
      try same("a revision", stored?.revision, walk.revision)
      let day = try zones.zone(namedOrOffset: walk.zone).day(at: walk.now.start)
      try same("a zone", stored?.zone, walk.zone)
      try same("a day", stored?.day, day)
    }
  }

  private func compare(_ record: QuestRecord, _ journey: LedgerModel.Journey) throws {
    let (quest, id) = (record.quest, record.quest.id)
    let rows = ledger.quests[id] ?? MemoryLedger.QuestRows()
    try same("a start", quest.start, journey.start)
    try same("an end", quest.end, journey.end)
    try same("a zone", quest.zone, journey.zone)
    try same("a closing", quest.closing, journey.closing)
    try same("whether what is ahead is hidden", quest.hidesAhead, journey.hidesAhead)
    try same("the plans", quest.plans, journey.plans.map(\.id))
    try same("a revision", quest.revision, journey.revision)
    let counted = model.counted(for: journey)
    try same("a total", record.tally.total.micrometers, model.total(journey))
    try same("a number of walks", record.tally.walks, Int64(counted.count))
    try same(
      "the contributions", ledger.walks(of: id, from: .first, until: nil).map(\.key.activity),
      counted.map(\.key))

    var expected: [MilestoneReached] = []
    var days: [Day: DayTotal] = [:]
    var people: [PersonID: PersonTotal] = [:]
    let zone = try zones.zone(named: journey.zone)
    var total: Int64 = 0
    for walk in counted {
      let before = total
      total += walk.now.distance.micrometers
      for (index, milestone) in journey.plan.milestones.enumerated()
      where before < milestone.threshold.micrometers && milestone.threshold.micrometers <= total {
        expected.append(
          MilestoneReached(
            index: index,
            walk: WalkOrder(start: walk.now.start, id: walk.key.id, person: walk.key.person)))
      }
      let day = zone.day(at: walk.now.start)
      let old = days[day] ?? DayTotal(day: day, distance: .zero, walks: 0)
      days[day] = DayTotal(
        day: day,
        distance: Distance(
          micrometers: old.distance.micrometers + walk.now.distance.micrometers),
        walks: old.walks + 1)
      if walk.now.isPrivate { continue }
      let person = walk.key.person
      let sum = people[person] ?? PersonTotal(person: person, distance: .zero, walks: 0)
      people[person] = PersonTotal(
        person: person,
        distance: Distance(
          micrometers: sum.distance.micrometers + walk.now.distance.micrometers),
        walks: sum.walks + 1)
    }
    try same("the milestones", rows.milestones.sorted { $0.index < $1.index }, expected)
    try same("the days", rows.days.filter { $0.value.walks != 0 }, days)
    try same("the people", rows.people.filter { $0.value.walks != 0 }, people)
  }

  /// Reached and retracted alternate, end where the totals are, and name nobody in private.
  private func compareEvents(_ team: TeamID) throws {
    var reached: [QuestID: Set<MilestoneKey>] = [:]
    for event in ledger.events[team] ?? [] {
      if let key = event.milestone, let quest = event.quest {
        let isReached = event.kind == .milestoneReached
        let changed =
          isReached
          ? reached[quest, default: []].insert(key).inserted
          : reached[quest, default: []].remove(key) != nil
        try same("whether \(event.kind) of \(key) changes anything", changed, true)
      }
      let isErased = event.person.map(model.erased.contains) == true
      try same("whether \(event) names one erased", isErased, false)
      if let person = event.person, let id = event.activity {
        let walk = model.walks.first { $0.key == ActivityKey(person: person, id: id) }
        let isPrivate = walk.map { $0.now.isPrivate }
        try same("whether a named walk is private", isPrivate, false)
      }
    }
    for quest in model.journeys(of: team).map({ model.journeys[$0] }) {
      let total = model.total(quest)
      let expected = Set(
        quest.plan.milestones.filter { $0.threshold.micrometers <= total }.map(\.key))
      try same("what the events have reached", reached[quest.draft.id] ?? [], expected)
    }
  }
}

extension LedgerModel.Delta {
  init(_ delta: QuestDelta) {
    self.init(
      team: delta.team, quest: delta.quest, before: delta.totalBefore.micrometers,
      after: delta.totalAfter.micrometers, reached: delta.reached.map(\.key),
      retracted: delta.retracted.map(\.key), place: delta.place.micrometers,
      isFinished: delta.isFinished)
  }
}
