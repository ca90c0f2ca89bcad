import ArgumentParser
import Authoring
import Formats
import Geodesy
import JSON
import Quests
import Routes

extension RouteCommand {
  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a stored route to a file.",
      discussion: """
        The format follows from the file's ending; --to overrules it. What the format cannot hold is \
        reported on standard error.

        milequest route export "Wicklow Round" -o wicklow.gpx
        milequest route export 8a6e…@2 -o - --to geojson
        """)

    @Argument(help: "The route's id, id@version or name.")
    var route: String

    @Option(
      name: .shortAndLong,
      help: ArgumentHelp("The file to write; - is standard output.", valueName: "file"),
      completion: .file())
    var output: String

    @Option(
      help: ArgumentHelp(
        "The format to write: gpx, geojson, kml, polyline5, polyline6.", valueName: "format"))
    var to: RouteFormat?

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp(
        "Decimals of a degree, up to \(WriteOptions.mostDigits); polylines have their own.",
        valueName: "n"))
    var digits = 7

    @OptionGroup var options: StoreOptions

    func run() async throws {
      try await options.reading { store in
        let target = try RouteOutput(output, as: to, option: "--to", digits: digits)
        let record = try await Naming(store: store.ledger).route(route)
        var routes = StoredRoutes(store.ledger)
        let stored = try await routes.measured(record.version, course: nil).route.named(record.name)
        let (fitting, singlePoints) = try target.fitting(stored, from: route)
        let (bytes, rounding) = try target.bytes(of: fitting)
        try target.write(bytes)
        var losses = ConvertLosses(of: fitting, in: target.format)
        losses.add(rounding)
        losses.add(singlePoints: singlePoints, in: target.format)
        for text in losses.texts { StandardError.write("\(output): note: \(text)") }
      }
    }
  }

  struct Versions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the versions of a route.",
      discussion: "milequest route versions \"Wicklow Round\"")

    @Argument(help: "The route's id or name.")
    var route: String

    @OptionGroup var options: StoreOptions
    @Option(help: "text for people, json for programs.")
    var format = OutputFormat.text

    func run() async throws {
      try await options.reading { store in
        let record = try await Naming(store: store.ledger).route(route)
        let versions = try await store.ledger.versions(of: record.version.route)
        switch format {
        case .json:
          try printOut(
            JSONValue.object([
              ("versions", .array(versions.map { .object(RouteCommand.members($0)) }))
            ]))
        case .text:
          var table = TextTable(
            ["version", "from", "length", "vertices", "waypoints", "name"],
            rightAligned: [0, 2, 3, 4])
          for version in versions {
            table.add([
              "\(version.version.version)", version.createdAt.description,
              Figures.length(version.length), Figures.grouped(version.vertices),
              "\(version.waypoints)", version.name ?? "(unnamed)",
            ])
          }
          try printOut(table.text)
        }
      }
    }
  }

  struct Diff: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say what changed between two versions of a route, in metres and waypoints.",
      discussion: """
        Without --from and --to, the last version is compared with the one before it. A stretch \
        counts as changed where the line is more than 1 m from that of the other version.

        milequest route diff "Wicklow Round"
        milequest route diff "Wicklow Round" --from 1 --to 3 --format json
        """)

    @Argument(help: "The route's id or name.")
    var route: String

    @Option(parsing: .unconditional, help: ArgumentHelp("The version before.", valueName: "n"))
    var from: Int?

    @Option(parsing: .unconditional, help: ArgumentHelp("The version after.", valueName: "n"))
    var to: Int?

    @OptionGroup var options: StoreOptions
    @Option(help: "text for people, json for programs.")
    var format = OutputFormat.text

    func run() async throws {
      try await options.reading { store in
        let latest = try await Naming(store: store.ledger).route(route)
        let versions = try await store.ledger.versions(of: latest.version.route)
        let last = versions.last?.version.version ?? 1
        let after = to ?? last
        let before = from ?? after - 1
        func version(_ number: Int, _ option: String) throws -> RouteVersion {
          guard let found = versions.first(where: { $0.version.version == number }) else {
            throw Failure(
              .usage,
              last == 1
                ? "the route has one version, and nothing to compare it with"
                : "\(option): the route has no version \(number); it has versions 1 to \(last)")
          }
          return found.version
        }
        var routes = StoredRoutes(store.ledger)
        let old = try await routes.measured(try version(before, "--from"), course: nil)
        let new = try await routes.measured(try version(after, "--to"), course: nil)
        let difference: RouteDifference
        do throws(AuthoringError) { difference = try RouteDifference(from: old, to: new) } catch {
          throw Failure(.badData, "route \(latest.version.route): \(error.message)")
        }
        switch format {
        case .json: try printOut(difference.json)
        case .text: try printOut(Self.text(difference, before, after))
        }
      }
    }

    private static func text(_ difference: RouteDifference, _ before: Int, _ after: Int) -> String {
      if difference.isEmpty { return "versions \(before) and \(after) are the same way\n" }
      var lines: [String] = []
      func change(_ what: String, _ before: String, _ after: String) {
        if before != after { lines.append("\(what): \(before), now \(after)") }
      }
      let (old, new) = (difference.before, difference.after)
      change("name", difference.nameBefore ?? "(unnamed)", difference.nameAfter ?? "(unnamed)")
      change("length", Figures.length(old.length), Figures.length(new.length))
      change("parts", "\(old.parts)", "\(new.parts)")
      change("vertices", Figures.grouped(old.vertices), Figures.grouped(new.vertices))
      func kilometers(_ distance: Distance) -> String {
        Figures.grouped(distance.text(in: .kilometers, decimals: 3))
      }
      for (sign, stretches) in [("-", difference.removed), ("+", difference.added)] {
        for stretch in stretches {
          lines.append(
            "\(sign) \(kilometers(stretch.from)) to \(kilometers(stretch.to)) km, up to "
              + "\(Figures.gap(meters: stretch.mostMeters)) away")
        }
      }
      for (sign, list) in [("-", difference.removedWaypoints), ("+", difference.addedWaypoints)] {
        for placed in list {
          lines.append(
            "\(sign) “\(placed.waypoint.name ?? "(unnamed)")” at \(kilometers(placed.distance)) km")
        }
      }
      for changed in difference.changedWaypoints {
        var text = "~ “\(changed.name ?? "(unnamed)")” at \(kilometers(changed.before.distance)) km"
        if changed.before.distance != changed.after.distance {
          text += ", now at \(kilometers(changed.after.distance)) km"
        }
        if changed.movedMeters > 0 {
          text += ", moved by \(Figures.gap(meters: changed.movedMeters))"
        }
        lines.append(text)
      }
      return "version \(before) to version \(after)\n"
        + lines.map { "  \($0)\n" }.joined()
    }
  }
}
