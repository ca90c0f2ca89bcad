import Foundation
import Testing

/// What the API's description says that each operation may answer, held against what it answers.
final class Contract: @unchecked Sendable {
  private struct Path {
    let pattern: NSRegularExpression
    let parameters: Int
    /// By method and status: what is said of the answer.
    let operations: [String: [String: JSON]]
  }

  private let lock = NSLock()
  private var paths: [Path] = []

  func learn(_ document: JSON) {
    let found = document["paths"].members.map { path, methods in
      let pieces = path.split(separator: "{", omittingEmptySubsequences: false)
      let pattern = pieces.enumerated().map { index, piece -> String in
        let rest = index == 0 ? piece : piece.drop { $0 != "}" }.dropFirst()
        return (index == 0 ? "" : "[^/:]+") + NSRegularExpression.escapedPattern(for: String(rest))
      }.joined()
      return Path(
        pattern: try! NSRegularExpression(pattern: "^\(pattern)$"), parameters: pieces.count,
        operations: Dictionary(
          uniqueKeysWithValues: methods.members.map {
            ($0.key.uppercased(), $0.value["responses"].members)
          }))
    }
    // An address that is there to the letter before one with a parameter, as the router does it.
    lock.withLock { paths = found.sorted { $0.parameters < $1.parameters } }
  }

  /// Complains of an answer that the operation's description does not speak of.
  func check(_ method: String, _ target: String, _ answer: HTTPAnswer) {
    let path = String(target.prefix { $0 != "?" })
    let range = NSRange(path.startIndex..., in: path)
    let method = method == "HEAD" ? "GET" : method
    let operations = lock.withLock {
      paths.first { $0.pattern.firstMatch(in: path, range: range) != nil }?.operations
    }
    guard let answers = operations?[method] else { return }
    guard let described = answers["\(answer.status)"] else {
      Issue.record("\(method) \(path) answers \(answer.status), undescribed: \(answer.text)")
      return
    }
    let type = answer["content-type"]
    #expect(
      type == nil || described["content"].names.contains(type ?? ""),
      "\(method) \(path) answers \(answer.status) as \(type ?? "")")
    if answer.status >= 400 && !answer.bytes.isEmpty {
      let code = answer.code ?? "no code"
      #expect(
        described["description"].text?.contains(code) == true,
        "\(method) \(path) answers \(answer.status) \(code), undescribed")
    }
  }
}
