import ArgumentParser
import CivilTime
import Formats
import Inspection
import JSON
import Quests
import Routes

struct ImportRoute: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "route",
    abstract: "Store routes of files in any format; their ids are printed.",
    discussion: """
      Each file is looked at as validate does, and the findings are printed. Where anything of \
      severity error is found nothing is stored, of any of the files; with --strict warnings are \
      enough. --dry-run looks and stores nothing.

      A stored route never changes. The same content again is the same version; a changed file \
      becomes the next version of a route with --id. An official length, calibration and decisions \
      about joins are stored with it.

      milequest import route trail.gpx
      milequest import route routes/*.geojson --format json
      milequest import route export.gpx --name "Wicklow Round" --strict
      milequest import route trail.gpx --official-length 2197.4mi --joins ferry
      milequest import route trail-2027.gpx --id 0f8b6c1e-…
      """)

  @Argument(help: "Route files; - is standard input.", completion: .file())
  var files: [String]

  @Option(
    help: ArgumentHelp(
      "Stores the file as the next version of this route, or under this new id.",
      valueName: "uuid"))
  var id: String?

  @Option(
    help: ArgumentHelp("The name of the stored route, in place of the file's.", valueName: "name"))
  var name: String?

  @Flag(help: "Warnings keep a file out too, not only errors.")
  var strict = false

  @Flag(help: "Look at the files and store nothing.")
  var dryRun = false

  @OptionGroup var source: RouteSource
  @OptionGroup var input: RouteInput
  @OptionGroup var options: StoreOptions

  @Option(help: "text for people, json for programs.")
  var format = OutputFormat.text

  func run() async throws {
    try await reportingFailures {
      let asked = try id.map { text in
        guard let id = RouteID(text) else {
          throw Failure(
            .usage, "--id: “\(text)” is not a UUID, such as 0f8b6c1e-2d3a-4b5c-8d7e-9f0a1b2c3d4e")
        }
        return id
      }
      if files.count > 1, id != nil || name != nil {
        throw Failure(.usage, "\(id != nil ? "--id" : "--name") takes one file")
      }
      let gate = RouteGate(name: try name.map { try Naming.name($0, "--name") }, isStrict: strict)
      // Faulty files are found before anything is stored.
      var incoming: [IncomingRoute] = []
      for file in files { incoming.append(try IncomingRoute(file, source, input, gate)) }
      try stopAtRefusals(incoming)
      let store = dryRun ? try await openToLook() : try await options.openOrBegin()
      defer { store?.close() }
      var names = NamesInUse(store?.ledger)
      for index in incoming.indices {
        guard let route = incoming[index].route else { continue }
        incoming[index].checkName(isTaken: try await names.isTaken(by: route, as: asked))
      }
      try stopAtRefusals(incoming)
      try printReports(incoming)
      var records: [RouteRecord?] = []
      for route in incoming {
        records.append(dryRun ? nil : try await stored(route, as: asked, in: store?.ledger))
      }
      switch format {
      case .text: try printOut(zip(incoming, records).map { $0.text($1) }.joined())
      case .json: try printJSON(zip(incoming, records).map { $0.json($1) }, incoming)
      }
    }
  }

  /// - Throws: `badData` for each file that the gate keeps out; JSON is printed before.
  private func stopAtRefusals(_ incoming: [IncomingRoute]) throws {
    let refusals = incoming.compactMap(\.refusalText)
    if refusals.isEmpty { return }
    try printReports(incoming)
    if format == .json { try printJSON([], incoming) }
    throw Failure(.badData, refusals.joined(separator: "\n"))
  }

  private func printReports(_ incoming: [IncomingRoute]) throws {
    if format == .text { for route in incoming { try printOut(asIs: route.reportText) } }
  }

  /// The store for a dry run; nil where there is none yet.
  private func openToLook() async throws -> OpenStore? {
    try options.isNamedOrThere ? try? await options.open() : nil
  }

  private func stored(
    _ incoming: IncomingRoute, as asked: RouteID?, in store: (any AnyStore)?
  ) async throws -> RouteRecord? {
    guard let store, let route = incoming.route else { return nil }
    let content = RouteContent(route.route)
    // A person's own route of the same content is not the system's.
    for hash in asked == nil ? [content.hash, incoming.formerHash].compactMap({ $0 }) : [] {
      let known = try await store.routes(withHash: hash).first {
        $0.owner == nil && $0.retiredAt == nil
      }
      if let known { return known }
    }
    do throws(LedgerError) {
      // The same content has the same id in every ledger.
      return try await store.addRoute(
        route, id: asked ?? .derived(from: content.hash.bytes), owner: nil, isPublic: true, at: .now
      )
    } catch {
      guard error.code == .routeRetired else { throw error }
      throw Failure(
        .badData, "\(incoming.file): \(error.message); --id with a new id stores it anew")
    }
  }

  private func printJSON(_ routes: [JSONValue], _ incoming: [IncomingRoute]) throws {
    let value = JSONValue.object([
      ("routes", .array(routes)),
      ("files", .array(incoming.map { ReportJSON.value($0.report, file: $0.file) })),
    ])
    try printOut(value)
  }
}
