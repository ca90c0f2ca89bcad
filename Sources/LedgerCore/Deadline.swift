/// The moment at which somebody stops waiting, on a clock that only goes forward.
package struct Deadline: Comparable, Sendable {
  package var instant: ContinuousClock.Instant

  package init(instant: ContinuousClock.Instant) { self.instant = instant }

  package static func `in`(seconds: Double) -> Deadline {
    Deadline(instant: .now + .seconds(seconds))
  }

  package static func < (a: Deadline, b: Deadline) -> Bool { a.instant < b.instant }

  package var isOver: Bool { isOver(at: .now) }

  package func isOver(at now: ContinuousClock.Instant) -> Bool { instant <= now }

  /// Never negative.
  package var secondsLeft: Double {
    let left = ContinuousClock.now.duration(to: instant).components
    return max(Double(left.seconds) + Double(left.attoseconds) / 1e18, 0)
  }
}
