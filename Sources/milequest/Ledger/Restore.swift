import ArgumentParser
import Quests

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

struct Restore: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Bring a backup back as the ledger.",
    discussion: """
      The ledger must not be there yet: nothing is written over. It is there whole or not at all, and \
      is audited then; exit code 1 where a total differs. Stop the service first, and move away what \
      is left of the old ledger, its log included.

      milequest restore ledger-2026-05-03.sqlite --store sqlite:quests.sqlite

      Without its secret everybody must sign in again. A file with the backup's name and .secret is \
      restored along with it.

      A backup of a ledger on a server goes into a database without a ledger, by pg_restore.

      createdb quests2
      milequest restore may.dump --store postgres://owner@localhost/quests2
      """)

  @OptionGroup var options: StoreOptions

  @Argument(
    help: ArgumentHelp("What milequest backup has made.", valueName: "backup"), completion: .file())
  var backup: String

  func run() async throws {
    try await reportingFailures {
      let address = try options.address
      switch (address, try BackupKind(of: backup)) {
      case (.file(let path, let isDefault), .file):
        if isDefault { try OpenStore.makeFolders(of: path) }
        try Backup.copy(backup, to: path)
        try printOut(try secret(for: path) + "\n")
      case (.server(let url), .server): try ServerTools(url).restore(backup)
      case (_, let kind):
        throw Failure(
          .usage,
          "\(backup) is a backup of a ledger \(kind.text), and \(address.text) is not one: name "
            + "\(kind.example) with --store")
      }
      try await audit(address)
    }
  }

  private func audit(_ address: StoreAddress) async throws {
    let store: OpenStore
    do { store = try await OpenStore(address, begins: false) } catch let failure as Failure {
      // Such as a backup that an older version has made.
      throw Failure(failure.kind, "restored, and not audited: \(failure.message)")
    }
    defer { store.close() }
    let report = try await store.ledger.audit()
    try printOut("\(address.text): restored\n" + Audit.text(report))
    if !report.isClean { throw ExitCode(1) }
  }

  /// Restores the secret that lies beside the backup, where none is there.
  ///
  /// - Returns: what became of it.
  private func secret(for path: String) throws -> String {
    let (from, to) = (backup + ".secret", path + ".secret")
    if access(to, F_OK) == 0 { return "\(to): the secret that is there stays" }
    guard access(from, F_OK) == 0 else {
      return
        "\(to): there is no secret yet; put the ledger's there before you start the service, or "
        + "everybody must sign in again"
    }
    let bytes = try Files.read(from, limit: 64 * 1024)
    let file = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      throw Failure(.writeFailed, "\(to): \(String(cString: strerror(errno)))")
    }
    defer { close(file) }
    guard bytes.withUnsafeBytes({ write(file, $0.baseAddress, $0.count) }) == bytes.count else {
      // Half a secret would be taken for one.
      unlink(to)
      throw Failure(.writeFailed, "\(to): \(String(cString: strerror(errno)))")
    }
    return "\(to): restored"
  }
}

/// What a backup is of, by its first bytes.
private enum BackupKind {
  case file, server

  init(of path: String) throws {
    guard let file = fopen(path, "r") else {
      throw Failure(.noInput, "\(path): \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var head = [UInt8](repeating: 0, count: 16)
    head.removeLast(head.count - fread(&head, 1, head.count, file))
    if head.starts(with: "SQLite format 3".utf8) {
      self = .file
    } else if head.starts(with: "PGDMP".utf8) {
      self = .server
    } else {
      throw Failure(
        .badData,
        "\(path) is no backup of a ledger: neither a file of SQLite nor what pg_dump writes with "
          + "--format=custom")
    }
  }

  var text: String { self == .file ? "in a file" : "on a server" }
  var example: String { self == .file ? "sqlite:PATH" : "postgres://user@host/database" }
}
