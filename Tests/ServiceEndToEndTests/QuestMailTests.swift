import Foundation
import TestSupport
import Testing

/// Messages about teams and quests: who gets them, what they hold, and how they end.
@Suite struct QuestMailTests {
  /// The messages to an address, the oldest first, those of some subject. Milestones that were reached
  /// together come in one.
  private func mails(_ subject: String, to email: String, _ service: RunningService) -> [String] {
    let folder = service.ledger.mail
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".eml") }.sorted().compactMap {
      try? String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8)
    }.filter {
      ($0.contains("Subject: Mile Quest: \(subject)\r\n")
        || subject == "a milestone" && $0.contains("Subject: Mile Quest: milestones\r\n"))
        && ($0.contains("<\(email)>\r\n") || $0.contains("To: \(email)\r\n"))
    }
  }

  /// The path of the link that ends messages.
  private func unsubscribe(_ mail: String) throws -> String {
    let line = try #require(
      mail.components(separatedBy: "\r\n").first { $0.hasPrefix("List-Unsubscribe: <") })
    #expect(mail.contains("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"))
    let start = try #require(line.firstRange(of: "/v1/mail/"))
    return String(line[start.lowerBound...].dropLast())
  }

  private static func service(_ store: Store) throws -> RunningService {
    try RunningService(
      try ServedLedger(store), RunningService.generous + ["--trusted-proxy", "127.0.0.1"])
  }

  /// A milestone is mailed with a map to those who have asked for it, until one click ends that; the
  /// end of the quest to those who want to know of it.
  @Test(arguments: Store.present)
  func whatATeamReachesIsMailedToThoseWhoWantIt(_ store: Store) throws {
    let service = try Self.service(store)
    let story = try Expedition(service)
    let (ann, ben) = (story.ann, story.ben)
    let before = try ann.get("/v1/me")["mail"]
    #expect(before["invitation"].flag == true && before["milestone"].flag == false)
    let chosen = try ann.ask(
      200, "PATCH", "/v1/me", ["mail": ["milestone": true, "completed": true]]
    ).json["mail"]
    #expect(chosen["invitation"].flag == true && chosen["milestone"].flag == true)
    try ann.refused(422, "invalid", "PATCH", "/v1/me", ["mail": ["weather": true]])
    // What is reached before anybody has asked is no news: the relay begins some time after.
    var walked = 0
    while mails("a milestone", to: ann.email, service).isEmpty, walked < 12 {
      try ben.walk("1.3 km")
      walked += 1
      Thread.sleep(forTimeInterval: 1.5)
    }
    let mail = try #require(
      mails("a milestone", to: ann.email, service).first, "\(service.said)")
    for part in [
      "Content-Type: multipart/alternative", "Content-Type: text/plain", "Content-Type: text/html",
      "Content-Type: multipart/related", "Content-Type: image/png", "Coasters", "Along the coast",
      "iVBORw0KGgo",
    ] {
      #expect(mail.replacing("=\r\n", with: "").contains(part), "\(part)")
    }
    #expect(!mail.contains("Ben"), "walkers are not named")
    let path = try unsubscribe(mail)
    let page = try service.send("GET", path)
    #expect(page.status == 200 && page.text.contains("<form method=\"post\">"))
    #expect(try ann.get("/v1/me")["mail"]["milestone"].flag == true, "a look ends nothing")
    for _ in 0..<2 {
      let click = try service.send(
        "POST", path, headers: ["Content-Type": "application/x-www-form-urlencoded"],
        body: Array("List-Unsubscribe=One-Click".utf8))
      #expect(click.status == 200, "\(click.text)")
    }
    let after = try ann.get("/v1/me")["mail"]
    #expect(after["milestone"].flag == false && after["completed"].flag == true)
    #expect(try service.send("POST", path + "x").status == 404)
    let count = mails("a milestone", to: ann.email, service).count
    try ben.walk("30 km")
    #expect(eventually { mails("quest completed", to: ann.email, service).count == 1 })
    let last = try #require(mails("quest completed", to: ann.email, service).last)
    #expect(
      last.replacing("=\r\n", with: "").contains("/v1/quests/\(story.quest)/certificate.pdf"))
    #expect(mails("a milestone", to: ann.email, service).count == count)
    #expect(mails("a milestone", to: ben.email, service).isEmpty)
    #expect(mails("quest completed", to: ben.email, service).isEmpty)
    #expect(service.end() == 0, "\(service.said)")
  }

  /// An invite is mailed once to an address that takes such mail; whether it does is not told.
  @Test(arguments: Store.present)
  func anInviteIsMailedToAnAddress(_ store: Store) throws {
    let service = try Self.service(store)
    let ann = try Person.registered(service, name: "Ann")
    let ben = try Person.registered(service, name: "Ben")
    let team = try ann.createTeam("Coasters")
    func invite(_ email: String, key: String = UUID().uuidString) throws -> JSON {
      try ann.ask(
        201, "POST", "/v1/teams/\(team)/invites", ["email": email],
        headers: ["Idempotency-Key": key]
      ).json
    }
    func invitations(_ email: String) -> [String] {
      mails("an invitation", to: email, service)
    }
    let first = try invite("eve@example.org", key: "once")
    #expect(try invite("eve@example.org", key: "once")["code"].text == first["code"].text)
    #expect(eventually { invitations("eve@example.org").count == 1 })
    let mail = try #require(invitations("eve@example.org").first)
    #expect(mail.contains("    \(first["code"].text ?? "?")\r\n"))
    let path = try unsubscribe(mail)
    #expect(try service.send("POST", path).status == 200)
    // Those who want none get none, with an account and without; others still do.
    try ben.ask(200, "PATCH", "/v1/me", ["mail": ["invitation": false]])
    let answer = try invite("eve@example.org")
    #expect(answer.names == first.names)
    _ = try invite(ben.email)
    _ = try invite("zed@bücher.example")
    #expect(eventually { invitations("zed@xn--bcher-kva.example").count == 1 })
    #expect(invitations("eve@example.org").count == 1)
    #expect(invitations(ben.email).isEmpty)
    try ann.refused(
      422, "invalid", "POST", "/v1/teams/\(team)/invites", ["email": "eve@exa_mple.org"])
    try ann.refused(422, "invalid", "POST", "/v1/teams/\(team)/invites", ["email": "eve"])
    // Nobody sends as many as they like to somebody who has not asked.
    var statuses: Set<Int> = []
    for _ in 0..<5 {
      statuses.insert(
        try ann.ask("POST", "/v1/teams/\(team)/invites", ["email": "zed@example.org"]).status)
    }
    #expect(statuses == [201, 429])
    #expect(service.end() == 0, "\(service.said)")
  }
}
