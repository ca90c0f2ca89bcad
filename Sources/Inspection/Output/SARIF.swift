internal import Formats
internal import Geodesy
public import JSON

/// Reports in the Static Analysis Results Interchange Format 2.1.0 (OASIS), which code hosts and
/// editors read.
public enum SARIF {
  /// One run with the results of all files.
  ///
  /// - Parameter version: the version of the program.
  public static func value(_ reports: [(file: String, report: Report)], version: String)
    -> JSONValue
  {
    // Only what is referred to, in a fixed order.
    let used = Set(reports.flatMap { $0.report.findings.map(\.code) })
    let rules = Rules.all.filter { used.contains($0.code) }
    let unknown = used.subtracting(rules.map(\.code)).map(\.rawValue).sorted()
    var indices: [String: Int] = [:]
    for (index, rule) in rules.enumerated() { indices[rule.code.rawValue] = index }
    for (index, code) in unknown.enumerated() { indices[code] = rules.count + index }
    let driver = JSONValue.object([
      ("name", .string("Mile Quest")),
      ("version", .string(version)),
      (
        "rules",
        .array(
          rules.map(descriptor) + unknown.map { .object([("id", .string($0))]) })
      ),
    ])
    return .object([
      ("$schema", .string("https://json.schemastore.org/sarif-2.1.0.json")),
      ("version", .string("2.1.0")),
      (
        "runs",
        .array([
          .object([
            ("tool", .object([("driver", driver)])),
            // Columns are counted in Unicode code points, as in the text.
            ("columnKind", .string("unicodeCodePoints")),
            (
              "artifacts",
              .array(
                reports.map { .object([("location", .object([("uri", .string(uri($0.file)))]))]) })
            ),
            (
              "results",
              .array(
                reports.enumerated().flatMap { index, entry in
                  entry.report.findings.map {
                    result(
                      $0, entry.report.document, entry.file, index, indices[$0.code.rawValue] ?? -1)
                  }
                })
            ),
          ])
        ])
      ),
    ])
  }

  private static func descriptor(_ rule: RuleDescription) -> JSONValue {
    .object([
      ("id", .string(rule.code.rawValue)),
      ("shortDescription", text(rule.title)),
      ("fullDescription", text(rule.explanation)),
      ("help", text("Not so:\n\(rule.bad)\n\nBut so:\n\(rule.good)")),
      ("defaultConfiguration", .object([("level", .string(level(rule.severity)))])),
    ])
  }

  private static func result(
    _ finding: Finding, _ document: RouteDocument, _ file: String, _ artifact: Int, _ rule: Int
  ) -> JSONValue {
    let place = JSONValue.object([("uri", .string(uri(file))), ("index", .integer(artifact))])
    var physical: [(String, JSONValue)] = [("artifactLocation", place)]
    if let line = finding.line {
      var region: [(String, JSONValue)] = [("startLine", .integer(line))]
      if let column = finding.column { region.append(("startColumn", .integer(column))) }
      physical.append(("region", .object(region)))
    } else if let offset = finding.offset {
      physical.append(
        ("region", .object([("byteOffset", .integer(offset)), ("byteLength", .integer(1))])))
    }
    var location: [(String, JSONValue)] = [("physicalLocation", .object(physical))]
    if let pointer = finding.pointer {
      location.append(
        ("logicalLocations", .array([.object([("fullyQualifiedName", .string(pointer))])])))
    }
    var properties: [(String, JSONValue)] = []
    if let distance = finding.distance {
      properties.append(("distanceMeters", .number(distance.meters)))
    }
    if let place = finding.coordinate {
      properties.append(
        ("coordinate", .array([.number(place.longitude), .number(place.latitude)])))
    }
    if let measured = finding.measured { properties.append(("measured", .number(measured))) }
    if let limit = finding.limit { properties.append(("limit", .number(limit))) }
    if let fix = finding.fix {
      properties.append(("repair", .string(fix.title)))
      properties.append(("repairIsSafe", .bool(fix.isSafe)))
    }
    var members: [(String, JSONValue)] = [
      ("ruleId", .string(finding.code.rawValue)),
      ("ruleIndex", .integer(rule)),
      ("level", .string(level(finding.severity))),
      ("message", text(finding.message)),
      ("locations", .array([.object(location)])),
    ]
    if finding.count > 1 { members.append(("occurrenceCount", .integer(finding.count))) }
    if let fix = finding.fix, let changes = SARIFFix.value(fix, document, at: place) {
      members.append(("fixes", .array([changes])))
    }
    if !properties.isEmpty { members.append(("properties", .object(properties))) }
    return .object(members)
  }

  private static func text(_ text: String) -> JSONValue { .object([("text", .string(text))]) }

  private static func level(_ severity: Severity) -> String {
    switch severity {
    case .error: "error"
    case .warning: "warning"
    case .info: "note"
    }
  }

  /// A path as a URI reference: RFC 3986's unreserved characters and slashes stay.
  static func uri(_ path: String) -> String {
    if path == "-" { return "stdin" }
    let hex = Array("0123456789ABCDEF".unicodeScalars)
    var out = String.UnicodeScalarView()
    for byte in path.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E, 0x2F:
        out.append(Unicode.Scalar(byte))
      default: out.append(contentsOf: ["%", hex[Int(byte >> 4)], hex[Int(byte & 15)]])
      }
    }
    return (path.hasPrefix("/") ? "file://" : "") + String(out)
  }
}
