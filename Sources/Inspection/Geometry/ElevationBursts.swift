internal import Geodesy
internal import Routes

/// Stretches of a few vertices whose heights leap away from the profile and back, over slopes that
/// nobody walks, or away from it where the part ends; the shoulders that a program drew up to a wrong
/// height belong to them.
struct ElevationBursts {
  struct Burst {
    var vertices: ClosedRange<Int>
    /// Metres above (positive) or below what is beside it, at its worst.
    var meters: Double
    /// Whether it is at an end of the part, with heights on one side of it only.
    var isAtEnd = false
  }

  private(set) var bursts: [Burst] = []

  /// More vertices than this are a hill.
  private static let mostVertices = 8
  /// Of shoulders on one side.
  private static let mostShoulders = 4
  /// Where heights stand on one side only, less tells which of them are wrong.
  private static let mostVerticesAtEnd = 4

  /// - Complexity: O(vertices).
  init(_ subject: Subject, in part: Range<Int>, leastMeters: Double) {
    let ends = [false, true].compactMap { Self.burst(subject, atEnd: $0, part, leastMeters) }
    var i = part.lowerBound
    while i + 2 < part.upperBound {
      guard let burst = Self.burst(subject, after: i, part, leastMeters),
        !ends.contains(where: { $0.vertices.overlaps(burst.vertices) })
      else {
        i += 1
        continue
      }
      bursts.append(Self.withShoulders(burst, subject, part, leastMeters))
      i = max(i, bursts[bursts.count - 1].vertices.upperBound) + 1
    }
    bursts += ends
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
        // Between leaps that follow each other the fewer heights are the wrong ones.
        guard calmCount(subject, before: i, last + 1, part, least) > last - i else { return nil }
        return Burst(
          vertices: i + 1...last,
          meters: worst > 0 ? min(worst, worst - back) : max(worst, worst - back))
      }
      last += 1
    }
    return nil
  }

  /// How many vertices lie up to the next leaps before and after a burst, itself not counted; no more of
  /// each than a burst may have.
  private static func calmCount(
    _ subject: Subject, before: Int, _ after: Int, _ part: Range<Int>, _ least: Double
  ) -> Int {
    var (low, high) = (before, after)
    while low > part.lowerBound, before - low < mostVertices, !isLeap(subject, low - 1, least) {
      low -= 1
    }
    while high + 1 < part.upperBound, high - after < mostVertices, !isLeap(subject, high, least) {
      high += 1
    }
    return before - low + high - after + 2
  }

  /// The burst with the heights beside it that only lead up to it: each further away is nearer to what
  /// is around, down a slope that nobody walks either.
  private static func withShoulders(
    _ burst: Burst, _ subject: Subject, _ part: Range<Int>, _ least: Double
  ) -> Burst {
    let sign = burst.meters > 0 ? 1.0 : -1.0
    func isShoulder(_ vertex: Int, next: Int) -> Bool {
      part.contains(next)
        && (subject.elevations[vertex] - subject.elevations[next]) * sign > 0
        && isLeap(subject, min(vertex, next), least / 3)
    }
    var (low, high) = (burst.vertices.lowerBound, burst.vertices.upperBound)
    let (first, last) = (low, high)
    while first - low < mostShoulders, part.contains(low - 1), isShoulder(low - 1, next: low - 2) {
      low -= 1
    }
    while high - last < mostShoulders, part.contains(high + 1), isShoulder(high + 1, next: high + 2)
    {
      high += 1
    }
    return Burst(vertices: low...high, meters: burst.meters, isAtEnd: burst.isAtEnd)
  }

  /// The burst with which a part begins or ends: heights that leap away from calm ones and never come
  /// back.
  private static func burst(
    _ subject: Subject, atEnd isLast: Bool, _ part: Range<Int>, _ least: Double
  ) -> Burst? {
    let heights = subject.elevations
    // Counted from the end: the height at `k`, and the leg from there to `k + 1`.
    func vertex(_ k: Int) -> Int { isLast ? part.upperBound - 1 - k : part.lowerBound + k }
    func leg(_ k: Int) -> Int { min(vertex(k), vertex(k + 1)) }
    let legs = part.count - 1
    guard
      let leap = (0..<min(mostVerticesAtEnd, legs)).last(where: {
        isLeap(subject, leg($0), least)
          && GradeImpossible.grade(subject, leg($0)) > GradeImpossible.limit(subject)
      }), legs >= 2 * (leap + 1) + 2
    else { return nil }
    let beside = heights[vertex(leap + 1)]
    let away = heights[vertex(leap)] - beside
    guard
      (0...leap).allSatisfy({
        let height = heights[vertex($0)]
        return isPlain(height, subject) && abs(height - beside) >= least
          && (height > beside) == (away > 0)
      }),
      // Where the heights before leap too, nobody knows which are right.
      (leap + 1..<leap + 1 + mostVerticesAtEnd).allSatisfy({
        $0 >= legs || !isLeap(subject, leg($0), least)
      })
    else { return nil }
    let worst = (0...leap).map { heights[vertex($0)] - beside }.max { abs($0) < abs($1) } ?? away
    let ends = [vertex(0), vertex(leap)].sorted()
    return Burst(vertices: ends[0]...ends[1], meters: worst, isAtEnd: true)
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
