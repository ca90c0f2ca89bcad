import CivilTime
import Foundation
import Testing

/// The rules against the model, over as many random histories as `MILEQUEST_HISTORIES` says.
@Suite struct RandomHistoryTests {
  static let environment = ProcessInfo.processInfo.environment
  static let count = environment["MILEQUEST_HISTORIES"].flatMap { Int($0) } ?? 2_000
  /// Runs only this one, to look at a divergence.
  static let only = environment["MILEQUEST_HISTORY"].flatMap { Int($0) }

  @Test func rulesAndModelAgree() async throws {
    let numbers = Self.only.map { [$0] } ?? Array(0..<Self.count)
    let zones = ZoneCatalog()
    let workers = max(ProcessInfo.processInfo.activeProcessorCount, 1)
    let commands = await withTaskGroup(of: Int.self) { group in
      for worker in 0..<workers {
        group.addTask {
          var commands = 0
          for number in numbers where number % workers == worker {
            let seed = runSeed ^ (UInt64(number) &* 0x9E37_79B9_7F4A_7C15)
            do {
              var history = try RandomHistory(seed: seed, zones: zones)
              try history.run()
              commands += history.commands
            } catch {
              Issue.record(
                "MILEQUEST_SEED=\(runSeed) MILEQUEST_HISTORY=\(number) diverges: \(error)")
              break
            }
          }
          return commands
        }
      }
      return await group.reduce(0, +)
    }
    print("RandomHistoryTests: \(numbers.count) histories of \(commands) commands, seed \(runSeed)")
    #expect(commands >= numbers.count)
  }
}
