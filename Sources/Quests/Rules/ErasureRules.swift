internal import CivilTime

extension LedgerFold {
  /// Takes a person out of the ledger. What was walked stays, to the micrometre, and nobody can tell
  /// any more who walked it. A team that nobody else is in is dissolved. A second time does nothing.
  ///
  /// What the store does with rows that this fold does not read, `LedgerChanges.erasures` says.
  mutating func erase(
    _ person: PersonID, _ command: LedgerCommand
  ) throws(LedgerError) -> LedgerAnswer {
    if try isErased(person) { return .erased(person) }
    // All that can fail comes before anything is changed.
    let periods = try periods(of: person)
    let invites = try unusedInvites(by: person)
    let teams = Set(periods.map(\.team) + invites.map(\.team)).sorted()
    for team in teams { _ = try requireSheet(team) }
    // A clock that ran ahead may have logged walks of the next minutes; they still count.
    let last = try walks(of: person, from: command.at, until: .latest).last
    let end = max(command.at, last?.content.start.advanced(byMicroseconds: 1) ?? command.at)
    let open = periods.filter(\.isOpen)
    var heirs: [TeamID: Membership] = [:]
    var left: Set<TeamID> = []
    for period in open {
      heirs[period.team] = try heir(of: period)
      let others = try self.periods(in: period.team).contains { $0.isOpen && $0.person != person }
      if !others { left.insert(period.team) }
    }

    erased[person] = Erasure(isErased: true, isNew: true)
    let command = LedgerCommand(
      command.action, at: command.at, actor: command.actor == person ? nil : command.actor)
    for team in teams {
      record(command, team: team, "")
      if var period = open.first(where: { $0.team == team }) {
        period.left = max(period.joined, end)
        put(period)
        emit(team, .memberLeft, at: command.at)
      } else if periods.contains(where: { $0.team == team }) {
        // The walks of a former member have lost their name.
        emit(team, .teamChanged, at: command.at)
      }
      if var heir = heirs[team] {
        heir.role = .admin
        put(heir)
        emit(team, .memberRoleChanged, at: command.at, person: heir.person)
        record(
          command, team: team, person: heir.person,
          "became \(heir.role.rawValue), for the last one was erased")
      }
    }
    for team in teams where left.contains(team) { try endTeam(team, command) }
    if teams.isEmpty { record(command, "") }
    for var invite in invites {
      invite.revokedAt = command.at
      changedInvites[invite.id] = invite
    }
    return .erased(person)
  }

  /// Who is to be admin when the team's last one goes: the member of the longest standing. Nil where
  /// another admin stays, or nobody.
  private mutating func heir(of period: Membership) throws(LedgerError) -> Membership? {
    guard period.role == .admin else { return nil }
    let others = try periods(in: period.team).filter { $0.isOpen && $0.person != period.person }
    if others.contains(where: { $0.role == .admin }) { return nil }
    return others.min { ($0.joined, $0.person) < ($1.joined, $1.person) }
  }

  private mutating func unusedInvites(by person: PersonID) throws(LedgerError) -> [Invite] {
    let stored = try facts.unusedInvites(by: person).filter { changedInvites[$0.id] == nil }
    let changed = changedInvites.values.filter {
      $0.createdBy == person && $0.redeemedBy == nil && $0.revokedAt == nil
    }
    return (stored + changed).sorted { $0.id < $1.id }
  }
}
