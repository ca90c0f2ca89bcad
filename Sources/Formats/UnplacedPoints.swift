/// Points of a recording that have no position, as a watch writes them in a tunnel or a gym: the first
/// of them, and how many there are.
struct UnplacedPoints {
  private var count = 0
  private var first = 0

  mutating func add(offset: Int) {
    if count == 0 { first = offset }
    count += 1
  }

  /// Notes what stands for all of them.
  func finish(_ diagnostics: inout DiagnosticList) {
    guard count > 0 else { return }
    let what =
      count == 1
      ? "a point of the recording has no position and is passed over"
      : "\(count) points of the recording have no position and are passed over, here first"
    diagnostics.addSummary(Diagnostic(.pointsUnplaced, .info, what, offset: first))
  }
}
