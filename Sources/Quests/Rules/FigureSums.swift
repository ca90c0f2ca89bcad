public import CivilTime
internal import Geodesy

/// What walks add to a quest's figures of days, people and spans, or take from them.
public struct FigureSums: Sendable {
  public struct Sum: Sendable {
    public var micrometers: Int64 = 0
    public var walks: Int64 = 0

    /// Whether it changes nothing.
    public var isNone: Bool { micrometers == 0 && walks == 0 }

    mutating func add(_ walk: Contribution, _ sign: Int64) {
      micrometers += sign * walk.distance.micrometers
      walks += sign
    }
  }

  public struct SpanKey: Hashable, Sendable {
    public var span: WalkSpan
    public var person: PersonID
  }

  public private(set) var days: [Day: Sum] = [:]
  public private(set) var people: [PersonID: Sum] = [:]
  public private(set) var spans: [SpanKey: Sum] = [:]

  public init() {}

  /// Counts a walk, or with a sign of -1 takes it back.
  ///
  /// - Parameter zone: the quest's.
  public mutating func add(_ walk: Contribution, sign: Int64 = 1, zone: Zone) {
    days[zone.day(at: walk.start), default: Sum()].add(walk, sign)
    if walk.isPrivate { return }
    let person = walk.key.activity.person
    people[person, default: Sum()].add(walk, sign)
    for level in WalkSpan.Level.allCases {
      let key = SpanKey(span: WalkSpan(level, at: walk.start), person: person)
      spans[key, default: Sum()].add(walk, sign)
    }
  }

  /// The rows, in the order of their keys.
  public func dayChanges(_ team: TeamID, _ quest: QuestID) -> [LedgerChanges.DayChange] {
    days.filter { !$0.value.isNone }.sorted { $0.key < $1.key }.map { day, sum in
      LedgerChanges.DayChange(
        team: team, quest: quest, day: day, distance: Distance(micrometers: sum.micrometers),
        walks: sum.walks)
    }
  }

  public func personChanges(_ team: TeamID, _ quest: QuestID) -> [LedgerChanges.PersonChange] {
    people.filter { !$0.value.isNone }.sorted { $0.key < $1.key }.map { person, sum in
      LedgerChanges.PersonChange(
        team: team, quest: quest, person: person,
        distance: Distance(micrometers: sum.micrometers), walks: sum.walks)
    }
  }

  public func spanChanges(_ team: TeamID, _ quest: QuestID) -> [LedgerChanges.SpanChange] {
    spans.filter { !$0.value.isNone }.sorted {
      ($0.key.span, $0.key.person) < ($1.key.span, $1.key.person)
    }.map { key, sum in
      LedgerChanges.SpanChange(
        team: team, quest: quest, span: key.span, person: key.person,
        distance: Distance(micrometers: sum.micrometers), walks: sum.walks)
    }
  }
}
