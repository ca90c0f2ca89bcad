/// What a person is told of a week, as people read it.
public struct WeeklySummary: Sendable {
  /// The first and the last day.
  public let from: String
  public let until: String
  /// What the person walked, and in how many walks.
  public let walked: String
  public let walks: Int
  public let quests: [QuestWeek]

  public init(from: String, until: String, walked: String, walks: Int, quests: [QuestWeek]) {
    self.from = from
    self.until = until
    self.walked = walked
    self.walks = walks
    self.quests = quests
  }
}

/// What a person is told of a team's week on a quest, as people read it.
public struct QuestWeek: Sendable {
  public let quest: String
  public let team: String
  /// What the team walked in the week.
  public let walked: String
  /// Such as `120 mi of 500 mi (24.0 %)`.
  public let total: String
  /// What is left; nil where the quest is finished.
  public var remaining: String?
  /// The name of the waypoint that the team passed last.
  public var lastWaypoint: String?
  /// The next waypoint's name, and what is left to walk to it.
  public var nextWaypoint: (name: String?, remaining: String)?
  /// What the team reached in the week.
  public var milestones: [ReachedMilestone] = []
  /// The day of the expected arrival.
  public var arrival: String?
  /// The quest's id.
  public let id: String

  public init(quest: String, team: String, walked: String, total: String, id: String) {
    self.quest = quest
    self.team = team
    self.walked = walked
    self.total = total
    self.id = id
  }
}

extension QuestMessages {
  public func weekly(
    _ to: MailAddress, _ summary: WeeklySummary, unsubscribe: String
  ) -> MailMessage {
    let walks = summary.walks == 1 ? "1 walk" : "\(summary.walks) walks"
    let own =
      summary.walks == 0 ? "You logged no walk." : "You walked \(summary.walked) in \(walks)."
    return message(
      to, "your week",
      [.paragraph("The week from \(summary.from) to \(summary.until):\n\(own)")]
        + summary.quests.flatMap(parts), unsubscribe: unsubscribe)
  }

  private func parts(_ week: QuestWeek) -> [MessageBody.Part] {
    var lines = [
      "\(shown(week.team) ?? "Your team") walked \(week.walked) on "
        + "\(shown(week.quest) ?? "its quest") this week.",
      "The team is at \(week.total)"
        + (week.remaining.map { ", and \($0) remain." } ?? ": the quest is completed."),
    ]
    if let last = week.lastWaypoint.flatMap(shown) {
      lines.append("The last waypoint was \(last).")
    }
    if let (name, remaining) = week.nextWaypoint {
      lines.append("It is \(remaining) to \(name.flatMap(shown) ?? "the next waypoint").")
    }
    if let arrival = week.arrival { lines.append("At this pace the team arrives on \(arrival).") }
    var parts: [MessageBody.Part] = [.paragraph(lines.joined(separator: "\n"))]
    if !week.milestones.isEmpty {
      parts += [
        .paragraph("Reached this week:"), .list(week.milestones.map(shown)),
      ]
    }
    return parts + [
      .link("The quest, for those who may see the team", to: address(ofQuest: week.id))
    ]
  }
}
