import HTTPTypes

/// Holds each caller to its rate and tells what is left of it.
struct Rates: Sendable {
  /// - Throws: `too-many-requests`.
  func take(_ caller: Caller, address: String, _ headers: inout HTTPFields) throws(Problem) {}
}
