import Logging
import Providers

extension MapsError {
  /// What of a plan's body it is about.
  fileprivate var pointer: String {
    if isOfMode { return "/mode" }
    return stop.map { "/stops/\($0)" } ?? "/stops"
  }
}

extension Backend {
  /// What one of the maps' faults is to a caller; those of another server are written down, and its
  /// address stays with the operator.
  func problem(_ error: MapsError, requestID: String) -> Problem {
    if error.code == .plan {
      return Problem(
        .invalid, "the body is not what it should be",
        faults: ([error] + error.further).map {
          Problem.Fault(.body(pointer: $0.pointer), $0.message)
        })
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
