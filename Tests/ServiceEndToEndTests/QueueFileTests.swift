import BuiltProgram
import Foundation
import Testing

/// Where the small files lie, whether they are there or not.
private let casesFolder = Program.packageRoot.deletingLastPathComponent()
  .appending(path: "shared/cases/ledger")

/// What the running service makes of the queues of other people's apps, which it checks against its own
/// description. The files and why they are there are described beside them, in
/// `../shared/cases/README.md`.
///
/// To add one, add a line to `rows`.
@Suite(
  .enabled(
    if: FileManager.default.fileExists(atPath: casesFolder.path),
    "the cases of other people's queues are not at ../shared/cases"))
struct QueueFileTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let file: String
    /// What becomes of each walk.
    let results: [String]
    /// Where the faults are, as the answer points at them.
    let pointers: [String]

    init(_ file: String, _ results: [String], pointers: [String]) {
      self.file = file
      self.results = results
      self.pointers = pointers
    }

    var testDescription: String { file }
  }

  static let rows: [Row] = [
    Row(
      "batch-lone-surrogate.json", ["created", "rejected", "created"],
      pointers: ["/activities/1/note"]),
    Row(
      "batch-huge-number.json", ["created", "rejected", "created"],
      pointers: ["/activities/1/durationSeconds"]),
    Row(
      "batch-member-twice.json", ["created", "rejected", "created"],
      pointers: ["/activities/1/note"]),
    Row(
      "batch-nul-member.json", ["created", "rejected", "created"], pointers: ["/activities/1"]),
  ]

  @Test(arguments: Store.present, rows) func oneBadItemStopsNoOther(
    _ store: Store, _ row: Row
  ) throws {
    let ann = try Person.registered(try Stage.service(store), name: "Ann")
    let body = try Data(contentsOf: casesFolder.appending(path: row.file))
    let answer = try ann.send(
      "POST", "/v1/activities/batch", headers: ["Content-Type": "application/json"],
      body: Array(body))
    #expect(answer.status == 200, "\(answer.text)")
    let results = answer.json["results"].items
    #expect(results.map { $0["status"].text } == row.results)
    let pointers = results.flatMap { $0["problem"]["errors"].items.map { $0["pointer"].text } }
    #expect(pointers.count == row.pointers.count)
    for (found, due) in zip(pointers, row.pointers) {
      #expect(found?.hasPrefix(due) == true, "\(found ?? "none") is not in \(due)")
    }
    #expect(
      try ann.get("/v1/activities")["items"].items.count
        == row.results.filter { $0 == "created" }.count)
  }
}
