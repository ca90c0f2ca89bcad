import Foundation
import Testing

/// What people write is kept to the letter: nothing in it is a statement, a parameter or a format.
@Suite struct TextTests {
  private static let texts = [
    #"O'Brien"; DROP TABLE teams; --"#, "') ; DELETE FROM quests WHERE ('' = '",
    #"\' \" \\ \n \0 E'\x27'"#, "$1 $2 ${3} $$ $body$", "%s %d %n %% %_", "?1 ? :name @name",
    "NULL", #"{"a",NULL,'b'}"#, #"\N\."#, "/* a */ `b` [c] # d", "\u{FF07}; \u{2019} OR 1=1 --",
  ]

  @Test(arguments: Store.present)
  func noTextIsAStatement(_ store: Store) throws {
    let ann = try Person.registered(try Stage.service(store), name: Self.texts[0])
    #expect(try ann.get("/v1/me")["name"].text == Self.texts[0])
    let bystanders = try ann.createTeam("Bystanders")
    let team = try ann.createTeam(Self.texts[0])
    #expect(try ann.get("/v1/teams/\(team)")["name"].text == Self.texts[0])
    let quest = try Expedition.quest(of: team, by: ann)
    let route = try #require(try ann.get("/v1/quests/\(quest)")["routeId"].text)
    let walk = UUID()
    try ann.walk("1 km", id: walk)
    let kept = [
      ("/v1/me", ["name"]), ("/v1/teams/\(team)", ["name"]), ("/v1/quests/\(quest)", ["name"]),
      ("/v1/routes/\(route)", ["name"]),
      ("/v1/activities/\(walk.uuidString.lowercased())", ["note", "source"]),
    ]
    for (target, fields) in kept {
      func change(to text: String) -> [String: String] {
        Dictionary(uniqueKeysWithValues: fields.map { ($0, text) })
      }
      for text in Self.texts {
        try ann.ask(200, "PATCH", target, change(to: text))
        let read = try ann.get(target)
        for field in fields {
          #expect(read[field].text == text, "\(target): \(read[field]) in place of \(text)")
        }
      }
      // What a text cannot hold on every store is refused on each, and changes nothing.
      try ann.refused(422, "invalid", "PATCH", target, change(to: "a\u{0}b"))
      let read = try ann.get(target)
      for field in fields { #expect(read[field].text == Self.texts.last) }
    }
    // All else is as it was.
    let teams = try ann.get("/v1/teams")["items"].items
    #expect(teams.count == 2)
    #expect(try ann.get("/v1/teams/\(bystanders)")["name"].text == "Bystanders")
    #expect(try ann.get("/v1/activities")["items"].items.count == 1)
  }
}
