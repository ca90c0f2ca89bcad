import Logging
import Providers

extension Backend {
  /// What one of the maps' faults is to a caller; those of another server are written down, and its
  /// address stays with the operator.
  func problem(_ error: MapsError, requestID: String) -> Problem {
    if error.code == .plan {
      return .invalid(error.stop.map { "/stops/\($0)" } ?? "/stops", error.message)
    }
    logger.warning(
      "maps",
      metadata: [
        "requestId": .string(requestID), "code": .string(error.code.rawValue),
        "detail": .string(error.message),
      ])
    let wait = error.retryAfter.map { Int(clamping: $0.components.seconds) } ?? 30
    return Problem(
      .unavailable,
      "whoever knows places and ways cannot answer now; ask again later, or give coordinates and the "
        + "mode straight", retryAfterSeconds: min(max(wait, 1), 3_600))
  }
}
