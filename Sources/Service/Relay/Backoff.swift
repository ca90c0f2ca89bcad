/// How long to wait after failures in a row: twice as long each time, up to a bound.
struct Backoff: Sendable {
  private let first: Duration
  private let longest: Duration
  private var present: Duration

  /// 1 s to a minute.
  static let long = Backoff(from: .seconds(1), to: .seconds(60))
  /// 0.1 s to 5 s: for what somebody waits for.
  static let short = Backoff(from: .milliseconds(100), to: .seconds(5))

  init(from first: Duration, to longest: Duration) {
    self.first = first
    self.longest = longest
    present = first
  }

  mutating func next() -> Duration {
    defer { present = min(present * 2, longest) }
    return present
  }

  mutating func reset() { present = first }
}
