public import CivilTime
public import Geodesy

/// How a quest stands in its life.
public enum QuestState: String, Sendable, CaseIterable {
  case scheduled, active, completed, expired, cancelled
}

/// How a quest was closed.
public enum QuestClosing: String, Sendable, CaseIterable {
  case completed, expired, cancelled
}

/// A team's journey on one route version.
public struct Quest: Hashable, Sendable {
  public let id: QuestID
  public let team: TeamID
  /// Counts the team's quests from 1; the windows follow one another in this order.
  public let number: Int
  public var name: String
  public var start: Instant
  /// The first moment after the quest. Equal to the start where nothing can count any more.
  public var end: Instant
  /// The IANA zone of its days and weeks.
  public var zone: String
  /// All plans that it has had, the present one last.
  public var plans: [PlanID]
  /// Whether its start has been announced.
  public var isStartAnnounced: Bool
  /// Whether nobody is shown the waypoints that the team has yet to reach.
  public var hidesAhead: Bool
  /// Nil while it is open.
  public var closing: QuestClosing?
  public var closedAt: Instant?
  public let createdAt: Instant
  public let createdBy: PersonID?
  /// Digest of what it was created with, so that a repeat of the creation is known.
  public let origin: PlanID
  /// Raised by changes of what describes the quest, not by walks.
  public var revision: Int64

  public init(
    id: QuestID, team: TeamID, number: Int, name: String, start: Instant, end: Instant,
    zone: String, plans: [PlanID], isStartAnnounced: Bool, hidesAhead: Bool = false,
    closing: QuestClosing? = nil, closedAt: Instant? = nil, createdAt: Instant,
    createdBy: PersonID?, origin: PlanID, revision: Int64 = 1
  ) {
    self.id = id
    self.team = team
    self.number = number
    self.name = name
    self.start = start
    self.end = end
    self.zone = zone
    self.plans = plans
    self.isStartAnnounced = isStartAnnounced
    self.hidesAhead = hidesAhead
    self.closing = closing
    self.closedAt = closedAt
    self.createdAt = createdAt
    self.createdBy = createdBy
    self.origin = origin
    self.revision = revision
  }

  /// The present plan.
  public var plan: PlanID { plans[plans.count - 1] }

  /// Whether a moment lies in [start, end).
  public func contains(_ instant: Instant) -> Bool { start <= instant && instant < end }

  /// A team has at most one quest that is open: scheduled, active, or past its end and not yet
  /// announced as expired.
  public var isOpen: Bool { closing == nil }

  /// How it stands at a moment; an open quest past its end is expired whether announced or not.
  public func state(at now: Instant) -> QuestState {
    switch closing {
    case .completed: .completed
    case .expired: .expired
    case .cancelled: .cancelled
    case nil: now < start ? .scheduled : now < end ? .active : .expired
    }
  }
}

/// The running figures of a quest.
public struct QuestTally: Hashable, Sendable {
  /// Everything that counts, as walked.
  public var total: Distance
  /// Counted activities.
  public var walks: Int64
  /// No counted walk comes after it in walk order; nil where none has been counted yet. A walk
  /// beyond it is in order and costs O(1).
  public var frontier: WalkOrder?

  public static let none = QuestTally(total: .zero, walks: 0, frontier: nil)

  public init(total: Distance, walks: Int64, frontier: WalkOrder?) {
    self.total = total
    self.walks = walks
    self.frontier = frontier
  }
}

/// A quest with its figures.
public struct QuestRecord: Hashable, Sendable {
  public var quest: Quest
  public var tally: QuestTally

  public init(quest: Quest, tally: QuestTally = .none) {
    self.quest = quest
    self.tally = tally
  }
}
