internal import CivilTime
internal import GRDB
internal import Geodesy
internal import LedgerCore
internal import Quests

/// The figures of a quest as a command will make it, derived in pieces beside those that hold.
///
/// Each step is a small transaction, and other writers go on between them; the triggers of the schema
/// note whose walks change meanwhile. The command's own transaction looks at the last of these and lets
/// the quest point at the new figures. What is abandoned on the way, nobody sees.
///
/// Used by one transaction at a time: hence `@unchecked`.
final class DerivedFigures: @unchecked Sendable {
  let quest: Quest
  /// The quest as it was; nil for a new one.
  private let base: Quest?
  private let plan: QuestPlan
  private let zone: Zone
  private let begunAt: Instant
  /// Walks that one step looks at.
  private let pieceWalks: Int

  /// The id under which the figures are stored, in the columns of the quest's.
  let figures: QuestID
  private(set) var baseFigures: QuestID?
  private var stage = Stage.beginning
  private var sums = FigureSums()
  private var total: Int128 = 0
  private var walks: Int64 = 0
  private var frontier: WalkOrder?
  /// Places in walk order a piece apart, with the totals there.
  private var checkpoints: [(order: WalkOrder, total: Int128)] = [(.first, 0)]
  /// Whether the milestones are derived to the end.
  private var isMarked = false
  /// The first walk that has changed among those whose milestones are derived.
  private var changed: WalkOrder?
  private var isUsed = false

  private enum Stage {
    case beginning
    /// The walks of membership periods: those that are left, and the last walk of the first.
    case counting([Membership], after: (SQLValue, SQLValue)?)
    /// Rows that hold receipts and do not count.
    case keeping(after: [SQLValue])
    case marking
  }

  init(
    _ quest: Quest, base: Quest?, plan: QuestPlan, zone: Zone, begunAt: Instant, pieceWalks: Int
  ) {
    var random = SystemRandomNumberGenerator()
    figures = .random(using: &random)
    self.quest = quest
    self.base = base
    self.plan = plan
    self.zone = zone
    self.begunAt = begunAt
    self.pieceWalks = max(pieceWalks, 1)
  }

  /// Goes on by one piece.
  ///
  /// - Returns: whether what is left is little enough for the command's transaction.
  func step(_ db: Database) throws -> Bool {
    switch stage {
    case .beginning: try begin(db)
    case .counting(let periods, let last): try count(periods, after: last, db)
    case .keeping(let last): try keep(after: last, db)
    case .marking:
      let touched = try lookAgain(db)
      if touched == pieceWalks { break }
      if isMarked { return true }
      try mark(db)
    }
    return false
  }

  /// Does what is left, in the transaction of the command; once.
  ///
  /// - Returns: false where the figures are not to be used.
  func isComplete(_ db: Database) throws -> Bool {
    if isUsed { return false }
    isUsed = true
    guard case .marking = stage else { return false }
    let isThere = try db.row(
      "SELECT 1 FROM derivations WHERE figures_id = ?", [figures.blob], { try $0.int() })
    guard isThere != nil else { return false }
    while try !step(db) {}
    try markAgain(db)
    return true
  }

  func prepared(for other: Quest) -> PreparedFigures? {
    guard quest.hasFigures(of: other), let total = Int64(exactly: total) else { return nil }
    // A new quest begins without walks anyway.
    if base == nil, walks == 0 { return nil }
    return PreparedFigures(
      base: base,
      tally: QuestTally(
        total: Distance(micrometers: total), walks: walks, frontier: frontier))
  }

  /// Lets the quest point at these figures, and leaves the others to be removed.
  func replaceFigures(_ db: Database) throws {
    try db.run(
      "UPDATE quests SET figures_id = ? WHERE quest_id = ?", [figures.blob, quest.id.blob])
    if let baseFigures {
      try db.run(
        "UPDATE derivations SET figures_id = ? WHERE figures_id = ?",
        [baseFigures.blob, figures.blob])
    } else {
      try db.run("DELETE FROM derivations WHERE figures_id = ?", [figures.blob])
    }
  }

  // MARK: Steps

  private func begin(_ db: Database) throws {
    baseFigures = try db.row(
      "SELECT figures_id FROM quests WHERE quest_id = ?", [quest.id.blob]
    ) { try $0.id() }
    try db.run(
      "INSERT INTO derivations (figures_id, team_id, begun_at) VALUES (?, ?, ?)",
      [figures.blob, quest.team.blob, begunAt.column])
    let periods = try db.rows(
      "SELECT \(Membership.columns) FROM memberships WHERE team_id = ? ORDER BY person_id, period",
      [quest.team.blob], Membership.read)
    stage = .counting(periods, after: nil)
  }

  /// Every walk in the window by somebody who was a member then counts.
  private func count(
    _ periods: [Membership], after last: (SQLValue, SQLValue)?, _ db: Database
  ) throws {
    var (periods, last, left) = (periods[...], last, pieceWalks)
    let rows = FigureRows(named: db)
    // People who have walked nothing are looked at as well.
    while left > 0, let period = periods.first {
      let from = max(period.joined, quest.start)
      let until = min(period.left ?? quest.end, quest.end)
      let after = last ?? (from.column, .bytes([]))
      // One that has changed meanwhile may have been counted at its former start already.
      let found = try db.rows(
        Self.walks + "AND (a.start_at, a.activity_id) > (?5, ?6) AND a.start_at < ?7 "
          + "AND NOT EXISTS (SELECT 1 FROM touched_activities t WHERE t.figures_id = ?2 "
          + "AND t.person_id = a.person_id AND t.activity_id = a.activity_id) "
          + "ORDER BY a.start_at, a.activity_id LIMIT ?8",
        parameters(period.person) + [after.0, after.1, until.column, left.sql], Contribution.read)
      for walk in found {
        try rows.write(walk)
        add(walk)
      }
      left -= max(found.count, 1)
      if let walk = found.last, left <= 0 {
        last = (walk.start.column, walk.key.activity.id.blob)
      } else {
        periods.removeFirst()
        last = nil
      }
    }
    try writeSums(rows)
    stage =
      periods.isEmpty
      ? .keeping(after: StoredKey.first) : .counting(Array(periods), after: last)
  }

  /// What the first answers said is kept with the walks that do not count any more.
  private func keep(after last: [SQLValue], _ db: Database) throws {
    guard let baseFigures else {
      stage = .marking
      return
    }
    let keys = try StoredKey.piece(of: quest.team, after: last, count: pieceWalks, db)
    let rows = FigureRows(named: db)
    for key in keys where key.figures == baseFigures && key.hasReceipt {
      if try row(key.activity, db) == nil { try keep(key.activity, rows, db) }
    }
    stage = keys.count < pieceWalks ? .marking : .keeping(after: keys[keys.count - 1].place)
  }

  private func keep(_ key: ActivityKey, _ rows: FigureRows, _ db: Database) throws {
    let kept = try db.row(
      Self.kept, parameters(key.person) + [key.id.blob], Contribution.read)
    if let kept { try rows.write(kept) }
  }

  /// Counts walks anew that others have changed meanwhile.
  ///
  /// - Returns: how many there were.
  private func lookAgain(_ db: Database) throws -> Int {
    let touched = try db.rows(
      "SELECT person_id, activity_id FROM touched_activities WHERE figures_id = ? LIMIT ?",
      [figures.blob, pieceWalks.sql]
    ) { ActivityKey(person: try $0.id(), id: try $0.id()) }
    let rows = FigureRows(named: db)
    for key in touched {
      if let old = try row(key, db) {
        if old.isCounted { remove(old) }
        try rows.remove(LedgerChanges.Removal(team: quest.team, key: old.key))
      }
      let walk = try db.row(
        Self.walks + "AND a.activity_id = ?5 AND a.start_at >= ?6 AND a.start_at < ?7 "
          + "AND EXISTS (SELECT 1 FROM memberships m WHERE m.team_id = ?1 AND m.person_id = ?4 "
          + "AND m.joined_at <= a.start_at AND (m.left_at IS NULL OR a.start_at < m.left_at))",
        parameters(key.person) + [key.id.blob, quest.start.column, quest.end.column],
        Contribution.read)
      if let walk {
        try rows.write(walk)
        add(walk)
      } else {
        try keep(key, rows, db)
      }
      try db.run(
        "DELETE FROM touched_activities WHERE figures_id = ? AND person_id = ? "
          + "AND activity_id = ?", [figures.blob, key.person.blob, key.id.blob])
    }
    try writeSums(rows)
    return touched.count
  }

  /// Derives the milestones of the next walks in walk order.
  private func mark(_ db: Database) throws {
    guard let (order, before) = checkpoints.last else { return }
    let walks = try walks(after: order, through: .last, db)
    try writeMilestones(
      after: before, MilestoneReached.derive(plan, walks: walks, totalBefore: before), db)
    if let last = walks.last {
      checkpoints.append(
        (last.order, walks.reduce(before) { $0 + Int128($1.distance.micrometers) }))
    }
    isMarked = walks.count < pieceWalks
  }

  /// Derives the milestones again from the first walk that has changed. Only pieces in which one is
  /// reached are read.
  private func markAgain(_ db: Database) throws {
    guard let changed else { return }
    let first = max(checkpoints.firstIndex { $0.order >= changed } ?? checkpoints.count, 1) - 1
    var rows: [MilestoneReached] = []
    for (start, end) in zip(checkpoints[first...], checkpoints[first...].dropFirst())
    where reached(start.total) < reached(end.total) {
      var (order, total) = start
      while order < end.order {
        let walks = try walks(after: order, through: end.order, db)
        guard let last = walks.last else { break }
        rows += MilestoneReached.derive(plan, walks: walks, totalBefore: total)
        total = walks.reduce(total) { $0 + Int128($1.distance.micrometers) }
        order = last.order
      }
    }
    try writeMilestones(after: checkpoints[first].total, rows, db)
    self.changed = nil
  }

  private func reached(_ total: Int128) -> Int {
    plan.reachedCount(total: Distance(micrometers: Int64(clamping: total)))
  }

  /// The milestones beyond a total are these.
  private func writeMilestones(
    after total: Int128, _ rows: [MilestoneReached], _ db: Database
  ) throws {
    try FigureRows(named: db).write(
      LedgerChanges.MilestoneWrite(
        team: quest.team, quest: figures, from: reached(total), replaces: true, rows: rows))
  }

  /// The next walks that count.
  private func walks(
    after order: WalkOrder, through end: WalkOrder, _ db: Database
  ) throws -> [Contribution] {
    try db.rows(
      "SELECT \(Contribution.columns) FROM contributions WHERE team_id = ? AND quest_id = ? "
        + "AND is_counted = 1 AND (start_at, activity_id, person_id) > (?, ?, ?) "
        + "AND (start_at, activity_id, person_id) <= (?, ?, ?) "
        + "ORDER BY start_at, activity_id, person_id LIMIT ?",
      [
        quest.team.blob, figures.blob, order.start.column, order.id.blob, order.person.blob,
        end.start.column, end.id.blob, end.person.blob, pieceWalks.sql,
      ], Contribution.read)
  }

  // MARK: Rows

  /// Walks of a person as they count for the quest, each with the receipt that it has.
  private static let walks =
    "SELECT ?1, a.person_id, a.activity_id, ?2, a.start_at, a.distance_um, a.is_private, 1, "
    + "o.total_before_um, o.total_after_um, o.version_before, o.version_after, o.plan "
    + "FROM activities a LEFT JOIN contributions o ON o.team_id = ?1 "
    + "AND o.person_id = a.person_id AND o.activity_id = a.activity_id AND o.quest_id = ?3 "
    + "WHERE a.person_id = ?4 AND a.is_deleted = 0 "
  private static let kept =
    "SELECT ?1, person_id, activity_id, ?2, start_at, distance_um, is_private, 0, "
    + "total_before_um, total_after_um, version_before, version_after, plan FROM contributions "
    + "WHERE team_id = ?1 AND quest_id = ?3 AND person_id = ?4 AND activity_id = ?5 "
    + "AND total_after_um IS NOT NULL"

  private func parameters(_ person: PersonID) -> [SQLValue] {
    [quest.team.blob, figures.blob, baseFigures.column(\.blob), person.blob]
  }

  private func row(_ key: ActivityKey, _ db: Database) throws -> Contribution? {
    try db.row(
      "SELECT \(Contribution.columns) FROM contributions WHERE team_id = ? AND person_id = ? "
        + "AND activity_id = ? AND quest_id = ?",
      [quest.team.blob, key.person.blob, key.id.blob, figures.blob], Contribution.read)
  }

  private func add(_ walk: Contribution) {
    sums.add(walk, zone: zone)
    total += Int128(walk.distance.micrometers)
    walks += 1
    frontier = max(frontier ?? walk.order, walk.order)
    change(at: walk.order, by: walk.distance)
  }

  private func remove(_ walk: Contribution) {
    sums.add(walk, sign: -1, zone: zone)
    total -= Int128(walk.distance.micrometers)
    walks -= 1
    change(at: walk.order, by: Distance(micrometers: -walk.distance.micrometers))
  }

  private func change(at order: WalkOrder, by distance: Distance) {
    guard let last = checkpoints.last, order <= last.order else {
      isMarked = false
      return
    }
    changed = min(changed ?? order, order)
    for index in checkpoints.indices.reversed() {
      if checkpoints[index].order < order { break }
      checkpoints[index].total += Int128(distance.micrometers)
    }
  }

  private func writeSums(_ rows: FigureRows) throws {
    for change in sums.dayChanges(quest.team, figures) { try rows.write(change) }
    for change in sums.personChanges(quest.team, figures) { try rows.write(change) }
    for change in sums.spanChanges(quest.team, figures) { try rows.write(change) }
    sums = FigureSums()
  }
}
