import Base
import Formats
import Inspection
import JSON
import Quests
import Routes

/// A route file on its way into the ledger.
struct IncomingRoute {
  let file: String
  /// All that was found so far.
  private(set) var report: Report
  /// Nil where the gate keeps it out.
  private(set) var candidate: RouteGate.Candidate?
  private var refusal: RouteGate.Refusal?
  private let gate: RouteGate
  /// The hash that the content had before there were rules of names, where that is another.
  let formerHash: ContentHash?

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
    self.gate = gate
    let report = Inspector.inspect(document, options: options)
    do throws(RouteGate.Refusal) {
      let candidate = try gate.candidate(of: report, options: options)
      (self.report, self.candidate) = (candidate.report, candidate)
    } catch {
      (self.report, refusal) = (error.report, error)
    }
    let plain = gate.name == nil ? try? report.measured?.writing(options.calibration) : nil
    formerHash = plain.map { RouteContent($0.route).hash }
  }

  var route: MeasuredRoute? { candidate?.route }

  /// Asks the gate about the name.
  mutating func checkName(isTaken: Bool) {
    guard let candidate else { return }
    do throws(RouteGate.Refusal) {
      let admitted = try gate.admit(candidate, isNameTaken: isTaken)
      (report, self.candidate) = (admitted.report, admitted)
    } catch {
      (report, self.candidate, refusal) = (error.report, nil, error)
    }
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

/// The names of routes that come in together, and of those that are stored.
struct NamesInUse {
  /// Nil where there is no store yet.
  let store: (any AnyStore)?
  private var incoming: [String: Set<ContentHash>] = [:]

  init(_ store: (any AnyStore)?) { self.store = store }

  /// Whether a route of other content is called so; the name counts for the routes after it.
  ///
  /// - Parameter asked: the route that it is the next version of, which may keep its name.
  mutating func isTaken(by route: MeasuredRoute, as asked: RouteID?) async throws -> Bool {
    guard let name = route.route.name else { return false }
    let hash = RouteContent(route.route).hash
    let before = incoming[name, default: []]
    incoming[name, default: []].insert(hash)
    if before.contains(where: { $0 != hash }) { return true }
    let others = try await store?.routes(named: name, visibleTo: .everything) ?? []
    return others.contains { $0.hash != hash && $0.version.route != asked }
  }
}
