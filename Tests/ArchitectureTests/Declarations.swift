import Foundation

/// What the sources of the tests declare, by name.
enum Declarations {
  /// The tests of Swift as `Suite.function`, and the stories of Python as `file.function`.
  static let tests: Set<String> = {
    var found: Set<String> = []
    for path in paths(below: "Tests", ending: ".swift") {
      found.formUnion(swift(text(path)))
    }
    for folder in ["benchmarks/peers", "deploy/checks"] {
      for path in paths(below: folder, ending: ".py") {
        let file = path.split(separator: "/").last?.dropLast(3) ?? ""
        found.formUnion(python(text(path)).map { "\(file).\($0)" })
      }
    }
    return found
  }()

  /// What `make` can make.
  static let targets: Set<String> = makeTargets(
    in: text("Makefile") + text("deploy/targets.mk"))

  /// Each type of a file with each function of that file.
  static func swift(_ text: String) -> Set<String> {
    var (types, functions): (Set<String>, Set<String>) = ([], [])
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.split { " (:<{".contains($0) }
      for (word, next) in zip(words, words.dropFirst()) {
        if word == "func" {
          functions.insert(String(next))
        } else if ["struct", "class", "enum", "extension"].contains(word) {
          types.insert(String(next))
        }
      }
    }
    return Set(types.flatMap { type in functions.map { "\(type).\($0)" } })
  }

  /// The functions that stand at the beginning of a line.
  static func python(_ text: String) -> Set<String> {
    Set(
      text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("def ") }
        .map { String($0.dropFirst(4).prefix { $0 != "(" }) })
  }

  /// The names before the colons of rules.
  static func makeTargets(in text: String) -> Set<String> {
    Set(
      text.split(whereSeparator: \.isNewline).compactMap { line in
        guard let first = line.first, first.isLetter, let colon = line.firstIndex(of: ":") else {
          return nil
        }
        let name = line[..<colon]
        return name.contains { $0 == " " || $0 == "=" } ? nil : String(name)
      })
  }

  private static func paths(below folder: String, ending: String) -> [String] {
    let all =
      FileManager.default.subpaths(atPath: Tree.root.appending(path: folder).path) ?? []
    return all.filter { $0.hasSuffix(ending) }.map { "\(folder)/\($0)" }
  }

  private static func text(_ path: String) -> String {
    (try? String(contentsOf: Tree.root.appending(path: path), encoding: .utf8)) ?? ""
  }
}
