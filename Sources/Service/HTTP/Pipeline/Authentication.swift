import Providers

/// Finds out who asks.
struct Authentication: Sendable {
  let identity: any Identity
  let links: QuestLinks

  /// A token that is not good is noted and refused later: guessing tokens counts against the address.
  func apply(to exchange: inout Exchange) async {
    if exchange.isOpen { return }
    guard let header = exchange.request.headers[.authorization] else { return }
    do {
      let token = try Self.token(header)
      exchange.caller =
        token.hasPrefix(QuestLinks.prefix)
        ? .link(try await links.link(ofToken: token))
        : .known(try await identity.person(ofToken: token, at: exchange.now))
    } catch { exchange.tokenFault = error }
  }

  private static func token(_ header: String) throws(Problem) -> String {
    let parts = header.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer", parts[1].utf8.count <= 8_192 else {
      throw Problem(.invalidToken, "the Authorization header is not `Bearer` and a token")
    }
    return String(parts[1])
  }
}
