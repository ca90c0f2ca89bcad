internal import Formats
internal import Geodesy
internal import Routes

/// Vertices without an elevation where others have one.
enum ElevationMissing: Rule {
  static let about = RuleDescription(
    .elevationMissing, "Elevation missing", .warning, repair: .unsafe,
    explanation: """
      Some vertices have an elevation and these have none, so the profile has a hole and the climb \
      passes it over. The repair fills a hole within a part with the elevations on a straight line \
      between those before and after it.
      """,
    bad: """
      <trkpt lat="54.45" lon="-3.21"><ele>300</ele></trkpt><trkpt lat="54.46" lon="-3.21"/>
      <trkpt lat="54.47" lon="-3.21"><ele>340</ele></trkpt>
      """,
    good: """
      <trkpt lat="54.45" lon="-3.21"><ele>300</ele></trkpt>
      <trkpt lat="54.46" lon="-3.21"><ele>320</ele></trkpt>
      <trkpt lat="54.47" lon="-3.21"><ele>340</ele></trkpt>
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let vertices = subject.vertices
    guard vertices.contains(where: { $0.elevationMeters != nil }) else { return }
    for part in 0..<subject.route.partCount {
      let range = subject.range(ofPart: part)
      for run in range.runs(where: { vertices[$0].elevationMeters == nil }) {
        let meters =
          subject.line.measures[run.upperBound - 1] - subject.line.measures[run.lowerBound]
        findings.add(
          subject.finding(
            about,
            run.count == 1
              ? "the vertex has no elevation, and others have"
              : "\(Text.count(run.count, "vertex", "vertices")) over \(Text.meters(meters)) have no "
                + "elevation, and others have",
            atVertex: run.lowerBound, measured: Double(run.count),
            fix: fill(subject, run, within: range)))
      }
    }
  }

  private static func fill(_ subject: Subject, _ run: Range<Int>, within part: Range<Int>) -> Fix? {
    guard run.lowerBound > part.lowerBound, run.upperBound < part.upperBound else { return nil }
    let measures = subject.line.measures
    let (a, b) = (run.lowerBound - 1, run.upperBound)
    guard let low = subject.vertices[a].elevationMeters,
      let high = subject.vertices[b].elevationMeters
    else { return nil }
    let length = measures[b] - measures[a]
    return Fix(
      "fill in the elevations between", isSafe: false,
      run.map { i in
        let share = length > 0 ? (measures[i] - measures[a]) / length : 0
        let meters = ((low + (high - low) * share) * 100).rounded() / 100
        return .setElevation(vertex: subject.documentVertex(i), meters: meters)
      })
  }
}

/// Zeros that stand for elevations that nobody knew.
enum ElevationZero: Rule {
  static let about = RuleDescription(
    .elevationZero, "Zero standing for a missing elevation", .warning,
    limit: RuleLimit(30, "m", "the step beside the zeros, at least"), repair: .unsafe,
    explanation: """
      The elevation is exactly 0 for one or more vertices, and the ones beside them are far above or \
      below: the program that wrote the file had no elevation there and put a zero. The climb counts \
      the way down to the sea and up again. The repair removes these elevations; a second one can then \
      fill the hole.
      """,
    bad: """
      <trkpt lat="54.45" lon="-3.21"><ele>300</ele></trkpt>
      <trkpt lat="54.46" lon="-3.21"><ele>0</ele></trkpt>
      """,
    good: """
      <trkpt lat="54.45" lon="-3.21"><ele>300</ele></trkpt>
      <trkpt lat="54.46" lon="-3.21"/>
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let vertices = subject.vertices
    let known = vertices.indices.filter { vertices[$0].elevationMeters != nil }
    guard !known.isEmpty else { return }
    if known.count > 1, known.allSatisfy({ vertices[$0].elevationMeters == 0 }) {
      findings.add(
        subject.finding(
          about, "all elevations are 0: the program that wrote the file knew none",
          atVertex: known[0], measured: Double(known.count), fix: removal(subject, known)))
      return
    }
    for part in 0..<subject.route.partCount {
      let range = subject.range(ofPart: part)
      for run in range.runs(where: { vertices[$0].elevationMeters == 0 }) {
        let beside = [run.lowerBound - 1, run.upperBound].filter(range.contains)
          .compactMap { vertices[$0].elevationMeters }.map(abs)
        guard let step = beside.min(), step >= limit(subject) else { continue }
        findings.add(
          subject.finding(
            about,
            (run.count == 1 ? "the elevation is 0" : "\(run.count) elevations in a row are 0")
              + ", and beside that the line is \(Text.meters(step)) from the sea's level: zero stands "
              + "for unknown",
            atVertex: run.lowerBound, measured: step, fix: removal(subject, Array(run))))
      }
    }
  }

  static func removal(_ subject: Subject, _ vertices: [Int]) -> Fix {
    Fix(
      vertices.count == 1 ? "remove the elevation" : "remove these elevations", isSafe: false,
      vertices.map { .setElevation(vertex: subject.documentVertex($0), meters: nil) })
  }
}

/// Elevations that no place on Earth has.
enum ElevationRange: Rule {
  static let about = RuleDescription(
    .elevationRange, "Elevation that no place has", .warning,
    limit: RuleLimit(9_000, "m", "the highest elevation"), repair: .unsafe,
    explanation: """
      The elevation is above the highest mountain or more than 500 m below the sea. Often it is a \
      number that means “unknown”, such as -9999 or -32768, or feet that were taken for metres. The \
      repair removes it.
      """,
    bad: """
      <trkpt lat="54.45" lon="-3.21"><ele>-32768</ele></trkpt>
      """,
    good: """
      <trkpt lat="54.45" lon="-3.21"/>
      """)

  /// The shore of the Dead Sea is at -430 m.
  static let lowestMeters = -500.0

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let vertices = subject.vertices
    let most = limit(subject)
    for run in vertices.indices.runs(where: { index in
      vertices[index].elevationMeters.map { $0 < lowestMeters || $0 > most } ?? false
    }) {
      let value = vertices[run.lowerBound].elevationMetersOrNaN
      findings.add(
        subject.finding(
          about,
          "the elevation \(Text.rounded(value)) m is outside \(Text.rounded(lowestMeters))…"
            + "\(Text.rounded(most))"
            + (run.count > 1 ? ", as are the \(run.count - 1) after it" : ""),
          atVertex: run.lowerBound, measured: value,
          fix: ElevationZero.removal(subject, Array(run))))
    }
  }

  static func isPossible(_ elevation: Double, _ subject: Subject) -> Bool {
    elevation >= lowestMeters && elevation <= limit(subject)
  }
}

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

/// A leg that is steeper than anyone walks.
enum GradeImpossible: Rule {
  static let about = RuleDescription(
    .gradeImpossible, "Impossible grade", .warning,
    limit: RuleLimit(150, "%", "the steepest leg that is walked"),
    explanation: """
      Between two vertices the line rises or falls by thirty metres or more, steeper than a ladder. \
      The elevations come from two sources, one of them is wrong, or the vertices are too near to each \
      other for the elevations' precision. The climb counts it in full.
      """,
    bad: """
      <trkpt lat="54.45000" lon="-3.21"><ele>300</ele></trkpt>
      <trkpt lat="54.45010" lon="-3.21"><ele>380</ele></trkpt>
      """,
    good: """
      <trkpt lat="54.45000" lon="-3.21"><ele>300</ele></trkpt>
      <trkpt lat="54.45010" lon="-3.21"><ele>304</ele></trkpt>
      """)

  /// Below this the elevations' own noise makes grades.
  static let leastRiseMeters = 30.0

  /// Percent, without a sign; infinite over no distance.
  static func grade(_ subject: Subject, _ leg: Int) -> Double {
    let rise =
      subject.vertices[leg + 1].elevationMetersOrNaN - subject.vertices[leg].elevationMetersOrNaN
    return abs(rise) / max(subject.line.segmentMeters(leg), 1e-9) * 100
  }

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let vertices = subject.vertices
    let most = limit(subject)
    for part in 0..<subject.route.partCount {
      let range = subject.range(ofPart: part)
      for i in range.dropLast() {
        let (low, high) = (vertices[i].elevationMetersOrNaN, vertices[i + 1].elevationMetersOrNaN)
        guard abs(high - low) >= leastRiseMeters, grade(subject, i) > most,
          low != 0, high != 0, ElevationRange.isPossible(low, subject),
          ElevationRange.isPossible(high, subject)
        else { continue }
        let isStep = [i, i + 1].contains { k in
          k > range.lowerBound && k + 1 < range.upperBound
            && ElevationStep.step(at: k, subject) != nil
        }
        if isStep { continue }
        findings.add(
          subject.finding(
            about,
            "the line \(high > low ? "rises" : "falls") by \(Text.meters(abs(high - low))) within "
              + "\(Text.meters(subject.line.segmentMeters(i)))",
            atVertex: i, measured: min(grade(subject, i), 1e6)))
      }
    }
  }
}

extension Range where Bound == Int {
  /// The longest stretches whose members all fulfil a predicate. O(count).
  func runs(where predicate: (Int) -> Bool) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var start: Int?
    for index in self {
      if predicate(index) {
        if start == nil { start = index }
      } else if let first = start {
        found.append(first..<index)
        start = nil
      }
    }
    if let start { found.append(start..<upperBound) }
    return found
  }
}
