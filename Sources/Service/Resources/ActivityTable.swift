import Batch
import CivilTime
import Formats
import Quests

/// The walks of a table in CSV, read by the rules of `milequest import activities`. All are the
/// caller's.
struct ActivityTable: Sendable {
  struct Row: Sendable {
    /// Where it begins, from 1.
    let line: Int
    /// Or what is wrong with it.
    let walk: Result<ActivityRecord, Refusal>
  }

  struct Refusal: Error {
    let message: String

    init(_ fault: RowFault) {
      message = ParameterWords.said(fault.message(limits: .standard))
    }
  }

  private(set) var rows: [Row] = []
  /// Rows of sports that are no walks.
  let passedOver: Int

  /// Reads a table. To be called off the threads that serve.
  ///
  /// - Parameters:
  ///   - bytes: of the file, unpacked.
  ///   - zone: of times without an offset, which are refused without one.
  /// - Throws: `invalid` for what is no table, or has the walks of several persons; `limit`.
  init(_ bytes: [UInt8], _ columns: ActivityColumns, zone: Zone?) throws(Problem) {
    var columns = columns
    // Every walk counts for each team that its walker was in, so a table needs to name none.
    columns.everyTeam = "-"
    do throws(BatchError) {
      let reader = try ActivityReader(bytes: bytes, columns: columns, zone: zone)
      if reader.hasPersons { throw Self.notTheCallers("has a column for persons") }
      let most = LedgerLimits.standard.batchActivities
      var team: String?
      while let row = try reader.next() {
        guard rows.count < most else {
          throw BatchError(.row, "the table has more than \(most) rows, the limit of one request")
        }
        switch row {
        case .success(let record):
          if let team, team != record.team { throw Self.notTheCallers("names several teams") }
          team = record.team
          rows.append(Row(line: record.line, walk: .success(record)))
        case .failure(let bad):
          rows.append(Row(line: bad.line, walk: .failure(Refusal(bad.fault))))
        }
      }
      passedOver = reader.passedOver.values.reduce(0, +)
    } catch { throw Problem(table: error) }
    refuseConflicts()
  }

  private static func notTheCallers(_ why: String) -> BatchError {
    BatchError(
      .header,
      "the table \(why), and a request logs the caller’s own walks only: send the rows of one person "
        + "without that column, or load the file with milequest import activities")
  }

  /// Refuses the rows whose ids stand on other rows with another distance or start: nobody knows which
  /// of them is right.
  private mutating func refuseConflicts() {
    var rowsByID: [ActivityID: [Int]] = [:]
    for (index, row) in rows.enumerated() {
      if let id = row.id { rowsByID[id, default: []].append(index) }
    }
    for indices in rowsByID.values {
      let walks = indices.compactMap { try? rows[$0].walk.get() }
      guard let first = walks.first,
        walks.contains(where: { $0.instant != first.instant || $0.distance != first.distance })
      else { continue }
      for index in indices {
        rows[index] = Row(line: rows[index].line, walk: .failure(Refusal(.activityConflict)))
      }
    }
  }
}

extension ActivityTable.Row {
  /// The id that the table has for the walk.
  var id: ActivityID? {
    guard case .success(let record) = walk, let text = record.activity else { return nil }
    return ActivityID(text) ?? .named("activity", text)
  }
}

extension ActivityContent {
  /// What a row of a table says.
  package init(_ record: ActivityRecord) {
    self.init(
      start: record.instant, distance: record.distance, durationSeconds: record.durationSeconds,
      source: record.source, note: record.note, isPrivate: record.isPrivate, zone: record.zone)
  }
}

extension Problem {
  fileprivate init(table error: BatchError) {
    let place = error.line.map { ", line \($0)" } ?? ""
    let message = ParameterWords.said(error.message)
    switch error.code {
    case .row: self.init(.limit, message)
    case .header where error.line != nil:
      self.init(
        .invalid,
        "the file is not a recording (GPX, TCX, FIT), and as a table\(place): \(message)")
    default: self.init(.invalid, message)
    }
  }
}
