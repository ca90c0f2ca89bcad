import ArgumentParser
import Quests

struct Backup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Copy the ledger's file while it is in use.",
    discussion: """
      The copy is the ledger as it stood at one moment, checked, in one file, and is there whole or \
      not at all. Writers go on. It never writes over a file. To go back to it, name it with --store, \
      or put it where the ledger was. A database on a server has its own tool: this tells how.

      milequest backup -o ledger-2026-05-03.sqlite
      """)

  @OptionGroup var options: StoreOptions

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The copy, a new file.", valueName: "file"),
    completion: .file())
  var output: String

  func run() async throws {
    try await reportingFailures {
      let address = try options.address
      if case .server = address {
        throw Failure(
          .usage,
          "the ledger is on a server, whose own tool makes backups while it is in use:\n"
            + "  pg_dump --format=custom --schema=milequest --file=\(Self.quoted(output)) "
            + "\(Self.quoted(address.text))\n"
            + "and pg_restore --dbname=… brings it back")
      }
      let store = try await options.open()
      defer { store.close() }
      guard let embedded = store.embedded else { return }
      let bar = ProgressBar()
      do throws(LedgerError) {
        try embedded.backup(to: output) { done, all in
          bar?.show("copying", share: all > 0 ? Double(done) / Double(all) : 0)
        }
      } catch {
        bar?.finish()
        throw Failure(
          .writeFailed,
          error.message.hasPrefix(output) ? error.message : "\(output): \(error.message)")
      }
      bar?.finish()
      try printOut("\(output): whole; milequest audit --store sqlite:\(output) recomputes it\n")
    }
  }

  /// As a shell reads one word.
  private static func quoted(_ text: String) -> String {
    "'" + text.replacing("'", with: "'\\''") + "'"
  }
}
