import Logging

/// Refuses what would wait too long, before anything is done for it, and counts what is under way.
struct Shedding: Sendable {
  let overload: Overload
  let logger: Logger

  /// - Parameter isLate: whether the request has waited for its turn since its head was read, and not for its body.
  /// - Throws: `unavailable`.
  func begin(_ exchange: inout Exchange, isLate: Bool = true) throws(Problem) {
    guard exchange.operation?.countsAsLoad == true, exchange.pass == nil else { return }
    let waited = isLate ? exchange.context.watch?.sinceHead(until: exchange.begun) : nil
    do {
      exchange.pass = try overload.pass(isRead: exchange.isRead, waited: waited ?? .zero)
    } catch {
      exchange.isShed = true
      if overload.isTimeToSay() {
        logger.warning("overload", metadata: ["refused": .stringConvertible(overload.refusals)])
      }
      throw error
    }
  }

  func end(_ exchange: inout Exchange) {
    if let pass = exchange.pass { overload.end(pass) }
    exchange.pass = nil
  }
}
