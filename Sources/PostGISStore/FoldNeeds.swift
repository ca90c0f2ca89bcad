internal import Quests

/// What a fold of commands will ask about, as far as the commands tell.
struct FoldNeeds {
  /// Persons, and whether their stays in teams may change.
  private(set) var persons: [PersonID: Bool] = [:]
  private(set) var teams: Set<TeamID> = []
  private(set) var quests: Set<QuestID> = []
  private(set) var invites: Set<InviteID> = []
  private(set) var activities: Set<ActivityKey> = []
  /// Persons who may have one more walk.
  private(set) var walkers: Set<PersonID> = []

  init(_ commands: some Sequence<LedgerCommand>) {
    for command in commands { add(command) }
  }

  mutating func add(_ team: TeamID) { teams.insert(team) }

  private mutating func add(_ command: LedgerCommand) {
    switch command.action {
    case .log(let key, _, _), .edit(let key, _, _), .delete(let key, _):
      add(key.person, moves: false)
      activities.insert(key)
      if case .log = command.action { walkers.insert(key.person) }
    case .createTeam(let id, _, _, let founder):
      teams.insert(id)
      add(founder, moves: true)
    // Whose periods end with a team is read under its lock, which every writer of them holds.
    case .changeTeam(let id, _, _), .dissolveTeam(let id): teams.insert(id)
    case .join(let team, let person, _, _), .leave(let team, let person, _):
      teams.insert(team)
      add(person, moves: true)
    case .setRole(let team, let person, _):
      teams.insert(team)
      add(person, moves: true)
    case .erase(let person): add(person, moves: true)
    case .createInvite(let id, let team, _, _):
      invites.insert(id)
      teams.insert(team)
      // Nobody may be erased while inviting.
      if let actor = command.actor { add(actor, moves: false) }
    case .redeemInvite(let id, let person):
      invites.insert(id)
      add(person, moves: true)
    case .revokeInvite(let id): invites.insert(id)
    case .createQuest(let draft):
      quests.insert(draft.id)
      teams.insert(draft.team)
    case .changeQuest(let id, _, _), .cancelQuest(let id), .advanceQuest(let id):
      quests.insert(id)
    }
  }

  private mutating func add(_ person: PersonID, moves: Bool) {
    persons[person] = persons[person] == true || moves
  }

  /// How many locks all persons share; two that meet in one only wait for each other.
  private static let personLocks: UInt64 = 256

  /// The numbers of the persons' locks in ascending order, and whether each is taken alone.
  var locks: [(number: Int32, isAlone: Bool)] {
    var locks: [Int32: Bool] = [:]
    for (person, moves) in persons {
      // Identifiers that clients make need not be random in any byte.
      var mixed = (person.high ^ person.low) &* 0x9E37_79B9_7F4A_7C15
      mixed ^= mixed >> 32
      let number = Int32(mixed % Self.personLocks)
      locks[number] = locks[number] == true || moves
    }
    return locks.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
