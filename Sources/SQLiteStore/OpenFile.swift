internal import Foundation
internal import Quests

/// The file that a store has open, which somebody may delete or replace under its name.
///
/// SQLite goes on writing into a file that has lost its name: what it commits there is gone when the
/// process ends. So each commit looks whether the name still leads to the file.
struct OpenFile: Sendable {
  private let path: String
  private let device: dev_t
  private let inode: ino_t

  init(_ path: String) throws(LedgerError) {
    self.path = path
    var status = stat()
    guard stat(path, &status) == 0 else { throw Self.gone(path) }
    (device, inode) = (status.st_dev, status.st_ino)
  }

  /// - Throws: `unreachable` where the name leads to nothing or to another file.
  func checkIsInPlace() throws(LedgerError) {
    var status = stat()
    guard stat(path, &status) == 0 else { throw Self.gone(path) }
    guard status.st_dev == device, status.st_ino == inode else {
      throw LedgerError(
        .unreachable,
        "another file has taken the place of the ledger \(path) while it is open: nothing more is "
          + "written; start the program again on the file that is right")
    }
  }

  /// - Throws: `access` where the file, or its folder, which holds its log, cannot be written.
  func checkIsWritable() throws(LedgerError) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    for place in [path, folder] where access(place, W_OK) != 0 {
      throw LedgerError(
        .access, "\(place) cannot be written any more: \(String(cString: strerror(errno)))")
    }
  }

  private static func gone(_ path: String) -> LedgerError {
    LedgerError(
      .unreachable,
      "the ledger \(path) was deleted or moved while it is open: nothing more is written; put the "
        + "file back and start the program again")
  }
}
