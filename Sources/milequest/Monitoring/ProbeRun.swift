import JSON
import Providers

/// The steps of a probe as they went, and what it asks.
struct ProbeRun {
  struct Step {
    let name: String
    let milliseconds: Double
    /// What was found, or why it failed.
    let text: String
    let isGood: Bool
  }

  /// What a service answered that it should not have.
  struct Wrong: Error { let text: String }

  private(set) var steps: [Step] = []
  private let service: RunningServiceAddress
  private let client: OutgoingClient
  private let key: String?
  let timeout: Duration

  init(_ service: RunningServiceAddress, key: String?, timeout: Duration) {
    (self.service, self.key, self.timeout) = (service, key, timeout)
    client = service.client
  }

  var isGood: Bool { steps.allSatisfy(\.isGood) }

  /// Runs a step and notes how long it took.
  ///
  /// - Returns: what its body gives; nil where the step failed.
  mutating func step<Value>(
    _ name: String, _ body: (ProbeRun) async throws -> (Value, String)
  ) async -> Value? {
    let began = ContinuousClock.now
    let (value, text): (Value?, String)
    do { (value, text) = try await body(self) } catch let wrong as Wrong {
      (value, text) = (nil, wrong.text)
    } catch { (value, text) = (nil, "\(error)") }
    steps.append(
      Step(
        name: name, milliseconds: (ContinuousClock.now - began) / .milliseconds(1), text: text,
        isGood: value != nil))
    return value
  }

  /// Asks with the key, if there is one.
  ///
  /// - Throws: `Wrong` where the status is another than those given, or the answer is not JSON.
  func ask(
    _ method: OutgoingRequest.Method, _ path: String, _ body: JSONValue? = nil,
    expecting statuses: Int...
  ) async throws -> JSONNode {
    var headers = [(name: "Accept", value: "application/json")]
    if let key { headers.append(("Authorization", "Bearer \(key)")) }
    if body != nil { headers.append(("Content-Type", "application/json")) }
    let answer = try await client.send(
      OutgoingRequest(
        method, try OutgoingURL(service.text + path), headers: headers, body: body?.text() ?? [],
        timeout: timeout, mostAnswerBytes: 64 << 20))
    guard let value = try? JSONReader.read(answer.body) else {
      throw Wrong(text: "\(answer.status), and no JSON")
    }
    guard statuses.contains(answer.status) else {
      throw Wrong(
        text: "\(answer.status)" + (value["detail"]?.string.map { ": \($0)" } ?? ""))
    }
    return value
  }

  private var milliseconds: Double { steps.reduce(0) { $0 + $1.milliseconds } }

  var text: String {
    let width = steps.map(\.name.count).max() ?? 0
    let lines = steps.map { step in
      let took = String(Int(step.milliseconds.rounded()))
      return "\(step.isGood ? "ok  " : "fail")  \(step.name)"
        + String(repeating: " ", count: width - step.name.count + max(7 - took.count, 1))
        + "\(took) ms  \(step.text)\n"
    }
    let failed = steps.filter { !$0.isGood }.count
    return "\(service.text)\n" + lines.joined()
      + "\(RouteInput.count(steps.count, "step")) in \(Int(milliseconds.rounded())) ms"
      + (failed > 0 ? ", \(failed) failed\n" : "\n")
  }

  var json: JSONValue {
    .object([
      ("service", .string(service.text)), ("ok", .bool(isGood)),
      ("milliseconds", .number(milliseconds)),
      (
        "steps",
        .array(
          steps.map { step in
            .object([
              ("name", .string(step.name)), ("ok", .bool(step.isGood)),
              ("milliseconds", .number(step.milliseconds)), ("text", .string(step.text)),
            ])
          })
      ),
    ])
  }
}
