/// Longitudes beyond ±180 that were brought back by a turn: the first of them, and what mends all.
struct WrappedLongitudes {
  /// More of them than this are not kept for a repair.
  private static let most = 1_000_000

  private var first: (message: String, offset: Int, pointer: String?)?
  private var remedy: [RouteEdit] = []

  mutating func add(
    _ longitude: Double, broughtTo turned: Double, latitude: Double, offset: Int,
    pointer: @autoclosure () -> String? = nil
  ) {
    if first == nil {
      first = (
        "the longitude \(longitude) is outside -180…180 and was brought back by a turn, here and "
          + "wherever it happens again", offset, pointer()
      )
    }
    if remedy.count < Self.most {
      remedy.append(.replacePosition(atOffset: offset, latitude: latitude, longitude: turned))
    }
  }

  /// Notes what stands for many positions.
  func finish(_ diagnostics: inout DiagnosticList) {
    guard let first else { return }
    diagnostics.addSummary(
      Diagnostic(
        .longitudeWrapped, .warning, first.message, offset: first.offset, pointer: first.pointer,
        remedy: remedy))
  }
}
