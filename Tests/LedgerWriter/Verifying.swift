import Foundation
import Quests

/// Compares what writers were told with what the store holds.
struct Verifying {
  let store: any LedgerStore
  let load: Load

  private(set) var sent: Set<ActivityID> = []
  private(set) var answers: [ActivityID: String] = [:]
  private(set) var faults: [String: Int] = [:]

  init(store: any LedgerStore, load: Load) {
    self.store = store
    self.load = load
  }

  /// The first few of each kind are told in full.
  private mutating func fault(_ kind: String, _ text: @autoclosure () -> String) {
    faults[kind, default: 0] += 1
    if faults[kind, default: 0] <= 5 { print("\(kind): \(text())") }
  }

  /// Takes in what one run said. A last line without an end was never said.
  mutating func read(_ path: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      let words = line.split(separator: " ", omittingEmptySubsequences: false)
      guard words.count > 1, let id = ActivityID(words[1]) else { continue }
      switch (words[0], words.count) {
      case ("sent", 2): sent.insert(id)
      case ("acknowledged", 4):
        let answer = "\(words[2]) \(words[3])"
        if let first = answers.updateValue(answer, forKey: id), first != answer {
          fault("answers", "\(id) was answered \(first), then \(answer)")
        }
      default: continue
      }
    }
  }

  /// Every person's walks, page by page, beside what was sent; then totals, repeats and the audit.
  ///
  /// - Returns: the figures in one line, and whether all is well.
  mutating func verify() async throws -> (line: String, isRight: Bool) {
    var stored: Set<ActivityID> = []
    var totals = [Int64](repeating: 0, count: Load.teams)
    var walks = [Int64](repeating: 0, count: Load.teams)
    for person in 0..<Load.people {
      var last: WalkOrder?
      while true {
        let page = try await store.activities(of: Load.person(person), before: last, limit: 500)
        for activity in page {
          let id = activity.key.id
          if !stored.insert(id).inserted { fault("doubled", "\(id) is stored twice") }
          if !sent.contains(id) { fault("unsent", "\(id) is stored and was never sent") }
          if activity.key != load.key(id.low) || activity.content != load.content(id.low)
            || activity.first != activity.content || activity.revision != 1
          {
            fault("changed", "\(id) is stored with other content than was sent")
          }
          for team in Load.teams(of: person) {
            totals[team] += activity.content.distance.micrometers
            walks[team] += 1
          }
        }
        guard page.count == 500, let end = page.last else { break }
        last = end.order
      }
    }
    for id in answers.keys where !stored.contains(id) {
      fault("lost", "\(id) was acknowledged and is not stored")
    }
    for team in 0..<Load.teams {
      let tally = try await store.quest(Load.quest(team))?.tally ?? .none
      if tally.total.micrometers != totals[team] || tally.walks != walks[team] {
        fault(
          tally.total.micrometers > totals[team] ? "doubled" : "totals",
          "team \(team) has \(tally.total.micrometers) µm in \(tally.walks) walks; its stored "
            + "walks come to \(totals[team]) µm in \(walks[team])")
      }
    }
    try await repeatAll(stored)
    let report = try await store.audit()
    for difference in report.differences { fault("audit", "\(difference)") }
    if report.contributions != Int(walks.reduce(0, +)) {
      fault("audit", "\(report.contributions) contributions, \(walks.reduce(0, +)) expected")
    }
    let figures = ["lost", "doubled", "changed", "unsent", "answers", "totals"].map {
      "\($0)=\(faults[$0] ?? 0)"
    }
    let line =
      "sent=\(sent.count) acknowledged=\(answers.count) stored=\(stored.count) "
      + figures.joined(separator: " ")
      + " audit=\(faults["audit"] == nil ? "clean" : "\(faults["audit"] ?? 0)")"
    return (line, faults.isEmpty)
  }

  /// A repeat of what was acknowledged, and is there, gets the first answer.
  private mutating func repeatAll(_ stored: Set<ActivityID>) async throws {
    let ids = answers.keys.filter { stored.contains($0) }
    for first in stride(from: 0, to: ids.count, by: 1_000) {
      let some = ids[first..<min(first + 1_000, ids.count)]
      let results = try await store.perform(some.map { load.command($0.low) })
      for (id, result) in zip(some, results) {
        guard case .success(.logged(let answer, let isRepeat)) = result else {
          fault("answers", "\(id) was refused when it was repeated: \(result)")
          continue
        }
        let text = "\(load.content(id.low).distance.micrometers) \(Load.text(answer))"
        if !isRepeat || text != answers[id] {
          let first = answers[id] ?? ""
          fault("answers", "\(id) was answered \(first), repeated \(text)")
        }
      }
    }
  }
}
