import ArgumentParser
import CivilTime
import Logging
import Service
import ServiceLifecycle

/// Serves the REST API.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve the REST API over the ledger.",
    discussion: """
      milequest serve
      milequest serve --store postgres://quest@db.example/quest --host 0.0.0.0 --port 80
      """)

  @OptionGroup var options: StoreOptions
  @Option(help: "The port.")
  var port = 8080

  func run() async throws {
    try await reportingFailures {
      let store = try await options.openOrBegin()
      defer { store.close() }
      var settings = ServiceSettings()
      settings.port = port
      settings.checksAnswers = true
      let logger = Logger(label: "milequest") { JSONLogHandler(label: $0) }
      let service = QuestService(
        ledger: store.ledger, routes: store.ledger, accounts: store.ledger, settings: settings,
        clock: { CivilTime.Instant.now }, logger: logger)
      let group = ServiceGroup(
        configuration: .init(
          services: [service], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
      try await group.run()
    }
  }
}
