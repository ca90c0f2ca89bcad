internal import Base
internal import CivilTime

extension LedgerFold {
  mutating func createTeam(
    _ id: TeamID, name: String, isPublic: Bool, founder: PersonID, _ command: LedgerCommand
  ) throws(LedgerError) -> LedgerAnswer {
    if try loadSheet(id) != nil {
      let team = try requireLastingTeam(id).facts.team
      let isSame = Name.folded(team.name) == Name.folded(name) && team.isPublic == isPublic
      guard team.createdBy == founder, team.revision > 1 || isSame else {
        throw LedgerError(.conflict, "the team \(id) was created with other content")
      }
      return .team(team)
    }
    let name = try self.name(name, "the team's name")
    try checkTeamCount(of: founder, entering: id)
    let team = Team(
      id: id, name: name, isPublic: isPublic, createdAt: command.at, createdBy: founder)
    sheets[id] = TeamSheet(
      facts: TeamFacts(team: team, version: 0, quests: []), isNew: true, isChanged: true,
      isTeamChanged: true)
    put(Membership(team: id, person: founder, period: 1, role: .admin, joined: command.at))
    emit(id, .memberJoined, at: command.at, person: founder)
    record(command, team: id, person: founder, "named “\(name)”\(isPublic ? ", public" : "")")
    return .team(team)
  }

  mutating func changeTeam(
    _ id: TeamID, _ change: TeamChange, expectedRevision: Int64?, _ command: LedgerCommand
  ) throws(LedgerError) -> LedgerAnswer {
    let stored = try requireLastingTeam(id).facts.team
    var team = stored
    if let text = change.name { team.name = try name(text, "the team's name") }
    team.isPublic = change.isPublic ?? stored.isPublic
    let isSame = team == stored
    try check(
      expectedRevision, isRepeat: isSame && expectedRevision == stored.revision - 1,
      against: stored.revision, "team")
    if isSame { return .team(stored) }
    var said: [String] = []
    if team.name != stored.name { said.append("“\(stored.name)” became “\(team.name)”") }
    if team.isPublic != stored.isPublic {
      said.append(team.isPublic ? "became public" : "became private")
    }
    record(command, team: id, said.joined(separator: ", "))
    team.revision += 1
    sheets[id]?.facts.team = team
    sheets[id]?.isTeamChanged = true
    emit(id, .teamChanged, at: command.at)
    return .team(team)
  }

  /// Begins a membership period. Walks that started since then count from now on.
  mutating func join(
    _ team: TeamID, _ person: PersonID, _ role: Role, from: Instant, _ command: LedgerCommand
  ) throws(LedgerError) -> Membership {
    try requireLastingTeam(team)
    let periods = try periods(of: person).filter { $0.team == team }
    if let open = periods.first(where: \.isOpen) {
      // The same command again.
      if open.joined == from, open.role == role { return open }
      throw LedgerError(.alreadyMember, "the person is a member of the team since \(open.joined)")
    }
    try checkMoment(from, "the moment of joining", at: command.at)
    if let left = periods.compactMap(\.left).max(), from < left {
      throw LedgerError(
        .invalid, "the person was a member until \(left) and cannot join again before")
    }
    guard periods.count < limits.rejoins else {
      throw LedgerError(
        .limit,
        "the person has joined the team \(periods.count) times; the limit is \(limits.rejoins)")
    }
    try checkTeamCount(of: person, entering: team)
    let members = try self.periods(in: team).count(where: \.isOpen)
    guard members < limits.teamMembers else {
      throw LedgerError(
        .limit, "the team has \(members) members; the limit is \(limits.teamMembers) members")
    }
    let period = Membership(
      team: team, person: person, period: (periods.map(\.period).max() ?? 0) + 1, role: role,
      joined: from)
    let recounts = try recounts(ofWalksBy: person, from: from, in: team, counts: true)
    try check(recounts)
    put(period)
    emit(team, .memberJoined, at: command.at, person: person)
    record(command, team: team, person: person, "as \(role.rawValue) from \(from)")
    try apply(recounts, at: command.at)
    return period
  }

  /// Ends a membership period. What was walked before stays; what starts later does not count. A team
  /// that nobody else is in is dissolved.
  mutating func leave(
    _ team: TeamID, _ person: PersonID, from: Instant, _ command: LedgerCommand
  ) throws(LedgerError) -> LedgerAnswer {
    _ = try requireSheet(team)
    let all = try periods(of: person).filter { $0.team == team }
    guard var period = all.first(where: \.isOpen) else {
      // The same command again.
      if let last = all.max(by: { $0.period < $1.period }), last.left == from {
        return .membership(last)
      }
      throw LedgerError(.notMember, "the person is not a member of the team")
    }
    try checkMoment(from, "the moment of leaving", at: command.at)
    guard from >= period.joined else {
      throw LedgerError(
        .invalid, "the person joined at \(period.joined) and cannot leave before, at \(from)")
    }
    let isAlone = try !periods(in: team).contains { $0.isOpen && $0.person != person }
    if !isAlone { try checkAdminRemains(without: period) }
    let recounts = try recounts(ofWalksBy: person, from: from, in: team, counts: false)
    try check(recounts)
    period.left = from
    put(period)
    emit(team, .memberLeft, at: command.at, person: person)
    record(command, team: team, person: person, "from \(from)")
    try apply(recounts, at: command.at)
    if isAlone { try endTeam(team, command) }
    return .membership(period)
  }

  mutating func setRole(
    _ team: TeamID, _ person: PersonID, _ role: Role, _ command: LedgerCommand
  ) throws(LedgerError) -> LedgerAnswer {
    try requireLastingTeam(team)
    guard var period = try periods(of: person).first(where: { $0.team == team && $0.isOpen }) else {
      throw LedgerError(.notMember, "the person is not a member of the team")
    }
    if period.role == role { return .membership(period) }
    if role != .admin { try checkAdminRemains(without: period) }
    period.role = role
    put(period)
    emit(team, .memberRoleChanged, at: command.at, person: person)
    record(command, team: team, person: person, "became \(role.rawValue)")
    return .membership(period)
  }

  // MARK: Invites

  mutating func createInvite(
    _ id: InviteID, _ team: TeamID, _ role: Role, expiresAt: Instant, _ command: LedgerCommand
  ) throws(LedgerError) -> LedgerAnswer {
    guard let actor = command.actor else {
      throw LedgerError(.invalid, "an invite names who invites")
    }
    if let stored = try invite(id) {
      guard stored.team == team, stored.role == role, stored.expiresAt == expiresAt,
        stored.createdBy == actor
      else { throw LedgerError(.conflict, "the invite \(id) was created with other content") }
      try requireLastingTeam(team)
      return .invite(stored)
    }
    try requireLastingTeam(team)
    guard expiresAt > command.at, expiresAt <= .latest else {
      throw LedgerError(.invalid, "an invite expires after now")
    }
    let invite = Invite(
      id: id, team: team, role: role, createdBy: actor, createdAt: command.at,
      expiresAt: expiresAt)
    try checkInviteCount(of: team)
    newInvites.insert(id)
    changedInvites[id] = invite
    record(command, team: team, "as \(role.rawValue) until \(expiresAt)")
    return .invite(invite)
  }

  mutating func redeemInvite(
    _ id: InviteID, by person: PersonID, _ command: LedgerCommand
  ) throws(LedgerError) -> LedgerAnswer {
    var invite = try requireInvite(id)
    if let redeemer = invite.redeemedBy {
      // The same command again, as long as the period that it began lasts.
      let periods = try periods(of: person)
      guard redeemer == person,
        let period = periods.first(where: {
          $0.team == invite.team && $0.joined == invite.redeemedAt && $0.isOpen
        })
      else { throw LedgerError(.inviteUsed, "the invite was used; ask for another") }
      return .membership(period)
    }
    // Whoever was not in a team is not told that it ended.
    let isOfLastingTeam = try requireSheet(invite.team).facts.team.dissolvedAt == nil
    guard invite.revokedAt == nil, isOfLastingTeam else {
      throw LedgerError(.inviteRevoked, "the invite was taken back; ask for another")
    }
    guard command.at < invite.expiresAt else {
      throw LedgerError(
        .inviteExpired, "the invite was good until \(invite.expiresAt); ask for another")
    }
    let period = try join(invite.team, person, invite.role, from: command.at, command)
    invite.redeemedBy = person
    invite.redeemedAt = command.at
    changedInvites[id] = invite
    return .membership(period)
  }

  mutating func revokeInvite(
    _ id: InviteID, _ command: LedgerCommand
  ) throws(LedgerError) -> LedgerAnswer {
    var invite = try requireInvite(id)
    if invite.redeemedBy != nil {
      throw LedgerError(.inviteUsed, "the invite was used and cannot be taken back")
    }
    if invite.revokedAt != nil { return .invite(invite) }
    invite.revokedAt = command.at
    changedInvites[id] = invite
    record(command, team: invite.team, "")
    return .invite(invite)
  }

  private func invite(_ id: InviteID) throws(LedgerError) -> Invite? {
    if let changed = changedInvites[id] { return changed }
    return try facts.invite(id)
  }

  /// The invite as it is when its team is locked.
  private mutating func requireInvite(_ id: InviteID) throws(LedgerError) -> Invite {
    guard let found = try invite(id) else {
      throw LedgerError(.notFound, "there is no invite \(id)")
    }
    _ = try requireSheet(found.team)
    return try invite(id) ?? found
  }

  // MARK: Parts

  private func checkMoment(
    _ moment: Instant, _ what: String, at now: Instant
  ) throws(LedgerError) {
    guard moment >= .earliest, moment <= now else {
      throw LedgerError(.invalid, "\(what), \(moment), is not from 1900 to now, \(now)")
    }
  }

  private mutating func checkAdminRemains(without period: Membership) throws(LedgerError) {
    guard period.role == .admin else { return }
    let others = try periods(in: period.team).contains {
      $0.isOpen && $0.role == .admin && $0.person != period.person
    }
    guard others else {
      throw LedgerError(
        .lastAdmin, "the team's last admin stays; make another member admin first")
    }
  }

  /// What changes in a team's quests when a person's walks from a moment on are to count, or not.
  private mutating func recounts(
    ofWalksBy person: PersonID, from: Instant, in team: TeamID, counts: Bool
  ) throws(LedgerError) -> [Recount] {
    let quests = try requireSheet(team).facts.quests
    guard let end = quests.map(\.quest.end).max(), from < end else { return [] }
    var recounts: [Int: Recount] = [:]
    for activity in try walks(of: person, from: from, until: end) {
      guard
        let index = quests.firstIndex(where: { $0.quest.contains(activity.content.start) })
      else { continue }
      let quest = quests[index].quest.id
      let rows = try contributions(of: activity.key)
      var recount = recounts[index] ?? Recount(team: team, index: index)
      let row = rows.first { $0.key.quest == quest && $0.isCounted }
      if counts, row == nil {
        recount.added.append(
          Self.contribution(of: activity, team: team, quest: quest, existing: rows))
      } else if !counts, let row {
        recount.removed.append(row)
      }
      recounts[index] = recount
    }
    return recounts.values.filter { !$0.added.isEmpty || !$0.removed.isEmpty }
      .sorted { $0.index < $1.index }
  }

  private mutating func apply(_ recounts: [Recount], at now: Instant) throws(LedgerError) {
    for recount in recounts {
      _ = try apply(recount, cause: RecountCause(kind: .progressUpdated), at: now)
    }
  }
}
