/// How long to wait after failures in a row: 1 s, then twice as long each time, a minute at most.
struct Backoff: Sendable {
  static let longestSeconds = 60

  private(set) var seconds = 1

  mutating func next() -> Duration {
    defer { seconds = min(seconds * 2, Self.longestSeconds) }
    return .seconds(seconds)
  }

  mutating func reset() { seconds = 1 }
}
