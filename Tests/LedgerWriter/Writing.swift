import Foundation
import Quests

/// Logs walks from many callers until it is killed, and says which were acknowledged.
struct Writing: Sendable {
  let store: any LedgerStore
  let load: Load
  let run: UInt64
  let callers: Int

  /// Codes after which the same walk is sent again: nothing was done, or nobody knows.
  static let passing: Set<LedgerError.Code> = [
    .unknownOutcome, .unreachable, .timeout, .overloaded,
  ]

  func goOn() async throws {
    let queue = Queue(load: load, run: run)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<callers {
        group.addTask { while true { try await send(await queue.next()) } }
      }
      try await group.waitForAll()
    }
  }

  private func send(_ number: UInt64) async throws {
    let key = load.key(number)
    say("sent \(key.id)")
    while true {
      do throws(LedgerError) {
        guard case .logged(let answer, _) = try await store.perform(load.command(number)) else {
          throw LedgerError(.store, "logging was answered with something else")
        }
        let distance = load.content(number).distance.micrometers
        return say("acknowledged \(key.id) \(distance) \(Load.text(answer))")
      } catch {
        guard Self.passing.contains(error.code) else { throw error }
        say("again \(key.id) \(error.code.rawValue)")
      }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  /// One write a line, which a kill does not tear off from the answer that it tells of.
  private func say(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    guard write(1, bytes, bytes.count) == bytes.count else { exit(74) }
  }

  private actor Queue {
    private let load: Load
    private let run: UInt64
    private var block: UInt64 = 0
    private var numbers: [UInt64] = []

    init(load: Load, run: UInt64) {
      self.load = load
      self.run = run
    }

    func next() -> UInt64 {
      if numbers.isEmpty {
        numbers = load.numbers(ofBlock: block, run: run)
        block += 1
      }
      return numbers.removeLast()
    }
  }
}
