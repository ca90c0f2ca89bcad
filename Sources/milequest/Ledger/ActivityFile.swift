import Batch
import CivilTime
import Quests

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file of walks that is to be stored.
struct ActivityFile: WalkSource {
  let path: String
  let columns: ActivityColumns
  /// Of times without an offset; nil refuses those.
  let zone: Zone?

  /// Reads all rows, so that bad ones are found before anything is done with the others.
  ///
  /// - Parameter report: counts the rows, and those that are left out.
  /// - Throws: `badData` with the line of the first bad row, unless those are skipped.
  func sorted(skipsBadRows: Bool, _ report: inout LoadReport) throws -> SortedActivities {
    let bar = ProgressBar()
    defer { bar?.finish() }
    return try read { reader, size in
      let rows = SortedActivities(haveIDs: reader.hasActivities)
      if !reader.hasActivities {
        StandardError.write(
          "\(path): no column activity_id: a row is taken for the walk of its walker with the same content"
        )
      }
      let now = Instant.now
      while let row = try reader.next() {
        report.rows += 1
        switch row {
        case .success(let record):
          // What no ledger takes is found before a team is created for it.
          if let fault = ActivityContent(record).faults(limits: .standard, at: now).first {
            guard skipsBadRows else { throw failure(line: record.line, fault.error.message) }
            report.reject(record.line, fault.error.message)
            break
          }
          if record.isTimeSkipped { report.skippedTimes.add(record.line, record.instant) }
          try rows.add(record)
        case .failure(let bad):
          guard skipsBadRows else { throw failure(bad) }
          report.reject(bad.line, bad.fault.message(limits: .standard))
        }
        if report.rows.isMultiple(of: 10_000) {
          bar?.show(bytesRead: reader.bytesRead, of: size)
        }
      }
      let conflicts = try rows.leaveOutConflicts()
      if let line = conflicts.firstDiffering {
        let why = RowFault.activityConflict.message(limits: .standard)
        guard skipsBadRows else { throw failure(line: line, why) }
        report.rejected[why] = (conflicts.lines.count, [line])
      }
      report.passedOver = reader.passedOver
      return rows
    }
  }

  /// Opens the file and lends its reader and its size, 0 where that is unknown.
  private func read<Value>(_ body: (ActivityReader, Int) throws -> Value) throws -> Value {
    let (reader, descriptor) = try open()
    defer { if descriptor != 0 { close(descriptor) } }
    do { return try body(reader, Files.size(of: descriptor)) } catch let error as BatchError {
      throw failure(error)
    }
  }

  private func open() throws -> (ActivityReader, Int32) {
    let descriptor = try Files.open(path)
    do throws(BatchError) {
      return (
        try ActivityReader(descriptor: descriptor, columns: columns, zone: zone), descriptor
      )
    } catch {
      if descriptor != 0 { close(descriptor) }
      throw failure(error)
    }
  }

  private func failure(_ error: BatchError) -> Failure {
    Failure(
      error.code == .read ? .noInput : .badData,
      "\(path):\(error.line.map { "\($0):" } ?? "") \(error.message)")
  }

  func failure(_ bad: BadRow) -> Failure {
    failure(line: bad.line, bad.fault.message(limits: .standard))
  }

  func failure(line: Int, _ message: String) -> Failure {
    Failure(
      .badData, "\(path):\(line): \(message); --skip-bad counts such rows and leaves them out")
  }
}
