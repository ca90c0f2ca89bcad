import ArgumentParser
import Quests

struct KeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key",
    abstract: "Say which API keys may read how the service is used.",
    discussion: """
      People make keys of their own with POST /v1/keys. Only you, who run the service, can let one \
      read /v1/stats.

      milequest key operate 0190f6c3-7b1a-7c3e-9d55-0242ac120002
      milequest key operate 0190f6c3-7b1a-7c3e-9d55-0242ac120002 --no-longer
      """,
    subcommands: [Operate.self])

  struct Operate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let a key read how the service is used.")

    @OptionGroup var options: StoreOptions

    @Argument(help: "The id of the key, as its owner sees it.")
    var key: String

    @Flag(help: "Take it back.")
    var noLonger = false

    func run() async throws {
      try await options.reading { store in
        guard let id = APIKeyID(key) else {
          throw Failure(.usage, "“\(key)” is not the id of a key")
        }
        guard let known = try await store.ledger.apiKey(id) else {
          throw Failure(.badData, "\(id): there is no such key")
        }
        var scopes = known.scopes
        if noLonger { scopes.remove(.operate) } else { scopes.insert(.operate) }
        try await store.ledger.setScopes(scopes, of: id)
        try printOut(
          "\(id) “\(known.name)” may: \(scopes.names.isEmpty ? "nothing" : scopes.names.joined(separator: ", "))\n"
        )
      }
    }
  }
}
