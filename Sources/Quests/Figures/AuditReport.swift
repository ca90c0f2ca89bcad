/// Where the stored figures differ from what the activities come to.
public struct AuditDifference: Hashable, Sendable, CustomStringConvertible {
  /// Nil for a figure of a person.
  public let team: TeamID?
  public let quest: QuestID?
  /// Nil for a figure of a team.
  public let person: PersonID?
  /// What differs, such as `total` or `contribution`.
  public let what: String
  public let stored: String
  public let expected: String

  public init(team: TeamID, quest: QuestID?, what: String, stored: String, expected: String) {
    self.team = team
    self.quest = quest
    person = nil
    self.what = what
    self.stored = stored
    self.expected = expected
  }

  public init(person: PersonID, what: String, stored: String, expected: String) {
    team = nil
    quest = nil
    self.person = person
    self.what = what
    self.stored = stored
    self.expected = expected
  }

  public var description: String {
    let whose = [
      team.map { "team \($0)" }, quest.map { "quest \($0)" }, person.map { "person \($0)" },
    ].compactMap { $0 }.joined(separator: ", ")
    return "\(whose): \(what) is \(stored), the activities come to \(expected)"
  }
}

/// What an audit has seen and found.
public struct AuditReport: Hashable, Sendable {
  public var teams = 0
  public var quests = 0
  public var contributions = 0
  /// The first of them; `differenceCount` counts all.
  public var differences: [AuditDifference] = []
  public var differenceCount = 0

  /// After this many the rest is only counted.
  public static let mostDifferences = 1_000

  public init() {}

  public var isClean: Bool { differenceCount == 0 }

  public mutating func add(_ found: [AuditDifference]) {
    differenceCount += found.count
    differences += found.prefix(max(Self.mostDifferences - differences.count, 0))
  }
}
