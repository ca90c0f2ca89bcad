import Testing

@testable import Providers

@Suite struct QuestMessagesTests {
  /// Whoever invites a stranger chooses the team's name: it advertises nothing.
  @Test(
    arguments: [
      ("Long Haulers", true), ("Team St. Ives", true), ("We Walk.", true), ("A&B <b>", true),
      ("buy at evil.example", false), ("https://evil.example", false), ("write eve@evil", false),
      ("evil.example/x", false), ("www.evil.example", false),
      ("evil。example", false), ("evil．example now", false), ("evil․example", false),
      ("tel:+4912345", false), ("a\\b", false), ("Nice: a team", true), ("8:30 club", true),
    ])
  func namesThatAreLinksAreLeftOut(_ name: String, isShown: Bool) throws {
    let messages = QuestMessages(address: "https://quest.example")
    let message = messages.invitation(
      try MailAddress("ann@example.org"), team: name, code: "1234", until: "tomorrow",
      unsubscribe: "https://quest.example/u")
    #expect(message.text.contains(name) == isShown)
    #expect(message.unsubscribe == "https://quest.example/u")
    #expect(message.text.hasSuffix("https://quest.example/u"))
    #expect(message.body?.html(title: "", picture: nil).contains("<b>") == false)
  }

  /// Whoever makes a route writes its stories: they advertise nothing either, and stay as they are
  /// otherwise.
  @Test(
    arguments: [
      ("See https://evil.example/x?y.", "See https: //evil. example/x?y."),
      ("www.evil.example", "www. evil. example"), ("evil。example", "evil。 example"),
      ("mailto:eve@evil.example", "mailto: eve @ evil. example"),
      ("Built in 1.5 years, by 10:30, e.g. and/or 3.5 km. The end.", nil),
      ("峠です。次は12.5キロ。", nil), ("Line\none @ two", nil),
    ])
  func storiesHaveNoLinks(_ story: String, _ shown: String?) throws {
    let messages = QuestMessages(address: "https://quest.example")
    // Even the abbreviation keeps its letters.
    let expected = shown ?? story.replacing("e.g.", with: "e. g.")
    let message = messages.milestones(
      try MailAddress("ann@example.org"), quest: "Q", team: "T",
      milestones: [(reached: .share(50), story: story)], walked: "1 km",
      unsubscribe: "https://quest.example/u")
    #expect(message.text.contains("\n\n\(expected)\n\n"), "\(message.text)")
  }

  @Test func milestonesThatWereReachedTogetherAreToldTogether() throws {
    let messages = QuestMessages(address: "https://quest.example")
    func message(
      _ milestones: [(reached: ReachedMilestone, story: String?)]
    ) throws -> MailMessage {
      messages.milestones(
        try MailAddress("ann@example.org"), quest: "Q", team: "T", milestones: milestones,
        walked: "1 km", unsubscribe: "https://quest.example/u")
    }
    let one = try message([(reached: .waypoint("Hut"), story: "Soup.")])
    #expect(one.subject == "Mile Quest: a milestone")
    #expect(one.text.contains("“T” has reached “Hut” on “Q”:\n1 km.\n\n["), "\(one.text)")
    let several = try message([
      (reached: .waypoint("Hut"), story: "Soup."), (reached: .share(50), story: nil),
      (reached: .waypoint(nil), story: "Wind."),
    ])
    #expect(several.subject == "Mile Quest: milestones")
    #expect(several.text.contains("“T” has reached 3 milestones on “Q”:\n1 km."))
    #expect(
      several.text.contains(
        "\n\n“Hut”:\n\nSoup.\n\n50 % of the way\n\na milestone:\n\nWind.\n\n"), "\(several.text)")
  }

  /// Links lead to pages where there are any, and else to what the API has.
  @Test(arguments: [(false, "/v1/quests/7"), (true, "/quests/7")])
  func linksLeadToPagesWhereThereAreAny(_ hasPages: Bool, _ path: String) throws {
    let messages = QuestMessages(address: "https://quest.example", hasPages: hasPages)
    let ann = try MailAddress("ann@example.org")
    let week = QuestWeek(quest: "Q", team: "T", walked: "1 km", total: "2 km", id: "7")
    let summary = WeeklySummary(
      from: "2026-05-04", until: "2026-05-10", walked: "5.0 km", walks: 1, quests: [week])
    let weekly = messages.weekly(ann, summary, unsubscribe: "https://quest.example/u").text
    #expect(weekly.contains("\nhttps://quest.example\(path)\n"), "\(weekly)")
    let done = messages.completed(
      ann, quest: "Q", id: "7", team: "T", walked: "2 km", unsubscribe: "https://quest.example/u"
    ).text
    let certificate = hasPages ? path : path + "/certificate.pdf"
    #expect(done.contains("\nhttps://quest.example\(certificate)\n"), "\(done)")
    let invitation = messages.invitation(
      ann, team: "T", code: "12-34", until: "then", unsubscribe: "https://quest.example/u"
    ).text
    #expect(invitation.contains("https://quest.example/invites/12-34\n") == hasPages)
  }

  @Test func aWeekIsToldInPlainWords() throws {
    var going = QuestWeek(
      quest: "Along the coast", team: "Coasters", walked: "12.0 km",
      total: "60.0 km of 100.0 km (60.0 %)", id: "1")
    going.remaining = "40.0 km"
    going.lastWaypoint = "Hut"
    going.nextWaypoint = ("www.evil.example", "3.5 km")
    going.milestones = [.share(50), .waypoint("Hut"), .waypoint("evil.example/x")]
    going.arrival = "2026-06-01"
    let done = QuestWeek(
      quest: "evil.example/x", team: "see www.evil.example", walked: "1.0 km",
      total: "9.0 km of 9.0 km (100.0 %)", id: "2")
    var summary = WeeklySummary(
      from: "2026-05-04", until: "2026-05-10", walked: "5.0 km", walks: 1, quests: [going, done])
    let messages = QuestMessages(address: "https://quest.example")
    func text() throws -> String {
      messages.weekly(
        try MailAddress("ann@example.org"), summary, unsubscribe: "https://quest.example/u"
      ).text
    }
    #expect(
      try text() == """
        Hello,

        The week from 2026-05-04 to 2026-05-10:
        You walked 5.0 km in 1 walk.

        “Coasters” walked 12.0 km on “Along the coast” this week.
        The team is at 60.0 km of 100.0 km (60.0 %), and 40.0 km remain.
        The last waypoint was “Hut”.
        It is 3.5 km to the next waypoint.
        At this pace the team arrives on 2026-06-01.

        Reached this week:

        - 50 % of the way
        - “Hut”
        - a milestone

        The quest, for those who may see the team
        https://quest.example/v1/quests/1

        Your team walked 1.0 km on its quest this week.
        The team is at 9.0 km of 9.0 km (100.0 %): the quest is completed.

        The quest, for those who may see the team
        https://quest.example/v1/quests/2

        Mile Quest

        No more messages of this kind
        https://quest.example/u
        """)
    summary = WeeklySummary(
      from: "2026-05-04", until: "2026-05-10", walked: "0 m", walks: 0, quests: [])
    #expect(try text().contains("You logged no walk."))
  }
}
