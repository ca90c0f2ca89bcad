import Base
import Dispatch

/// The memory for all bodies of the process, of requests or of answers, by `BodyShares`.
final class BodyBudget: Sendable {
  private struct State {
    var shares: BodyShares
    /// How to end a body that gives way.
    var stops: [BodyShares.ID: @Sendable () -> Void] = [:]
  }

  private let limits: BodyShares.Limits
  private let state: Lock<State>
  private let nanoseconds: @Sendable () -> UInt64

  /// - Parameter nanoseconds: of a monotonic clock.
  init(
    _ limits: BodyShares.Limits,
    nanoseconds: @escaping @Sendable () -> UInt64 = { DispatchTime.now().uptimeNanoseconds }
  ) {
    self.limits = limits
    state = Lock(State(shares: BodyShares(limits)))
    self.nanoseconds = nanoseconds
  }

  /// What all bodies hold.
  var bytes: Int { state.withLock { $0.shares.bytes } }

  /// What one body holds of the memory, from its first byte until its answer is made.
  final class Hold: Sendable {
    private let budget: BodyBudget
    private let id: BodyShares.ID
    private let evicted = Lock(false)

    /// - Parameters:
    ///   - isUpload: whether it is a file, of which a caller sends one at a time.
    ///   - stop: ends the body where it has to give way to others.
    /// - Throws: `too-many-requests`.
    init(
      _ budget: BodyBudget, for caller: CallerKey, at address: IPAddress, isUpload: Bool,
      stop: @escaping @Sendable () -> Void
    ) throws(Problem) {
      self.budget = budget
      let now = budget.nanoseconds()
      do throws(BodyShares.Refusal) {
        id = try budget.state.withLock { state throws(BodyShares.Refusal) in
          try state.shares.begin(caller, at: address, isUpload: isUpload, now: now)
        }
      } catch { throw Problem(error, of: budget.limits) }
      budget.state.withLock { [id, evicted] state in
        state.stops[id] = {
          evicted.withLock { $0 = true }
          stop()
        }
      }
    }

    deinit { giveBack() }

    /// - Throws: `unavailable` where all bodies together are at the limit, or where this one had to
    ///   give way; `too-many-requests` where the caller or the address is at its share.
    func take(_ count: Int) throws(Problem) {
      if isEvicted { throw .evicted }
      let now = budget.nanoseconds()
      let stops: [@Sendable () -> Void]
      do throws(BodyShares.Refusal) {
        stops = try budget.state.withLock { state throws(BodyShares.Refusal) in
          try state.shares.grow(id, by: count, now: now).compactMap {
            state.stops.removeValue(forKey: $0)
          }
        }
      } catch { throw Problem(error, of: budget.limits) }
      for stop in stops { stop() }
    }

    /// The body has come in whole, and does not give way any more.
    ///
    /// - Throws: `unavailable` where it did before.
    func complete() throws(Problem) {
      budget.state.withLock { $0.shares.complete(id) }
      if isEvicted { throw .evicted }
    }

    /// Counts bytes that have moved, of a body that had its room at once.
    ///
    /// - Throws: `unavailable` where it had to give way.
    func move(_ count: Int) throws(Problem) {
      if isEvicted { throw .evicted }
      let now = budget.nanoseconds()
      budget.state.withLock { $0.shares.move(id, by: count, now: now) }
    }

    var isEvicted: Bool { evicted.withLock { $0 } }

    func giveBack() {
      budget.state.withLock { state in
        state.shares.end(id)
        state.stops.removeValue(forKey: id)
      }
    }
  }
}

extension Problem {
  /// A body that gave way.
  static var evicted: Problem {
    closing(
      Problem(
        .unavailable, "the memory for bodies is used up, and this one came slowest; send it again",
        retryAfterSeconds: 5))
  }

  fileprivate init(_ refusal: BodyShares.Refusal, of limits: BodyShares.Limits) {
    let problem =
      switch refusal {
      case .total:
        Problem(
          .unavailable, "too many \(limits.noun) at once; send the request again in a moment",
          retryAfterSeconds: 5)
      case .caller(let limit):
        Problem(
          .tooManyRequests,
          "your \(limits.noun) hold more than \(limit) bytes at once, the limit",
          retryAfterSeconds: 5)
      case .address(let limit):
        Problem(
          .tooManyRequests,
          "the \(limits.noun) from your address hold more than \(limit) bytes at once, the limit",
          retryAfterSeconds: 5)
      case .upload(let limit):
        Problem(
          .tooManyRequests,
          "another of your files is still being sent or worked on; \(limit) at a time is the limit",
          retryAfterSeconds: 2)
      }
    self = .closing(problem)
  }

  /// The same, after which the connection is closed: the rest of the body is not read.
  static func closing(_ problem: Problem) -> Problem {
    var problem = problem
    problem.headers[.connection] = "close"
    return problem
  }
}
