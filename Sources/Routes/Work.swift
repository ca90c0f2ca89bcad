/// How much work an answer about a foreign line may cost, in steps, and how much of that is left.
///
/// A line can be drawn so that nothing spares one from comparing everything in it with everything
/// else. What is asked about such a line is answered from as much of it as the allowance lasts for,
/// and whoever asks is told. A step is about ten nanoseconds; steps are counted and not timed, so that
/// the answer is the same on every machine.
package struct Work: Sendable {
  /// Steps of one geodesic between two coordinates, and of the nearest point of one segment.
  package static let stepsOfGeodesic = 60
  package static let stepsOfFoot = 500
  /// The same on a segment of more than a thousand kilometres, where the search takes more geodesics,
  /// and slower ones.
  package static let stepsOfLongFoot = 2_000

  private var left: Int
  private var nextLook: Int
  private static let stepsBetweenLooks = 100_000
  /// Whether the task that asked wants no answer any more.
  package private(set) var isCancelled = false

  package init(steps: Int) {
    left = steps
    nextLook = steps - Self.stepsBetweenLooks
  }

  package var isSpent: Bool { left <= 0 }

  package mutating func spend(_ steps: Int) {
    left -= steps
    if left < nextLook { look() }
  }

  private mutating func look() {
    nextLook = left - Self.stepsBetweenLooks
    guard Task.isCancelled else { return }
    isCancelled = true
    left = 0
  }

  /// Never less than some steps, as long as the answer is wanted.
  package mutating func allowAtLeast(_ steps: Int) {
    if isCancelled || left >= steps { return }
    left = steps
    nextLook = min(nextLook, left)
  }
}

/// What every analysis of a line may cost, in one place.
///
/// With these no file within the limits of a route costs more than half a second, two microseconds a
/// vertex and a waypoint, and 0.02 microseconds a byte: `make worst-cases` looks for one that does.
package enum WorkLimits {
  /// Finding the places of all waypoints of a route together.
  package static func placing(segments: Int) -> Int { 10_000_000 + 60 * segments }
  /// What each waypoint gets when that is spent: the way down to the first place that is found.
  package static let placingLeast = 1_000
  /// Finding the places nearest to one coordinate.
  package static func nearest(segments: Int) -> Int { 20_000_000 + 60 * segments }
  /// Telling which waypoints of a route its line passes more than once.
  package static func passes(segments: Int) -> Int { 10_000_000 + 40 * segments }
  /// How many splits deep simplification goes by the furthest vertex before it halves: a line not made
  /// to defeat it needs fewer.
  package static func simplificationDepth(vertices: Int) -> Int {
    16 + 3 * (Int.bitWidth - vertices.leadingZeroBitCount)
  }
  /// The search for places where a line crosses itself or runs along itself.
  package static func contacts(segments: Int) -> Int { 10_000_000 + 100 * segments }
}
