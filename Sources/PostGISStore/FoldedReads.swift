internal import Base
internal import Foundation
internal import Quests

/// Answers the questions of many callers with few looks at the store: what is asked while a look is
/// under way waits, and goes into the next one together.
final class FoldedReads<Question: Sendable, Answer: Sendable>: @unchecked Sendable {
  private struct Waiting {
    let question: Question
    let reply: CheckedContinuation<Result<Answer, LedgerError>, Never>
  }

  /// Looks under way at once: while the server answers one, the other is taken apart.
  private static var mostLooks: Int { 2 }
  /// Questions in one look.
  private static var mostTogether: Int { 256 }

  private let lock = Lock()
  private var waiting: [Waiting] = []
  private var looks = 0
  private let mostWaiting: Int
  /// Answers questions, one answer for each, in their order.
  private let look: @Sendable ([Question]) async throws(LedgerError) -> [Answer]

  init(
    mostWaiting: Int, look: @escaping @Sendable ([Question]) async throws(LedgerError) -> [Answer]
  ) {
    self.mostWaiting = mostWaiting
    self.look = look
  }

  /// - Throws: `overloaded` when too much waits already, or what kept the look from being done.
  func answer(_ question: Question) async throws(LedgerError) -> Answer {
    let result: Result<Answer, LedgerError> = await withCheckedContinuation { reply in
      let (isAccepted, begins) = lock.withLock {
        guard waiting.count < mostWaiting else { return (false, false) }
        waiting.append(Waiting(question: question, reply: reply))
        guard looks < Self.mostLooks else { return (true, false) }
        looks += 1
        return (true, true)
      }
      if begins { Task { await self.work() } }
      if !isAccepted {
        reply.resume(
          returning: .failure(
            LedgerError(
              .overloaded,
              "more than \(mostWaiting) requests wait for the database; try again later")))
      }
    }
    return try result.get()
  }

  private func work() async {
    while let group = take() {
      do throws(LedgerError) {
        let answers = try await look(group.map(\.question))
        for (one, answer) in zip(group, answers) { one.reply.resume(returning: .success(answer)) }
      } catch {
        // They only read, and all of them from the same server.
        for one in group { one.reply.resume(returning: .failure(error)) }
      }
    }
  }

  /// What goes into the next look, or nil when nothing waits.
  private func take() -> [Waiting]? {
    lock.withLock {
      if waiting.isEmpty {
        looks -= 1
        return nil
      }
      let group = Array(waiting.prefix(Self.mostTogether))
      waiting.removeFirst(group.count)
      return group
    }
  }
}

/// What a caller wants to see of a quest at a glance.
struct GlanceQuestion: Sendable {
  let quest: QuestID
  let person: PersonID?
  /// Whose names are wanted.
  let people: [PersonID]
}
