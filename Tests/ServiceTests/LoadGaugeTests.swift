import Testing

@testable import Service

/// Requests that come at a rate are answered in their order by a server that takes as long for each.
@Suite struct LoadGaugeTests {
  private struct Figures {
    var admitted = 0
    var refused = 0
    var answered = 0
    var longestWait: Int64 = 0
  }

  private static func serve(
    _ gauge: inout LoadGauge, from start: Int64, seconds: Int64, perSecond: Int,
    answersPerSecond: Int,
    backlog: inout [Int64]
  ) -> Figures {
    var figures = Figures()
    var (owed, due) = (0, 0)
    var next = 0
    for now in start..<(start + seconds * 1_000) {
      owed += perSecond
      while owed >= 1_000 {
        owed -= 1_000
        if gauge.begins(at: now) {
          figures.admitted += 1
          backlog.append(now)
        } else {
          figures.refused += 1
        }
      }
      due += answersPerSecond
      while due >= 1_000 {
        due -= 1_000
        guard next < backlog.count else { continue }
        let begun = backlog[next]
        next += 1
        gauge.ends(begunAt: begun, at: now)
        figures.answered += 1
        figures.longestWait = max(figures.longestWait, now - begun)
      }
    }
    backlog.removeFirst(next)
    return figures
  }

  @Test(arguments: [20, 100, 1_000]) func fiveTimesTheCapacityIsCutToIt(_ capacity: Int) {
    var gauge = LoadGauge(patienceMilliseconds: 500)
    var backlog: [Int64] = []
    _ = Self.serve(
      &gauge, from: 1_000, seconds: 5, perSecond: 5 * capacity, answersPerSecond: capacity,
      backlog: &backlog)
    let figures = Self.serve(
      &gauge, from: 6_000, seconds: 10, perSecond: 5 * capacity, answersPerSecond: capacity,
      backlog: &backlog)
    #expect(figures.answered >= 9 * capacity)
    #expect(figures.refused >= 35 * capacity)
    // Whoever is let in is answered in time, or nearly; of few a second there is always a least number.
    #expect(figures.longestWait <= max(1_500, Int64(40_000 / capacity)))
    // After it all is as before: what is left of the backlog is soon gone.
    let after = Self.serve(
      &gauge, from: 16_000, seconds: 5, perSecond: capacity / 2, answersPerSecond: capacity,
      backlog: &backlog)
    #expect(after.answered >= 5 * capacity / 2)
    let calm = Self.serve(
      &gauge, from: 21_000, seconds: 5, perSecond: capacity / 2, answersPerSecond: capacity,
      backlog: &backlog)
    #expect(calm.refused == 0)
    #expect(gauge.underWay == backlog.count)
  }

  @Test func whatCanBeAnsweredIsNeverRefused() {
    var gauge = LoadGauge(patienceMilliseconds: 500)
    var backlog: [Int64] = []
    let figures = Self.serve(
      &gauge, from: 1_000, seconds: 10, perSecond: 900, answersPerSecond: 1_000, backlog: &backlog)
    #expect(figures.refused == 0 && figures.admitted == 9_000)
    // A thousand at once too.
    var burst = LoadGauge(patienceMilliseconds: 500)
    let admitted = (0..<1_000).count { _ in burst.begins(at: 1_000) }
    #expect(admitted == 1_000)
  }

  @Test func aFewThatHangKeepNobodyOut() {
    var gauge = LoadGauge(patienceMilliseconds: 500)
    for _ in 0..<15 { _ = gauge.begins(at: 1_000) }
    var backlog: [Int64] = []
    let figures = Self.serve(
      &gauge, from: 5_000, seconds: 5, perSecond: 200, answersPerSecond: 1_000, backlog: &backlog)
    #expect(figures.refused == 0)
    // They end after the slots that they began in are gone.
    for _ in 0..<15 { gauge.ends(begunAt: 1_000, at: 20_000) }
    #expect(gauge.underWay == backlog.count)
  }

  @Test func aStoreThatHangsBoundsWhoWaits() {
    var gauge = LoadGauge(patienceMilliseconds: 500)
    var admitted = 0
    for now in Int64(1_000)..<6_000 where gauge.begins(at: now) { admitted += 1 }
    #expect(admitted < 700)
    // Once it works again, all that wait are answered, and others are let in.
    for _ in 0..<admitted { gauge.ends(begunAt: 1_000, at: 6_000) }
    #expect(gauge.underWay == 0 && gauge.begins(at: 6_050))
  }
}
