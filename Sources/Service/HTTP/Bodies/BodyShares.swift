import Base

/// Who holds how much of the memory for bodies, of requests or of answers, and who has to give way: a
/// plain value, which performs nothing.
///
/// Bodies are counted as they grow. Where all of them together are at the limit, the slowest one that
/// still arrives gives way, so that nobody keeps others out by sending slowly.
struct BodyShares: Sendable {
  typealias ID = Int

  /// Why a body cannot grow, or begin.
  enum Refusal: Error, Hashable, Sendable {
    /// All bodies together are at the limit, and none of them is slow.
    case total
    case caller(limit: Int)
    case address(limit: Int)
    case upload(limit: Int)
  }

  private struct Body {
    let caller: CallerKey
    let address: IPAddress
    let isUpload: Bool
    let begun: Nanoseconds
    var bytes = 0
    var recent = RecentBytes()
    /// Whether bytes are still expected; later it is worked on and cannot give way.
    var isArriving = true
  }

  typealias Nanoseconds = UInt64

  /// How much there is, and for whom.
  struct Limits: Sendable {
    /// What is counted, for messages.
    let noun: String
    let total: Int
    let perPerson: Int
    let perStranger: Int
    let perAddress: Int
    let uploadsPerPerson: Int
    /// What moves with fewer bytes a second gives way to anything else.
    let yieldingPerSecond: Int
  }

  let limits: Limits
  private var bodies: [ID: Body] = [:]
  private var callers: [CallerKey: Int] = [:]
  private var addresses: [IPAddress: Int] = [:]
  private var uploads: [CallerKey: Int] = [:]
  private var nextID = 0
  /// What all bodies hold.
  private(set) var bytes = 0

  /// How long a body is left alone, so that its speed shows.
  private static let patience: Nanoseconds = 2_000_000_000

  init(_ limits: Limits) { self.limits = limits }

  /// - Parameter isUpload: whether it is a file, of which a caller sends one at a time.
  mutating func begin(
    _ caller: CallerKey, at address: IPAddress, isUpload: Bool, now: Nanoseconds
  ) throws(Refusal) -> ID {
    if isUpload {
      guard uploads[caller, default: 0] < limits.uploadsPerPerson else {
        throw .upload(limit: limits.uploadsPerPerson)
      }
      uploads[caller, default: 0] += 1
    }
    nextID += 1
    bodies[nextID] = Body(
      caller: caller, address: address.throttleKey, isUpload: isUpload, begun: now)
    return nextID
  }

  /// Lets a body grow.
  ///
  /// - Returns: the bodies that give way to it, which are counted no more.
  mutating func grow(_ id: ID, by count: Int, now: Nanoseconds) throws(Refusal) -> [ID] {
    guard let body = bodies[id] else { return [] }
    let most = mostBytes(of: body.caller)
    guard count <= most - callers[body.caller, default: 0] else { throw .caller(limit: most) }
    guard count <= limits.perAddress - addresses[body.address, default: 0] else {
      throw .address(limit: limits.perAddress)
    }
    var evicted: [ID] = []
    while count > limits.total - bytes {
      guard let slowest = slowest(besides: id, now: now) else { throw .total }
      end(slowest)
      evicted.append(slowest)
    }
    bodies[id]?.bytes += count
    bodies[id]?.recent.add(count, now: now)
    callers[body.caller, default: 0] += count
    addresses[body.address, default: 0] += count
    bytes += count
    return evicted
  }

  /// Counts bytes that have moved, of a body that had its room at once.
  mutating func move(_ id: ID, by count: Int, now: Nanoseconds) {
    bodies[id]?.recent.add(count, now: now)
  }

  /// The body has come in whole.
  mutating func complete(_ id: ID) { bodies[id]?.isArriving = false }

  mutating func end(_ id: ID) {
    guard let body = bodies.removeValue(forKey: id) else { return }
    bytes -= body.bytes
    Self.lower(&callers, body.caller, by: body.bytes)
    Self.lower(&addresses, body.address, by: body.bytes)
    if body.isUpload { Self.lower(&uploads, body.caller, by: 1) }
  }

  private static func lower<Key>(_ counts: inout [Key: Int], _ key: Key, by count: Int) {
    guard let held = counts[key] else { return }
    counts[key] = held > count ? held - count : nil
  }

  private func mostBytes(of caller: CallerKey) -> Int {
    switch caller {
    case .person: limits.perPerson
    case .stranger: limits.perStranger
    }
  }

  /// The slowest body that arrives, where it is slow, or slower than the one that needs room.
  private func slowest(besides id: ID, now: Nanoseconds) -> ID? {
    guard let own = bodies[id] else { return nil }
    let bound = max(speed(of: own, now: now), limits.yieldingPerSecond)
    var found: (id: ID, speed: Int)?
    for (other, body) in bodies
    where other != id && body.isArriving && body.bytes > 0 && now - body.begun >= Self.patience {
      let speed = speed(of: body, now: now)
      if speed < bound, found.map({ (speed, other) < ($0.speed, $0.id) }) != false {
        found = (other, speed)
      }
    }
    return found?.id
  }

  /// Bytes a second lately.
  private func speed(of body: Body, now: Nanoseconds) -> Int {
    let seconds = min(max((now - body.begun) / 1_000_000_000, 1), RecentBytes.seconds)
    return body.recent.count(now: now) / Int(seconds)
  }
}

/// Counts the bytes of the last four seconds.
private struct RecentBytes: Sendable {
  static let seconds: UInt64 = 4

  private var counts = SIMD4<Int>.zero
  private var stamps = SIMD4<UInt64>(repeating: .max)

  mutating func add(_ count: Int, now: UInt64) {
    let second = now / 1_000_000_000
    let slot = Int(second % Self.seconds)
    if stamps[slot] != second { counts[slot] = 0 }
    stamps[slot] = second
    counts[slot] += count
  }

  func count(now: UInt64) -> Int {
    let second = now / 1_000_000_000
    return (0..<4).reduce(0) { sum, slot in
      stamps[slot] <= second && second - stamps[slot] < Self.seconds ? sum + counts[slot] : sum
    }
  }
}
