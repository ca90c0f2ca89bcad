internal import Geodesy
internal import Routes

/// Stretches of a few vertices whose heights leap away from the profile and back, over slopes that
/// nobody walks; the shoulders that a program drew up to a wrong height belong to them.
struct ElevationBursts {
  struct Burst {
    var vertices: ClosedRange<Int>
    /// Metres above (positive) or below what is beside it, at its worst.
    var meters: Double
  }

  private(set) var bursts: [Burst] = []

  /// More vertices than this are a hill.
  private static let mostVertices = 8

  /// - Complexity: O(vertices).
  init(_ subject: Subject, in part: Range<Int>, leastMeters: Double) {
    var i = part.lowerBound
    while i + 2 < part.upperBound {
      guard let burst = Self.burst(subject, after: i, part, leastMeters) else {
        i += 1
        continue
      }
      bursts.append(burst)
      i = burst.vertices.upperBound + 1
    }
  }

  /// The burst whose first leap is the leg from a vertex.
  private static func burst(
    _ subject: Subject, after i: Int, _ part: Range<Int>, _ least: Double
  ) -> Burst? {
    let heights = subject.elevations
    let leap = heights[i + 1] - heights[i]
    guard isLeap(subject, i, least) else { return nil }
    var worst = 0.0
    var last = i + 1
    while last + 1 < part.upperBound, last - i <= mostVertices {
      guard isPlain(heights[last], subject) else { return nil }
      let away = heights[last] - heights[i]
      // On the other side of where it began it is no burst any more.
      guard (away > 0) == (leap > 0) else { return nil }
      worst = abs(away) > abs(worst) ? away : worst
      let back = heights[last + 1] - heights[i]
      if isLeap(subject, last, least), abs(back) <= max(abs(worst) / 4, least / 2) {
        return Burst(
          vertices: i + 1...last,
          meters: worst > 0
            ? min(worst, heights[last] - heights[last + 1])
            : max(worst, heights[last] - heights[last + 1]))
      }
      last += 1
    }
    return nil
  }

  /// Whether a leg rises or falls more than anyone walks.
  static func isLeap(_ subject: Subject, _ leg: Int, _ least: Double) -> Bool {
    let (low, high) = (subject.elevations[leg], subject.elevations[leg + 1])
    return abs(high - low) >= least && isPlain(low, subject) && isPlain(high, subject)
      && GradeImpossible.grade(subject, leg) > 100
  }

  /// Zeros and numbers that stand for unknown are told by rules of their own; a comparison with an
  /// unknown one is false.
  private static func isPlain(_ height: Double, _ subject: Subject) -> Bool {
    height != 0 && ElevationRange.isPossible(height, subject)
  }
}

/// What puts right the heights of some vertices in a row.
enum ElevationRepair {
  /// Heights on the straight line between the nearest that are known and right, or none where there is
  /// no such on both sides within the part.
  static func fix(_ subject: Subject, _ run: Range<Int>, within part: Range<Int>) -> Fix {
    let isOne = run.count == 1
    let (a, b) = (run.lowerBound - 1, run.upperBound)
    guard part.contains(a), part.contains(b), isRight(subject, a), isRight(subject, b) else {
      return Fix(
        isOne ? "remove the elevation" : "remove these elevations", isSafe: false,
        run.map { .setElevation(vertex: subject.documentVertex($0), meters: nil) })
    }
    let (low, high) = (subject.elevations[a], subject.elevations[b])
    let measures = subject.line.measures
    let length = measures[b] - measures[a]
    return Fix(
      "put the elevation\(isOne ? "" : "s") on the line between those beside \(isOne ? "it" : "them")",
      isSafe: false,
      run.map { i in
        let share = length > 0 ? (measures[i] - measures[a]) / length : 0
        let meters = ((low + (high - low) * share) * 100).rounded() / 100
        return .setElevation(vertex: subject.documentVertex(i), meters: meters)
      })
  }

  private static func isRight(_ subject: Subject, _ vertex: Int) -> Bool {
    subject.elevations[vertex] != 0
      && ElevationRange.isPossible(subject.elevations[vertex], subject)
  }
}
