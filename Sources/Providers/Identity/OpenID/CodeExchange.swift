internal import Base
internal import Crypto
internal import Foundation
internal import JSON

/// The authorization code flow with PKCE (RFC 6749, RFC 7636, OpenID Connect Core, section 3.1), as the
/// client that we are to an issuer.
struct CodeExchange: Sendable {
  /// What one sign-in is known by, from its start to its end.
  struct Attempt: Codable, Hashable, Sendable {
    /// Comes back with the answer, so that nobody else's answer is taken.
    let state: String
    /// Comes back in the token, so that no other token is taken.
    let nonce: String
    /// Proves to the issuer that the code comes back from where it was asked for.
    let verifier: String

    init(_ random: RandomSource) {
      state = Base64URL.text(random.bytes(32))
      nonce = Base64URL.text(random.bytes(32))
      verifier = Base64URL.text(random.bytes(32))
    }
  }

  let issuer: OpenIDIssuer
  let clientID: String
  /// Where the issuer sends the browser back to, exactly as it is registered there.
  let redirect: String

  /// - Throws: `not-found` for an issuer that apps alone use.
  init(_ issuer: OpenIDIssuer, redirect: String) throws(IdentityError) {
    guard let clientID = issuer.clientID else {
      throw IdentityError(.notFound, "nobody signs in with \(issuer.name) in a browser")
    }
    self.issuer = issuer
    self.clientID = clientID
    self.redirect = redirect
  }

  /// Where a browser goes to sign in.
  ///
  /// - Throws: `issuer-unavailable` where the issuer has no such place.
  func address(
    _ attempt: Attempt, _ document: DiscoveryDocument
  ) throws(IdentityError) -> String {
    guard let base = document.authorization else {
      throw .issuer(issuer, "its discovery document has no authorization_endpoint")
    }
    let challenge = Base64URL.text(
      Array(SHA256.hash(data: Array(attempt.verifier.utf8))))
    return base.address(
      query: [
        ("response_type", "code"), ("client_id", clientID), ("redirect_uri", redirect),
        ("scope", issuer.scopes.joined(separator: " ")), ("state", attempt.state),
        ("nonce", attempt.nonce), ("code_challenge", challenge), ("code_challenge_method", "S256"),
      ])
  }

  /// The ID token for a code.
  ///
  /// - Throws: `code-wrong` where the issuer refuses it, `issuer-refused` where it refuses us,
  ///   `issuer-unavailable`.
  func token(
    for code: String, _ attempt: Attempt, _ document: DiscoveryDocument,
    by server: IssuerServer
  ) async throws(IdentityError) -> String {
    guard let url = document.token else {
      throw .issuer(issuer, "its discovery document has no token_endpoint")
    }
    var form = [
      ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect),
      ("code_verifier", attempt.verifier),
    ]
    var headers = [(name: "Content-Type", value: "application/x-www-form-urlencoded")]
    switch issuer.clientSecret {
    case let secret? where document.clientProofs?.contains("client_secret_basic") ?? true:
      let pair = "\(QueryText.escaped(clientID)):\(QueryText.escaped(secret.text))"
      headers.append(
        (name: "Authorization", value: "Basic \(Data(pair.utf8).base64EncodedString())"))
    case let secret?: form += [("client_id", clientID), ("client_secret", secret.text)]
    case nil: form.append(("client_id", clientID))
    }
    let response = try await server.send(
      OutgoingRequest(.post, url, headers: headers, body: Array(QueryText.pairs(form).utf8)))
    if (400..<500).contains(response.status), response.status != 429 {
      let answer = try? JSONReader.read(response.body)
      let reason = answer?["error"]?.string
      if reason == "invalid_grant" { throw .codeWrong }
      // What refuses us, and not the person, is for whoever runs the service.
      let said = [reason, answer?["error_description"]?.string].compactMap(\.self)
        .joined(separator: ": ")
      throw IdentityError(
        .issuerRefused,
        "\(issuer.name) gives no token for a code: status \(response.status) "
          + (said.isEmpty ? "without a reason" : "“\(said.prefix(200))”")
          + "; see the client's id and secret, and the redirect address \(redirect)")
    }
    guard response.isSuccess,
      let token = (try? JSONReader.read(response.body, limits: KeySet.limits))?["id_token"]?.string
    else {
      throw .issuer(issuer, "it gives no ID token for a code (status \(response.status))")
    }
    return token
  }
}
