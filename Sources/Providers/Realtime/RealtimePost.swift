import CivilTime

extension OutgoingClient {
  /// Hands messages over in one request. Any status from 200 to 299 means that they were taken,
  /// whatever else the answer holds.
  func post(_ request: OutgoingRequest, at now: Instant) async throws(RealtimeError) {
    let response: OutgoingResponse
    do throws(OutgoingError) { response = try await send(request) } catch {
      if let status = error.status, (200..<300).contains(status) { return }
      throw RealtimeError(error)
    }
    if let error = RealtimeError(response, of: request.url.origin, at: now) { throw error }
  }
}

extension RealtimeError {
  init(_ error: OutgoingError) {
    let lasting: Set<OutgoingError.Code> = [.url, .invalid, .insideNetwork]
    self.init(.unreachable, error.message, mayRepeat: !lasting.contains(error.code))
  }

  /// - Returns: nil where the messages were taken.
  init?(_ response: OutgoingResponse, of origin: String, at now: Instant) {
    let wait = response.header("retry-after").flatMap { RetryAfter.duration($0, at: now) }
    switch response.status {
    case 200..<300: return nil
    case 429:
      self.init(
        .throttled, "\(origin) takes no more messages for now (status 429)", mayRepeat: true,
        retryAfter: wait)
    case 408, 425, 500...:
      self.init(
        .unavailable, "\(origin) failed to take messages (status \(response.status))",
        mayRepeat: true, retryAfter: wait)
    case 300..<400:
      self.init(
        .refused,
        "\(origin) redirects (status \(response.status)), which is not followed; configure the "
          + "address that it leads to")
    default:
      self.init(.refused, "\(origin) refused messages (status \(response.status))")
    }
  }
}
