public import Formats

/// What a rule looks for, for people who meet its code.
public struct RuleDescription: Sendable {
  public let code: Diagnostic.Code
  /// A noun phrase.
  public let title: String
  /// The worst that it is reported with.
  public let severity: Severity
  /// What it means, why it matters for the marker, how to mend it.
  public let explanation: String
  /// A piece of a file that has the fault, and the same without it.
  public let bad: String
  public let good: String
  /// The bound that a caller may move, where there is one.
  public let limit: RuleLimit?
  /// Whether a repair exists, and of which kind.
  public let repair: RepairKind?

  init(
    _ code: Diagnostic.Code, _ title: String, _ severity: Severity, limit: RuleLimit? = nil,
    repair: RepairKind? = nil, explanation: String, bad: String, good: String
  ) {
    self.code = code
    self.title = title
    self.severity = severity
    self.limit = limit
    self.repair = repair
    self.explanation = explanation
    self.bad = bad
    self.good = good
  }
}

extension RuleDescription {
  /// What is told about a fault that a reader notices.
  init(_ explanation: Diagnostic.Explanation) {
    self.init(
      explanation.code, explanation.title, explanation.severity,
      repair: FileRepairs.kind(of: explanation.code), explanation: explanation.text,
      bad: explanation.example.bad, good: explanation.example.good)
  }
}

/// A bound of a rule.
public struct RuleLimit: Hashable, Sendable {
  public let standard: Double
  /// Such as "m", "%" or "times".
  public let unit: String
  /// What is compared with it, such as "the shortest leg of a spike".
  public let meaning: String

  init(_ standard: Double, _ unit: String, _ meaning: String) {
    self.standard = standard
    self.unit = unit
    self.meaning = meaning
  }
}

public enum RepairKind: String, Hashable, Sendable {
  /// The route stays what it was.
  case safe
  /// The route changes, by a guess that somebody should look at.
  case unsafe
}

/// The limits of all rules, each the standard one unless it was moved.
public struct RuleLimits: Sendable {
  private var moved: [Diagnostic.Code: Double] = [:]

  public init() {}

  /// - Complexity: O(1).
  public func value(of rule: RuleDescription) -> Double {
    moved[rule.code] ?? rule.limit?.standard ?? 0
  }

  /// Moves the limit of a rule; nothing happens to a rule without one.
  public mutating func set(_ value: Double, for code: Diagnostic.Code) { moved[code] = value }
}

/// A rule about the route as a line on the ground. What is wrong with the file as such is noticed
/// while it is read.
protocol Rule: Sendable {
  static var about: RuleDescription { get }
  static func inspect(_ subject: Subject, _ findings: inout FindingList)
}

extension Rule {
  static func limit(_ subject: Subject) -> Double { subject.limits.value(of: about) }
}
