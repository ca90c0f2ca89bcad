import CivilTime
import Quests
import Testing

extension World {
  /// A walk keeps its first zone; how it came by it is part of its content only where it was sent.
  func zonesOfWalks() async throws {
    var world = self
    let ann: PersonID = world.id()
    // 2026-05-04T23:00Z: the evening in London, the next morning in Tokyo.
    let evening = Self.walk(1, after: 11 * 3_600)
    let fourth = try #require(Day(year: 2026, month: 5, day: 4))
    func stored(_ key: ActivityKey) async throws -> Activity {
      try #require(try await store.activity(key))
    }

    // Derived: sent again in another offset, or after the person moved, it is the same walk.
    let derived = ActivityKey(person: ann, id: world.id())
    let first = try await log(derived, evening, zone: "+09:00")
    for zone in ["Europe/London", "+00:00", "-09:30"] {
      let again = try await log(derived, evening, zone: zone)
      #expect(again.isRepeat && again.answer == first.answer)
    }
    #expect(try await stored(derived).zone == "+09:00")
    #expect(try await stored(derived).day == fourth.advanced(by: 1))
    #expect(try await stored(derived).content.zone == nil)
    var inTokyo = evening
    inTokyo.zone = "Asia/Tokyo"
    #expect(await refusal(.log(derived, inTokyo, zone: "UTC"), at: Self.late) == .conflict)

    // Sent: a part of the content.
    let sent = ActivityKey(person: ann, id: world.id())
    _ = try await log(sent, inTokyo, zone: "Europe/London")
    #expect(try await log(sent, inTokyo, zone: "UTC").isRepeat)
    #expect(await refusal(.log(sent, evening, zone: "Asia/Tokyo"), at: Self.late) == .conflict)
    #expect(try await stored(sent).zone == "Asia/Tokyo")
    #expect(try await stored(sent).day == fourth.advanced(by: 1))

    // An edit keeps the zone unless it sends one, and the content first sent stays what it was.
    var longer = Self.walk(2, after: 11 * 3_600)
    for key in [derived, sent] {
      let zone = try await stored(key).zone
      _ = try await tell(.edit(key, longer, expectedRevision: 1), at: Self.late)
      #expect(try await stored(key).zone == zone)
    }
    longer.zone = "America/New_York"
    for key in [derived, sent] {
      _ = try await tell(.edit(key, longer, expectedRevision: 2), at: Self.late)
      #expect(try await stored(key).zone == "America/New_York")
      #expect(try await stored(key).day == fourth)
      #expect(try await stored(key).revision == 3)
    }
    #expect(try await store.versions(of: derived).map(\.content.zone) == [nil, nil])
    #expect(
      try await store.versions(of: sent).map(\.content.zone) == ["Asia/Tokyo", "Asia/Tokyo"])
    #expect(try await log(derived, evening, zone: "UTC").isRepeat)
    #expect(try await log(sent, inTokyo, zone: "UTC").isRepeat)
    #expect(
      try await store.walkedDays(of: ann, through: fourth.advanced(by: 9), limit: 9) == [fourth])

    let lost = ActivityKey(person: ann, id: world.id())
    for zone in ["Mars/Base", "+9:00", "+24:00", "+09:60", "09:00", "+0900", ""] {
      var content = evening
      content.zone = zone
      #expect(await refusal(.log(lost, content, zone: "UTC"), at: Self.late) == .zone)
      #expect(await refusal(.log(lost, evening, zone: zone), at: Self.late) == .zone)
      #expect(await refusal(.edit(sent, content, expectedRevision: nil), at: Self.late) == .zone)
    }
  }

  private static let late = dawn.advanced(bySeconds: 864_000)
}
