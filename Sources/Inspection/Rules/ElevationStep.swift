internal import Formats
internal import Geodesy
internal import Routes

/// A single elevation that leaps from the profile and back.
enum ElevationStep: Rule {
  static let about = RuleDescription(
    .elevationStep, "Elevation that sticks out", .warning,
    limit: RuleLimit(30, "m", "how far it sticks out on both sides, at least"), repair: .unsafe,
    explanation: """
      One elevation is far above or below those on both sides of it, over slopes that nobody walks: a \
      receiver's slip. It counts twice in the climb. The repair removes this elevation.
      """,
    bad: """
      <ele>300</ele> … <ele>460</ele> … <ele>302</ele>, ten metres apart
      """,
    good: """
      <ele>300</ele> … <ele>301</ele> … <ele>302</ele>
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    for part in 0..<subject.route.partCount {
      let range = subject.range(ofPart: part)
      guard range.count >= 3 else { continue }
      for i in range.lowerBound + 1..<range.upperBound - 1 {
        guard let step = step(at: i, subject) else { continue }
        findings.add(
          subject.finding(
            about,
            "the elevation is \(Text.meters(abs(step))) \(step > 0 ? "above" : "below") those on both "
              + "sides of it",
            atVertex: i, measured: abs(step), fix: ElevationZero.removal(subject, [i])))
      }
    }
  }

  /// Metres by which an elevation sticks out above (positive) or below both neighbours, or nil.
  static func step(at i: Int, _ subject: Subject) -> Double? {
    let vertices = subject.vertices
    let (before, here, after) = (
      vertices[i - 1].elevationMetersOrNaN, vertices[i].elevationMetersOrNaN,
      vertices[i + 1].elevationMetersOrNaN
    )
    // A comparison with NaN is false, so that unknown ones fall out; zeros and numbers that stand
    // for unknown are told by rules of their own.
    guard abs(here - before) >= limit(subject), abs(after - here) >= limit(subject),
      (here > before) == (here > after), here != 0, before != 0, after != 0,
      ElevationRange.isPossible(here, subject), ElevationRange.isPossible(before, subject),
      ElevationRange.isPossible(after, subject),
      GradeImpossible.grade(subject, i - 1) > 100, GradeImpossible.grade(subject, i) > 100
    else { return nil }
    return here > before ? min(here - before, here - after) : -min(before - here, after - here)
  }
}
