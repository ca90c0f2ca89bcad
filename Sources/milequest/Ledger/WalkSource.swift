import Batch
import CivilTime
import Formats
import Quests

/// Where walks that are to be stored come from.
protocol WalkSource {
  /// Reads all walks, so that bad ones are found before anything is done with the others.
  ///
  /// - Parameter report: counts the walks, and those that are left out.
  /// - Throws: `badData` with the place of the first bad one, unless those are skipped.
  func sorted(skipsBadRows: Bool, _ report: inout LoadReport) throws -> SortedActivities

  /// That a walk is refused, with its place.
  func failure(line: Int, _ message: String) -> Failure
}

/// Files of watches and phones, each with a walk or several: GPX, TCX and FIT.
struct RecordingFiles: WalkSource {
  let paths: [String]
  let team: String
  let person: String?
  let counted: CountedDistance

  /// Whether a file is one, by its name or its first bytes; a table never begins so.
  static func isRecording(_ path: String) throws -> Bool {
    if path == "-" { return false }
    var name = path
    if name.lowercased().hasSuffix(".gz") { name.removeLast(3) }
    if let format = SourceFormat(fileName: name) { return [.gpx, .tcx, .fit].contains(format) }
    return SourceFormat.isRecording(try Files.head(path, count: 512))
  }

  func sorted(skipsBadRows: Bool, _ report: inout LoadReport) throws -> SortedActivities {
    let rows = SortedActivities(haveIDs: true)
    let now = Instant.now
    let limits = ReadLimits.standard
    for path in paths {
      let bytes = try Files.read(path, limit: limits.fileBytes)
      let document = RouteReader.read(bytes, fileName: path, limits: limits, thoroughly: true)
      ReaderText.warn(of: document, path)
      for walk in RecordedWalk.walks(in: document) {
        report.rows += 1
        report.recordings.append(path)
        let read = Result { () throws(RecordedWalk.Fault) in
          try walk.get().record(counting: counted)
        }
        switch read {
        case .success(var record):
          record.line = report.rows
          record.team = team
          record.person = person
          if let fault = ActivityContent(record).faults(limits: .standard, at: now).first {
            try leaveOut(document, path, fault.error.message, offset: 0, skipsBadRows, &report)
          } else {
            try rows.add(record)
          }
        case .failure(let fault):
          try leaveOut(document, path, fault.message, offset: fault.offset, skipsBadRows, &report)
        }
      }
    }
    let conflicts = try rows.leaveOutConflicts()
    if let line = conflicts.firstDiffering {
      let why = "another file has the same walk with other content"
      guard skipsBadRows else { throw Failure(.badData, "\(report.recordings[line - 1]): \(why)") }
      report.rejected[why] = (conflicts.lines.count, [line])
    }
    return rows
  }

  /// Counts the last walk as left out.
  ///
  /// - Throws: `badData` with its place, unless such walks are skipped.
  private func leaveOut(
    _ document: RouteDocument, _ path: String, _ why: String, offset: Int, _ isSkipped: Bool,
    _ report: inout LoadReport
  ) throws {
    guard !isSkipped else { return report.reject(report.rows, why) }
    let place = document.format?.hasLines == false ? nil : document.place(ofOffset: offset)
    let text = FilePlace.text(path, line: place?.line, column: place?.column, offset: offset)
    throw Failure(.badData, "\(text): \(why)")
  }

  func failure(line: Int, _ message: String) -> Failure {
    let place = paths.count == 1 ? paths[0] : "walk \(line) of the files"
    return Failure(.badData, "\(place): \(message)")
  }
}
