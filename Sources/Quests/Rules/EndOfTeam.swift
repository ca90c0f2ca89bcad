internal import CivilTime

extension LedgerFold {
  /// Dissolves a team. Its walks stay with their walkers, and what they came to stays exact. A second
  /// time does nothing.
  mutating func dissolveTeam(
    _ id: TeamID, _ command: LedgerCommand
  ) throws(LedgerError) -> LedgerAnswer {
    if try requireSheet(id).facts.team.dissolvedAt == nil { try endTeam(id, command) }
    return .team(try requireSheet(id).facts.team)
  }

  /// Ends a team that lasts: its members' periods, the windows of its quests, and its being seen.
  ///
  /// No window reaches beyond the end, so a walk that starts later counts for no quest, whatever a
  /// period that had to begin later says.
  mutating func endTeam(_ id: TeamID, _ command: LedgerCommand) throws(LedgerError) {
    let now = command.at
    var team = try requireSheet(id).facts.team
    let quests = try requireSheet(id).facts.quests.map(\.quest)
    let open = try periods(in: id).filter(\.isOpen)
    var losses: [Recount] = []
    for (index, quest) in quests.enumerated() where quest.end > max(quest.start, now) {
      losses.append(try lossAtEnd(of: quest, id, index, at: now))
    }

    team.dissolvedAt = now
    team.isPublic = false
    team.revision += 1
    sheets[id]?.facts.team = team
    sheets[id]?.isTeamChanged = true
    for loss in losses { try endWindow(loss, at: now) }
    for (index, quest) in quests.enumerated() where quest.isOpen && quest.end <= now {
      close(id, index, .expired, at: now)
    }
    for var period in open {
      period.left = max(period.joined, now)
      put(period)
    }
    emit(id, .teamDissolved, at: now)
    record(command, team: id, "“\(team.name)” was dissolved")
  }
}
