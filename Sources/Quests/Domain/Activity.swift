public import CivilTime
public import Geodesy

/// What the person states about one walk.
public struct ActivityContent: Hashable, Sendable {
  public var start: Instant
  public var distance: Distance
  public var durationSeconds: Int64?
  /// What recorded it, such as an app's name.
  public var source: String?
  public var note: String?
  /// Counts in totals, and shows up nowhere with the person's name.
  public var isPrivate: Bool
  /// The zone that was sent with it: an IANA name, or an offset such as `+09:00`. Nil where the
  /// walk's zone is derived, which is not part of the content.
  public var zone: String?

  public init(
    start: Instant, distance: Distance, durationSeconds: Int64? = nil, source: String? = nil,
    note: String? = nil, isPrivate: Bool = false, zone: String? = nil
  ) {
    self.start = start
    self.distance = distance
    self.durationSeconds = durationSeconds
    self.source = source
    self.note = note
    self.isPrivate = isPrivate
    self.zone = zone
  }
}

/// What makes a walk one of its kind: another person's equal id is another walk.
public struct ActivityKey: Hashable, Comparable, Sendable {
  public let person: PersonID
  public let id: ActivityID

  public init(person: PersonID, id: ActivityID) {
    self.person = person
    self.id = id
  }

  public static func < (a: Self, b: Self) -> Bool {
    a.person != b.person ? a.person < b.person : a.id < b.id
  }
}

/// The order in which a team's walks were walked: start, then id, then person.
public struct WalkOrder: Hashable, Comparable, Sendable {
  public let start: Instant
  public let id: ActivityID
  public let person: PersonID

  public init(start: Instant, id: ActivityID, person: PersonID) {
    self.start = start
    self.id = id
    self.person = person
  }

  public static func < (a: Self, b: Self) -> Bool {
    if a.start != b.start { return a.start < b.start }
    return a.id != b.id ? a.id < b.id : a.person < b.person
  }
}

/// One walk as it is stored. A deleted one stays as a tombstone, for its id is never used again.
public struct Activity: Hashable, Sendable {
  public let key: ActivityKey
  /// As it stands now, edits included.
  public var content: ActivityContent
  /// What was sent first; repeats are compared with it, also after edits.
  public let first: ActivityContent
  /// The zone in which it was walked: the one that was sent with it, else the offset that its start
  /// was written with, else the person's when it was logged. Only an edit that sends one changes it.
  public var zone: String
  /// The day in that zone on which the walk started.
  public var day: Day
  /// 1 when logged, raised by each edit and by the deletion.
  public var revision: Int64
  public let loggedAt: Instant
  public var changedAt: Instant
  public var isDeleted: Bool

  public init(
    key: ActivityKey, content: ActivityContent, first: ActivityContent, zone: String, day: Day,
    revision: Int64, loggedAt: Instant, changedAt: Instant, isDeleted: Bool
  ) {
    self.key = key
    self.content = content
    self.first = first
    self.zone = zone
    self.day = day
    self.revision = revision
    self.loggedAt = loggedAt
    self.changedAt = changedAt
    self.isDeleted = isDeleted
  }

  public var order: WalkOrder {
    WalkOrder(start: content.start, id: key.id, person: key.person)
  }
}

/// A state of a walk that an edit or the deletion has replaced.
public struct ActivityVersion: Hashable, Sendable {
  public let key: ActivityKey
  /// The revision that it had.
  public let revision: Int64
  public let content: ActivityContent
  public let replacedAt: Instant
  /// Who replaced it; nil where the system did.
  public let replacedBy: PersonID?

  public init(
    key: ActivityKey, revision: Int64, content: ActivityContent, replacedAt: Instant,
    replacedBy: PersonID?
  ) {
    self.key = key
    self.revision = revision
    self.content = content
    self.replacedAt = replacedAt
    self.replacedBy = replacedBy
  }
}
