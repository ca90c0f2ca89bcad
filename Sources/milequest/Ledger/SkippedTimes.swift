import CivilTime
import JSON

/// The rows whose local times the clocks skipped, with the moments that were taken for them.
struct SkippedTimes {
  private static let most = 1_000

  private var count = 0
  private var first: [(line: Int, instant: Instant)] = []

  mutating func add(_ line: Int, _ instant: Instant) {
    count += 1
    if first.count < Self.most { first.append((line, instant)) }
  }

  /// Says on standard error which they are.
  func name() {
    if count == 0 { return }
    let shown = first.prefix(5).map { "line \($0.line) as \($0.instant)" }
    StandardError.write(
      "times that the clocks skipped, read with the offset before the change: "
        + "\(RouteInput.count(count, "row")) (\(shown.joined(separator: ", "))"
        + "\(count > shown.count ? ", …" : ""))")
  }

  var json: JSONValue {
    .array(
      first.map {
        .object([("line", .integer($0.line)), ("startedAt", .string($0.instant.description))])
      })
  }
}
