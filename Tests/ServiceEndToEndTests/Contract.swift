import Foundation
import Testing

/// What the API's description says that each operation may answer, held against what it answers.
final class Contract: @unchecked Sendable {
  private struct Operation {
    let method: String
    /// The path's pieces; nil for a parameter.
    let path: NSRegularExpression
    /// By status: what is said of the answer.
    let answers: [String: JSON]
  }

  private let lock = NSLock()
  private var operations: [Operation] = []

  func learn(_ document: JSON) {
    let found = document["paths"].members.flatMap { path, methods in
      methods.members.map { method, operation in
        let pattern = path.split(separator: "{", omittingEmptySubsequences: false).enumerated()
          .map { index, piece -> String in
            if index == 0 { return NSRegularExpression.escapedPattern(for: String(piece)) }
            let rest = piece.drop { $0 != "}" }.dropFirst()
            return "[^/]+?" + NSRegularExpression.escapedPattern(for: String(rest))
          }.joined()
        return Operation(
          method: method.uppercased(), path: try! NSRegularExpression(pattern: "^\(pattern)$"),
          answers: operation["responses"].members)
      }
    }
    lock.withLock { operations = found }
  }

  /// Complains of an answer that the operation's description does not speak of.
  func check(_ method: String, _ target: String, _ answer: HTTPAnswer) {
    let path = String(target.prefix { $0 != "?" })
    let range = NSRange(path.startIndex..., in: path)
    let method = method == "HEAD" ? "GET" : method
    let operation = lock.withLock {
      operations.first {
        $0.method == method && $0.path.firstMatch(in: path, range: range) != nil
      }
    }
    guard let operation else { return }
    guard let described = operation.answers["\(answer.status)"] else {
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
