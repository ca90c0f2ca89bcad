import ArgumentParser
import CivilTime
import Formats
import JSON
import Quests
import Routes

struct RouteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "route",
    abstract: "List, show, export, compare, rename and retire the routes of the ledger.",
    discussion: """
      A route is named by its id, or by its name where only one has it. milequest import route \
      stores one.

      milequest route list
      milequest route show "Wicklow Round"
      milequest route export "Wicklow Round" -o wicklow.gpx
      milequest route versions "Wicklow Round"
      milequest route diff "Wicklow Round"
      milequest route rename "Unnamed Section" "Wicklow Round"
      milequest route retire "Wicklow Round"
      """,
    subcommands: [
      List.self, Show.self, Export.self, Versions.self, Diff.self, Rename.self, Retire.self,
    ])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the routes in use, each in its latest version.",
      discussion: "milequest route list --format json")

    @OptionGroup var options: StoreOptions
    @Option(help: "text for people, json for programs.")
    var format = OutputFormat.text

    func run() async throws {
      try await options.reading { store in
        var records: [RouteRecord] = []
        try await Naming(store: store.ledger).eachRoute { records.append($0) }
        switch format {
        case .json:
          let value = JSONValue.object([
            ("routes", .array(records.map { .object(RouteCommand.members($0)) }))
          ])
          try printOut(value)
        case .text:
          var table = TextTable(
            ["route", "id", "seen by", "versions", "one pass"], rightAligned: [3, 4])
          for record in records {
            table.add([
              record.name.map(TextTable.short) ?? "(unnamed)", record.version.route.description,
              record.isPublic ? "everybody" : "its owner", "\(record.version.version)",
              Figures.length(record.length),
            ])
          }
          try printOut(table.text)
        }
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show a route with its versions.",
      discussion: "milequest route show \"Wicklow Round\"")

    @Argument(help: "The route's id, id@version or name.")
    var route: String

    @OptionGroup var options: StoreOptions
    @Option(help: "text for people, json for programs.")
    var format = OutputFormat.text

    func run() async throws {
      try await options.reading { store in
        let record = try await Naming(store: store.ledger).route(route)
        try await RouteCommand.show(record, in: store.ledger, as: format)
      }
    }
  }

  struct Rename: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Give a route another name, in all of its versions.",
      discussion: """
        What is stored of the route stays as it is, and so do its quests and their names. A version \
        that is imported later brings a name of its own.

        milequest route rename "Unnamed Section" "Wicklow Round"
        """)

    @Argument(help: "The route's id or name.")
    var route: String

    @Argument(help: "The new name.")
    var name: String

    @OptionGroup var options: StoreOptions
    @Option(help: "text for people, json for programs.")
    var format = OutputFormat.text

    func run() async throws {
      try await reportingFailures {
        let name = try Naming.name(name, "the route's name")
        let store = try await options.open()
        defer { store.close() }
        let record = try await Naming(store: store.ledger).route(route)
        try await store.ledger.changeRoute(record.version.route, RouteChange(name: name))
        let renamed = try await store.ledger.route(record.version) ?? record
        try await RouteCommand.show(renamed, in: store.ledger, as: format)
      }
    }
  }

  struct Retire: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Retire a route for good: no new quest begins on it.",
      discussion: """
        Quests on it go on, and their maps stay. No list shows it any more, and it takes no new \
        version.

        milequest route retire "Wicklow Round"
        """)

    @Argument(help: "The route's id or name.")
    var route: String

    @OptionGroup var options: StoreOptions
    @Option(help: "text for people, json for programs.")
    var format = OutputFormat.text

    func run() async throws {
      try await options.reading { store in
        let record = try await Naming(store: store.ledger).route(route)
        let now = Instant.now
        try await store.ledger.changeRoute(record.version.route, RouteChange(retiredAt: now))
        switch format {
        case .text:
          try printOut(
            "the route “\(record.name ?? "(unnamed)")” is retired\n  \(record.version.route)\n")
        case .json:
          let value = JSONValue.object([
            ("id", .string(record.version.route.description)), ("name", .optional(record.name)),
            ("retiredAt", .string(now.description)),
          ])
          try printOut(value)
        }
      }
    }
  }

  /// What is said of every route.
  static func members(_ record: RouteRecord) -> [(String, JSONValue)] {
    [
      ("id", .string(record.version.route.description)),
      ("version", .integer(record.version.version)), ("name", .optional(record.name)),
      ("public", .bool(record.isPublic)), ("createdAt", .string(record.createdAt.description)),
      ("lengthMeters", .number(record.length.meters)), ("parts", .integer(record.parts)),
      ("vertices", .integer(record.vertices)), ("waypoints", .integer(record.waypoints)),
      ("hash", .string(record.hash.description)),
    ]
  }

  fileprivate static func show(
    _ record: RouteRecord, in store: any AnyStore, as format: OutputFormat
  ) async throws {
    let versions = try await store.versions(of: record.version.route)
    switch format {
    case .json:
      let value = JSONValue.object(
        members(record) + [("versions", .array(versions.map { .object(members($0)) }))])
      try printOut(value)
    case .text:
      var text = "route      \(record.name ?? "(unnamed)")\nid         \(record.version.route)\n"
      text += "seen by    \(record.isPublic ? "everybody" : "its owner")\n"
      text += "one pass   \(Figures.length(record.length))\n"
      text += "parts      \(record.parts)\nvertices   \(record.vertices)\n"
      text += "waypoints  \(record.waypoints)\n"
      for version in versions {
        text += "version    \(version.version.version), \(Figures.length(version.length)), "
        text += "from \(version.createdAt)\n"
      }
      try printOut(text)
    }
  }
}
