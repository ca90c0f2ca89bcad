/// Who vouches for people, as the settings have it.
public struct OpenIDIssuer: Sendable {
  /// How addresses and settings name it, such as `home`.
  public let name: String
  /// What people read on a button.
  public let title: String
  /// Its address exactly as its tokens have it.
  public let issuer: String
  let url: OutgoingURL
  public let shape: TokenShape
  /// Whom the tokens of apps may be for.
  let audiences: Set<String>
  /// The clients that tokens may have been issued to.
  let clients: Set<String>
  /// What this service is to the issuer; nil where nobody signs in with it in a browser.
  public let clientID: String?
  /// What proves that; nil for a public client.
  let clientSecret: OpenIDSecret?
  /// What is asked for in a browser.
  let scopes: [String]

  /// - Throws: `settings`, with a sentence that begins with what is wrong.
  public init(
    name: String, title: String? = nil, issuer: String, shape: TokenShape = .standard,
    audiences: Set<String> = [], clients: Set<String> = [], clientID: String? = nil,
    clientSecret: OpenIDSecret? = nil, scopes: [String] = ["openid", "profile"]
  ) throws(IdentityError) {
    func refuse(_ message: String) -> IdentityError { IdentityError(.settings, message) }
    let signs = name.utf8
    guard (1...32).contains(signs.count),
      signs.allSatisfy({ 0x61...0x7A ~= $0 || 0x30...0x39 ~= $0 || $0 == 0x2D })
    else { throw refuse("“name” is not 1 to 32 small letters, digits and hyphens") }
    do throws(OutgoingError) { url = try OutgoingURL(issuer) } catch {
      throw refuse("“issuer”: \(error.message)")
    }
    guard url.isEncrypted || Self.isThisMachine(url) else {
      throw refuse("“issuer” has to begin with https://")
    }
    guard !issuer.utf8.contains(UInt8(ascii: "?")) else {
      throw refuse("“issuer” has a query, which no issuer has")
    }
    guard !audiences.isEmpty || clientID != nil else {
      throw refuse("“audiences” or “clientId” is needed: without, tokens for anybody would count")
    }
    guard clientID != nil || clientSecret == nil else {
      throw refuse("“secretFile” is of no use without “clientId”")
    }
    guard scopes.contains("openid") else { throw refuse("“scopes” has to contain openid") }
    self.name = name
    self.title = title ?? name
    self.issuer = issuer
    self.shape = shape
    self.audiences = audiences
    self.clients = clients
    self.clientID = clientID
    self.clientSecret = clientSecret
    self.scopes = scopes
  }

  /// An issuer for tests and development; its requests need `--outgoing-allow` all the same.
  private static func isThisMachine(_ url: OutgoingURL) -> Bool {
    ["http://127.0.0.1", "http://localhost", "http://[::1]"].contains {
      url.origin == $0 || url.origin.hasPrefix($0 + ":")
    }
  }

  func isIssuer(_ text: String) -> Bool { text == issuer || shape.otherIssuers.contains(text) }

  /// Whether one of these addresses is safe to use: as encrypted as the issuer.
  func accepts(_ address: OutgoingURL) -> Bool { address.isEncrypted || !url.isEncrypted }
}

/// What proves to an issuer who asks.
public struct OpenIDSecret: Sendable {
  let text: String

  /// - Throws: `settings`.
  public init(_ text: String) throws(IdentityError) {
    guard (1...1_024).contains(text.utf8.count), text.utf8.allSatisfy({ 0x20...0x7E ~= $0 }) else {
      throw IdentityError(.settings, "the secret is not 1 to 1,024 signs of ASCII on one line")
    }
    self.text = text
  }
}

extension OpenIDSecret: CustomStringConvertible, CustomReflectable {
  public var description: String { "(a secret)" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
