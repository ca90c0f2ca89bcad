internal import Formats
internal import Geodesy
internal import Routes

/// Markers or an official length that no measure can be bent to.
enum CalibrationFault {
  static let about = RuleDescription(
    .calibration, "Calibration impossible", .error,
    explanation: """
      The official length and the markers contradict each other, or the official length is 0, so that \
      no measure fits them. The length is one of the whole pass, from the start to the end.
      """,
    bad: """
      "officialLength": "0 km"
      """,
    good: """
      "officialLength": "3028 km"
      """)
}
