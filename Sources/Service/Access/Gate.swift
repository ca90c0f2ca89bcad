import CivilTime
import HTTPTypes
import Quests

/// Finds out who a caller is, and holds each to its rate.
struct Gate: Sendable {
  /// Who a bearer token belongs to.
  let identify: @Sendable (_ token: String, _ now: Instant) async throws -> Caller
  let rates: Rates

  /// - Throws: `invalid-token`, `too-many-requests`.
  func admit(
    authorization: String?, address: String, now: Instant, _ headers: inout HTTPFields
  ) async throws -> Caller {
    var caller = Caller.stranger
    if let authorization {
      do { caller = try await identify(try Self.token(authorization), now) } catch {
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
    switch (access, caller) {
    case (.open, _), (.anyone, .stranger), (.anyone, .person): return
    case (.anyone, .key(let key)):
      if !key.scopes.contains(.read) { throw Self.lacks(.read) }
    case (_, .stranger):
      throw Problem(.unauthenticated, "this needs a token: send `Authorization: Bearer …`")
    case (.session, .key):
      throw Problem(.forbidden, "an API key cannot do this; sign in")
    case (.session, .person), (.person, .person): return
    case (.person(let scope), .key(let key)):
      if !key.scopes.contains(scope) { throw Self.lacks(scope) }
    }
  }

  private static func lacks(_ scopes: AccessScopes) -> Problem {
    Problem(.forbidden, "the API key lacks the scope \(scopes.names.joined(separator: ", "))")
  }

  private static func token(_ header: String) throws(Problem) -> String {
    let parts = header.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer", parts[1].utf8.count <= 4_096 else {
      throw Problem(.invalidToken, "the Authorization header is not `Bearer` and a token")
    }
    return String(parts[1])
  }
}
