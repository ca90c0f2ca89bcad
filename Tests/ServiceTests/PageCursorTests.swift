import Base
import Providers
import Quests
import Testing

@testable import Service

@Suite struct PageCursorTests {
  private let seal: Seal

  init() throws { seal = Seal(try SigningSecret(bytes: (0..<32).map { UInt8($0) })) }

  @Test func whatIsWrittenIsRead() throws {
    var random = SplitMix64("whatIsWrittenIsRead")
    for _ in 0..<500 {
      let kinds: [PageCursor.Kind] = (0..<random.int(0...3)).map { _ in
        random.chance(0.5) ? .integer : .identifier
      }
      let keys = kinds.map { kind -> PageCursor.Key in
        kind == .integer
          ? .integer(random.anySizedInt64()) : .id(ActivityID.random(using: &random))
      }
      let cursor = PageCursor("activities", keys)
      let text = cursor.text(seal)
      #expect(try PageCursor(text, of: "activities", kinds, seal) == cursor)
      // Safe in an address as it is.
      #expect(text.utf8.allSatisfy { UInt8(ascii: "-") <= $0 && $0 <= UInt8(ascii: "z") })
    }
  }

  @Test func keysComeBackAsWhatTheyWere() throws {
    let id = try #require(ActivityID("00112233-4455-6677-8899-aabbccddeeff"))
    let text = PageCursor("feed", [.integer(-5), .id(id)]).text(seal)
    let cursor = try PageCursor(text, of: "feed", [.integer, .identifier], seal)
    #expect(cursor.integer(at: 0) == -5)
    #expect(cursor.id(at: 1) == id)
    #expect(cursor.integer(at: 1) == nil)
    #expect((cursor.id(at: 0) as ActivityID?) == nil)
  }

  /// A page names nobody whom it does not show, in its cursor neither.
  @Test func nothingCanBeReadInACursor() throws {
    var random = SplitMix64("nothingCanBeReadInACursor")
    let id = PersonID.random(using: &random)
    let cursor = PageCursor("leaderboard", [.integer(7), .id(id)])
    let text = cursor.text(seal)
    let bytes = try #require(Base64URL.decode(text.utf8))
    for start in bytes.indices.dropLast(4) {
      let piece = Array(bytes[start..<start + 4])
      #expect(!(0...12).contains { Array(id.bytes[$0..<$0 + 4]) == piece })
    }
    // The same page has the same cursor, and so the same entity tag.
    #expect(text == cursor.text(seal))
  }

  @Test func nothingElseIsTaken() throws {
    var random = SplitMix64("nothingElseIsTaken")
    let kinds: [PageCursor.Kind] = [.integer, .identifier]
    let cursor = PageCursor("teams", [.integer(7), .id(TeamID.random(using: &random))])
    let text = cursor.text(seal)
    func isTaken(
      _ text: String, _ kinds: [PageCursor.Kind], of listing: String = "teams"
    ) -> Bool {
      (try? PageCursor(text, of: listing, kinds, seal)) != nil
    }
    #expect(isTaken(text, kinds))
    #expect(!isTaken(text, kinds, of: "quests"))
    #expect(!isTaken(text, kinds, of: "team"))
    #expect(!isTaken(text, [.integer]))
    #expect(!isTaken(text, [.integer, .integer, .integer, .integer]))
    for other in ["", "A", text + "=", text + "A", " " + text, String(text.dropLast()), "null"] {
      #expect(!isTaken(other, kinds), "\(other)")
    }
    #expect(!isTaken(text.replacing("A", with: "+"), kinds))
    // No text that differs in one letter is taken, and none of another secret.
    for place in text.utf8.indices {
      for letter in "AQgw_-z9" {
        var changed = text
        changed.replaceSubrange(place...place, with: [letter])
        #expect(changed == text || !isTaken(changed, kinds))
      }
    }
    let other = Seal(try SigningSecret(bytes: (1..<33).map { UInt8($0) }))
    #expect(!isTaken(cursor.text(other), kinds))
    for _ in 0..<2_000 {
      let noise = String(
        decoding: (0..<random.int(0...60)).map { _ in UInt8(random.int(0...255)) }, as: UTF8.self)
      #expect(!isTaken(noise, kinds))
    }
  }
}
