internal import CivilTime

/// A tally as a file, so that parts of an input can be summed on different days or machines and
/// merged to the same bytes as the whole.
///
/// Text, one record a line: a header with the format's version, `route` lines that give numbers to
/// names, `total` or (where repeats were looked for) `activity` lines sorted by their key, and counts of
/// what was left out. Persons who may be in several teams have a line `walker` with what they walked,
/// unless activities tell, and each of their teams a line `member`. The last line counts those before it, so that a file that was cut off is known.
public enum PartialFile {
  private static let magic = "milequest-partial 1"

  /// - Complexity: O(teams), or O(activities) where repeats were looked for.
  public static func bytes(_ tally: Tally) -> [UInt8] {
    var out: [UInt8] = []
    var records = 0
    func line(_ fields: [String]) {
      for (index, field) in fields.enumerated() {
        if index > 0 { out.append(0x2C) }
        ProgressOutput.field(field, &out)
      }
      out.append(0x0A)
      records += 1
    }
    line([magic, tally.isDeduplicated ? "activities" : "totals"])
    line(["rows", String(tally.rowCount)])
    line(["outside", String(tally.outsideCount)])
    for (fault, bad) in tally.badRows.sorted(by: { $0.key.rawValue < $1.key.rawValue })
    where bad.count > 0 && fault != .activityConflict {
      line(["bad", fault.name, String(bad.count)])
    }
    if let activities = tally.activities {
      var records: [(ActivityID, RepeatTable.Entry)] = []
      activities.visit { records.append(($0, $1)) }
      records.sort { ($0.0.high, $0.0.low) < ($1.0.high, $1.0.low) }
      for (id, entry) in records {
        let key = hex(id)
        if entry.isConflicting {
          line(["conflict"] + key + [String(entry.rows)])
        } else {
          let content = entry.content
          let credit =
            switch content.credit {
            case .team(let team): [kind(team), team.text]
            case .walker(let id): ["w", hex(id).joined(separator: ":")]
            }
          line(
            ["activity"] + key + [String(entry.rows)] + credit + [
              String(content.micrometers), String(content.instant.microseconds),
              tally.routeNames[Int(content.route)].map { "=" + $0 } ?? "",
            ])
        }
      }
    } else {
      for row in Tally.sortedRows(tally.tables, tally.routeNames) {
        line([
          "total", kind(row.team), row.team.text, String(row.total.activities),
          String(row.total.micrometers), tally.routeNames[row.route].map { "=" + $0 } ?? "",
        ])
      }
    }
    for (walker, entry) in tally.walkers.entries.sorted(by: { $0.key < $1.key }) {
      let key = hex(walker.id)
      let route = tally.routeNames[Int(walker.route)].map { "=" + $0 } ?? ""
      if !tally.isDeduplicated {
        line(
          ["walker"] + key + [
            String(entry.total.activities), String(entry.total.micrometers), route,
          ])
      }
      for team in entry.teams.map({ [kind($0), $0.text] }).sorted(by: { $0[1] < $1[1] }) {
        line(["member"] + key + team + [route])
      }
    }
    line(["end", String(records)])
    return out
  }

  private static func hex(_ id: ActivityID) -> [String] {
    [String(id.high, radix: 16), String(id.low, radix: 16)]
  }

  private static func kind(_ team: TeamKey) -> String {
    if case .number = team { return "n" }
    return "t"
  }

  /// Adds what a partial file holds to a tally.
  ///
  /// - Throws: `partial` with the line that is not one, or where it was made in another way than those
  ///   before it.
  public static func merge(_ bytes: [UInt8], into tally: inout Tally, isFirst: Bool)
    throws(BatchError)
  {
    var failure: BatchError?
    bytes.withUnsafeBufferPointer { bytes in
      do throws(BatchError) { try merge(bytes, &tally, isFirst) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  private static func merge(
    _ bytes: UnsafeBufferPointer<UInt8>, _ tally: inout Tally, _ isFirst: Bool
  ) throws(BatchError) {
    var limits = BatchLimits.standard
    limits.rowBytes = 1 << 20
    var offset = 0
    var line = 0
    var records = 0
    var isEnded = false
    func damaged(_ what: String = "this is not a line of a partial file") -> BatchError {
      BatchError(.partial, line: line, what)
    }
    while offset < bytes.count {
      line += 1
      guard case .whole(let end, let next) = Rows.end(of: offset, in: bytes, limits: limits) else {
        throw damaged("the partial file is cut off here")
      }
      let fields = Rows.fields(UnsafeBufferPointer(rebasing: bytes[offset..<end]))
        .map { String(decoding: $0, as: UTF8.self) }
      line += bytes[offset..<next].count { $0 == 0x0A } - 1
      offset = next
      if line == 1 {
        guard fields.count == 2, fields[0] == magic, ["activities", "totals"].contains(fields[1])
        else {
          throw damaged("the file does not begin with “\(magic)”: it is no partial result")
        }
        records = 1
        let hasActivities = fields[1] == "activities"
        if isFirst {
          tally.activities = hasActivities ? RepeatTable() : nil
        } else if hasActivities != tally.isDeduplicated {
          throw damaged(
            "some partial results were made with activity ids and some without: they cannot be merged"
          )
        }
        continue
      }
      if isEnded { throw damaged("something follows the end of the partial file") }
      records += 1
      switch (fields[0], fields.count) {
      case ("rows", 2):
        guard let count = amount(fields[1]) else { throw damaged() }
        tally.rowCount += count
      case ("outside", 2):
        guard let count = amount(fields[1]) else { throw damaged() }
        tally.outsideCount += count
      case ("bad", 3):
        guard let count = amount(fields[2]),
          let fault = RowFault.allCases.first(where: { $0.name == fields[1] })
        else { throw damaged() }
        tally.badRows[fault, default: Tally.BadRows()].count += count
      case ("conflict", 4):
        guard let id = id(fields), let rows = amount(fields[3]), let activities = tally.activities
        else { throw damaged() }
        activities.addConflict(id, rows: rows)
      case ("activity", 9):
        guard let id = id(fields), let rows = amount(fields[3]), let activities = tally.activities,
          let credit = credit(fields[4], fields[5]), let micrometers = amount(fields[6]),
          let instant = Int64(fields[7]), let route = route(fields[8])
        else { throw damaged() }
        activities.add(
          id,
          ActivityContent(
            route: Int32(tally.index(ofRoute: route)), credit: credit, micrometers: micrometers,
            instant: Instant(microseconds: instant)),
          at: RowPlace(block: .max, line: 0), rows: rows)
      case ("total", 6):
        guard let team = team(fields[1], fields[2]), let count = amount(fields[3]),
          let micrometers = amount(fields[4]), let route = route(fields[5]), !tally.isDeduplicated
        else { throw damaged() }
        tally.tables[tally.index(ofRoute: route)].add(
          team, TeamTotal(activities: count, micrometers: micrometers))
      case ("walker", 6):
        guard let id = id(fields), let count = amount(fields[3]),
          let micrometers = amount(fields[4]), let route = route(fields[5]), !tally.isDeduplicated
        else { throw damaged() }
        tally.walkers.add(
          Walker(id: id, route: Int32(tally.index(ofRoute: route))),
          TeamTotal(activities: count, micrometers: micrometers))
      case ("member", 6):
        guard let id = id(fields), let team = team(fields[3], fields[4]),
          let route = route(fields[5])
        else { throw damaged() }
        tally.walkers.join(Walker(id: id, route: Int32(tally.index(ofRoute: route))), team)
      case ("end", 2):
        guard amount(fields[1]) == Int64(records) - 1 else {
          throw damaged("lines are missing or too many before the end of the partial file")
        }
        isEnded = true
      default: throw damaged()
      }
    }
    if line > 0, !isEnded { throw damaged("the partial file is cut off behind this line") }
    if line == 0 { throw BatchError(.partial, "the partial file is empty") }
  }

  private static func id(_ fields: [String]) -> ActivityID? {
    guard let high = UInt64(fields[1], radix: 16), let low = UInt64(fields[2], radix: 16) else {
      return nil
    }
    return ActivityID(high: high, low: low)
  }

  private static func amount(_ text: String) -> Int64? { Int64(text).flatMap { $0 < 0 ? nil : $0 } }

  private static func team(_ kind: String, _ text: String) -> TeamKey? {
    if kind == "n" { return Int64(text).map(TeamKey.number) }
    return kind == "t" ? .text(text) : nil
  }

  private static func credit(_ kind: String, _ text: String) -> ActivityContent.Credit? {
    if kind != "w" { return team(kind, text).map { .team($0) } }
    let halves = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    return halves.count == 2 ? id(["w"] + halves).map { .walker($0) } : nil
  }

  /// Nil within nil: not a route at all.
  private static func route(_ text: String) -> String?? {
    if text.isEmpty { return .some(nil) }
    return text.hasPrefix("=") ? .some(String(text.dropFirst())) : nil
  }
}

extension Tally {
  /// The tally of several partial results.
  ///
  /// - Parameter parts: the bytes of each, with a name for messages.
  /// - Throws: `partial`, the message beginning with the part's name.
  public init(merging parts: [(name: String, bytes: [UInt8])]) throws(BatchError) {
    self.init()
    for (index, part) in parts.enumerated() {
      do throws(BatchError) {
        try PartialFile.merge(part.bytes, into: &self, isFirst: index == 0)
      } catch {
        throw BatchError(
          .partial, "\(part.name):\(error.line.map { "\($0):" } ?? "") \(error.message)")
      }
    }
    if let activities { settle(activities) }
    try checkRange()
  }

  /// The number of a route, known or new.
  mutating func index(ofRoute name: String?) -> Int {
    // A run knows few routes.
    if let index = routeNames.firstIndex(of: name) { return index }
    routeNames.append(name)
    tables.append(TeamTable())
    return routeNames.count - 1
  }
}
