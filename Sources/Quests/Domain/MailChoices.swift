/// The messages that a person wants to get beside those about the account.
public struct MailChoices: OptionSet, Hashable, Sendable {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }

  /// Somebody invites the person to a team.
  public static let invitation = Self(rawValue: 1)
  /// A team of the person has reached a milestone.
  public static let milestone = Self(rawValue: 2)
  /// A team of the person has completed a quest.
  public static let completed = Self(rawValue: 4)
  /// What the person and the person's teams have walked in a week.
  public static let weekly = Self(rawValue: 8)

  /// What those want who have not chosen.
  public static let standard: Self = .invitation

  /// What follows from the events of teams.
  public static let news: Self = [.milestone, .completed]

  /// Each with the name that clients see.
  public static let names: [(choice: MailChoices, name: String)] = [
    (.invitation, "invitation"), (.milestone, "milestone"), (.completed, "completed"),
    (.weekly, "weekly"),
  ]
}
