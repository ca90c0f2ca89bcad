import ArgumentParser
import Quests

struct Migrate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Begin a ledger, or bring its schema up to date.",
    discussion: """
      A new file begins by itself with the first import; a database on a server, and a store that an \
      older version of this program wrote, wait for this command. It can be broken off and started \
      again, and does nothing where nothing is to be done. A store that a newer version wrote is \
      left alone (exit code 69).

      milequest migrate
      milequest migrate --store sqlite:walks.sqlite
      PGPASSWORD=… milequest migrate --store postgres://owner@localhost/milequest
      """)

  @OptionGroup var options: StoreOptions

  func run() async throws {
    try await reportingFailures {
      let address = try options.address
      let did: String
      var store: OpenStore
      do {
        store = try await OpenStore(address, begins: false)
        did = "is up to date"
      } catch let failure as Failure {
        // Whatever kept it from being opened is told by opening it to be changed, or is mended.
        guard failure.kind == .unreachable else { throw failure }
        store = try await OpenStore(address, begins: true, migrates: true)
        did = "was brought up to date"
      }
      defer { store.close() }
      let schema = try await store.diagnosis().first { $0.name == "schema" }?.value ?? "unknown"
      try printOut("\(address.text) \(did): schema \(schema)\n")
    }
  }
}
