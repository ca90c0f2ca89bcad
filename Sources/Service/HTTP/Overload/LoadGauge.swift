/// Bounds the requests under way by how long they take: a plain value, which performs nothing.
///
/// There is no bound until a quarter of the requests under way are late, longer than the patience. Then the bound is the
/// number that ended within one patience, measured over the last second, so that an admitted request is answered in time
/// (Little's law). Without late requests the bound grows with each slot.
struct LoadGauge: Sendable {
  /// A request under way for longer is late.
  private let patienceSlots: Int

  /// Milliseconds of a slot: requests are counted by the slots in which they began and ended.
  static let slotMilliseconds: Int64 = 50
  private static let slots = 64
  private static let slotsPerSecond = 20
  /// The bound is never lower.
  private static let least = 32.0
  /// Fewer late requests are no overload.
  private static let leastLate = 16
  /// How much the bound grows with each slot without overload; beyond the last there is none.
  private static let growth = 1.05
  private static let unbounded = 1_000_000.0

  private var begun = [Int](repeating: 0, count: slots)
  private var ended = [Int](repeating: 0, count: slots)
  private var newest: Int64 = 0
  /// Those under way whose slots are gone.
  private var oldest = 0
  private(set) var underWay = 0
  private(set) var most = unbounded

  init(patienceMilliseconds: Int64) {
    patienceSlots = max(Int(patienceMilliseconds / Self.slotMilliseconds), 1)
  }

  /// Takes in a request; false where the bound is reached.
  ///
  /// - Parameter now: milliseconds of a monotonic clock.
  mutating func begins(at now: Int64) -> Bool {
    advance(to: now)
    guard Double(underWay) < most else { return false }
    underWay += 1
    begun[index(newest)] += 1
    return true
  }

  /// Lets go of a request.
  ///
  /// - Parameter start: when it began.
  mutating func ends(begunAt start: Int64, at now: Int64) {
    advance(to: now)
    underWay -= 1
    ended[index(newest)] += 1
    let slot = start / Self.slotMilliseconds
    if newest - slot < Int64(Self.slots) { begun[index(slot)] -= 1 } else { oldest -= 1 }
  }

  private func index(_ slot: Int64) -> Int { Int(slot % Int64(Self.slots)) }

  private mutating func advance(to now: Int64) {
    let slot = now / Self.slotMilliseconds
    if newest == 0 { newest = slot }
    // After a long quiet nothing of before is left in the slots.
    var steps = min(slot - newest, Int64(Self.slots))
    if slot > newest { newest = slot - steps }
    while steps > 0 {
      newest += 1
      steps -= 1
      oldest += begun[index(newest)]
      begun[index(newest)] = 0
      ended[index(newest)] = 0
      adjust()
    }
  }

  private mutating func adjust() {
    if late >= Self.leastLate, late * 4 > underWay {
      most = max(
        Self.least, Double(endedInASecond) * Double(patienceSlots) / Double(Self.slotsPerSecond))
    } else if most < Self.unbounded {
      most *= Self.growth
    }
  }

  /// Those under way for longer than the patience.
  private var late: Int {
    var late = oldest
    for back in min(patienceSlots, Self.slots - 1)..<Self.slots where newest >= Int64(back) {
      late += begun[index(newest - Int64(back))]
    }
    return late
  }

  private var endedInASecond: Int {
    (1...Self.slotsPerSecond).reduce(0) { sum, back in
      newest < Int64(back) ? sum : sum + ended[index(newest - Int64(back))]
    }
  }
}
