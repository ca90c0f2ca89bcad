public import CivilTime
internal import Dispatch
internal import Geodesy

/// The exact totals of all teams of one or many files, and what was left out.
///
/// Tallies of parts of the input merge to the same tally as the whole, to the bit.
public struct Tally: Sendable {
  /// A team on a route with what it has walked.
  struct Row {
    var team: TeamKey
    /// Index into `routeNames`.
    var route: Int
    var total: TeamTotal
  }

  /// A kind of rows that were left out.
  public struct BadRows: Hashable, Sendable {
    public var count: Int64 = 0
    /// Lines of the first of them, ascending, in the file that was read; at most three.
    public var lines: [Int] = []
  }

  /// One table for each of `routeNames`.
  var tables = [TeamTable()]
  public internal(set) var badRows: [RowFault: BadRows] = [:]
  /// Rows that were counted.
  public internal(set) var rowCount: Int64 = 0
  /// Rows outside the window of time.
  public internal(set) var outsideCount: Int64 = 0
  /// Rows that repeat an activity.
  public internal(set) var repeatCount: Int64 = 0
  /// Those who are one person in the rows of every team.
  var walkers = WalkerTable()
  /// The activities themselves, where repeats were looked for.
  var activities: RepeatTable?
  /// The routes by the numbers that the activities know them by.
  var routeNames: [String?] = [nil]

  public var isDeduplicated: Bool { activities != nil }

  init() {}
}

/// How a file is to be tallied.
public struct TallyRequest: Sendable {
  public var columns = ActivityColumns()
  public var window = TimeWindow()
  /// For times without an offset.
  public var zone: Zone?
  /// Names of the routes that the route column may hold; empty where all rows are of one route.
  public var routes: [String] = []
  /// Whether bad rows are counted and left out instead of stopping the run.
  public var skipsBadRows = false
  public var limits = BatchLimits.standard
  public var threads = 1

  public init() {}
}

extension Tally {
  /// Sums the activities of a CSV file, gzip-compressed or not, on several threads.
  ///
  /// Memory is that of the teams (and, where repeats are looked for, of the activities) and of one
  /// block of a mebibyte a thread, whatever the number of rows.
  /// - Parameters:
  ///   - descriptor: of an open file, pipe or socket; stays the caller's.
  ///   - report: told how many bytes have been read, from any thread, one at a time.
  /// - Throws: `header`, `read`, `gzip`, or `row` with the line of the first row that cannot be counted.
  /// - Complexity: O(bytes), divided by the threads.
  public init(
    descriptor: Int32, request: TallyRequest, report: (@Sendable (Int) -> Void)? = nil
  ) throws(BatchError) {
    let source = BlockSource(
      FileBytes(descriptor, encoding: request.columns.encoding), limits: request.limits,
      columns: request.columns, report: report)
    var first = Block(limits: request.limits)
    // Also where the header says that nothing can be read.
    defer { first.memory.deallocate() }
    guard source.next(&first) else {
      if let failure = source.failure { throw failure }
      throw BatchError(.header, "the file is empty; a header line is due")
    }
    let (plan, dataStart, headerLines) = try Self.plan(first, request, source.dialect)
    let activities = plan.hasActivity ? RepeatTable() : nil
    let routeNames: [String?] = request.routes.isEmpty ? [nil] : request.routes
    let parser = RowParser(
      plan: plan, isForeign: source.dialect.separator != Dialect.comma, limits: request.limits,
      window: request.window, zone: request.zone,
      routes: Dictionary(
        request.routes.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first }))

    let threads = max(request.threads, 1)
    let workers = (0..<threads).map { _ in
      TallyWorker(
        parser: parser, activities: activities, routeCount: routeNames.count,
        stopsAtFault: !request.skipsBadRows, limits: request.limits)
    }
    let start = (block: first, offset: dataStart)
    nonisolated(unsafe) let handedOver = start
    DispatchQueue.concurrentPerform(iterations: threads) { index in
      workers[index].run(source, first: index == 0 ? handedOver : nil)
    }
    // A bad row that ends the run lies before what could not be read, whichever thread came first.
    if let failure = source.failure,
      request.skipsBadRows || workers.allSatisfy(\.faults.isEmpty)
    {
      throw failure
    }

    // Line numbers are known once every block before has told its lines.
    var lines: [Int: Int] = [:]
    for worker in workers { lines.merge(worker.lineCounts) { a, _ in a } }
    var starts = [headerLines]
    for block in 0..<lines.count { starts.append(starts[block] + (lines[block] ?? 0)) }
    func line(_ place: RowPlace) -> Int { starts[place.block] + Int(place.line) }

    self.init()
    self.activities = activities
    self.routeNames = routeNames
    tables = Array(repeating: TeamTable(), count: routeNames.count)
    var firstFault: (place: RowPlace, fault: RowFault)?
    for worker in workers {
      rowCount += worker.rowCount
      outsideCount += worker.outsideCount
      for (fault, found) in worker.faults {
        badRows[fault, default: BadRows()].count += found.count
        badRows[fault]?.lines += found.first.map(line)
        if let place = found.first.first, firstFault.map({ place < $0.place }) ?? true {
          firstFault = (place, fault)
        }
      }
      for (index, table) in worker.tables.enumerated() { tables[index].add(table) }
      walkers.add(worker.walkers)
    }
    if let activities { settle(activities) }
    try checkRange()
    if let activities {
      if let place = activities.firstConflict {
        if place.block != .max { badRows[.activityConflict]?.lines.append(line(place)) }
        if firstFault.map({ place < $0.place }) ?? true { firstFault = (place, .activityConflict) }
      }
    }
    for fault in badRows.keys { badRows[fault]?.lines.sort() }
    for (fault, bad) in badRows { badRows[fault]?.lines = Array(bad.lines.prefix(3)) }
    if !request.skipsBadRows, let firstFault {
      throw BatchError(
        .row, line: line(firstFault.place), firstFault.fault.message(limits: request.limits))
    }
  }

  /// The columns by the header, which is the first row, and where the rows begin.
  private static func plan(
    _ block: Block, _ request: TallyRequest, _ dialect: Dialect
  ) throws(BatchError) -> (ColumnPlan, Int, Int) {
    let bytes = block.rows
    let end: Int
    let next: Int
    switch Rows.end(of: 0, in: bytes, limits: request.limits) {
    case .whole(let rowEnd, let rowNext): (end, next) = (rowEnd, rowNext)
    case .open: (end, next) = (bytes.count, bytes.count)
    case .faulty: throw BatchError(.header, line: 1, "the header has a quote that is not closed")
    }
    let header = Rows.fields(UnsafeBufferPointer(rebasing: bytes[..<end]))
      .map { String(decoding: $0, as: UTF8.self) }
    let plan = try ColumnPlan(
      header, request.columns, dialect, needsTime: !request.window.isOpen,
      needsRoute: !request.routes.isEmpty)
    return (plan, next, dialect.prefixLines + bytes[..<next].count { $0 == 0x0A })
  }

  /// Makes totals of the activities: each once, those that disagree not at all.
  mutating func settle(_ activities: RepeatTable) {
    walkers.forgetTotals()
    tables = Array(repeating: TeamTable(), count: routeNames.count)
    rowCount = 0
    repeatCount = 0
    badRows[.activityConflict] = nil
    activities.visit { _, entry in
      if entry.isConflicting {
        badRows[.activityConflict, default: BadRows()].count += entry.rows
        return
      }
      rowCount += 1
      repeatCount += entry.rows - 1
      let (content, total) = (
        entry.content, TeamTotal(activities: 1, micrometers: entry.content.micrometers)
      )
      switch content.credit {
      case .team(let team): tables[Int(content.route)].add(team, total)
      case .walker(let id): walkers.add(Walker(id: id, route: content.route), total)
      }
    }
  }

  func checkRange() throws(BatchError) {
    if walkers.overflowed || creditedTables.contains(where: \.overflowed) {
      throw BatchError(.row, "a team's total is beyond what a distance can hold")
    }
  }

  /// The tables with what the teams' walkers have walked, whichever team their rows name.
  var creditedTables: [TeamTable] {
    var tables = tables
    for (walker, entry) in walkers.entries where entry.total.activities > 0 {
      for team in entry.teams { tables[Int(walker.route)].add(team, entry.total) }
    }
    return tables
  }

  /// All teams, sorted: as numbers when all are integers, else by the bytes of their text; then by
  /// route. O(teams · log teams), O(teams) for small numbers on one route.
  var sortedRows: [Row] {
    Self.sortedRows(creditedTables, routeNames)
  }

  static func sortedRows(_ tables: [TeamTable], _ routeNames: [String?]) -> [Row] {
    var rows: [Row] = []
    rows.reserveCapacity(tables.reduce(0) { $0 + $1.count })
    for (route, table) in tables.enumerated() {
      table.visit { rows.append(Row(team: $0, route: route, total: $1)) }
    }
    if tables.count == 1, tables[0].texts.isEmpty, tables[0].numbers.isEmpty { return rows }
    let numbers = rows.map(\.team.integer)
    let isNumeric = rows.allSatisfy(\.team.isInteger)
    return rows.indices.sorted { a, b in
      if isNumeric {
        if let x = numbers[a], let y = numbers[b] {
          if x != y { return x < y }
        } else if let isLess = TeamKey.isLess(rows[a].team.text, rows[b].team.text) {
          return isLess
        }
      }
      // Equal numbers may have different texts, such as 7 and 07.
      let (x, y) = (rows[a].team.text, rows[b].team.text)
      if x != y { return x.utf8.lexicographicallyPrecedes(y.utf8) }
      let (r, q) = (routeNames[rows[a].route] ?? "", routeNames[rows[b].route] ?? "")
      return r.utf8.lexicographicallyPrecedes(q.utf8)
    }.map { rows[$0] }
  }
}

/// One thread's share of a tally.
private final class TallyWorker: @unchecked Sendable {
  /// The rows of one kind that cannot be counted.
  struct Found {
    var count: Int64 = 0
    /// The first of them; at most three.
    var first: [RowPlace] = []
  }

  /// Rows that are gathered before their teams are looked up.
  private static let batch = 512

  private let parser: RowParser
  private let activities: RepeatTable?
  private let stopsAtFault: Bool
  private let limits: BatchLimits
  var tables: [TeamTable]
  var walkers = WalkerTable()
  private let numbers = UnsafeMutablePointer<Int64>.allocate(capacity: TallyWorker.batch)
  private let micrometers = UnsafeMutablePointer<Int64>.allocate(capacity: TallyWorker.batch)
  private var gathered = 0
  var faults: [RowFault: Found] = [:]
  var rowCount: Int64 = 0
  var outsideCount: Int64 = 0
  /// Lines in each block that this worker has read.
  var lineCounts: [Int: Int] = [:]

  init(
    parser: RowParser, activities: RepeatTable?, routeCount: Int, stopsAtFault: Bool,
    limits: BatchLimits
  ) {
    self.parser = parser
    self.activities = activities
    self.stopsAtFault = stopsAtFault
    self.limits = limits
    tables = Array(repeating: TeamTable(), count: routeCount)
  }

  deinit {
    numbers.deallocate()
    micrometers.deallocate()
  }

  func run(_ source: BlockSource, first: (block: Block, offset: Int)?) {
    if let first { read(first.block, from: first.offset, source) }
    var block = Block(limits: limits)
    defer { block.memory.deallocate() }
    while source.next(&block) { read(block, from: 0, source) }
  }

  private func read(_ block: Block, from start: Int, _ source: BlockSource) {
    let bytes = block.rows
    var offset = start
    var line: UInt32 = 1
    var row = ActivityRow()
    while offset < bytes.count {
      switch parser.next(bytes, &offset, &line, &row) {
      case .row:
        if let id = row.walker {
          let walker = Walker(id: id, route: Int32(row.route))
          walkers.join(walker, row.team)
          if activities == nil {
            rowCount += 1
            walkers.add(walker, TeamTotal(activities: 1, micrometers: row.micrometers))
          }
        }
        if let activities {
          activities.add(
            row.activityOfPerson,
            ActivityContent(
              route: Int32(row.route),
              credit: row.walker.map { .walker($0) } ?? .team(row.team),
              micrometers: row.micrometers, instant: row.instant),
            at: RowPlace(block: block.number, line: row.line))
        } else if row.walker != nil {
          break
        } else if row.teamText == nil, row.route == 0 {
          rowCount += 1
          numbers[gathered] = row.teamNumber
          micrometers[gathered] = row.micrometers
          gathered += 1
          if gathered == Self.batch { flush() }
        } else {
          rowCount += 1
          tables[row.route].add(
            row.team, TeamTotal(activities: 1, micrometers: row.micrometers))
        }
      case .outside:
        outsideCount += 1
        // Who walks with a team before or after is in it all the same.
        if let id = row.walker {
          walkers.join(Walker(id: id, route: Int32(row.route)), row.team)
        }
      case .empty: break
      case .faulty(let fault):
        faults[fault, default: Found()].count += 1
        let place = RowPlace(block: block.number, line: row.line)
        var first = faults[fault]?.first ?? []
        first.append(place)
        first.sort()
        faults[fault]?.first = Array(first.prefix(3))
        if stopsAtFault { source.stop() }
      }
    }
    flush()
    lineCounts[block.number] = Int(line) - 1
  }

  private func flush() {
    tables[0].add(
      numbers: UnsafeBufferPointer(start: numbers, count: gathered),
      micrometers: UnsafeBufferPointer(start: micrometers, count: gathered))
    gathered = 0
  }
}

extension Tally {
  /// A route that teams have walked and that is not among those given.
  public func unknownRoute(among names: Set<String?>) -> String? {
    for (name, table) in zip(routeNames, creditedTables) where table.count > 0 {
      if let name, !names.contains(name) { return name }
    }
    return nil
  }

  /// Whether teams have walked on a route without a name, as in a run on one route alone.
  public var hasUnnamedRoute: Bool {
    zip(routeNames, creditedTables).contains { $0 == nil && $1.count > 0 }
  }
}
