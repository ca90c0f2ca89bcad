import CivilTime
import Foundation
import GRDB
import Geodesy
import JSON
import Quests
import Testing

@testable import Service

/// One bad item of a batch stops no other, whatever is wrong inside it.
@Suite struct BatchFaultTests {
  private static let ann = PersonID(high: 1, low: 1)

  struct Item: Sendable, CustomTestStringConvertible {
    /// What stands in the middle of the batch.
    let text: String
    /// Where the fault is said to be.
    let pointer: String
    init(_ text: String, _ pointer: String) {
      self.text = text
      self.pointer = pointer
    }
    var testDescription: String { String(text.prefix(80)) }
  }

  private static func walk(_ members: String) -> String {
    "{\"id\":\"\(ActivityEndpointTests.id(50))\",\"startedAt\":\"\(TestService.dawn)\","
      + "\"distance\":\"5 km\"\(members)}"
  }

  static let items = [
    Item(walk(#","note":"cut \ud83d""#), "/activities/1/note"),
    Item(walk(#","note":"\udc00 and more""#), "/activities/1/note"),
    Item(walk(",\"durationSeconds\":1e999"), "/activities/1/durationSeconds"),
    Item(walk(",\"durationSeconds\":1e400"), "/activities/1/durationSeconds"),
    Item(walk(#","note":"a","note":"b""#), "/activities/1/note"),
    Item(walk(#","un\u0000known":1"#), "/activities/1"),
    Item(walk(#","un\u0000known":1,"un\u0000known":2"#), "/activities/1"),
    Item(walk(#","a~b/c":1"#), "/activities/1/a~0b~1c"),
    Item(walk(",\"note\":\"a\tb\""), "/activities/1/note"),
    Item(walk(",\"note\":\"a\nb\""), "/activities/1/note"),
    Item(walk(#","note":"a\qb""#), "/activities/1/note"),
    Item(walk(",\"private\":yes"), "/activities/1/private"),
    Item(walk(",\"durationSeconds\":01"), "/activities/1"),
    Item(walk(",\"durationSeconds\":0x10"), "/activities/1"),
    Item(walk(","), "/activities/1"),
    Item(walk(",,\"note\":\"a\""), "/activities/1"),
    Item(walk(",\"note\" \"a\""), "/activities/1"),
    Item(walk(",note:\"a\""), "/activities/1"),
    Item(
      walk(",\"note\":\(String(repeating: "[", count: 80))\(String(repeating: "]", count: 80))"),
      "/activities/1/note" + String(repeating: "/0", count: 61)),
    Item(walk(",\"\(String(repeating: "n", count: 300))\":1"), "/activities/1"),
    Item(walk(",\"note\":7"), "/activities/1/note"),
    Item("7", "/activities/1"), Item("null", "/activities/1"), Item("[]", "/activities/1"),
    Item("\"x\"", "/activities/1"), Item("1e999", "/activities/1"), Item("", "/activities/1"),
    Item("nul", "/activities/1"), Item("'a'", "/activities/1"),
  ]

  @Test(arguments: items) func theOthersCount(_ item: Item) async throws {
    let service = try TestService()
    let quest = try await service.quest(for: try await service.team(of: [Self.ann]))
    let body =
      "{\"activities\":[\(ActivityEndpointTests.walk(1)),\(item.text),"
      + "\(ActivityEndpointTests.walk(2))]}"
    let answer = try await service.send(.post, "/v1/activities/batch", body, as: Self.ann)
    #expect(answer.status == 200, "\(answer.text)")
    let results = answer.json["results"]?.array ?? []
    #expect(results.map { $0.text("status") } == ["created", "rejected", "created"])
    let problem = try #require(results.dropFirst().first?["problem"])
    #expect(problem.text("code") == "invalid")
    // A queue finds the walk by its id, whatever else is wrong with it.
    let id = item.text.hasPrefix("{") ? ActivityEndpointTests.id(50).description : nil
    #expect(results[1]["id"]?.string == id, "\(results[1])")
    let pointers = problem["errors"]?.array?.map { $0.text("pointer") } ?? []
    #expect(pointers.first?.hasPrefix(item.pointer) == true, "\(pointers)")
    let standing = try await service.store.standing(
      of: quest, now: service.now.withLock { $0 }, past: nil)
    #expect(standing?.total == Distance(micrometers: 3_000_000_000))
    // The same batch again changes nothing.
    let again = try await service.send(.post, "/v1/activities/batch", body, as: Self.ann)
    #expect(
      again.json["results"]?.array?.map { $0.text("status") }
        == ["repeated", "rejected", "repeated"])
  }

  /// What the store cannot do now is not refused: an app that throws away what is rejected keeps it.
  @Test func aWalkThatTheStoreFailedForIsSentAgain() async throws {
    let service = try TestService()
    let quest = try await service.quest(for: try await service.team(of: [Self.ann]))
    let other = try DatabaseQueue(path: service.folder + "/ledger.sqlite")
    try await other.write { db in
      try db.execute(
        sql: """
          CREATE TRIGGER refuse BEFORE INSERT ON activities
          WHEN NEW.start_at = \(TestService.dawn.advanced(bySeconds: 33 * 60 + 3_600).microseconds)
          BEGIN SELECT RAISE(ABORT, 'not this one'); END
          """)
    }
    func send(_ minutes: [Int]) async throws -> TestService.Answer {
      let walks = minutes.map { ActivityEndpointTests.walk($0, minute: $0) }
      return try await service.send(
        .post, "/v1/activities/batch", "{\"activities\":[\(walks.joined(separator: ","))]}",
        as: Self.ann)
    }
    func states(_ answer: TestService.Answer) -> [String] {
      answer.json["results"]?.array?.map { $0.text("status") } ?? []
    }
    let some = try await send([1, 33, 2])
    #expect(some.status == 200 && states(some) == ["created", "failed", "created"], "\(some.text)")
    try await other.write { try $0.execute(sql: "DROP TRIGGER refuse") }
    #expect(try await states(send([1, 33, 2])) == ["repeated", "created", "repeated"])
    let standing = try await service.store.standing(
      of: quest, now: service.now.withLock { $0 }, past: nil)
    #expect(standing?.total == Distance(micrometers: 4_500_000_000))
  }

  /// The id is found behind the fault, and is not one of a member's own or of two.
  @Test(arguments: [
    (#"{"durationSeconds":1e999,"id":"ID"}"#, true), (#"{"note":"\ud83d", "id" : "ID" }"#, true),
    (#"{note:1,"id":"ID","distance":"5 km"}"#, true), (#"{"x":[1e999,{"a":","}],"id":"ID"}"#, true),
    (#"{"note":",\"id\":","x":1e999,"id":"ID"}"#, true),
    (#"{"x":{"id":"ID"},"y":1e999}"#, false), (#"{"id":"ID","id":"ID"}"#, false),
    (#"{"id":"ID","y":1e999,"id":"ID"}"#, false), (#"[1e999,"id":"ID"]"#, false),
    (#"{"id":"\udc00","y":1}"#, false), (#"{"id":7,"y":1e999}"#, false),
  ])
  func theIDOfABrokenItemIsRead(_ text: String, _ isFound: Bool) async throws {
    let service = try TestService()
    let id = ActivityEndpointTests.id(7).description
    let body = "{\"activities\":[\(text.replacing("ID", with: id))]}"
    let answer = try await service.send(.post, "/v1/activities/batch", body, as: Self.ann)
    #expect(answer.status == 200, "\(answer.text)")
    let result = try #require(answer.json["results"]?.array?.first)
    #expect(result.text("status") == "rejected")
    #expect(result["id"]?.string == (isFound ? id : nil))
  }

  @Test func bytesThatAreNoUTF8SpoilTheirItemAlone() throws {
    let bytes = Array("{\"items\":[1,\"".utf8) + [0xFF, 0xC0] + Array("\",3]}".utf8)
    let root = try JSONReader.read(bytes, itemsOf: "items")
    let items = try #require(root["items"]?.array)
    #expect(items.map(\.number) == ["1", nil, "3"])
    #expect(throws: JSONFault.self) { try JSONReader.read(bytes) }
    #expect(throws: JSONFault.self) { try JSONReader.read(bytes, itemsOf: "others") }
  }

  /// Only where nobody can tell the items apart is the whole body refused.
  @Test(arguments: [
    #"{"activities":["#, #"{"activities":[{]}"#, #"{"activities":[{"a":1]}"#,
    #"{"activities":[{"a":"b}]}"#, #"{"activities":[1 2]}"#, #"{"activities":[1,2}"#,
    #"{"activities":[{"a":[1,2}]}"#, #"{"activities":[1],"activities":[2]}"#,
    #"{"activities":[1,]}"#, #"{"activities":[1]"#, #"{"activities":[1]} x"#, #"[1e999]"#,
    #"{"x":[1e999],"activities":[]}"#, #"{"activities":1e999}"#,
  ])
  func whatCannotBeToldApartIsRefusedWhole(_ body: String) async throws {
    let service = try TestService()
    let answer = try await service.send(.post, "/v1/activities/batch", body, as: Self.ann)
    #expect(answer.status == 400 && answer.code == "malformed-body", "\(answer.text)")
  }

  /// A thousand broken items cost no more than their bytes.
  @Test func manyBrokenItemsAreReadInOnePass() throws {
    let item = "{\"a\":\"\(String(repeating: "x", count: 7_000))\",\"b\":1e999}"
    let text = "{\"items\":[\(Array(repeating: item, count: 1_000).joined(separator: ","))]}"
    var limits = JSONLimits.standard
    limits.bytes = 8 << 20
    let begun = ContinuousClock.now
    let root = try JSONReader.read(Array(text.utf8), limits: limits, itemsOf: "items")
    #expect(root["items"]?.array?.count == 1_000)
    #expect(begun.duration(to: .now) < .seconds(30))
  }

  private static let cases = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../shared/cases/ledger").standardizedFileURL

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: cases.path),
      "the cases of other people's queues are not at ../shared/cases"),
    arguments: ["lone-surrogate", "huge-number", "member-twice", "nul-member"])
  func otherPeoplesQueuesAreTaken(_ name: String) async throws {
    let service = try TestService()
    let body = try String(
      contentsOf: Self.cases.appending(path: "batch-\(name).json"), encoding: .utf8)
    let answer = try await service.send(.post, "/v1/activities/batch", body, as: Self.ann)
    #expect(answer.status == 200, "\(answer.text)")
    let results = answer.json["results"]?.array ?? []
    #expect(results.map { $0.text("status") } == ["created", "rejected", "created"])
    let pointer = results.dropFirst().first?["problem"]?["errors"]?.array?.first?.text("pointer")
    #expect(pointer?.hasPrefix("/activities/1") == true)
  }
}
