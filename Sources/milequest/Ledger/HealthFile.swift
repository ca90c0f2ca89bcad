import Batch
import CivilTime
import Formats
import Quests

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The export of Apple Health, whose workouts on foot are walks.
struct HealthFile: WalkSource {
  let path: String
  let team: String
  let person: String?

  /// Whether a file is one, by its first bytes.
  static func isOne(_ path: String) throws -> Bool {
    if path == "-" { return false }
    return HealthExport.isOne(try Files.head(path, count: 4_096))
  }

  func sorted(skipsBadRows: Bool, _ report: inout LoadReport) throws -> SortedActivities {
    let bar = ProgressBar()
    defer { bar?.finish() }
    let descriptor = try Files.open(path)
    defer { if descriptor != 0 { close(descriptor) } }
    let size = Files.size(of: descriptor)
    let rows = SortedActivities(haveIDs: true)
    let now = Instant.now
    do {
      let export = try HealthExport(descriptor: descriptor)
      while let walk = try export.next() {
        report.rows += 1
        bar?.show(bytesRead: export.bytesRead, of: size)
        let line: Int
        let why: String
        switch walk {
        case .success(var record):
          record.team = team
          record.person = person
          guard let fault = ActivityContent(record).faults(limits: .standard, at: now).first else {
            try rows.add(record)
            continue
          }
          (line, why) = (record.line, fault.error.message)
        case .failure(let bad): (line, why) = (bad.line, bad.fault.message(limits: .standard))
        }
        guard skipsBadRows else { throw failure(line: line, why) }
        report.reject(line, why)
      }
      report.passedOver = export.passedOver
    } catch let error as BatchError {
      throw Failure(
        error.code == .read && error.line == nil ? .noInput : .badData,
        "\(path):\(error.line.map { "\($0):" } ?? "") \(error.message)")
    }
    let conflicts = try rows.leaveOutConflicts()
    if let line = conflicts.firstDiffering {
      let why = "the export has the same workout with another distance"
      guard skipsBadRows else { throw failure(line: line, why) }
      report.rejected[why] = (conflicts.lines.count, [line])
    }
    return rows
  }

  func failure(line: Int, _ message: String) -> Failure {
    Failure(.badData, "\(path):\(line): \(message); --skip-bad leaves such workouts out")
  }
}
