/// What a team has reached, for a message.
public enum ReachedMilestone: Hashable, Sendable {
  /// A waypoint by its name.
  case waypoint(String?)
  /// So many percent of the way.
  case share(Int)
}

/// What people are told by mail of teams and quests, in one place.
///
/// Names are chosen by others: those that look like an address of a page are left out.
public struct QuestMessages: Sendable {
  /// What the service calls itself.
  let service: String
  /// Where the service is reached, such as `https://quests.example`.
  let address: String

  public init(service: String = "Mile Quest", address: String) {
    self.service = service
    self.address = address
  }

  func message(
    _ to: MailAddress, _ subject: String, _ parts: [MessageBody.Part], unsubscribe: String
  ) -> MailMessage {
    var message = MailMessage(
      to: to, subject: "\(service): \(subject)",
      body: MessageBody(
        [.paragraph("Hello,")] + parts
          + [.paragraph(service), .link("No more messages of this kind", to: unsubscribe)]))
    message.unsubscribe = unsubscribe
    return message
  }

  /// A name as others may see it; nil for one that programs would make a link of.
  func shown(_ name: String) -> String? {
    let isLink =
      name.contains { "@/\\".contains($0) || Self.otherSlashes.contains($0) }
      || name.split(whereSeparator: \.isWhitespace).contains { word in
        // A dot between letters is a host's; letters, a colon and more are `tel:` and its like.
        word.dropFirst().dropLast().contains { $0 == "." || Self.otherDots.contains($0) }
          || word.first?.isLetter == true && word.dropLast().contains(":")
      }
    return isLink ? nil : "“\(name)”"
  }

  /// What browsers and mail programs take for a dot (UTS 46), and what looks like one.
  private static let otherDots: Set<Character> = ["。", "．", "｡", "․", "﹒"]
  private static let otherSlashes: Set<Character> = ["／", "＼", "⁄", "∕", "＠"]

  func shown(_ milestone: ReachedMilestone) -> String {
    switch milestone {
    case .waypoint(let name): name.flatMap(shown) ?? "a milestone"
    case .share(let percent): "\(percent) % of the way"
    }
  }

  /// - Parameters:
  ///   - code: with which whoever has it joins.
  ///   - until: when that ends, as people read it.
  public func invitation(
    _ to: MailAddress, team: String, code: String, until: String, unsubscribe: String
  ) -> MailMessage {
    let name = shown(team).map { "the team \($0)" } ?? "a team"
    return message(
      to, "an invitation",
      [
        .paragraph("You are invited to join \(name), which walks a route together. The code is"),
        .code(code),
        .paragraph(
          "Redeem it in your app, or with the service at \(address). It is good until \(until),\n"
            + "and once."),
        .paragraph("If you do not know who invites you, do nothing."),
      ], unsubscribe: unsubscribe)
  }

  /// - Parameters:
  ///   - story: what the route tells of it.
  ///   - walked: how far the team is, as people read it.
  public func milestone(
    _ to: MailAddress, quest: String, team: String, milestone: ReachedMilestone, story: String?,
    walked: String, unsubscribe: String
  ) -> MailMessage {
    message(
      to, "a milestone",
      [
        .paragraph(
          "\(shown(team) ?? "Your team") has reached \(shown(milestone)) on \(shown(quest) ?? "its quest"):\n"
            + "\(walked)."), .picture("A map of the way so far."),
      ] + (story.map { [.paragraph($0)] } ?? []), unsubscribe: unsubscribe)
  }

  /// - Parameter certificate: the path at which the service has it.
  public func completed(
    _ to: MailAddress, quest: String, team: String, walked: String, certificate: String,
    unsubscribe: String
  ) -> MailMessage {
    message(
      to, "quest completed",
      [
        .paragraph(
          "\(shown(team) ?? "Your team") has completed \(shown(quest) ?? "its quest"): \(walked)."),
        .link("The certificate, for those who may see the team", to: address + certificate),
      ], unsubscribe: unsubscribe)
  }
}
