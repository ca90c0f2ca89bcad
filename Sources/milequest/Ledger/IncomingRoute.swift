import Base
import Formats
import Inspection
import JSON
import Quests
import Routes

/// A route file on its way into the ledger.
struct IncomingRoute {
  let file: String
  let report: Report
  /// Nil where the gate keeps it out.
  let route: MeasuredRoute?
  let refusal: RouteGate.Refusal?
  /// The hash that the content had before there were rules of names, where that is another.
  let formerHash: ContentHash?
  /// The names of the tracks that become one route, where there are several.
  let tracks: String?
  let hasGivenName: Bool

  /// Reads a file, looks at it, and asks the gate.
  ///
  /// - Throws: `noInput`, and for a track or a join that the file does not have.
  init(
    _ file: String, _ source: RouteSource, _ input: RouteInput, _ gate: RouteGate
  ) throws {
    let limits = ReadLimits.standard
    let bytes = try Files.read(file, limit: limits.fileBytes, cuts: true)
    let document = RouteReader.read(
      bytes, as: source.from, fileName: file, limits: limits, thoroughly: true)
    var options = InspectionOptions()
    options.route = try input.options
    options.calibration = try input.calibration
    if document.hasLine {
      options.track = try input.choice(in: document, file)
      try RouteInput.located(file) { try document.check(options.route, for: options.track) }
    }
    self.file = file
    report = Inspector.inspect(document, options: options)
    hasGivenName = gate.name != nil
    let isSeveral = input.track.isEmpty && document.tracks.count { $0.vertexCount > 1 } > 1
    tracks = isSeveral ? document.trackNames : nil
    do throws(RouteGate.Refusal) {
      route = try gate.route(of: report, calibration: options.calibration)
      refusal = nil
    } catch {
      (route, refusal) = (nil, error)
    }
    let plain = gate.name == nil ? try? report.measured?.writing(options.calibration) : nil
    formerHash = plain.map { RouteContent($0.route).hash }
  }

  private var shownName: String { file == "-" ? "standard input" : file }

  /// What validate prints of it; nothing where nothing was found.
  var reportText: String {
    if report.findings.isEmpty { return "" }
    return ReportText.text(
      report, file: shownName, style: ReportText.Style(isColoured: Terminal.hasColours(1)))
  }

  var refusalText: String? { refusal.map { "\(shownName): \($0.message)" } }

  /// - Parameter record: nil where nothing was stored.
  func text(_ record: RouteRecord?) -> String {
    guard let route else { return "" }
    let name = record?.name ?? route.route.name ?? "(unnamed)"
    let length = Figures.length(record?.length ?? route.passLength)
    guard let record else { return "\(file): \(name), \(length), not stored: a dry run\n" }
    return "\(file): \(name), \(length), version \(record.version.version)\n"
      + "  \(record.version.route)\n"
  }

  /// - Parameter record: nil where nothing was stored.
  func json(_ record: RouteRecord?) -> JSONValue {
    guard let route else { return .null }
    return .object([
      ("file", .string(file)), ("id", .optional(record?.version.route.description)),
      ("version", .optional(record?.version.version)),
      ("name", .optional(record?.name ?? route.route.name)),
      ("lengthMeters", .number((record?.length ?? route.passLength).meters)),
      ("vertices", .integer(route.route.vertices.count)),
      ("waypoints", .integer(route.route.waypoints.count)),
      ("hash", .string((record?.hash ?? RouteContent(route.route).hash).description)),
    ])
  }
}

/// The names that routes go by, so that one which says nothing is noticed before it is stored.
struct RouteNames {
  private var owners: [String: Set<String>] = [:]

  /// O(routes).
  mutating func read(_ store: any AnyStore) async throws {
    var found: [(String, String)] = []
    try await Naming(store: store).eachRoute { record in
      if let name = record.name { found.append((Name.folded(name), record.hash.description)) }
    }
    for (name, hash) in found { owners[name, default: []].insert(hash) }
  }

  /// What is wrong with the name of a route that comes in, which counts for those after it.
  ///
  /// - Parameter asked: the route that it is the next version of, which may keep its name.
  mutating func warnings(adding incoming: IncomingRoute, as asked: RouteID?) -> [String] {
    guard let route = incoming.route else { return [] }
    let begin = "\(incoming.file): warning: "
    guard let name = route.route.name else {
      let what =
        incoming.tracks.map { "the tracks \($0) become one route, which has no name" }
        ?? "the route has no name"
      return [begin + what + "; --name gives it one" + (incoming.tracks == nil ? "" : picking)]
    }
    let hash = RouteContent(route.route).hash.description
    let others = owners[Name.folded(name), default: []].subtracting([hash])
    owners[Name.folded(name), default: []].insert(hash)
    if asked != nil || others.isEmpty { return [] }
    return [
      begin + "another route is called “\(name)” too, so a quest must name both by their ids"
        + (incoming.hasGivenName ? "" : "; --name gives a name of its own")
    ]
  }

  private var picking: String { ", --track picks one of them" }
}
