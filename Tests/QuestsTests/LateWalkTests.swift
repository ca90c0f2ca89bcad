import CivilTime
import Geodesy
import LedgerConformance
import Quests
import Testing

/// A walk that comes late costs what its milestones ask for, not what the quest has seen.
@Suite struct LateWalkTests {
  private static let zones = ZoneCatalog()
  private static let person = PersonID(high: 0, low: 1)
  private static let team = TeamID(high: 0, low: 1)
  private static let quest = QuestID(high: 0, low: 1)
  private static let zone = "America/New_York"
  /// 2026-01-01T12:00Z.
  private static let noon: Int64 = 1_767_268_800
  private static let days: Int64 = 400
  private static let walksADay: Int64 = 10

  private static func moment(_ day: Int64, _ minute: Int64 = 0) -> Instant {
    Instant(microseconds: (noon + day * 86_400 + minute * 60) * 1_000_000)
  }

  private static func log(
    _ number: Int64, _ start: Instant, _ meters: Int64
  ) -> LedgerCommand {
    LedgerCommand(
      .log(
        ActivityKey(person: person, id: ActivityID(high: 1, low: UInt64(number))),
        ActivityContent(start: start, distance: Distance(micrometers: meters * 1_000_000)),
        zone: zone),
      at: moment(days + 1), actor: person)
  }

  @Test(arguments: [0, 17, 200, 399])
  func readsTheDaysOfItsMilestonesAlone(_ day: Int64) throws {
    let ledger = MemoryLedger()
    var fold = LedgerFold(facts: ledger, zones: Self.zones)
    func tell(_ action: LedgerCommand.Action) throws {
      _ = try fold.apply(LedgerCommand(action, at: Self.moment(0, -60), actor: Self.person))
    }
    try tell(.createTeam(Self.team, name: "Late", isPublic: false, founder: Self.person))
    let plan = try QuestPlan(
      route: RouteVersion(route: RouteID(high: 0, low: 1), version: 1), course: .once,
      scale: Scale(
        questLength: Distance(micrometers: 10_000_000_000_000),
        officialLength: Distance(micrometers: 10_000_000_000_000)), waypoints: [])
    try tell(
      .createQuest(
        QuestDraft(
          id: Self.quest, team: Self.team, name: "Late", start: Self.moment(0, -60),
          end: Self.moment(2_000), zone: Self.zone, plan: plan)))
    // 4,000 km in all: the first quarter is reached on day 250.
    for number in 0..<Self.days * Self.walksADay {
      let (day, walk) = number.quotientAndRemainder(dividingBy: Self.walksADay)
      _ = try fold.apply(Self.log(number, Self.moment(day, walk), 1_000))
    }
    ledger.apply(try fold.finish())
    let before = ledger.quests[Self.quest]?.milestones.map(\.index)

    fold = LedgerFold(facts: ledger, zones: Self.zones)
    ledger.walksRead = 0
    _ = try fold.apply(Self.log(10_000, Self.moment(day, 30), 1_000))
    ledger.apply(try fold.finish())
    #expect(ledger.quests[Self.quest]?.milestones.map(\.index) == before)
    // Two days at most: that of the quarter, and none else.
    #expect(ledger.walksRead <= 2 * Int(Self.walksADay) + 2)
  }
}
