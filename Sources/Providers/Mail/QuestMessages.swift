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
  /// Whether the pages of the browser client are there, which links then lead to.
  let hasPages: Bool

  public init(service: String = "Mile Quest", address: String, hasPages: Bool = false) {
    self.service = service
    self.address = address
    self.hasPages = hasPages
  }

  /// Where people see a quest.
  func address(ofQuest id: String) -> String {
    "\(address)\(hasPages ? "" : "/v1")/quests/\(id)"
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

  /// A text as others may see it: what programs would make a link of is broken by blanks, and can still
  /// be read.
  func unlinked(_ text: String) -> String {
    let characters = Array(text)
    var broken = ""
    for (index, character) in characters.enumerated() {
      let before = index > 0 ? characters[index - 1] : " "
      let after = index + 1 < characters.count ? characters[index + 1] : " "
      let isWithin = !before.isWhitespace && !after.isWhitespace
      switch character {
      case "@", "＠": broken += isWithin ? " \(character) " : "\(character)"
      // `https://`, `mailto:` and their like, but no time of day.
      case ":" where isWithin && before.isLetter: broken += ": "
      // A host, but no number with decimals and no full stop of other scripts.
      case _ where character == "." || Self.otherDots.contains(character):
        broken += isWithin && after.isASCII && after.isLetter ? "\(character) " : "\(character)"
      default: broken.append(character)
      }
    }
    return broken
  }

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
    let ways: [MessageBody.Part] =
      hasPages
      ? [
        .link("Join, or look at it first", to: "\(address)/invites/\(code)"),
        .paragraph("It is good until \(until), and once."),
      ]
      : [
        .paragraph(
          "Redeem it in your app, or with the service at \(address). It is good until \(until),\n"
            + "and once.")
      ]
    return message(
      to, "an invitation",
      [
        .paragraph("You are invited to join \(name), which walks a route together. The code is"),
        .code(code),
      ] + ways + [.paragraph("If you do not know who invites you, do nothing.")],
      unsubscribe: unsubscribe)
  }

  /// - Parameters:
  ///   - milestones: one or more, in the order of the route; each with what the route tells of it.
  ///   - walked: how far the team is, as people read it.
  public func milestones(
    _ to: MailAddress, quest: String, team: String,
    milestones: [(reached: ReachedMilestone, story: String?)], walked: String, unsubscribe: String
  ) -> MailMessage {
    let isOne = milestones.count == 1
    let all =
      isOne ? milestones.map { shown($0.reached) }.joined() : "\(milestones.count) milestones"
    let name = shown(team) ?? "Your team"
    var parts: [MessageBody.Part] = [
      .paragraph("\(name) has reached \(all) on \(shown(quest) ?? "its quest"):\n\(walked)."),
      .picture("A map of the way so far."),
    ]
    for (reached, story) in milestones {
      if !isOne {
        let title = shown(reached)
        parts.append(.paragraph(story == nil ? title : title + ":"))
      }
      if let story { parts.append(.paragraph(unlinked(story))) }
    }
    return message(to, isOne ? "a milestone" : "milestones", parts, unsubscribe: unsubscribe)
  }

  /// - Parameter id: the quest's.
  public func completed(
    _ to: MailAddress, quest: String, id: String, team: String, walked: String,
    unsubscribe: String
  ) -> MailMessage {
    // The page has the certificate, and signs its reader in where that is needed.
    let link: MessageBody.Part =
      hasPages
      ? .link(
        "The quest and its certificate, for those who may see the team", to: address(ofQuest: id))
      : .link(
        "The certificate, for those who may see the team",
        to: "\(address(ofQuest: id))/certificate.pdf")
    return message(
      to, "quest completed",
      [
        .paragraph(
          "\(shown(team) ?? "Your team") has completed \(shown(quest) ?? "its quest"): \(walked)."),
        link,
      ], unsubscribe: unsubscribe)
  }
}
