/// What heavy work is expected to take.
struct WorkCost: Hashable, Sendable {
  /// About two microseconds of a processor each: a vertex, an eighth of a waypoint, 16 bytes of text.
  let steps: Int
  /// Memory while it runs.
  let bytes: Int

  init(steps: Int, bytes: Int) {
    self.steps = steps
    self.bytes = bytes
  }

  /// Something that is made of a measured route.
  init(vertices: Int, waypoints: Int) {
    self.init(steps: vertices + 8 * waypoints, bytes: 64 * vertices + 512 * waypoints)
  }

  /// A route file that is read, inspected, repaired or measured: 64 MiB, twice the file, and 160 bytes
  /// for each vertex that it can hold.
  ///
  /// - Parameter within: bytes of the file within it where it is packed.
  init(file: [UInt8], within: Int = 0, mostVertices: Int) {
    // A vertex of a file that nobody has looked into yet may take four bytes.
    let vertices = min(
      within > 0 ? max(within / 4, 1) : Self.mostVertices(in: file), mostVertices)
    let bytes = file.count + within
    self.init(steps: bytes / 16 + vertices, bytes: 64 << 20 + 2 * bytes + 160 * vertices)
  }

  /// No fewer than the vertices that a file can hold, by the characters without which there is none.
  static func mostVertices(in file: [UInt8]) -> Int {
    func count(_ byte: UInt8) -> Int {
      file.withUnsafeBufferPointer { $0.reduce(0) { $0 &+ ($1 == byte ? 1 : 0) } }
    }
    // A point of a FIT file has a byte before its two numbers of four.
    if file.count >= 12, file[8..<12].elementsEqual(".FIT".utf8) { return file.count / 9 }
    let (angle, comma) = (count(0x3C), count(0x2C))
    // XML: an element each, or in KML a tuple with a comma. JSON: an array each. An encoded polyline
    // has two characters at least.
    if angle > 0 { return max(angle, comma) }
    let brackets = count(0x5B)
    return brackets > 0 && comma > 0 ? brackets : file.count / 2
  }
}

/// The order in which heavy work is done: a plain value, which performs nothing.
///
/// Callers take turns, however much each of them asks for. What waits is bounded, in all and for each
/// caller; what runs is bounded by threads and by memory.
struct WorkQueue: Sendable {
  typealias ID = Int

  enum Refusal: Error, Hashable, Sendable {
    case full
    case caller(limit: Int)
  }

  private struct Job: Sendable {
    let id: ID
    let cost: WorkCost
  }

  private let limits: ServiceLimits
  private var waiting: [CallerKey: [Job]] = [:]
  /// Those with something that waits, whose turn is next first.
  private var turns: [CallerKey] = []
  private var running: [ID: (caller: CallerKey, cost: WorkCost)] = [:]
  private(set) var waitingCount = 0
  private var waitingSteps = 0
  private var runningBytes = 0
  private var nextID = 0

  init(_ limits: ServiceLimits) { self.limits = limits }

  var runningCount: Int { running.count }

  /// Lets work wait for its turn.
  mutating func add(_ cost: WorkCost, for caller: CallerKey) throws(Refusal) -> ID {
    guard waiting[caller, default: []].count < limits.workWaitingPerCaller else {
      throw .caller(limit: limits.workWaitingPerCaller)
    }
    // The first one may be as large as it likes.
    guard waitingCount < limits.workWaiting,
      waitingCount == 0 || cost.steps <= limits.workWaitingSteps - waitingSteps
    else { throw .full }
    nextID += 1
    if waiting[caller, default: []].isEmpty { turns.append(caller) }
    waiting[caller, default: []].append(Job(id: nextID, cost: cost))
    waitingCount += 1
    waitingSteps += cost.steps
    return nextID
  }

  /// Begins what there is room for.
  mutating func begin() -> [ID] {
    var begun: [ID] = []
    // Whoever is next waits until there is room for it, so that nothing large waits for ever. Those
    // who have something under way come after those who have not.
    while running.count < limits.workThreads, !turns.isEmpty {
      let busy = Set(running.values.map(\.caller))
      let place = turns.firstIndex { !busy.contains($0) } ?? 0
      let caller = turns[place]
      guard let job = waiting[caller]?.first else { break }
      guard running.isEmpty || job.cost.bytes <= limits.workBytesAtOnce - runningBytes else {
        break
      }
      turns.remove(at: place)
      take(job, of: caller)
      if waiting[caller] != nil { turns.append(caller) }
      running[job.id] = (caller, job.cost)
      runningBytes += job.cost.bytes
      begun.append(job.id)
    }
    return begun
  }

  /// Takes out what is done, or what nobody waits for any more.
  mutating func end(_ id: ID) {
    if let job = running.removeValue(forKey: id) {
      runningBytes -= job.cost.bytes
      return
    }
    for (caller, jobs) in waiting {
      guard let job = jobs.first(where: { $0.id == id }) else { continue }
      take(job, of: caller)
      if waiting[caller] == nil { turns.removeAll { $0 == caller } }
      return
    }
  }

  private mutating func take(_ job: Job, of caller: CallerKey) {
    waiting[caller]?.removeAll { $0.id == job.id }
    if waiting[caller]?.isEmpty == true { waiting[caller] = nil }
    waitingCount -= 1
    waitingSteps -= job.cost.steps
  }
}
