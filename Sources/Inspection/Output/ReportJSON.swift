internal import Formats
internal import Geodesy
public import JSON

/// Reports as programs read them.
public enum ReportJSON {
  /// One file's entry of the list `files`.
  public static func value(_ report: Report, file: String) -> JSONValue {
    .object([
      ("file", .string(file)),
      ("format", .optional(report.document.format?.rawValue)),
      ("ok", .bool(report.isSound)),
      ("errors", .integer(report.count(.error))),
      ("warnings", .integer(report.count(.warning))),
      ("notes", .integer(report.count(.info))),
      ("lengthMeters", .optional(report.measured?.length.meters)),
      ("findings", .array(report.findings.map(value))),
    ])
  }

  /// What was repaired, as further members of the file's entry.
  public static func members(of repair: Repair.Outcome) -> [(String, JSONValue)] {
    [
      ("repaired", .array(repair.mended.map(value))),
      ("rounds", .integer(repair.rounds)),
      ("lengthMetersBefore", .optional(repair.before?.length.meters)),
      ("lengthMetersAfter", .optional(repair.after?.length.meters)),
      ("measuredMetersBefore", .optional(repair.before?.measuredMeters)),
      ("measuredMetersAfter", .optional(repair.after?.measuredMeters)),
      ("ascentMetersBefore", .optional(repair.before?.ascentMeters)),
      ("ascentMetersAfter", .optional(repair.after?.ascentMeters)),
      ("descentMetersBefore", .optional(repair.before?.descentMeters)),
      ("descentMetersAfter", .optional(repair.after?.descentMeters)),
      ("verticesBefore", .optional(repair.before?.vertices)),
      ("verticesAfter", .optional(repair.after?.vertices)),
    ]
  }

  public static func value(_ finding: Finding) -> JSONValue {
    .object([
      ("code", .string(finding.code.rawValue)),
      ("severity", .string(finding.severity.rawValue)),
      ("message", .string(finding.message)),
      ("line", .optional(finding.line)),
      ("column", .optional(finding.column)),
      ("byte", .optional(finding.line == nil ? finding.offset : nil)),
      ("pointer", .optional(finding.pointer)),
      ("distanceMeters", .optional(finding.distance?.meters)),
      (
        "coordinate",
        finding.coordinate.map { .array([.number($0.longitude), .number($0.latitude)]) } ?? .null
      ),
      ("measured", .optional(finding.measured)),
      ("limit", .optional(finding.limit)),
      ("unit", .optional(Rules.description(of: finding.code)?.limit?.unit)),
      (
        "fix",
        finding.fix.map {
          .object([("title", .string($0.title)), ("safe", .bool($0.isSafe))])
        } ?? .null
      ),
      ("count", .integer(finding.count)),
    ])
  }
}
