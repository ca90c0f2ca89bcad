internal import Foundation
internal import Quests

/// The file that a store has open, and its log, which somebody may delete, empty or replace under their
/// names.
///
/// SQLite goes on writing into files that have lost their names: what it commits there is gone when the
/// process ends. So each commit looks whether the names still lead to the files.
struct OpenFile: Sendable {
  /// What a name leads to.
  private struct Place: Sendable {
    let path: String
    let device: dev_t
    let inode: ino_t
    let bytes: off_t

    /// Nil where the name leads to nothing.
    init?(_ path: String) {
      self.path = path
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      (device, inode, bytes) = (status.st_dev, status.st_ino, status.st_size)
    }

    func isSame(as other: Place) -> Bool { device == other.device && inode == other.inode }
  }

  private let file: Place
  /// Nil where the file had none when it was opened.
  private let log: Place?

  /// - Parameter path: of a file that is open, so that its log is there.
  init(_ path: String) throws(LedgerError) {
    guard let file = Place(path) else { throw Self.gone(path) }
    self.file = file
    log = Place(path + "-wal")
  }

  /// - Throws: `unreachable` where a name leads to nothing, to another file, or to one that was emptied.
  func checkIsInPlace() throws(LedgerError) {
    let present = try Self.present(file)
    if let log { _ = try Self.present(log) }
    // A log is empty where all of it is in the file.
    if file.bytes > 0, present.bytes == 0 {
      throw LedgerError(
        .unreachable,
        "the ledger \(file.path) was emptied while it is open: nothing more is written; put a backup "
          + "in its place and start the program again")
    }
  }

  private static func present(_ opened: Place) throws(LedgerError) -> Place {
    guard let present = Place(opened.path) else { throw gone(opened.path) }
    guard present.isSame(as: opened) else {
      throw LedgerError(
        .unreachable,
        "another file has taken the place of the ledger \(opened.path) while it is open: nothing "
          + "more is written; start the program again on the file that is right")
    }
    return present
  }

  /// - Throws: `access` where the file, or its folder, which holds its log, cannot be written.
  func checkIsWritable() throws(LedgerError) {
    let folder = URL(fileURLWithPath: file.path).deletingLastPathComponent().path
    for place in [file.path, folder] where access(place, W_OK) != 0 {
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
