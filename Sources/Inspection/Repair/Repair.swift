public import Formats
public import Geodesy

/// Repairs a route file by edits of its own bytes, as linters of code do: what no repair touches stays
/// as it was to the byte.
public enum Repair {
  /// What became of a file.
  public struct Outcome: Sendable {
    /// The repaired file.
    public let bytes: [UInt8]
    /// The findings that were mended, in the order in which that happened; lines and columns are
    /// those of the file as it was at the time, which is the original in the first round.
    public let mended: [Finding]
    /// What is left.
    public let report: Report
    /// How often the file was looked at and edited. Edits that meet wait for the next round.
    public let rounds: Int
    /// Official length before and after; nil where there is no route.
    public let lengthBefore: Distance?
    public let lengthAfter: Distance?
    /// Geometric metres of the pass before and after: an official length hides what changed.
    public let measuredMetersBefore: Double?
    public let measuredMetersAfter: Double?
  }

  /// More rounds than this would be a repair that makes its own faults.
  public static let mostRounds = 12

  /// Looks at a document and mends what may be mended until nothing of that is left.
  ///
  /// - Parameters:
  ///   - document: read thoroughly.
  ///   - includingUnsafe: whether repairs are made that change where the route leads.
  ///   - fileName: as it was given when the file was read.
  ///   - only: which codes are mended.
  ///   - progress: called with the round, from 1, and what share of it is done.
  /// - Complexity: that of reading and inspecting the file, for each round.
  public static func repair(
    _ document: RouteDocument, options: InspectionOptions = InspectionOptions(),
    includingUnsafe: Bool, fileName: String? = nil, limits: ReadLimits = .standard,
    only isWanted: (Diagnostic.Code) -> Bool = { _ in true },
    progress: (Int, Double) -> Void = { _, _ in }
  ) -> Outcome {
    var document = document
    if document.source.encoding.isWide {
      // Edits are made of bytes that are characters; the places of findings stay the same.
      document = RouteReader.read(
        document.source.transcodedToUTF8(), as: document.format, fileName: fileName,
        limits: limits, thoroughly: true)
    }
    let original = document.source.bytes
    var mended: [Finding] = []
    var round = 1
    var report = Inspector.inspect(document, options: options) { progress(round, $0) }
    let before = report.measured
    while round <= mostRounds {
      let due = report.findings.filter { finding in
        guard let fix = finding.fix, isWanted(finding.code) else { return false }
        return fix.isSafe || includingUnsafe
      }
      let edits = due.flatMap { $0.fix?.edits ?? [] }
      if edits.isEmpty { break }
      let result = document.applying(edits)
      // What brings a file back to where it was is no repair.
      if result.applied.isEmpty || result.bytes == original { break }
      let applied = Set(result.applied)
      mended += due.filter { ($0.fix?.edits ?? []).contains(where: applied.contains) }
      document = RouteReader.read(
        result.bytes, as: document.format, fileName: fileName, limits: limits, thoroughly: true)
      round += 1
      report = Inspector.inspect(document, options: options) { progress(round, $0) }
    }
    return Outcome(
      bytes: document.source.bytes, mended: mended, report: report, rounds: round - 1,
      lengthBefore: before?.length, lengthAfter: report.measured?.length,
      measuredMetersBefore: before?.geometricMeters,
      measuredMetersAfter: report.measured?.geometricMeters)
  }
}
