public import CivilTime

/// What a quest is created with.
public struct QuestDraft: Hashable, Sendable {
  public var id: QuestID
  public var team: TeamID
  public var name: String
  public var start: Instant
  public var end: Instant
  public var zone: String
  public var plan: QuestPlan
  /// Whether nobody is shown the waypoints that the team has yet to reach.
  public var hidesAhead: Bool

  public init(
    id: QuestID, team: TeamID, name: String, start: Instant, end: Instant, zone: String,
    plan: QuestPlan, hidesAhead: Bool = false
  ) {
    self.id = id
    self.team = team
    self.name = name
    self.start = start
    self.end = end
    self.zone = zone
    self.plan = plan
    self.hidesAhead = hidesAhead
  }

  /// Names the content, so that a repeat of a creation is told from another with the same id.
  public var origin: PlanID {
    var writer = ByteWriter()
    writer.append(team)
    writer.append(name)
    writer.append(start.microseconds)
    writer.append(end.microseconds)
    writer.append(zone)
    writer.append(plan.id)
    // Drafts that hide nothing keep the digests that they had before quests could hide.
    if hidesAhead { writer.append(UInt8(1)) }
    return PlanID(hash: ContentHash(of: writer.bytes))
  }
}

/// What of a quest is to change; nil leaves it.
public struct QuestChange: Hashable, Sendable {
  public var name: String?
  public var start: Instant?
  public var end: Instant?
  public var zone: String?
  public var plan: QuestPlan?
  public var hidesAhead: Bool?

  public init(
    name: String? = nil, start: Instant? = nil, end: Instant? = nil, zone: String? = nil,
    plan: QuestPlan? = nil, hidesAhead: Bool? = nil
  ) {
    self.name = name
    self.start = start
    self.end = end
    self.zone = zone
    self.plan = plan
    self.hidesAhead = hidesAhead
  }
}

/// What of a team is to change; nil leaves it.
public struct TeamChange: Hashable, Sendable {
  public var name: String?
  public var isPublic: Bool?

  public init(name: String? = nil, isPublic: Bool? = nil) {
    self.name = name
    self.isPublic = isPublic
  }
}

/// Something to be done to the ledger. Commands that create bring the new thing's id, so that
/// the same command again does nothing twice.
public struct LedgerCommand: Hashable, Sendable {
  public enum Action: Hashable, Sendable {
    /// `zone` is the walk's where its content sends none: the offset that its start was written with,
    /// or the IANA zone of the person.
    case log(ActivityKey, ActivityContent, zone: String)
    case edit(ActivityKey, ActivityContent, expectedRevision: Int64?)
    case delete(ActivityKey, expectedRevision: Int64?)

    /// The founder becomes its first admin.
    case createTeam(TeamID, name: String, isPublic: Bool, founder: PersonID)
    case changeTeam(TeamID, TeamChange, expectedRevision: Int64?)
    /// Ends a team for ever: its open quest is cancelled, and all memberships end.
    case dissolveTeam(TeamID)
    case join(TeamID, PersonID, Role, from: Instant)
    case leave(TeamID, PersonID, from: Instant)
    case setRole(TeamID, PersonID, Role)
    /// Takes a person out of the ledger for ever; the distances stay.
    case erase(PersonID)
    case createInvite(InviteID, TeamID, Role, expiresAt: Instant)
    case redeemInvite(InviteID, PersonID)
    case revokeInvite(InviteID)

    case createQuest(QuestDraft)
    case changeQuest(QuestID, QuestChange, expectedRevision: Int64?)
    case cancelQuest(QuestID)
    /// Announces the start of an open quest whose window has begun, and closes one whose window is
    /// over; each once.
    case advanceQuest(QuestID)
  }

  public let action: Action
  /// The present moment.
  public let at: Instant
  /// Who asks; nil for the system.
  public let actor: PersonID?

  public init(_ action: Action, at: Instant, actor: PersonID?) {
    self.action = action
    self.at = at
    self.actor = actor
  }
}

extension LedgerCommand.Action {
  /// A stable name, as the change log has it.
  public var name: String {
    switch self {
    case .log: "log-activity"
    case .edit: "edit-activity"
    case .delete: "delete-activity"
    case .createTeam: "create-team"
    case .changeTeam: "change-team"
    case .dissolveTeam: "dissolve-team"
    case .join: "join-team"
    case .leave: "leave-team"
    case .setRole: "set-role"
    case .erase: "erase-person"
    case .createInvite: "create-invite"
    case .redeemInvite: "redeem-invite"
    case .revokeInvite: "revoke-invite"
    case .createQuest: "create-quest"
    case .changeQuest: "change-quest"
    case .cancelQuest: "cancel-quest"
    case .advanceQuest: "expire-quest"
    }
  }
}

extension LedgerCommand {
  /// In whose name something comes into the ledger; nobody who has been erased.
  var author: PersonID? {
    switch action {
    case .log(let key, _, _), .edit(let key, _, _), .delete(let key, _): key.person
    case .createTeam(_, _, _, let founder): founder
    case .join(_, let person, _, _), .redeemInvite(_, let person): person
    case .createInvite: actor
    case .changeTeam, .dissolveTeam, .leave, .setRole, .erase, .revokeInvite, .createQuest,
      .changeQuest, .cancelQuest, .advanceQuest:
      nil
    }
  }
}
