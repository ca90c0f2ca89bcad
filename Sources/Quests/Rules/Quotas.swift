internal import CivilTime

/// How much one person, or one team, may have: what is full refuses more of it and nothing else.
extension LedgerFold {
  /// Checks that a person may log one more walk, and counts it.
  ///
  /// - Throws: `limit`.
  mutating func addWalk(of person: PersonID) throws(LedgerError) {
    let count: Int64
    if let known = walkCounts[person] {
      count = known
    } else {
      count = try facts.walkCount(of: person)
    }
    guard count < limits.personActivities else {
      throw LedgerError(
        .limit,
        "the person has logged \(count) activities, deleted ones too; the limit is "
          + "\(limits.personActivities) activities: ask the operator of the service to raise it")
    }
    walkCounts[person] = count + 1
  }

  /// Checks that a walk may change once more.
  ///
  /// - Throws: `limit`.
  func checkEdits(_ activity: Activity) throws(LedgerError) {
    guard activity.revision <= limits.activityEdits else {
      throw LedgerError(
        .limit,
        "the activity was edited \(activity.revision - 1) times; the limit is "
          + "\(limits.activityEdits) edits: delete it, and log the walk again with a new id")
    }
  }

  /// Checks that a person may enter one more team, or a team of before again.
  ///
  /// - Throws: `limit`.
  mutating func checkTeamCount(of person: PersonID, entering team: TeamID) throws(LedgerError) {
    let periods = try periods(of: person)
    let count = periods.count(where: \.isOpen)
    guard count < limits.personTeams else {
      throw LedgerError(
        .limit,
        "the person is in \(count) teams; the limit is \(limits.personTeams) teams: leave one first"
      )
    }
    let teams = Set(periods.map(\.team))
    guard teams.count < limits.personTeamsEver || teams.contains(team) else {
      throw LedgerError(
        .limit,
        "the person has been in \(teams.count) teams; the limit is \(limits.personTeamsEver) teams "
          + "in all: come back to one of these")
    }
  }

  /// Checks that a team may have one more invite.
  ///
  /// - Throws: `limit`.
  func checkInviteCount(of team: TeamID) throws(LedgerError) {
    let isNew = sheets[team]?.isNew == true
    let stored = isNew ? 0 : try facts.inviteCount(of: team)
    let count = stored + Int64(newInvites.count { changedInvites[$0]?.team == team })
    guard count < limits.teamInvites else {
      throw LedgerError(
        .limit,
        "the team has had \(count) invites, used and revoked ones too; the limit is "
          + "\(limits.teamInvites) invites: found another team")
    }
  }
}
