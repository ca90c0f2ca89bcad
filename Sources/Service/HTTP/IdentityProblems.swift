import Logging
import Providers

extension Backend {
  /// What one of the identity's faults is to a caller; those of an issuer are written down.
  func problem(_ error: IdentityError, requestID: String) -> Problem {
    if error.code == .issuer || error.code == .issuerRefused {
      noteIssuer(nil, error.message, requestID: requestID)
    }
    return Problem(error)
  }

  /// Writes down what an issuer does not do.
  ///
  /// - Parameter name: the issuer's; nil where the detail begins with it.
  func noteIssuer(_ name: String?, _ detail: String, requestID: String) {
    var metadata: Logger.Metadata = [
      "requestId": .string(requestID), "detail": .string(detail),
    ]
    if let name { metadata["issuer"] = .string(name) }
    logger.labelled("identity").warning("issuer", metadata: metadata)
  }
}

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
    case .issuer, .issuerRefused:
      // Addresses and causes from inside stay with whoever runs the service.
      self.init(
        .unavailable, "the issuer that vouches for you cannot be asked now; try again later",
        retryAfterSeconds: error.retryAfterSeconds.map(Int.init(clamping:)) ?? 30)
    case .busy:
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
