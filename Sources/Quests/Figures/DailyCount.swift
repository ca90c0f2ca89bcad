public import CivilTime

/// A number of a day in UTC.
public struct DailyCount: Hashable, Sendable {
  public let day: Day
  public let name: String
  public let value: Int64

  public init(day: Day, name: String, value: Int64) {
    self.day = day
    self.name = name
    self.value = value
  }

  /// More days are read and derived at no time.
  public static let mostDays: Int64 = 4_000

  /// What is derived from the ledger once a day is over. All of a day are there or none.
  public enum Derived: String, CaseIterable, Sendable {
    /// Accounts that were created.
    case registered
    /// People with an account whose first walk was logged, and the seconds from their registration.
    case onboarded, onboardSeconds
    /// People who logged a walk.
    case active
    /// Walks that were logged, and the seconds from their ends to that.
    case walks, logSeconds
    /// Accounts that were created seven days before, and those of them who logged a walk.
    case weekOld, weekOldActive
  }

  /// What the service adds up.
  public static let requests = "requests"
  /// Requests that the service failed to answer.
  public static let errors = "errors"

  /// The name for durations up to a bound.
  static func within(_ milliseconds: Double, of name: String) -> String {
    "\(name).within.\(milliseconds)"
  }
  /// The name for durations beyond all bounds.
  static func beyond(_ name: String) -> String { "\(name).beyond" }
}

/// How long something took, as numbers by upper bounds.
public struct DurationCounts: Hashable, Sendable {
  /// In milliseconds, rising.
  public let bounds: [Double]
  /// One for each bound, and one for what took longer.
  public var counts: [Int64]

  public init(bounds: [Double]) {
    self.bounds = bounds
    counts = Array(repeating: 0, count: bounds.count + 1)
  }

  /// Those of requests to the service.
  public static let requests = Self(
    bounds: [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000])
  /// Those of what happens before somebody's eyes.
  public static let pages = Self(
    bounds: [
      50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000,
    ])

  public mutating func add(milliseconds: Double) {
    counts[bounds.firstIndex { milliseconds <= $0 } ?? bounds.count] += 1
  }

  public var total: Int64 { counts.reduce(0, +) }

  /// The bound that 95 of 100 keep within; nil where there are none, or where it is beyond all.
  public var p95: Double? {
    let wanted = (total * 95 + 99) / 100
    guard wanted > 0 else { return nil }
    var sum: Int64 = 0
    for (bound, count) in zip(bounds, counts) {
      sum += count
      if sum >= wanted { return bound }
    }
    return nil
  }

  /// As counts of a day, those of nothing left out.
  public func dailyCounts(_ name: String, on day: Day) -> [DailyCount] {
    (bounds.map { DailyCount.within($0, of: name) } + [DailyCount.beyond(name)])
      .enumerated().filter { counts[$0.offset] > 0 }
      .map { DailyCount(day: day, name: $0.element, value: counts[$0.offset]) }
  }

  /// Adds what a day's counts hold of it.
  mutating func add(_ name: String, from values: [String: Int64]) {
    for (index, bound) in bounds.enumerated() {
      counts[index] += values[DailyCount.within(bound, of: name)] ?? 0
    }
    counts[bounds.count] += values[DailyCount.beyond(name)] ?? 0
  }
}

/// What a browser may time, without saying whose it is.
public enum PageTiming: String, CaseIterable, Sendable {
  case pageLoad, firstPaint, logWalk, onboard

  /// The name of its counts.
  public var name: String { "timing.\(rawValue)" }
}
