public import Formats
public import Geodesy
internal import Routes

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
    /// Those of the single findings asked for that were not mended: no such finding is there, nothing
    /// mends it, it is a guess and none was asked for, or its repair meets another one.
    public let missed: Set<Target>
    /// How often the file was looked at and edited. Edits that meet wait for the next round.
    public let rounds: Int
    /// Of the route before and after; nil where there is none.
    public let before: Figures?
    public let after: Figures?

    public var lengthBefore: Distance? { before?.length }
    public var lengthAfter: Distance? { after?.length }
  }

  /// One finding of a file as it came: its code, and the place that its report says.
  public struct Target: Hashable, Sendable {
    public let code: Diagnostic.Code
    public let line: Int
    public let column: Int

    public init(_ code: Diagnostic.Code, line: Int, column: Int) {
      self.code = code
      self.line = line
      self.column = column
    }

    /// - Returns: nil for a finding that says no line.
    init?(_ finding: Finding) {
      guard let line = finding.line, let column = finding.column else { return nil }
      self.init(finding.code, line: line, column: column)
    }
  }

  /// What a repair may change without meaning to.
  public struct Figures: Hashable, Sendable {
    /// Official length.
    public let length: Distance
    /// Geometric metres of the pass: an official length hides what changed.
    public let measuredMeters: Double
    public let ascentMeters: Double?
    public let descentMeters: Double?
    public let vertices: Int

    init?(_ measured: MeasuredRoute?) {
      guard let measured else { return nil }
      let climb = measured.route.climb()
      length = measured.length
      measuredMeters = measured.geometricMeters
      ascentMeters = climb?.ascentMeters
      descentMeters = climb?.descentMeters
      vertices = measured.route.vertices.count
    }
  }

  /// More rounds than this would be a repair that makes its own faults.
  public static let mostRounds = 12

  /// Looks at a document and mends what may be mended until nothing of that is left.
  ///
  /// Guesses are those of the document as it came: what a repair uncovers is left for another run, so
  /// that no guess rests on one before it. Guesses about mere notes are made only when they are named.
  ///
  /// - Parameters:
  ///   - document: read thoroughly.
  ///   - includingUnsafe: whether repairs are made that change where the route leads.
  ///   - fileName: as it was given when the file was read.
  ///   - isNamed: which codes somebody asked for by name.
  ///   - isWanted: which codes are mended.
  ///   - targets: single findings of the document that are mended too, once and all at the same time.
  ///   - progress: called with the round, from 1, and what share of it is done.
  /// - Complexity: that of reading and inspecting the file, for each round.
  public static func repair(
    _ document: RouteDocument, options: InspectionOptions = InspectionOptions(),
    includingUnsafe: Bool, fileName: String? = nil, limits: ReadLimits = .standard,
    named isNamed: (Diagnostic.Code) -> Bool = { _ in false },
    only isWanted: (Diagnostic.Code) -> Bool = { _ in true }, at targets: Set<Target> = [],
    progress: (Int, Double) -> Void = { _, _ in }
  ) -> Outcome {
    func read(_ bytes: [UInt8]) -> RouteDocument {
      RouteReader.read(
        bytes, as: document.format, fileName: fileName, limits: limits, thoroughly: true)
    }
    // Edits are made of bytes that are characters; the places of findings stay the same.
    var current =
      document.source.isEditedInUTF8 ? read(document.source.transcodedToUTF8()) : document
    let original = current.source.bytes
    var mended: [Finding] = []
    if document.source.isEditedInUTF8 {
      mended = document.diagnostics.filter { isWanted($0.code) && $0.remedy == [.writeInUTF8] }
        .map { Finding($0, document, nil) }
    }
    var round = 1
    var report = Inspector.inspect(current, options: options) { progress(round, $0) }
    let before = report.measured
    var guesses = Guesses()
    if includingUnsafe {
      guesses.take(
        report.findings.filter {
          isWanted($0.code) && ($0.severity > .info || isNamed($0.code))
        })
    }
    while round <= mostRounds {
      // Guesses come first: they are about the vertices as they are, and safe repairs are found anew.
      var due =
        report.findings.filter(guesses.contains)
        + report.findings.filter { $0.fix?.isSafe == true && isWanted($0.code) }
      if round == 1, !targets.isEmpty {
        // Their places are those of the file as it came, and of no later one.
        due += report.findings.filter { finding in
          guard let target = Target(finding), targets.contains(target) else { return false }
          return finding.fix.map { $0.isSafe || includingUnsafe } == true && !due.contains(finding)
        }
      }
      let edits = guesses.leftOver + due.flatMap { $0.fix?.edits ?? [] }
      if edits.isEmpty { break }
      let result = current.applying(edits)
      // What brings a file back to where it was is no repair.
      if result.applied.isEmpty || result.bytes == original { break }
      let applied = Set(result.applied)
      mended += due.filter { ($0.fix?.edits ?? []).contains(where: applied.contains) }
      guesses.settle(result)
      current = read(result.bytes)
      round += 1
      report = Inspector.inspect(current, options: options) { progress(round, $0) }
    }
    return Outcome(
      bytes: current.source.bytes, mended: mended, report: report,
      missed: targets.subtracting(mended.compactMap { Target($0) }), rounds: round - 1,
      before: Figures(before), after: Figures(report.measured))
  }
}

/// The guesses about a document as it came, until they are made.
private struct Guesses {
  private struct Key: Hashable {
    var code: Diagnostic.Code
    var coordinate: Coordinate?
  }

  private var open: Set<Key> = []
  /// Parts that are still to be turned round: moving them and turning them changes the same bytes.
  private(set) var leftOver: [RouteEdit] = []

  mutating func take(_ findings: [Finding]) {
    for finding in findings where finding.fix?.isSafe == false {
      open.insert(Key(code: finding.code, coordinate: finding.coordinate))
    }
  }

  func contains(_ finding: Finding) -> Bool {
    finding.fix?.isSafe == false
      && open.contains(Key(code: finding.code, coordinate: finding.coordinate))
  }

  /// Each guess is made once, and what was deferred of an order of parts comes after it.
  mutating func settle(_ result: EditResult) {
    leftOver = []
    for edit in result.applied {
      guard case .orderParts(let order) = edit else { continue }
      for case .reversePart(let part) in result.deferred {
        if let place = order.firstIndex(of: part) { leftOver.append(.reversePart(place)) }
      }
      open.subtract(open.filter { $0.code == .partReversed || $0.code == .partsOrder })
    }
  }
}
