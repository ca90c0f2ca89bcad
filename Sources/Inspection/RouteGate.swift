internal import Base
public import Routes

/// What lets a route file into a ledger: the one decision for the command line and the service.
public struct RouteGate: Sendable {
  /// The route's name, in place of the file's.
  public var name: String?
  /// Whether warnings keep a file out too.
  public var isStrict: Bool

  public init(name: String? = nil, isStrict: Bool = false) {
    self.name = name
    self.isStrict = isStrict
  }

  /// Why a file is kept out.
  public struct Refusal: Error, Hashable, Sendable {
    /// A sentence for people.
    public let message: String
  }

  /// The route to be stored: with its calibration written into it, and a name by the rules of names.
  ///
  /// - Parameter calibration: the request that the report was made with.
  /// - Throws: where anything of severity error was found, or of severity warning by a strict gate;
  ///   where there is no line, or a join that nobody has decided on.
  public func route(
    of report: Report, calibration: CalibrationRequest
  ) throws(Refusal) -> MeasuredRoute {
    let (errors, warnings) = (report.count(.error), report.count(.warning))
    guard report.isSound else {
      throw Refusal(message: "the file has \(Text.count(errors, "error")); nothing is stored")
    }
    guard !isStrict || warnings == 0 else {
      throw Refusal(
        message: "the file has \(Text.count(warnings, "warning")), which a strict check refuses; "
          + "nothing is stored")
    }
    guard let measured = report.measured else {
      throw Refusal(message: "the file holds no line to walk on; nothing is stored")
    }
    do throws(RouteError) {
      let route = try measured.writing(calibration)
      try route.requireResolvedJoins()
      let own = route.route.name
      let kept = name ?? own.flatMap(Name.salvaged)
      // Compared by the byte: equal characters may be spelled in two ways.
      if kept.map({ Array($0.utf8) }) == own.map({ Array($0.utf8) }) { return route }
      return try MeasuredRoute(route.route.named(kept))
    } catch { throw Refusal(message: error.message) }
  }
}
