import Formats
import Inspection

/// The codes of all findings, as people read about them.
enum RuleList {
  /// A line for each code.
  static var text: String {
    var table = TextTable(["code", "severity", "repair", "limit", "what"])
    for rule in Rules.all {
      table.add([
        rule.code.rawValue, rule.severity.rawValue, rule.repair?.rawValue ?? "",
        limit(rule), rule.title,
      ])
    }
    return table.text
  }

  /// The same as a table in Markdown, for the documentation.
  static var markdown: String {
    var table = TextTable(["code", "severity", "repair", "limit", "what"])
    for rule in Rules.all {
      table.add([
        "`\(rule.code.rawValue)`", rule.severity.rawValue, rule.repair?.rawValue ?? "",
        limit(rule), rule.title,
      ])
    }
    return table.markdown
  }

  /// What `--explain` shows.
  static func explanation(of rule: RuleDescription) -> String {
    var text = "\(rule.code.rawValue): \(rule.title)\n\n"
    text += wrapped(rule.explanation, width: 80) + "\n\n"
    text += "Severity  \(rule.severity.rawValue)\n"
    if let limit = rule.limit {
      text +=
        "Limit     \(Figures.plain(limit.standard)) \(limit.unit): \(limit.meaning) "
        + "(--limit \(rule.code.rawValue)=…)\n"
    }
    switch rule.repair {
    case .safe: text += "Repair    --fix, the route stays what it is\n"
    case .unsafe: text += "Repair    --fix-unsafe, by a guess: look at the result\n"
    case nil: text += "Repair    none: somebody who knows the route has to decide\n"
    }
    text += "\nNot so:\n\(indented(rule.bad))\n\nBut so:\n\(indented(rule.good))\n"
    return text
  }

  private static func limit(_ rule: RuleDescription) -> String {
    rule.limit.map { "\(Figures.plain($0.standard)) \($0.unit)" } ?? ""
  }

  private static func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { "    " + $0 }
      .joined(separator: "\n")
  }

  private static func wrapped(_ text: String, width: Int) -> String {
    var lines: [String] = []
    var line = ""
    for word in text.split(whereSeparator: \.isWhitespace) {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    return (lines + [line]).joined(separator: "\n")
  }
}
