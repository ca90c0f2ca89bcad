import Quests
import TestSupport
import Testing

@testable import Providers

/// A queue whose time and outcomes a test decides.
private struct Desk {
  var queue: DeliveryQueue<RealtimeMessage>
  var now = MonotonicInstant.now
  var random = Repeatable()
  var open: [Int: [RealtimeMessage]] = [:]
  var delivered: [RealtimeMessage] = []
  var wakes: MonotonicInstant?

  static let broken = RealtimeError(.unavailable, "x", mayRepeat: true)
  static let refused = RealtimeError(.refused, "x")

  init(mostMessages: Int = 10, _ change: (inout DeliveryLimits) -> Void = { _ in }) {
    var limits = DeliveryLimits()
    change(&limits)
    queue = DeliveryQueue<RealtimeMessage>(limits: limits, mostMessages: mostMessages)
  }

  mutating func offer(team: UInt64 = 1, _ versions: ClosedRange<Int64>) {
    for version in versions { queue.offer(.sample(team: team, version: version)) }
  }

  /// - Returns: the versions in each call that begins.
  @discardableResult
  mutating func look(after wait: Duration = .zero) -> [[Int64]] {
    now = now + wait
    wakes = nil
    var begun: [[Int64]] = []
    for action in queue.actions(at: now) {
      switch action {
      case .deliver(let call, let messages):
        #expect(open.updateValue(messages, forKey: call) == nil)
        begun.append(messages.map(\.version))
      case .wake(let instant): wakes = instant
      }
    }
    return begun
  }

  mutating func finish(_ failure: RealtimeError? = nil) {
    guard let (call, messages) = open.min(by: { $0.key < $1.key }) else { return }
    open[call] = nil
    if failure == nil { delivered += messages }
    queue.finished(call, failure, at: now, using: &random)
  }
}

@Suite struct DeliveryQueueTests {
  @Test func aTeamIsInOneCallAtATime() {
    var desk = Desk(mostMessages: 2)
    desk.offer(team: 1, 1...5)
    #expect(desk.look() == [[1, 2]])
    #expect(desk.look() == [])
    desk.offer(team: 2, 1...1)
    #expect(desk.look() == [[1]])
    desk.finish()
    #expect(desk.look() == [[3, 4]])
  }

  @Test func messagesOfSeveralTeamsShareACall() {
    var desk = Desk(mostMessages: 4)
    for team in 1...3 { desk.offer(team: UInt64(team), 1...3) }
    #expect(desk.look() == [[1, 2, 3, 1], [1, 2, 3]])
    #expect(desk.queue.figures.waiting == 9)
  }

  @Test func aFailedCallIsRepeatedAsItWas() {
    var desk = Desk(mostMessages: 3)
    desk.offer(1...2)
    #expect(desk.look() == [[1, 2]])
    desk.offer(3...3)
    desk.finish(Desk.broken)
    #expect(desk.look() == [], "it rests")
    #expect(desk.wakes! > desk.now && desk.wakes! <= desk.now + .milliseconds(200))
    #expect(desk.look(after: .milliseconds(200)) == [[1, 2]])
    desk.finish()
    #expect(desk.look() == [[3]])
    desk.finish()
    #expect(desk.queue.figures.delivered == 3)
    #expect(desk.queue.isEmpty)
  }

  @Test func restsGrowAndVary() {
    var desk = Desk { $0.failuresToOpen = 100 }
    desk.offer(1...1)
    desk.look()
    var waits: [Duration] = []
    for _ in 1..<8 {
      desk.finish(Desk.broken)
      desk.look()
      waits.append(desk.wakes! - desk.now)
      #expect(desk.look(after: waits.last!) == [[1]])
    }
    for (number, wait) in waits.enumerated() {
      let whole = Duration.milliseconds(200 << number)
      #expect((whole / 2...whole).contains(wait))
    }
    #expect(Set(waits.enumerated().map { $1 / (1 << $0) }).count > 4)
    desk.finish(Desk.broken)
    #expect(desk.queue.figures.failed == 1, "eight attempts")
    #expect(desk.queue.isEmpty)
  }

  @Test func oneThatIsRefusedTakesNoOtherAlong() {
    var desk = Desk()
    desk.offer(1...4)
    #expect(desk.look() == [[1, 2, 3, 4]])
    desk.finish(Desk.refused)
    #expect(desk.look() == [[1]])
    desk.finish()
    #expect(desk.look() == [[2]])
    desk.finish(Desk.refused)
    #expect(desk.look() == [[3]])
    desk.finish()
    #expect(desk.look() == [[4]])
    desk.finish()
    #expect(desk.delivered.map(\.version) == [1, 3, 4])
    #expect(desk.queue.figures.failed == 1)
    #expect(desk.queue.figures.delivered == 3)
  }

  @Test func theOtherSideIsLeftAloneAsLongAsItAsks() {
    var desk = Desk()
    desk.offer(1...1)
    desk.look()
    desk.finish(
      RealtimeError(.throttled, "x", mayRepeat: true, retryAfter: .seconds(20)))
    desk.offer(team: 2, 1...1)
    #expect(desk.look() == [], "others wait too")
    #expect(desk.wakes == desk.now + .seconds(20))
    #expect(desk.look(after: .milliseconds(19_999)) == [])
    #expect(desk.look(after: .milliseconds(1)).count == 2)
    desk.finish(
      RealtimeError(.throttled, "x", mayRepeat: true, retryAfter: .seconds(1_000_000)))
    desk.look()
    #expect(desk.wakes == desk.now + .seconds(300), "but not for ever")
  }

  @Test func afterFailuresInARowOneCallTries() {
    var desk = Desk(mostMessages: 1) {
      $0.failuresToOpen = 3
      $0.calls = 3
    }
    for team in 1...6 { desk.offer(team: UInt64(team), 1...1) }
    #expect(desk.look().count == 3)
    desk.finish(Desk.broken)
    desk.finish(Desk.broken)
    #expect(!desk.queue.figures.isOpen)
    desk.finish(Desk.broken)
    #expect(desk.queue.figures.isOpen)
    #expect(desk.look(after: .seconds(2)) == [], "nothing is sent, though rests are over")
    #expect(desk.look(after: .seconds(3)) == [[1]], "one tries")
    #expect(desk.look(after: .seconds(60)) == [], "and no other meanwhile")
    desk.finish(Desk.broken)
    #expect(desk.look(after: .milliseconds(4_900)) == [], "twice as long")
    #expect(desk.look(after: .milliseconds(5_100)) == [[1]])
    desk.finish()
    #expect(!desk.queue.figures.isOpen)
    while !desk.queue.isEmpty {
      desk.look(after: .seconds(1))
      desk.finish()
    }
    #expect(desk.queue.figures.delivered == 6)
    #expect(desk.queue.figures.failed == 0)
  }

  @Test func theOldestMakeRoom() {
    var desk = Desk(mostMessages: 2) { $0.capacity = 4 }
    desk.offer(team: 1, 1...2)
    desk.look()
    #expect(desk.queue.room == 4)
    desk.offer(team: 1, 3...4)
    desk.offer(team: 2, 1...2)
    #expect(desk.queue.room == 0)
    desk.offer(team: 2, 3...3)
    #expect(desk.queue.figures.dropped == 1)
    desk.finish()
    #expect(desk.look() == [[1, 2], [4]], "the third of the first team was the oldest")
  }

  /// Whatever happens, each team's messages keep their order, none comes twice, and none is lost
  /// uncounted; and the lists behind it do not grow.
  @Test(arguments: 1...20)
  func anyHistoryAddsUp(_ number: Int) {
    var random = SplitMix64("delivery-\(number)")
    var desk = Desk(mostMessages: random.int(1...5)) {
      $0.capacity = random.int(1...30)
      $0.calls = random.int(1...4)
      $0.attempts = random.int(1...4)
      $0.failuresToOpen = random.int(1...6)
    }
    var versions: [UInt64: Int64] = [:]
    var offered = 0
    for _ in 0..<4_000 {
      switch random.int(0...9) {
      case 0...4:
        let team = UInt64(random.int(1...8))
        versions[team, default: 0] += 1
        desk.offer(team: team, versions[team]!...versions[team]!)
        offered += 1
      case 5...7:
        desk.finish(
          random.chance(0.5) ? nil : random.chance(0.8) ? Desk.broken : Desk.refused)
      default: desk.now = desk.now + .milliseconds(random.int(0...2_000))
      }
      desk.look()
      let busy = desk.open.values.map { Set($0.map(\.team)) }
      #expect(busy.reduce(0) { $0 + $1.count } == busy.reduce(Set()) { $0.union($1) }.count)
      #expect(desk.queue.room >= 0)
    }
    desk.queue.close()
    for _ in 0..<10_000 where !desk.queue.isEmpty {
      desk.look(after: .seconds(200))
      desk.finish()
    }
    let figures = desk.queue.figures
    #expect(desk.queue.isEmpty)
    #expect(figures.delivered + figures.failed + figures.dropped == offered)
    #expect(figures.delivered == desk.delivered.count)
    for (_, messages) in Dictionary(grouping: desk.delivered, by: \.team) {
      #expect(zip(messages, messages.dropFirst()).allSatisfy { $0.version < $1.version })
    }
    desk.offer(99...99)
    #expect(desk.queue.figures.dropped == figures.dropped + 1, "nothing is taken after the end")
  }
}
