import CivilTime
import Foundation
import Quests
import Testing

/// The rules against the model, over as many random histories as `MILEQUEST_HISTORIES` says.
@Suite struct RandomHistoryTests {
  static let environment = ProcessInfo.processInfo.environment
  static let count = environment["MILEQUEST_HISTORIES"].flatMap { Int($0) } ?? 2_000
  /// Runs only this one, to look at a divergence.
  static let only = environment["MILEQUEST_HISTORY"].flatMap { Int($0) }

  struct Seen: Sendable {
    var commands = 0
    var events: Set<TeamEvent.Kind> = []
    var refusals: Set<LedgerError.Code> = []

    mutating func add(_ other: Seen) {
      commands += other.commands
      events.formUnion(other.events)
      refusals.formUnion(other.refusals)
    }
  }

  @Test func rulesAndModelAgree() async throws {
    let numbers = Self.only.map { [$0] } ?? Array(0..<Self.count)
    let zones = ZoneCatalog()
    let workers = max(ProcessInfo.processInfo.activeProcessorCount, 1)
    let seen = await withTaskGroup(of: Seen.self) { group in
      for worker in 0..<workers {
        group.addTask {
          var seen = Seen()
          for number in numbers where number % workers == worker {
            let seed = runSeed ^ (UInt64(number) &* 0x9E37_79B9_7F4A_7C15)
            do {
              var history = try RandomHistory(seed: seed, zones: zones)
              try history.run()
              seen.add(
                Seen(
                  commands: history.commands, events: history.events, refusals: history.refusals))
            } catch {
              Issue.record(
                "MILEQUEST_SEED=\(runSeed) MILEQUEST_HISTORY=\(number) diverges: \(error)")
              break
            }
          }
          return seen
        }
      }
      return await group.reduce(into: Seen()) { $0.add($1) }
    }
    print(
      "RandomHistoryTests: \(numbers.count) histories of \(seen.commands) commands, seed \(runSeed)"
    )
    if numbers.count < 1_000 { return }
    #expect(Set(TeamEvent.Kind.allCases).subtracting(seen.events).isEmpty)
    #expect(
      seen.refusals == [
        .notFound, .limit, .invalid, .conflict, .questOpen, .windowOverlap, .questClosed,
        .revision, .deleted, .erased, .alreadyMember, .notMember, .lastAdmin,
        .teamDissolved,
      ])
  }
}
