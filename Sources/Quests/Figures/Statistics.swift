public import CivilTime

/// How the service is used, day by day, out of counts that no person is in.
public struct Statistics: Hashable, Sendable {
  /// The figures of a day or of several.
  public struct Figures: Hashable, Sendable {
    /// Of the ledger's counts; nil where none have been derived.
    public private(set) var derived: [DailyCount.Derived: Int64]?
    /// How many days have derived counts.
    public private(set) var derivedDays = 0
    public private(set) var requests: Int64 = 0
    public private(set) var errors: Int64 = 0
    public private(set) var durations = DurationCounts.requests
    public private(set) var timings: [PageTiming: DurationCounts] = [:]

    fileprivate mutating func add(_ values: [String: Int64]) {
      if values[DailyCount.Derived.registered.rawValue] != nil {
        derivedDays += 1
        for count in DailyCount.Derived.allCases {
          derived = derived ?? [:]
          derived?[count, default: 0] += values[count.rawValue] ?? 0
        }
      }
      requests += values[DailyCount.requests] ?? 0
      errors += values[DailyCount.errors] ?? 0
      durations.add(DailyCount.requests, from: values)
      for timing in PageTiming.allCases {
        timings[timing, default: .pages].add(timing.name, from: values)
      }
    }

    /// Whether nothing has been counted.
    public var isEmpty: Bool {
      derived?.values.allSatisfy { $0 == 0 } ?? true && requests == 0
        && timings.values.allSatisfy { $0.total == 0 }
    }

    public subscript(count: DailyCount.Derived) -> Int64? { derived?[count] }

    /// The people who logged a walk: of several days, on a day of them on the average.
    public var active: Double? {
      derived?[.active].map { Double($0) / Double(max(derivedDays, 1)) }
    }
    /// From the registration to the first walk, on the average.
    public var onboardSeconds: Double? { ratio(.onboardSeconds, .onboarded) }
    /// From the end of a walk to its being logged, on the average.
    public var logSeconds: Double? { ratio(.logSeconds, .walks) }
    /// The part of those who registered seven days before that logged a walk, 0 to 1.
    public var retention: Double? { ratio(.weekOldActive, .weekOld) }

    private func ratio(_ part: DailyCount.Derived, _ whole: DailyCount.Derived) -> Double? {
      guard let part = derived?[part], let whole = derived?[whole], whole > 0 else { return nil }
      return Double(part) / Double(whole)
    }
  }

  public struct OfDay: Hashable, Sendable {
    public let day: Day
    public let figures: Figures
  }

  /// Every day of the range, in order.
  public let days: [OfDay]
  public let total: Figures

  /// - Parameter counts: in any order.
  public init(_ counts: [DailyCount], in range: ClosedRange<Day>) {
    var values: [Day: [String: Int64]] = [:]
    for count in counts { values[count.day, default: [:]][count.name, default: 0] += count.value }
    var total = Figures()
    days = range.map { day in
      var figures = Figures()
      figures.add(values[day] ?? [:])
      total.add(values[day] ?? [:])
      return OfDay(day: day, figures: figures)
    }
    self.total = total
  }
}

extension StatisticsStore {
  /// Derives and keeps what is not kept yet of the days before one.
  public func deriveCounts(before today: Day) async throws(LedgerError) {
    while let first = try await firstUnderivedDay(), first < today {
      let last = first.advanced(by: DailyCount.mostDays - 1)
      try await deriveCounts(of: first...min(last, today.advanced(by: -1)))
    }
  }
}
