import Foundation
import Testing

/// Mornings in Tokyo, kept in a phone and synced in London.
@Suite struct TripStoryTests {
  @Test(arguments: Store.present)
  func aTripKeepsItsDays(_ store: Store) throws {
    let ann = try Person.registered(try Stage.service(store), name: "Ann")
    try ann.ask(200, "PATCH", "/v1/me", ["zone": "Europe/London"])
    var tokyo = Calendar(identifier: .gregorian)
    tokyo.timeZone = try #require(TimeZone(identifier: "Asia/Tokyo"))
    let last = try #require(tokyo.date(byAdding: .day, value: -1, to: Date()))
    func day(_ before: Int) throws -> String {
      let date = try #require(tokyo.date(byAdding: .day, value: -before, to: last))
      let parts = tokyo.dateComponents([.year, .month, .day], from: date)
      return String(format: "%04d-%02d-%02d", parts.year!, parts.month!, parts.day!)
    }
    let starts = [
      "\(try day(2))T06:30:00+09:00", "\(try day(1))T06:30:00+09:00",
      "\(try day(1))T23:30:00+09:00", "\(try day(0))T06:30:00+09:00",
    ]
    let walks = starts.map {
      ["id": UUID().uuidString, "startedAt": $0, "distance": "5 km"]
    }
    func send(_ walks: [[String: String]]) throws -> [String?] {
      try ann.ask(200, "POST", "/v1/activities/batch", ["activities": walks])
        .json["results"].items.map { $0["status"].text }
    }
    #expect(try send(walks) == Array(repeating: "created", count: 4))
    let stored = try ann.get("/v1/activities")["items"].items
    #expect(stored.map { $0["day"].text } == [try day(0), try day(1), try day(1), try day(2)])
    #expect(stored.allSatisfy { $0["zone"].text == "+09:00" })
    #expect(try ann.get("/v1/dashboard")["stats"]["streakDays"].integer == 3)

    // The queue is sent again by a phone that spells the offset otherwise, of a person who moved.
    try ann.ask(200, "PATCH", "/v1/me", ["zone": "Pacific/Auckland"])
    let spelled = walks.map { walk in
      var walk = walk
      let start = walk["startedAt"].flatMap { ISO8601DateFormatter().date(from: $0) }
      walk["startedAt"] = start.map { ISO8601DateFormatter().string(from: $0) }
      return walk
    }
    #expect(spelled != walks)
    #expect(try send(spelled) == Array(repeating: "repeated", count: 4))
    #expect(try ann.get("/v1/activities")["items"].items == stored)
    let path = "/v1/activities/\(try #require(walks[0]["id"]))"
    try ann.ask(200, "PATCH", path, ["zone": "Europe/London"])
    #expect(try ann.get(path)["day"].text == (try day(3)))
    #expect(try ann.get(path + "/versions")["items"][0]["zone"].text == nil)
  }
}
