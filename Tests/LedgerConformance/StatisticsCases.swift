import CivilTime
import Geodesy
import Quests
import Testing

/// What every store must do with the counts of days, on two stores over the same data, held to what
/// plain loops over what happened come to.
public func countsDays(
  _ store: some LedgerStore & AccountStore & StatisticsStore, _ second: some StatisticsStore
) async throws {
  #expect(try await store.firstUnderivedDay() == nil)
  // A year of 1,000 people, each registering on some day and walking on some after it.
  let day: Int64 = 86_400_000_000
  let begin = Day(number: World.dawn.microseconds / day)
  var random = SplitMix64("a year")
  var people: [(person: PersonID, at: Int64)] = []
  var logs: [(person: PersonID, at: Int64, start: Int64, duration: Int64?)] = []
  for number in 0..<1_000 {
    let person = PersonID.random(using: &random)
    let at = begin.number * day + Int64.random(in: 0..<(365 * day), using: &random)
    people.append((person, at))
    try await store.createAccount(
      Account(
        person: person, email: nil, name: "No. \(number)", zone: "UTC", units: "mi",
        credential: nil, createdAt: Instant(microseconds: at)))
    for _ in 0..<Int.random(in: 0...12, using: &random) {
      // Some walk on the seventh day, some at any time; a few walked before they registered.
      let later =
        Bool.random(using: &random)
        ? 7 * day - at % day + Int64.random(in: 0..<day, using: &random)
        : Int64.random(in: -2 * day...60 * day, using: &random)
      let logged = at + later
      guard logged >= begin.number * day else { continue }
      let duration: Int64? = Bool.random(using: &random) ? 3_600 : nil
      logs.append(
        (person, logged, logged - Int64.random(in: 0...20 * day, using: &random), duration))
    }
  }
  logs.sort { $0.at < $1.at }
  var batch: [LedgerCommand] = []
  for (number, log) in logs.enumerated() {
    batch.append(
      LedgerCommand(
        .log(
          ActivityKey(person: log.person, id: ActivityID(high: 9, low: UInt64(number))),
          ActivityContent(
            start: Instant(microseconds: log.start), distance: Distance(micrometers: 1_000_000),
            durationSeconds: log.duration),
          zone: "UTC"), at: Instant(microseconds: log.at), actor: log.person))
    if batch.count == 500 || number == logs.count - 1 {
      for result in try await store.perform(batch) { _ = try result.get() }
      batch = []
    }
  }

  // What these loops come to.
  var expected: [Int64: [String: Int64]] = [:]
  func add(_ value: Int64, _ name: String, on number: Int64) {
    expected[number, default: [:]][name, default: 0] += value
  }
  var registered: [PersonID: Int64] = [:]
  for (person, at) in people {
    registered[person] = at
    add(1, "registered", on: at / day)
    add(1, "weekOld", on: at / day + 7)
  }
  var seen: [Int64: Set<PersonID>] = [:]
  var walked: Set<PersonID> = []
  for log in logs {
    let (number, since) = (log.at / day, try #require(registered[log.person]))
    add(1, "walks", on: number)
    add(max((log.at - log.start) / 1_000_000 - (log.duration ?? 0), 0), "logSeconds", on: number)
    if seen[number, default: []].insert(log.person).inserted {
      add(1, "active", on: number)
      if since / day + 7 == number { add(1, "weekOldActive", on: number) }
    }
    if walked.insert(log.person).inserted, log.at >= since {
      add(1, "onboarded", on: number)
      add((log.at - since) / 1_000_000, "onboardSeconds", on: number)
    }
  }
  let first = try #require(expected.keys.min())
  #expect(try await second.firstUnderivedDay() == Day(number: first))
  let end = begin.advanced(by: 365)
  let days = Day(number: first)...end.advanced(by: -1)
  func check() async throws {
    let counts = try await second.dailyCounts(in: days)
    let names = Set(DailyCount.Derived.allCases.map(\.rawValue))
    var found: [Int64: [String: Int64]] = [:]
    for count in counts where names.contains(count.name) {
      found[count.day.number, default: [:]][count.name] = count.value
    }
    for day in days {
      for name in names {
        #expect(
          found[day.number]?[name] == expected[day.number]?[name] ?? 0, "\(name) on \(day)")
      }
    }
  }
  // Half of it, and the rest as a service would that comes back.
  try await store.deriveCounts(before: begin.advanced(by: 100))
  #expect(try await store.firstUnderivedDay() == begin.advanced(by: 100))
  try await second.deriveCounts(before: end)
  try await check()
  let total = Statistics(try await store.dailyCounts(in: days), in: days).total
  let cohort = people.count { $0.at / day + 7 < end.number }
  let back = seen.reduce(0) { sum, day in
    day.key >= end.number
      ? sum : sum + day.value.count { (registered[$0] ?? 0) / 86_400_000_000 + 7 == day.key }
  }
  #expect(total.retention == Double(back) / Double(cohort))

  // What is erased changes no count that is kept.
  for (person, _) in people.prefix(20) { try await store.eraseAccount(person) }
  try await second.deriveCounts(of: days)
  try await check()

  // Several add to one count.
  try await withThrowingTaskGroup(of: Void.self) { group in
    for number in 0..<20 {
      let adder: any StatisticsStore = number % 2 == 0 ? store : second
      group.addTask {
        try await adder.add([
          DailyCount(day: begin, name: DailyCount.requests, value: 3),
          DailyCount(day: begin, name: DailyCount.errors, value: 1),
        ])
      }
    }
    try await group.waitForAll()
  }
  let sums = Statistics(try await store.dailyCounts(in: begin...begin), in: begin...begin).total
  #expect(sums.requests == 60 && sums.errors == 20)

  #expect(try await store.holdStatistics(holder: "a", seconds: 60))
  #expect(try await !second.holdStatistics(holder: "b", seconds: 60))
  let far = begin.advanced(by: DailyCount.mostDays)
  #expect(await refusal { _ = try await store.dailyCounts(in: begin...far) } == .limit)
}
