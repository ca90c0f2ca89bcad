import Quests
import Testing

@testable import Service

@Suite struct PageCursorTests {
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
      #expect(try PageCursor(cursor.text, of: "activities", kinds) == cursor)
      // Safe in an address as it is.
      #expect(cursor.text.utf8.allSatisfy { UInt8(ascii: "-") <= $0 && $0 <= UInt8(ascii: "z") })
    }
  }

  @Test func keysComeBackAsWhatTheyWere() throws {
    let id = try #require(ActivityID("00112233-4455-6677-8899-aabbccddeeff"))
    let text = PageCursor("feed", [.integer(-5), .id(id)]).text
    let cursor = try PageCursor(text, of: "feed", [.integer, .identifier])
    #expect(cursor.integer(at: 0) == -5)
    #expect(cursor.id(at: 1) == id)
    #expect(cursor.integer(at: 1) == nil)
    #expect((cursor.id(at: 0) as ActivityID?) == nil)
  }

  @Test func nothingElseIsTaken() throws {
    var random = SplitMix64("nothingElseIsTaken")
    let kinds: [PageCursor.Kind] = [.integer, .identifier]
    let cursor = PageCursor("teams", [.integer(7), .id(TeamID.random(using: &random))])
    let text = cursor.text
    func isTaken(
      _ text: String, _ kinds: [PageCursor.Kind], of listing: String = "teams"
    ) -> Bool {
      (try? PageCursor(text, of: listing, kinds)) != nil
    }
    #expect(isTaken(text, kinds))
    #expect(!isTaken(text, kinds, of: "quests"))
    #expect(!isTaken(text, kinds, of: "team"))
    #expect(!isTaken(text, [.integer]))
    #expect(!isTaken(text, [.integer, .integer, .integer, .integer]))
    for other in ["", "A", text + "=", text + "A", " " + text, String(text.dropLast()), "null"] {
      #expect(!isTaken(other, kinds), "\(other)")
    }
    // Another version, and the same bits under another alphabet.
    #expect(!isTaken("Ag" + text.dropFirst(2), kinds))
    #expect(!isTaken(text.replacing("A", with: "+"), kinds))
    // Of every text that differs in one letter, what is read writes itself.
    for place in text.utf8.indices {
      for letter in "AQgw_-z9" {
        var changed = text
        changed.replaceSubrange(place...place, with: [letter])
        if let read = try? PageCursor(changed, of: "teams", kinds) {
          #expect(read.text == changed)
        }
      }
    }
    for _ in 0..<2_000 {
      let noise = String(
        decoding: (0..<random.int(0...60)).map { _ in UInt8(random.int(0...255)) }, as: UTF8.self)
      #expect(!isTaken(noise, kinds))
    }
  }
}
