internal import Foundation
internal import Quests

/// What lies under a store's name before SQLite touches it.
///
/// A ledger's file is whole only together with its log, the file `-wal` beside it. A copy that was made
/// without the log looks empty or older than it is, and must not be begun anew or migrated unseen.
struct FileOnDisk {
  let path: String
  let isThere: Bool
  let isEmpty: Bool
  let hasLog: Bool
  /// Whether the header says that commits go to a log first.
  private let usesLog: Bool

  init(_ path: String) {
    self.path = path
    let files = FileManager.default
    isThere = files.fileExists(atPath: path)
    hasLog = files.fileExists(atPath: path + "-wal")
    var header = Data()
    if isThere, let file = FileHandle(forReadingAtPath: path) {
      header = (try? file.read(upToCount: 20)) ?? Data()
      try? file.close()
      isEmpty = header.isEmpty
    } else {
      isEmpty = false
    }
    // The format's version for reading: 2 where there is a log (SQLite, "Database File Format", 1.3.3).
    usesLog = header.count == 20 && header[19] == 2
  }

  /// The state once a process that has just made the file has come as far as its log.
  static func settled(_ path: String) -> FileOnDisk {
    var file = FileOnDisk(path)
    for _ in 0..<20 where file.isEmpty && !file.hasLog {
      Thread.sleep(forTimeInterval: 0.05)
      file = FileOnDisk(path)
    }
    return file
  }

  /// Makes an empty file that its owner alone can read, as SQLite then makes those beside it; where
  /// that fails, SQLite says why too.
  ///
  /// - Returns: the number of the system's error, 0 where there is none.
  @discardableResult
  static func create(_ path: String) -> Int32 {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return errno }
    Foundation.close(descriptor)
    return 0
  }

  /// What a ledger takes on the disk: the file and its log.
  ///
  /// - Throws: `unreachable` where the file is gone.
  static func bytes(_ path: String) throws(LedgerError) -> Int64 {
    func size(_ path: String) -> Int64? {
      var status = stat()
      return stat(path, &status) == 0 ? Int64(status.st_size) : nil
    }
    guard let file = size(path) else {
      throw LedgerError(.unreachable, "\(path) is not there any more")
    }
    return file + (size(path + "-wal") ?? 0)
  }

  /// What to say where the file has nothing in it.
  var emptiedText: String {
    "the file is empty. If it is a copy of a ledger, its log \(path)-wal was not copied with it: copy "
      + "ledgers with milequest backup. To begin a new ledger here, delete the file first"
  }

  /// What to add where the file seems to be older than this program.
  var missingLogText: String {
    usesLog && !hasLog
      ? "; if it is a copy, check first that its log, \(path)-wal, was not left behind" : ""
  }
}
