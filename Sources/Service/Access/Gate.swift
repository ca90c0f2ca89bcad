import CivilTime
import HTTPTypes
import Providers
import Quests

/// Finds out who a caller is, and holds each to its rate.
struct Gate: Sendable {
  let identity: any Identity
  let rates: Rates

  /// - Throws: `invalid-token`, `too-many-requests`.
  func admit(
    authorization: String?, address: IPAddress, now: Instant, _ headers: inout HTTPFields
  ) async throws -> Caller {
    var caller = Caller.stranger
    if let authorization {
      do {
        caller = .known(
          try await identity.person(ofToken: try Self.token(authorization), at: now))
      } catch {
        // Guessing tokens counts against the address.
        try rates.take(.stranger, address: address, &headers)
        throw error
      }
    }
    try rates.take(caller, address: address, &headers)
    return caller
  }

  /// - Throws: `unauthenticated`, `forbidden` for a key without the scope.
  func check(_ caller: Caller, _ access: Endpoint.Access) throws(Problem) {
    guard case .known(let principal) = caller else {
      switch access {
      case .open, .anyone: return
      case .person, .session:
        throw Problem(.unauthenticated, "this needs a token: send `Authorization: Bearer …`")
      }
    }
    switch access {
    case .open: return
    case .anyone: try Self.require(.read, of: principal)
    case .person(let scopes): try Self.require(scopes, of: principal)
    case .session:
      if principal.apiKey != nil {
        throw Problem(.forbidden, "an API key cannot do this; sign in")
      }
    }
  }

  private static func require(
    _ scopes: AccessScopes, of principal: Principal
  ) throws(Problem) {
    if principal.scopes.isSuperset(of: scopes) { return }
    let names = scopes.subtracting(principal.scopes).names.joined(separator: ", ")
    throw Problem(.forbidden, "the API key lacks the scope \(names)")
  }

  private static func token(_ header: String) throws(Problem) -> String {
    let parts = header.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer", parts[1].utf8.count <= 4_096 else {
      throw Problem(.invalidToken, "the Authorization header is not `Bearer` and a token")
    }
    return String(parts[1])
  }
}
