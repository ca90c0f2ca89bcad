import Base
import Crypto
import CryptoExtras
import Foundation
import JSON

/// The key of an issuer of the tests, which signs what it is asked to.
struct SigningKey: Sendable {
  enum Kind: Sendable {
    case rsa(_RSA.Signing.PrivateKey)
    case ec(P256.Signing.PrivateKey)
    case ed(Curve25519.Signing.PrivateKey)
  }

  let id: String?
  let kind: Kind

  private static let rsaKeys = (1...2).map { _ in
    try! _RSA.Signing.PrivateKey(keySize: .bits2048)
  }

  static func rsa(_ id: String?, number: Int = 0) -> SigningKey {
    SigningKey(id: id, kind: .rsa(rsaKeys[number]))
  }
  static func ec(_ id: String?) -> SigningKey { SigningKey(id: id, kind: .ec(.init())) }
  static func ed(_ id: String?) -> SigningKey { SigningKey(id: id, kind: .ed(.init())) }

  var algorithm: String {
    switch kind {
    case .rsa: "RS256"
    case .ec: "ES256"
    case .ed: "EdDSA"
    }
  }

  func signature(of bytes: [UInt8]) -> [UInt8] {
    switch kind {
    case .rsa(let key):
      Array(
        try! key.signature(for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5)
          .rawRepresentation)
    case .ec(let key): Array(try! key.signature(for: bytes).rawRepresentation)
    case .ed(let key): Array(try! key.signature(for: bytes))
    }
  }

  /// The public key as members of a key of a set.
  func members(algorithm: String?, use: String? = "sig") -> [(String, JSONValue)] {
    func text(_ bytes: some Collection<UInt8>) -> JSONValue { .string(Base64URL.text(bytes)) }
    var members: [(String, JSONValue)]
    switch kind {
    case .rsa(let key):
      let numbers = try! key.publicKey.getKeyPrimitives()
      members = [
        ("kty", .string("RSA")), ("n", text(numbers.modulus)), ("e", text(numbers.publicExponent)),
      ]
    case .ec(let key):
      let point = key.publicKey.rawRepresentation
      members = [
        ("kty", .string("EC")), ("crv", .string("P-256")), ("x", text(point.prefix(32))),
        ("y", text(point.suffix(32))),
      ]
    case .ed(let key):
      members = [
        ("kty", .string("OKP")), ("crv", .string("Ed25519")),
        ("x", text(key.publicKey.rawRepresentation)),
      ]
    }
    for (name, value) in [("kid", id), ("alg", algorithm), ("use", use)] {
      if let value { members.append((name, .string(value))) }
    }
    return members
  }

  /// What somebody could take for a shared secret, who takes the algorithm from the token.
  var publicText: String {
    switch kind {
    case .rsa(let key): key.publicKey.pemRepresentation
    case .ec(let key): key.publicKey.pemRepresentation
    case .ed(let key): Base64URL.text(key.publicKey.rawRepresentation)
    }
  }
}

/// A token in the making.
struct TokenDraft: Sendable {
  var header: [(String, JSONValue)]
  var claims: [String: JSONValue]
  var key: SigningKey

  init(_ claims: [String: JSONValue], key: SigningKey) {
    self.claims = claims
    self.key = key
    header = [("alg", .string(key.algorithm)), ("typ", .string("JWT"))]
    if let id = key.id { header.append(("kid", .string(id))) }
  }

  mutating func set(header name: String, _ value: JSONValue?) {
    header.removeAll { $0.0 == name }
    if let value { header.append((name, value)) }
  }

  private var signed: [UInt8] {
    let payload = JSONValue.object(claims.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    return Base64URL.encode(JSONValue.object(header).text()) + [0x2E]
      + Base64URL.encode(payload.text())
  }

  var text: String { text(signature: key.signature(of: signed)) }

  func text(signature: [UInt8]) -> String {
    String(decoding: signed + [0x2E] + Base64URL.encode(signature), as: UTF8.self)
  }

  /// Signed with a text that everybody can read.
  func text(sharedSecret: String) -> String {
    let key = SymmetricKey(data: Array(sharedSecret.utf8))
    return text(signature: Array(HMAC<SHA256>.authenticationCode(for: signed, using: key)))
  }
}
