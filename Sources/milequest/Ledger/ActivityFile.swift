import Batch
import CivilTime
import Quests

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file of walks that is to be stored.
struct ActivityFile {
  let path: String
  let columns: ActivityColumns
  let zone: ZoneOffsets

  /// Whether it is a file, and no pipe.
  var canBeReadTwice: Bool {
    var status = stat()
    return stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
  }

  /// Reads all rows, to find bad ones before anything is done.
  ///
  /// - Returns: when the first walk started; nil where there is none.
  /// - Throws: `badData` with the line of the first bad row, unless those are skipped.
  func readThrough(skipsBadRows: Bool) async throws -> CivilTime.Instant? {
    var earliest: Int64?
    try await read { reader, _ in
      while let row = try reader.next() {
        switch row {
        case .success(let record): earliest = min(earliest ?? .max, record.instant)
        case .failure(let bad): if !skipsBadRows { throw failure(bad) }
        }
      }
    }
    return earliest.map { CivilTime.Instant(microseconds: $0) }
  }

  /// Opens the file and lends its reader and its size, 0 where that is unknown.
  func read(_ body: (ActivityReader, Int) async throws -> Void) async throws {
    let (reader, descriptor) = try open()
    defer { if descriptor != 0 { close(descriptor) } }
    do { try await body(reader, Files.size(of: descriptor)) } catch let error as BatchError {
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
