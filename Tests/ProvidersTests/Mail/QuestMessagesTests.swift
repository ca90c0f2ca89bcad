import Testing

@testable import Providers

@Suite struct QuestMessagesTests {
  /// Whoever invites a stranger chooses the team's name: it advertises nothing.
  @Test(
    arguments: [
      ("Long Haulers", true), ("Team St. Ives", true), ("We Walk.", true), ("A&B <b>", true),
      ("buy at evil.example", false), ("https://evil.example", false), ("write eve@evil", false),
      ("evil.example/x", false), ("www.evil.example", false),
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
}
