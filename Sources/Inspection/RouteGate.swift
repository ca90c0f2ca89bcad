internal import Base
internal import Formats
public import Routes

/// What lets a route file into a ledger: the one decision for the command line and the service.
///
/// A file passes twice: `candidate` looks at the file alone, `admit` at the name that it would be
/// stored under, once the caller has found out whether another route has that name.
public struct RouteGate: Sendable {
  /// The route's name, in place of the file's.
  public var name: String?
  /// Whether warnings keep a file out too.
  public var isStrict: Bool

  public init(name: String? = nil, isStrict: Bool = false) {
    self.name = name
    self.isStrict = isStrict
  }

  /// A route on its way in.
  public struct Candidate: Sendable {
    /// All that was found so far.
    public fileprivate(set) var report: Report
    /// With its calibration written into it, and a name by the rules of names.
    public let route: MeasuredRoute
    /// Whether the name is the file's own.
    fileprivate let isNamedByFile: Bool
    /// The names of the tracks that become one route, where there are several.
    fileprivate let tracks: String?

    /// What other routes may be called too.
    public var name: String? { route.route.name }
  }

  /// Why a file is kept out.
  public struct Refusal: Error, Sendable {
    /// A sentence for people.
    public let message: String
    /// All that was found.
    public let report: Report
  }

  /// The route that may be stored.
  ///
  /// - Parameter options: those that the report was made with.
  /// - Throws: where anything of severity error was found, or of severity warning by a strict gate;
  ///   where there is no line, or a join that nobody has decided on.
  public func candidate(
    of report: Report, options: InspectionOptions
  ) throws(Refusal) -> Candidate {
    let report = name == nil ? report : withoutOwnName(report)
    let errors = report.count(.error)
    guard report.isSound else {
      throw Refusal(
        message: "the file has \(Text.count(errors, "error")); nothing is stored", report: report)
    }
    try check(report)
    guard let measured = report.measured else {
      throw Refusal(
        message: "the file holds no line to walk on; nothing is stored", report: report)
    }
    do throws(RouteError) {
      let route = try measured.writing(options.calibration)
      try route.requireResolvedJoins()
      let own = route.route.name
      let kept = name ?? own.flatMap(Name.salvaged)
      let named = route.route.named(kept).renamingWaypoints(Name.salvaged)
      let document = report.document
      let isSeveral = options.track == .all && document.tracks.count { $0.vertexCount > 1 } > 1
      return Candidate(
        report: report,
        route: Self.names(named) == Self.names(route.route) ? route : try MeasuredRoute(named),
        isNamedByFile: name == nil, tracks: isSeveral ? document.trackNames : nil)
    } catch { throw Refusal(message: error.message, report: report) }
  }

  /// The candidate with what is wrong with its name among its findings.
  ///
  /// - Parameter isNameTaken: whether another route has the same name.
  /// - Throws: where there is something and the gate is strict.
  public func admit(
    _ candidate: Candidate, isNameTaken: Bool
  ) throws(Refusal) -> Candidate {
    var findings: [Finding] = []
    if let name = candidate.name {
      if !candidate.isNamedByFile {
        findings += NameText.faults(of: name).map { Finding($0.code, .warning, $0.message) }
      }
      if isNameTaken {
        findings.append(RouteNames.taken(name, isNamedByFile: candidate.isNamedByFile))
      }
    } else {
      findings.append(RouteNames.missing(tracks: candidate.tracks))
    }
    if findings.isEmpty { return candidate }
    var admitted = candidate
    admitted.report = candidate.report.adding(findings)
    try check(admitted.report)
    return admitted
  }

  /// The bytes of all names: equal characters may be spelled in two ways.
  private static func names(_ route: Route) -> [[UInt8]?] {
    ([route.name] + route.waypoints.map(\.name)).map { $0.map { Array($0.utf8) } }
  }

  private func check(_ report: Report) throws(Refusal) {
    let warnings = report.count(.warning)
    guard isStrict, warnings > 0 else { return }
    throw Refusal(
      message: "the file has \(Text.count(warnings, "warning")), which a strict check refuses; "
        + "nothing is stored", report: report)
  }

  /// The report without what is wrong with a name that is replaced.
  private func withoutOwnName(_ report: Report) -> Report {
    guard let own = report.measured?.route.name else { return report }
    let faults = NameText.faults(of: own)
    if faults.isEmpty { return report }
    return report.filtered { finding in
      !faults.contains { $0.code == finding.code && $0.message == finding.message }
    }
  }
}
