public import Formats

/// Reports as GitHub's workflow commands, which become annotations on the lines of a change.
public enum GitHubAnnotations {
  /// A line for each finding.
  public static func text(_ report: Report, file: String, least: Severity = .info) -> String {
    report.findings.filter { $0.severity >= least }.map { finding in
      let level =
        switch finding.severity {
        case .error: "error"
        case .warning: "warning"
        case .info: "notice"
        }
      var properties = ["file=\(escaped(file, inProperty: true))"]
      if let line = finding.line { properties.append("line=\(line)") }
      if let column = finding.column { properties.append("col=\(column)") }
      properties.append("title=\(escaped(finding.code.rawValue, inProperty: true))")
      return "::\(level) \(properties.joined(separator: ","))::"
        + escaped(place(finding) + finding.message, inProperty: false) + "\n"
    }.joined()
  }

  /// The byte, which no property can state.
  private static func place(_ finding: Finding) -> String {
    finding.line == nil ? finding.offset.map { "byte \($0): " } ?? "" : ""
  }

  /// Percent-encodes what would end a property or the line.
  private static func escaped(_ text: String, inProperty: Bool) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "%": out += "%25"
      case "\r": out += "%0D"
      case "\n": out += "%0A"
      case ":" where inProperty: out += "%3A"
      case "," where inProperty: out += "%2C"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
