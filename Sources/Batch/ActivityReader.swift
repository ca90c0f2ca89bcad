internal import Base
public import CivilTime
public import Geodesy

/// One row of a file of activities, with everything that it states.
public struct ActivityRecord: Sendable {
  /// The line on which the row begins, from 1.
  public var line = 0
  /// The name, by the rules of names.
  public var team = ""
  /// The text of the file where it is spelled otherwise than the name.
  public var writtenTeam: String?
  /// Nil where the file has no such column, as with all that follows.
  public var person: String?
  public var writtenPerson: String?
  public var activity: String?
  /// Microseconds since 1970 UTC.
  public var instant = Instant(microseconds: 0)
  /// Whether the time is a local one that the clocks skip, read with the offset before the change.
  public var isTimeSkipped = false
  public var distance = Distance.zero
  public var durationSeconds: Int64?
  public var source: String?
  public var note: String?
  public var isPrivate = false
  /// The zone that the row names: IANA, or an offset.
  public var zone: String?
  /// The offset that the time is written with; nil where that does not tell the local time.
  public var offset: String?

  public init() {}
}

/// A row that cannot be taken.
public struct BadRow: Error, Sendable {
  /// From 1.
  public let line: Int
  public let fault: RowFault
}

/// Reads a CSV file of activities row by row, with all of its columns: for who stores the walks, in
/// place of only summing them.
///
/// Columns go by the header as in `Tally`, and beside those `person_id` or `person`,
/// `duration_seconds` or `duration`, `source`, `note`, `private` and `zone`; others are passed over.
public final class ActivityReader {
  private enum Role {
    case none, team, person, activity, time, distance, duration, source, note, secret, zone, sport
  }

  private let source: BlockSource
  private let limits: BatchLimits
  private let zone: Zone?
  private let zones = ZoneCatalog()
  private var roles: [Role] = []
  private var distances: DistanceCell
  private var block: Block
  private var offset = 0
  private var line = 1

  /// Rows of other sports, and of walks without a distance, by what the table calls them.
  public private(set) var passedOver: [String: Int] = [:]
  /// The table of another service; nil for one of the house.
  private var export: WalkExport?
  private let everyTeam: String?
  private let everyPerson: String?

  /// Whether the file has a column for the activities' ids and one for the persons.
  public private(set) var hasActivities = false
  public private(set) var hasPersons = false

  /// - Parameter descriptor: of an open file, pipe or socket, gzip-compressed or not; stays the
  ///   caller's.
  /// - Throws: `header`, `read`, `gzip`.
  public convenience init(
    descriptor: Int32, columns: ActivityColumns, zone: Zone? = nil,
    limits: BatchLimits = .standard
  ) throws(BatchError) {
    try self.init(
      FileBytes(descriptor, encoding: columns.encoding), columns, zone: zone, limits: limits)
  }

  /// - Parameter bytes: of the whole file, unpacked.
  /// - Throws: `header`, `read`.
  public convenience init(
    bytes: [UInt8], columns: ActivityColumns, zone: Zone? = nil, limits: BatchLimits = .standard
  ) throws(BatchError) {
    try self.init(
      FileBytes(bytes, encoding: columns.encoding), columns, zone: zone, limits: limits)
  }

  private init(
    _ bytes: FileBytes, _ columns: ActivityColumns, zone: Zone?, limits: BatchLimits
  ) throws(BatchError) {
    source = BlockSource(bytes, limits: limits, columns: columns)
    self.limits = limits
    self.zone = zone
    everyTeam = columns.everyTeam
    everyPerson = columns.everyPerson
    distances = DistanceCell(
      unit: .meters, mark: nil, isForeign: false, longest: limits.longestActivity)
    block = Block(limits: limits)
    guard source.next(&block) else {
      if let failure = source.failure { throw failure }
      throw BatchError(.header, "the file is empty; a header line is due")
    }
    line += source.dialect.prefixLines
    guard case .success(let header) = nextFields() else {
      throw BatchError(.header, line: 1, "the header has a quote that is not closed")
    }
    let names = header.map { String(decoding: $0, as: UTF8.self) }
    var wanted = columns
    wanted.deduplicates = true
    if columns.team == nil, columns.distance == nil, let export = WalkExport(names) {
      try take(export, names.count, columns)
      return
    }
    let plan = try ColumnPlan(
      names, wanted, source.dialect, needsTime: true, needsRoute: false,
      needsTeam: columns.everyTeam == nil)
    distances = DistanceCell(
      unit: plan.unit, mark: columns.decimalMark,
      isForeign: source.dialect.separator != Dialect.comma,
      longest: limits.longestActivity)
    roles = plan.roles.map { role in
      switch role {
      case .none, .route: Role.none
      case .team: .team
      case .distance: .distance
      case .time: .time
      case .activity: .activity
      case .person: .person
      }
    }
    let further: [([String], Role)] = [
      (["duration_seconds", "duration"], .duration),
      (["source"], .source), (["note"], .note), (["private"], .secret),
      (["zone"], .zone),
    ]
    let finder = ColumnFinder(names, source.dialect)
    for (known, role) in further {
      if let found = try finder.column(known), roles[found] == .none { roles[found] = role }
    }
    hasActivities = roles.contains(.activity)
    hasPersons = roles.contains(.person)
  }

  /// Reads the table of another service.
  private func take(
    _ export: WalkExport, _ count: Int, _ columns: ActivityColumns
  ) throws(BatchError) {
    guard everyTeam != nil else {
      throw BatchError(
        .header, line: 1, "this is \(export.name)'s table, which names no team: say it with --team")
    }
    self.export = export
    roles = Array(repeating: .none, count: count)
    roles[export.type] = .sport
    roles[export.date] = .time
    roles[export.distance] = .distance
    if let title = export.title { roles[title] = .note }
    if let duration = export.duration { roles[duration] = .duration }
    if let id = export.id { roles[id] = .activity }
    distances = DistanceCell(
      unit: columns.unit ?? export.unit, mark: columns.decimalMark ?? .point,
      isForeign: source.dialect.separator != Dialect.comma, longest: limits.longestActivity)
    hasActivities = export.id != nil
    hasPersons = everyPerson != nil
  }

  deinit { block.memory.deallocate() }

  /// Bytes read of the file, packed where it is packed.
  public var bytesRead: Int { source.bytesRead }

  /// The next row, or what is wrong with it; nil at the end. Empty lines are passed over.
  ///
  /// - Throws: `read`, `gzip`.
  public func next() throws(BatchError) -> Result<ActivityRecord, BadRow>? {
    while true {
      if offset >= block.rows.count {
        offset = 0
        guard source.next(&block) else {
          block.count = 0
          if let failure = source.failure { throw failure }
          return nil
        }
      }
      let row = line
      switch nextFields() {
      case .failure(let fault): return .failure(BadRow(line: row, fault: fault))
      case .success(let fields):
        if fields.count == 1, fields[0].isEmpty { continue }
        if let export, fields.count == roles.count {
          let sport = String(decoding: fields[export.type], as: UTF8.self)
          if !WalkExport.isOnFoot(sport) {
            passedOver[sport, default: 0] += 1
            continue
          }
          if WalkExport.saysNoDistance(String(decoding: fields[export.distance], as: UTF8.self)) {
            passedOver["\(sport) without a distance", default: 0] += 1
            continue
          }
        }
        switch record(fields, line: row) {
        case .success(let record): return .success(record)
        case .failure(let fault): return .failure(BadRow(line: row, fault: fault))
        }
      }
    }
  }

  /// The fields of the row at the offset, and moves behind it.
  private func nextFields() -> Result<[[UInt8]], RowFault> {
    let bytes = block.rows
    let start = offset
    var end = bytes.count
    var next = bytes.count
    var fault: RowFault?
    switch Rows.end(of: start, in: bytes, limits: limits) {
    case .whole(let rowEnd, let rowNext): (end, next) = (rowEnd, rowNext)
    case .faulty(let rowNext): (next, fault) = (rowNext, .quote)
    case .open:
      // The last row of a file may lack its line end. Where it lacks a closing quote, it ends at its
      // first line end, so that it does not swallow what follows.
      if !Self.isClosed(bytes[start...]) {
        fault = .quote
        next = bytes[start...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
        end = next
      }
      if end > start, bytes[end - 1] == 0x0D { end -= 1 }
    }
    offset = next
    line += bytes[start..<next].reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) }
    if end - start > limits.rowBytes { return .failure(.rowLength) }
    if let fault { return .failure(fault) }
    return .success(Rows.fields(UnsafeBufferPointer(rebasing: bytes[start..<end])))
  }

  /// Whether every quote of a row without a line end is closed.
  private static func isClosed(_ row: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    row.reduce(0) { $0 + ($1 == 0x22 ? 1 : 0) } % 2 == 0
  }

  private func record(_ fields: [[UInt8]], line: Int) -> Result<ActivityRecord, RowFault> {
    guard fields.count == roles.count else { return .failure(.fieldCount) }
    var record = ActivityRecord()
    record.line = line
    do throws(Name.Fault) {
      if let everyTeam { record.team = try Name.read(everyTeam) }
    } catch { return .failure(error == .empty ? .teamEmpty : .teamName) }
    do throws(Name.Fault) {
      if let everyPerson { record.person = try Name.read(everyPerson) }
    } catch { return .failure(RowFault(ofPerson: error)) }
    record.source = export?.name
    for (role, field) in zip(roles, fields) {
      if role == .none { continue }
      if role == .time {
        var field = field
        if export?.kind == .strava,
          let plain = WalkExport.plainDate(String(decoding: field, as: UTF8.self))
        {
          field = Array(plain.utf8)
        }
        switch field.withUnsafeBufferPointer({
          Instant.parseWritten($0, from: 0, to: $0.count, zone: zone)
        }) {
        case .success(let written):
          if written.instant < .earliest { return .failure(.timeTooEarly) }
          record.instant = written.instant
          record.offset = written.offset
          record.isTimeSkipped = written.isSkipped
        case .failure(.syntax): return .failure(.timeSyntax)
        case .failure(.noOffset): return .failure(.timeWithoutZone)
        }
        continue
      }
      guard let text = String(validating: field, as: UTF8.self) else {
        return .failure(role == .team ? .teamEncoding : .textEncoding)
      }
      switch role {
      case .team:
        do throws(Name.Fault) { record.team = try Name.read(text) } catch {
          return .failure(error == .empty ? .teamEmpty : .teamName)
        }
        if !record.team.utf8.elementsEqual(text.utf8) { record.writtenTeam = text }
      case .person:
        do throws(Name.Fault) {
          let name = try Name.read(text)
          record.person = name
          if !name.utf8.elementsEqual(text.utf8) { record.writtenPerson = text }
        } catch { return .failure(RowFault(ofPerson: error)) }
      case .activity:
        if text.isEmpty { return .failure(.activityEmpty) }
        // What other services number is kept apart from ids of the house.
        record.activity = export.map { "\($0.name) \(text)" } ?? text
      case .distance:
        switch field.withUnsafeBufferPointer(distances.distance) {
        case .success(let distance): record.distance = distance
        case .failure(let fault): return .failure(fault)
        }
      case .duration:
        if text.isEmpty { continue }
        let seconds = export == nil ? Int64(text) : WalkExport.seconds(text)
        guard let seconds, seconds >= 0 else { return .failure(.durationSyntax) }
        record.durationSeconds = seconds
      case .source: record.source = text.isEmpty ? nil : text
      case .note: record.note = text.isEmpty ? nil : text
      case .secret:
        switch text.lowercased() {
        case "", "false", "no", "0": record.isPrivate = false
        case "true", "yes", "1": record.isPrivate = true
        default: return .failure(.privateSyntax)
        }
      case .zone:
        if text.isEmpty { continue }
        guard (try? zones.zone(namedOrOffset: text)) != nil else { return .failure(.zoneUnknown) }
        record.zone = text
      case .none, .time, .sport: break
      }
    }
    return .success(record)
  }
}
