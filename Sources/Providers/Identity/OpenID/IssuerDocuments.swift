internal import CivilTime
internal import JSON

/// What an issuer says about itself (OpenID Connect Discovery), as far as it is used.
struct DiscoveryDocument: Sendable {
  let keySet: OutgoingURL
  /// Where a person signs in; nil where that is not offered.
  let authorization: OutgoingURL?
  /// Where a code is exchanged.
  let token: OutgoingURL?
  /// How the client may prove itself where a code is exchanged; nil where that is not said.
  let clientProofs: [String]?
  /// Whether answers at the redirect address name the issuer (RFC 9207).
  let namesIssuer: Bool

  /// - Throws: `issuer-unavailable`, naming what is wrong with it.
  init(_ bytes: [UInt8], of issuer: OpenIDIssuer) throws(IdentityError) {
    guard let node = try? JSONReader.read(bytes), node.object != nil else {
      throw .issuer(issuer, "its discovery document is not JSON")
    }
    guard node["issuer"]?.string == issuer.issuer else {
      throw .issuer(
        issuer,
        "its discovery document is of another issuer than “\(issuer.issuer)”; write the "
          + "issuer in the settings as the document has it")
    }
    func address(_ member: String) throws(IdentityError) -> OutgoingURL? {
      guard let text = node[member]?.string else { return nil }
      guard let url = try? OutgoingURL(text), issuer.accepts(url) else {
        throw .issuer(issuer, "its \(member) is not an address of https")
      }
      return url
    }
    guard let keySet = try address("jwks_uri") else {
      throw .issuer(issuer, "its discovery document has no jwks_uri")
    }
    self.keySet = keySet
    authorization = try address("authorization_endpoint")
    token = try address("token_endpoint")
    clientProofs = node["token_endpoint_auth_methods_supported"]?.array?.compactMap(\.string)
    namesIssuer = node["authorization_response_iss_parameter_supported"]?.bool == true
  }
}

extension IdentityError {
  /// An issuer that cannot be asked, or that answers what no issuer does.
  static func issuer(_ issuer: OpenIDIssuer, _ what: String) -> IdentityError {
    IdentityError(
      .issuer, "\(issuer.name) cannot say who people are: \(what)", retryAfterSeconds: 30)
  }
}

/// Asks an issuer.
struct IssuerServer: Sendable {
  let issuer: OpenIDIssuer
  let client: OutgoingClient
  var timeout = Duration.seconds(10)

  /// What the issuer says about itself.
  ///
  /// - Parameter answered: called with the answer's `Date`.
  /// - Throws: `issuer-unavailable`.
  func discovery(
    answered: (String?) -> Void = { _ in }
  ) async throws(IdentityError) -> DiscoveryDocument {
    let url: OutgoingURL
    do throws(OutgoingError) {
      url = try OutgoingURL(issuer.url.address("/.well-known/openid-configuration"))
    } catch { throw .issuer(issuer, error.message) }
    let response = try await answer(OutgoingRequest(.get, url), for: "its discovery document")
    answered(response.header("date"))
    return try DiscoveryDocument(response.body, of: issuer)
  }

  /// - Throws: `issuer-unavailable`.
  func keySet(_ document: DiscoveryDocument) async throws(IdentityError) -> KeySet {
    let response = try await answer(OutgoingRequest(.get, document.keySet), for: "its key set")
    guard let keys = await KeySet(response.body) else {
      throw .issuer(issuer, "its key set is not JSON, or has no key that can be used")
    }
    return keys
  }

  /// Sends a request.
  ///
  /// - Throws: `issuer-unavailable` unless the answer is a success.
  private func answer(
    _ request: OutgoingRequest, for what: String
  ) async throws(IdentityError) -> OutgoingResponse {
    let response = try await send(request)
    guard response.isSuccess else {
      let hint = (300..<400).contains(response.status) ? ", a redirect, which is not followed" : ""
      throw .issuer(issuer, "\(what) is answered with status \(response.status)\(hint)")
    }
    return response
  }

  /// Sends a request, whose answer may be a refusal.
  ///
  /// - Throws: `issuer-unavailable` where there is no answer.
  func send(_ request: OutgoingRequest) async throws(IdentityError) -> OutgoingResponse {
    var request = request
    request.timeout = timeout
    request.mostAnswerBytes = KeySet.limits.bytes
    request.headers += [(name: "Accept", value: "application/json")]
    do throws(OutgoingError) { return try await client.send(request) } catch {
      throw .issuer(issuer, error.message)
    }
  }
}
