import CivilTime

extension OutgoingClient {
  /// Hands something over in one request. Any status from 200 to 299 means that it was taken,
  /// whatever else the answer holds.
  func post<Failure: DeliveryFailure>(
    _ request: OutgoingRequest, at now: Instant, as _: Failure.Type
  ) async throws(Failure) {
    let response: OutgoingResponse
    do throws(OutgoingError) { response = try await send(request) } catch {
      if let status = error.status, (200..<300).contains(status) { return }
      throw Failure(error)
    }
    if let error = Failure(response, of: request.url.origin, at: now) { throw error }
  }
}

extension DeliveryFailure {
  init(_ error: OutgoingError) {
    let lasting: Set<OutgoingError.Code> = [.url, .invalid, .insideNetwork]
    self.init(fault: .unreachable, error.message, mayRepeat: !lasting.contains(error.code))
  }

  /// - Returns: nil where what was sent was taken.
  init?(_ response: OutgoingResponse, of origin: String, at now: Instant) {
    let wait = response.header("retry-after").flatMap { RetryAfter.duration($0, at: now) }
    switch response.status {
    case 200..<300: return nil
    case 429:
      self.init(
        fault: .throttled, "\(origin) takes no more for now (status 429)", mayRepeat: true,
        retryAfter: wait)
    case 408, 425, 500...:
      self.init(
        fault: .unavailable, "\(origin) failed to take what was sent (status \(response.status))",
        mayRepeat: true, retryAfter: wait)
    case 300..<400:
      self.init(
        fault: .refused,
        "\(origin) redirects (status \(response.status)), which is not followed; configure the "
          + "address that it leads to", mayRepeat: false)
    default:
      self.init(
        fault: .refused, "\(origin) refused what was sent (status \(response.status))",
        mayRepeat: false)
    }
  }

  fileprivate init(fault: DeliveryFault, _ message: String, mayRepeat: Bool) {
    self.init(fault: fault, message, mayRepeat: mayRepeat, retryAfter: nil)
  }
}
