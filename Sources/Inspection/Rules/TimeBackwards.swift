internal import Formats

/// A timestamp before the one in front of it.
enum TimeBackwards: Rule {
  static let about = RuleDescription(
    .timeBackwards, "Time running backwards", .warning,
    limit: RuleLimit(0, "s", "how far back a time may go"),
    explanation: """
      A vertex has an earlier time than the one before it. Times are no part of a route, but they tell \
      how the file came about: parts in the wrong order, two recordings mixed, or a clock that was set \
      on the way. Look at the line there.
      """,
    bad: """
      <trkpt lat="54.45" lon="-3.21"><time>2024-05-03T10:00:10Z</time></trkpt>
      <trkpt lat="54.46" lon="-3.21"><time>2024-05-03T10:00:05Z</time></trkpt>
      """,
    good: """
      <trkpt lat="54.45" lon="-3.21"><time>2024-05-03T10:00:05Z</time></trkpt>
      <trkpt lat="54.46" lon="-3.21"><time>2024-05-03T10:00:10Z</time></trkpt>
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let times = subject.times
    guard !times.isEmpty else { return }
    let slack = limit(subject)
    var last = Int64.min
    for (i, time) in times.enumerated() where time != .min {
      defer { last = time }
      guard last != .min else { continue }
      let back = (Double(last) - Double(time)) / 1e6
      guard back > slack else { continue }
      findings.add(
        subject.finding(
          about, "the time is \(duration(back)) before that of the vertex in front of it",
          atVertex: i, measured: back))
    }
  }

  private static func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<1: "\(Text.rounded(seconds * 1e3, decimals: 3)) ms"
    case ..<120: "\(Text.rounded(seconds)) s"
    case ..<7_200: "\(Text.rounded(seconds / 60)) min"
    case ..<172_800: "\(Text.rounded(seconds / 3_600)) h"
    default: "\(Text.grouped(Text.rounded(seconds / 86_400, decimals: 0))) days"
    }
  }
}
