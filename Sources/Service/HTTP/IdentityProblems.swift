import Providers

/// What each fault of an identity is to an HTTP caller.
extension Problem {
  /// - Parameter names: what the API calls the fields that the identity names otherwise.
  init(_ error: IdentityError, names: [String: String] = [:]) {
    switch error.code {
    case .tokenInvalid: self.init(.invalidToken, error.message)
    case .tokenExpired: self.init(.tokenExpired, error.message)
    case .sessionEnded: self.init(.sessionEnded, error.message)
    case .tokenReused: self.init(.tokenReused, error.message)
    case .credentialsWrong: self.init(.wrongCredentials, error.message)
    case .passwordsOff: self.init(.passwordsOff, error.message)
    case .codeWrong: self.init(.codeWrong, error.message)
    case .invalid:
      self.init(
        .invalid, error.message,
        faults: error.faults.map {
          Fault(.body(pointer: "/\(names[$0.field] ?? $0.field)"), $0.message)
        })
    case .notFound: self.init(.notFound, error.message)
    case .limit: self.init(.limit, error.message)
    case .throttled:
      self.init(
        .tooManyRequests, error.message,
        retryAfterSeconds: error.retryAfterSeconds.map(Int.init(clamping:)))
    case .busy, .issuer:
      self.init(
        .unavailable, error.message,
        retryAfterSeconds: error.retryAfterSeconds.map(Int.init(clamping:)) ?? 2)
    case .store:
      if let ledger = error.ledger {
        self.init(ledger)
      } else {
        self.init(.internalError, "the store has failed")
      }
    default: self.init(.internalError, "the service's identity has failed")
    }
  }
}
