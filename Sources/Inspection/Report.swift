public import Formats
public import Routes

/// All findings of one file.
public struct Report: Sendable {
  public let document: RouteDocument
  /// The route as it was measured, or nil where the file makes none.
  public let measured: MeasuredRoute?
  /// Those about the file as a whole first, then along the route, then by their place in the file.
  public let findings: [Finding]

  /// The same report with only the findings whose code is wanted.
  public func keeping(_ isWanted: (Diagnostic.Code) -> Bool) -> Report {
    filtered { isWanted($0.code) }
  }

  func filtered(_ isWanted: (Finding) -> Bool) -> Report {
    Report(document: document, measured: measured, findings: findings.filter(isWanted))
  }

  /// The same report with findings about the file as a whole before the others.
  func adding(_ first: [Finding]) -> Report {
    Report(document: document, measured: measured, findings: first + findings)
  }

  /// Whether nothing of severity error was found.
  public var isSound: Bool { !findings.contains { $0.severity == .error } }

  /// How many findings of a severity there are, those that are told together counted each.
  public func count(_ severity: Severity) -> Int {
    findings.reduce(0) { $0 + ($1.severity == severity ? $1.count : 0) }
  }
}

/// What an inspection may be told.
public struct InspectionOptions: Sendable {
  public var limits = RuleLimits()
  public var route = RouteOptions()
  public var calibration = CalibrationRequest()
  public var track = TrackChoice.all

  public init() {}
}
