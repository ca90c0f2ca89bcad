public import CivilTime

/// People who walk together.
public struct Team: Hashable, Sendable {
  public let id: TeamID
  public var name: String
  /// Whether strangers may see where the team stands; what is private of its walks stays so.
  public var isPublic: Bool
  public let createdAt: Instant
  public let createdBy: PersonID
  /// Raised by changes of what describes the team, not by walks.
  public var revision: Int64
  /// Nil while the team lasts. A dissolved team has no members and no open quest, is not public, and
  /// never comes back.
  public var dissolvedAt: Instant?

  public init(
    id: TeamID, name: String, isPublic: Bool = false, createdAt: Instant, createdBy: PersonID,
    revision: Int64 = 1, dissolvedAt: Instant? = nil
  ) {
    self.id = id
    self.name = name
    self.isPublic = isPublic
    self.createdAt = createdAt
    self.createdBy = createdBy
    self.revision = revision
    self.dissolvedAt = dissolvedAt
  }
}

/// What a member may do.
public enum Role: String, Sendable, CaseIterable, Codable {
  case member, admin
}

/// One period in which a person is in a team: from the moment of joining to that of leaving, half-open.
public struct Membership: Hashable, Sendable {
  public let team: TeamID
  public let person: PersonID
  /// Counts the person's periods in the team from 1.
  public let period: Int
  public var role: Role
  public let joined: Instant
  /// Nil while the period lasts.
  public var left: Instant?

  public init(
    team: TeamID, person: PersonID, period: Int, role: Role, joined: Instant, left: Instant? = nil
  ) {
    self.team = team
    self.person = person
    self.period = period
    self.role = role
    self.joined = joined
    self.left = left
  }

  public var isOpen: Bool { left == nil }

  /// Whether a moment lies in [joined, left).
  public func contains(_ instant: Instant) -> Bool {
    joined <= instant && left.map { instant < $0 } != false
  }
}

/// An offer to join a team, good for one person once.
public struct Invite: Hashable, Sendable {
  public let id: InviteID
  public let team: TeamID
  public let role: Role
  public let createdBy: PersonID
  public let createdAt: Instant
  public let expiresAt: Instant
  public var redeemedBy: PersonID?
  public var redeemedAt: Instant?
  public var revokedAt: Instant?

  public init(
    id: InviteID, team: TeamID, role: Role, createdBy: PersonID, createdAt: Instant,
    expiresAt: Instant, redeemedBy: PersonID? = nil, redeemedAt: Instant? = nil,
    revokedAt: Instant? = nil
  ) {
    self.id = id
    self.team = team
    self.role = role
    self.createdBy = createdBy
    self.createdAt = createdAt
    self.expiresAt = expiresAt
    self.redeemedBy = redeemedBy
    self.redeemedAt = redeemedAt
    self.revokedAt = revokedAt
  }
}
