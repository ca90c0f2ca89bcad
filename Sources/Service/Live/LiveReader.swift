import Base
import NIOCore
import Providers
import Quests
import Synchronization

/// Why a stream ends, as its last event says.
enum LiveEnd: String, Sendable, CaseIterable {
  /// The service is shut down: come again, and be served by another process.
  case shutdown
  /// The team has been dissolved.
  case teamDissolved = "team-dissolved"
  /// What the reader may see has changed: come again, and see what that is.
  case accessChanged = "access-changed"
  /// The token has expired, or is worth nothing any more: come again with another.
  case tokenEnded = "token-ended"
}

/// One who follows a team or a quest: a bounded box of what is still to be sent.
///
/// The relay puts in and never waits; the connection's task takes out. Where the box is full it is
/// emptied, and the task reads from the store what the reader still lacks, as fast as that reads.
final class LiveReader: Sendable {
  /// Who reads.
  struct Viewer: Sendable {
    let person: PersonID?
    let people: PeopleShown
    /// Nil for a stranger.
    let credential: Credential?

    var isMember: Bool { people == .ids }

    /// Whether what the reader sees is as long-lived as a private link, whoever may see the team.
    var hasLink: Bool { if case .link = credential { true } else { false } }

    /// Whether the reader goes on to see the same after an event.
    func keeps(_ audience: LiveMessage.Audience?) -> Bool {
      guard let audience, !hasLink else { return true }
      let isMember = person.map(audience.members.contains) ?? false
      return isMember == self.isMember && (isMember || audience.isPublic)
    }
  }

  /// What the connection's task is to do.
  enum Step: Sendable {
    case send(ByteBuffer)
    /// Read from the store what comes after a version, for the box was full.
    case catchUp(after: Int64)
    case end(LiveEnd)
    /// The client is gone.
    case stop
  }

  private struct Box {
    var frames: [ByteBuffer] = []
    /// The version of the last event in it, or of the last that was taken.
    var last: Int64
    /// That of the last event that was taken.
    var taken: Int64
    var isFull = false
    var end: LiveEnd?
    var isGone = false
    /// When that which was taken last began to be sent; nil once it is.
    var sendingSince: ContinuousClock.Instant?
    var waiting: CheckedContinuation<Step, Never>?

    /// All in one piece, which is sent with one call.
    private static func joined(_ frames: [ByteBuffer]) -> ByteBuffer {
      var all = frames[0]
      for frame in frames.dropFirst() { all.writeImmutableBuffer(frame) }
      return all
    }

    /// What there is to do, nil for nothing.
    mutating func step() -> Step? {
      if isGone { return .stop }
      if !frames.isEmpty {
        defer { frames = [] }
        taken = last
        sendingSince = .now
        return .send(Self.joined(frames))
      }
      if let end { return .end(end) }
      guard isFull else { return nil }
      isFull = false
      last = taken
      return .catchUp(after: taken)
    }
  }

  let team: TeamID
  /// Nil for one who follows all quests of the team.
  let quest: QuestID?
  let viewer: Viewer
  let view: LiveMessage.View
  /// Counts readers, so that not all have their turn at once.
  let ordinal = LiveReader.next.wrappingAdd(1, ordering: .relaxed).oldValue
  private let mostWaiting: Int
  private let box: Lock<Box>

  private static let next = Atomic(0)

  /// - Parameter version: up to which the reader has all events.
  init(
    _ team: TeamID, quest: QuestID?, viewer: Viewer, units: LengthUnits?, after version: Int64,
    mostWaiting: Int
  ) {
    self.team = team
    self.quest = quest
    self.viewer = viewer
    self.mostWaiting = mostWaiting
    view = LiveMessage.View(people: viewer.people, units: units)
    box = Lock(Box(last: version, taken: version))
  }

  /// Whether an event is one of those that the reader follows.
  func follows(_ event: TeamEvent) -> Bool {
    // A private link shows its quest and nothing else of the team.
    quest == nil || event.quest == quest || event.quest == nil && !viewer.hasLink
  }

  // MARK: Putting in

  /// Puts in an event.
  func put(_ message: LiveMessage) {
    change { box in
      guard box.end == nil, !box.isGone, !box.isFull else { return }
      guard box.frames.count < mostWaiting else {
        box.frames = []
        box.isFull = true
        return
      }
      box.frames.append(message.frame(view))
      box.last = message.event.version
    }
  }

  /// Puts in something that is no event, where nothing waits to be sent.
  func putIfIdle(_ frame: ByteBuffer) {
    change { box in
      if box.frames.isEmpty, box.sendingSince == nil, box.end == nil { box.frames.append(frame) }
    }
  }

  /// Ends the stream after what waits.
  func end(_ end: LiveEnd) { change { $0.end = $0.end ?? end } }

  /// Ends the stream at once with nothing more.
  func endNow(_ end: LiveEnd) {
    change { box in
      box.end = box.end ?? end
      box.frames = []
    }
  }

  /// Ends the stream with what waits unsent, as the client is gone.
  func stop() {
    change { box in
      box.isGone = true
      box.frames = []
    }
  }

  /// Whether what was taken has been sent for longer than a duration.
  func isStuck(for duration: Duration, at now: ContinuousClock.Instant) -> Bool {
    box.withLock { $0.sendingSince.map { now - $0 > duration } ?? false }
  }

  /// How the stream is to end, nil while it goes on.
  var ending: Step? {
    box.withLock { box in box.isGone ? .stop : box.end.map(Step.end) }
  }

  private func change(_ body: (inout Box) -> Void) {
    let (step, waiting) = box.withLock { box in
      body(&box)
      guard let waiting = box.waiting, let step = box.step() else {
        return (Step?.none, CheckedContinuation<Step, Never>?.none)
      }
      box.waiting = nil
      return (step, waiting)
    }
    if let step { waiting?.resume(returning: step) }
  }

  // MARK: Taking out

  /// Notes that a task sends something that was not in the box.
  func sends(through version: Int64) {
    box.withLock { box in
      box.taken = version
      box.last = version
      box.sendingSince = .now
    }
  }

  /// Notes that the task has sent all events up to a version.
  func sent(through version: Int64) {
    box.withLock { box in
      box.taken = version
      box.last = version
      box.sendingSince = nil
    }
  }

  /// What to do next; waits for it. For one task, which has sent what it was given before.
  func next() async -> Step {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let step = box.withLock { box in
          box.sendingSince = nil
          let step = box.step()
          if step == nil { box.waiting = continuation }
          return step
        }
        if let step { continuation.resume(returning: step) }
      }
    } onCancel: {
      stop()
    }
  }
}
