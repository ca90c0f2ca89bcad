internal import Formats
internal import Geodesy

/// The findings of one file, of each kind a bounded number: what goes beyond is folded into one, and
/// so is what says the same words again and again.
struct FindingList {
  /// After this many of one kind the rest is told together.
  static let mostOfAKind = 20

  /// After this many with the same words too, whatever place and numbers they quote.
  static let mostAlike = MessageWords.mostAlike

  private var kept: [Finding] = []
  private var counts: [Diagnostic.Code: Int] = [:]
  private var countsAlike: [String: Int] = [:]
  /// The first of those beyond the bound, with all that the later ones add to it.
  private var folded: [Diagnostic.Code: Folded] = [:]

  private struct Folded {
    var first: Finding
    var count: Int
    var lastDistance: Distance?
    var worst: Double?
    var edits: [RouteEdit]
  }

  /// After this many messages of one kind that say the same, no more are made to compare them.
  private static let mostCompared = 100

  private var compared: [Diagnostic.Code: Int] = [:]

  mutating func add(_ finding: Finding) { add(UnwordedFinding(finding) { finding.message }) }

  /// Adds a finding; its message is made only where it can be among those that are kept.
  mutating func add(_ unworded: UnwordedFinding) {
    let code = unworded.finding.code
    let count = counts[code, default: 0]
    if count < Self.mostOfAKind, compared[code, default: 0] < Self.mostCompared {
      let finding = unworded.worded()
      // Only words that were kept are remembered, so that these are few.
      let words = code.rawValue + MessageWords.withoutPlace(finding.message)
      let alike = countsAlike[words, default: 0]
      if alike < Self.mostAlike {
        countsAlike[words] = alike + 1
        counts[code] = count + 1
        kept.append(finding)
        return
      }
      compared[code, default: 0] += 1
    }
    var rest =
      folded.removeValue(forKey: code)
      ?? Folded(first: unworded.worded(), count: 0, lastDistance: nil, worst: nil, edits: [])
    let finding = unworded.finding
    rest.count += finding.count
    rest.lastDistance = finding.distance ?? rest.lastDistance
    if let measured = finding.measured { rest.worst = max(rest.worst ?? measured, measured) }
    rest.edits += finding.fix?.edits ?? []
    folded[code] = rest
  }

  /// All findings, in no order; of each kind at most `mostOfAKind` and one for the rest.
  var all: [Finding] {
    kept
      + folded.values.map { rest in
        guard rest.count > rest.first.count else { return rest.first }
        let reach = rest.lastDistance.map { ", the last at \(Text.place($0))" }
        var finding = Finding(
          rest.first.code, rest.first.severity,
          "\(rest.count) more of the same from here on\(reach ?? ""); the first: "
            + rest.first.message,
          offset: rest.first.offset, pointer: rest.first.pointer, distance: rest.first.distance,
          coordinate: rest.first.coordinate, measured: rest.worst, limit: rest.first.limit,
          fix: rest.first.fix.map { Fix($0.title, isSafe: $0.isSafe, rest.edits) },
          count: rest.count)
        finding.line = rest.first.line
        finding.column = rest.first.column
        return finding
      }
  }
}

/// A finding whose message is made when somebody asks for it: most of a kind that repeats are only
/// counted.
@dynamicMemberLookup
struct UnwordedFinding {
  /// With an empty message.
  private(set) var finding: Finding
  private let message: () -> String

  init(_ finding: Finding, _ message: @escaping () -> String) {
    self.finding = finding
    self.message = message
  }

  subscript<Value>(dynamicMember path: WritableKeyPath<Finding, Value>) -> Value {
    get { finding[keyPath: path] }
    set { finding[keyPath: path] = newValue }
  }

  func worded() -> Finding { finding.saying(message()) }
}
