import Foundation
import Quests
import SQLiteStore
import Testing

/// A writer that is killed while it writes loses nothing that it has acknowledged.
@Suite struct KillTests {
  /// `MILEQUEST_KILLS` sets how often.
  static let kills =
    ProcessInfo.processInfo.environment["MILEQUEST_KILLS"].flatMap { Int($0) } ?? 4

  /// The writer that was built with the tests.
  static let writer = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    .appending(path: "ledger-writer")

  @Test func acknowledgedWalksSurvive() async throws {
    let folder = try Folder()
    let path = folder.path + "/ledger.sqlite"
    var acknowledged: [ActivityKey: Int64] = [:]
    for round in 1...Self.kills {
      let output = folder.path + "/acknowledged-\(round)"
      try Data().write(to: URL(filePath: output))
      let process = Process()
      process.executableURL = Self.writer
      process.arguments = [path, "16", "\(round)"]
      process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
      try process.run()
      // Once it writes, some moment later.
      let deadline = ContinuousClock.now + .seconds(30)
      while try Data(contentsOf: URL(filePath: output)).count < 2_000 {
        try #require(process.isRunning && ContinuousClock.now < deadline, "the writer writes")
        try await Task.sleep(for: .milliseconds(5))
      }
      try await Task.sleep(for: .milliseconds(Int.random(in: 20...300)))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      #expect(process.terminationReason == .uncaughtSignal)

      let text = try String(contentsOfFile: output, encoding: .utf8)
      // What stands after the last end of a line was cut off by the kill.
      for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
        let words = line.split(separator: " ")
        let person = try #require(PersonID(words[0]))
        let id = try #require(ActivityID(words[1]))
        let micrometers = try #require(Int64(words[2]))
        acknowledged[ActivityKey(person: person, id: id)] = micrometers
      }
      let store = try EmbeddedStore(path: path)
      for (key, micrometers) in acknowledged {
        let activity = try await store.activity(key)
        #expect(activity?.first.distance.micrometers == micrometers, "\(key) of round \(round)")
      }
      let report = try await store.audit()
      #expect(report.differences.isEmpty)
      #expect(report.contributions > 0)
      // Sent again, each is a repeat.
      if let key = acknowledged.keys.first, let stored = try await store.activity(key) {
        let answer = try await store.perform(
          LedgerCommand(
            .log(key, stored.first, zone: "UTC"), at: stored.loggedAt, actor: nil))
        guard case .logged(_, isRepeat: true) = answer else {
          Issue.record("an acknowledged walk was logged anew")
          return
        }
      }
      try store.close()
    }
    #expect(acknowledged.count > 20 * Self.kills)
    print("KillTests: \(acknowledged.count) acknowledged walks survived \(Self.kills) kills")
  }
}
