import ArgumentParser
import Quests
import SQLiteStore

struct Backup: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Copy the ledger while it is in use.",
    discussion: """
      The copy is the ledger as it stood at one moment, in one file, and is there whole or not at all. \
      Writers go on. It never writes over a file. milequest restore brings it back, and so does \
      --store for a copy of a file.

      milequest backup -o ledger-2026-05-03.sqlite

      A ledger on a server is copied by pg_dump, from PostgreSQL's client programs.

      milequest backup --store postgres://owner@localhost/quests -o may.dump
      """)

  @OptionGroup var options: StoreOptions

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The copy, a new file.", valueName: "file"),
    completion: .file())
  var output: String

  func run() throws {
    try reportingFailures {
      switch try options.address {
      case .file(let path, _):
        try Self.copy(path, to: output)
        try printOut("\(output): whole; milequest audit --store sqlite:\(output) recomputes it\n")
      case .server(let url):
        try ServerTools(url).dump(to: output)
        try printOut("\(output): whole; milequest restore \(output) brings it back\n")
      }
    }
  }

  /// Copies a file with a bar that shows how far it is.
  static func copy(_ ledger: String, to path: String) throws {
    let bar = ProgressBar()
    defer { bar?.finish() }
    do throws(LedgerError) {
      try SQLiteStore.copy(ledger, to: path) { done, all in
        bar?.show("copying", share: all > 0 ? Double(done) / Double(all) : 0)
      }
    } catch {
      switch error.code {
      case .notFound, .corrupt, .unreachable: throw Failure(error, ledger)
      default:
        throw Failure(
          .writeFailed, error.message.hasPrefix(path) ? error.message : "\(path): \(error.message)")
      }
    }
  }
}
