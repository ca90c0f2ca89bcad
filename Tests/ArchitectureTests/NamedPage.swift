import Foundation

/// A page of the documentation, and what it names between backquotes.
struct NamedPage {
  /// A row of a table, by its cells.
  struct Row: Equatable {
    let cells: [String]
  }

  let text: String

  init(text: String) { self.text = text }

  /// - Parameter path: below the root, such as `docs/api.md`.
  init(_ path: String) throws {
    text = try String(contentsOf: Tree.root.appending(path: path), encoding: .utf8)
  }

  /// The lines that have a backquote without its other half: what they name is not seen.
  var brokenLines: [String] {
    lines.filter { $0.filter { $0 == "`" }.count % 2 != 0 }
  }

  /// What stands between backquotes, in the order of the page.
  var spans: [String] { lines.flatMap(Self.spans(in:)) }

  /// The files and folders among them.
  var paths: [String] { spans.filter(Self.isPath) }

  /// Those that name a test, as `Suite.function`, or a story, as `file.function`.
  var tests: [String] { spans.filter(Self.isTest) }

  /// What `make` is to make in those that call it.
  var targets: [String] { spans.filter(Self.isTarget).map { String($0.dropFirst(5)) } }

  /// The rows of three cells, without the heads of the tables.
  var rows: [Row] {
    let cells = lines.map { line -> [String] in
      guard line.hasPrefix("| "), line.hasSuffix(" |") else { return [] }
      return line.dropFirst(2).dropLast(2).components(separatedBy: " | ")
    }
    // A line of hyphens stands below each head.
    return cells.indices.filter { index in
      cells[index].count == 3 && cells[index] != Self.rule
        && (index + 1 == cells.count || cells[index + 1] != Self.rule)
    }.map { Row(cells: cells[$0]) }
  }

  private static let rule = ["---", "---", "---"]

  private var lines: [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  static func spans(in line: String) -> [String] {
    let pieces = line.split(separator: "`", omittingEmptySubsequences: false)
    return pieces.indices.filter { $0 % 2 == 1 }.map { String(pieces[$0]) }
  }

  static func isPath(_ span: String) -> Bool {
    ["Sources/", "Tests/", "docs/", "deploy/", "benchmarks/"].contains { span.hasPrefix($0) }
  }

  static func isTest(_ span: String) -> Bool {
    let words = span.split(separator: ".", omittingEmptySubsequences: false)
    return words.count == 2
      && words.allSatisfy { word in
        word.first?.isLetter == true
          && word.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
      }
  }

  static func isTarget(_ span: String) -> Bool { span.hasPrefix("make ") }
}
