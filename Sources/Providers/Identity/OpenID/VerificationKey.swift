internal import Base
internal import JSON
internal import JWTKit

/// One public key of an issuer (RFC 7517), bound to one algorithm: what a token says decides nothing.
struct VerificationKey: Sendable {
  let id: String?
  let algorithm: String
  private let verifier: any JWTAlgorithm

  /// Bits that a modulus has: fewer can be factored, and more keep a processor busy.
  private static let modulusBits = 2_048...8_192

  /// A key without an algorithm is bound to the usual one of its kind.
  ///
  /// - Returns: nil for a key that signs nothing, for a shared secret, and for kinds and algorithms
  ///   that are not known here.
  init?(_ node: JSONNode) async {
    guard node.object != nil, node["use"].map({ $0.string == "sig" }) ?? true,
      node["key_ops"].map({ $0.array?.contains { $0.string == "verify" } == true }) ?? true,
      node["kid"].map({ $0.string != nil }) ?? true,
      node["alg"].map({ $0.string != nil }) ?? true
    else { return nil }
    let stated = node["alg"]?.string
    let curve = node["crv"]?.string
    let keys = JWTKeyCollection()
    let algorithm: String
    switch node["kty"]?.string {
    case "RSA":
      algorithm = stated ?? "RS256"
      guard await keys.add(modulus: node["n"], exponent: node["e"], algorithm) else { return nil }
    case "EC":
      guard let (name, bytes) = Self.curves[curve ?? ""], stated ?? name == name,
        let x = Self.number(node["x"], bytes: bytes), let y = Self.number(node["y"], bytes: bytes)
      else { return nil }
      algorithm = name
      guard await keys.add(point: (x, y), algorithm) else { return nil }
    case "OKP":
      algorithm = "EdDSA"
      guard curve == "Ed25519", stated ?? algorithm == algorithm,
        let x = Self.number(node["x"], bytes: 32),
        let key = try? EdDSA.PublicKey(x: x, curve: .ed25519)
      else { return nil }
      await keys.add(eddsa: key)
    default: return nil
    }
    guard let verifier = try? await keys.getKey(), verifier.name == algorithm else { return nil }
    id = node["kid"]?.string
    self.algorithm = algorithm
    self.verifier = verifier
  }

  /// The algorithm of each curve, and the bytes of a coordinate.
  private static let curves = [
    "P-256": ("ES256", 32), "P-384": ("ES384", 48), "P-521": ("ES512", 66),
  ]

  /// A number of so many bytes, in one spelling.
  private static func number(_ node: JSONNode?, bytes count: Int) -> String? {
    guard let text = node?.string, let bytes = Base64URL.decode(Array(text.utf8)),
      bytes.count <= count
    else { return nil }
    return Base64URL.text([UInt8](repeating: 0, count: count - bytes.count) + bytes)
  }

  /// - Returns: nil for a modulus of another size, or an exponent that no key should have.
  fileprivate static func rsa(_ modulus: JSONNode?, _ exponent: JSONNode?) -> (String, String)? {
    guard let modulus = modulus?.string, let exponent = exponent?.string,
      let n = Base64URL.decode(Array(modulus.utf8))?.drop(while: { $0 == 0 }), let first = n.first,
      modulusBits.contains(n.count * 8 - first.leadingZeroBitCount),
      let e = Base64URL.decode(Array(exponent.utf8))?.drop(while: { $0 == 0 }),
      (1...4).contains(e.count), e.reduce(0, { $0 << 8 | Int($1) }) >= 3, e.last! & 1 == 1
    else { return nil }
    return (Base64URL.text(n), Base64URL.text(e))
  }

  /// Whether a token that names the same algorithm was signed with this key.
  func hasSigned(_ token: SignedToken) -> Bool {
    guard token.algorithm == algorithm else { return false }
    return (try? verifier.verify(token.signature, signs: token.signed)) == true
  }
}

extension JWTKeyCollection {
  fileprivate func add(modulus: JSONNode?, exponent: JSONNode?, _ algorithm: String) -> Bool {
    guard let (modulus, exponent) = VerificationKey.rsa(modulus, exponent),
      let key = try? Insecure.RSA.PublicKey(modulus: modulus, exponent: exponent)
    else { return false }
    switch algorithm {
    case "RS256": add(rsa: key, digestAlgorithm: .sha256)
    case "RS384": add(rsa: key, digestAlgorithm: .sha384)
    case "RS512": add(rsa: key, digestAlgorithm: .sha512)
    case "PS256": add(pss: key, digestAlgorithm: .sha256)
    case "PS384": add(pss: key, digestAlgorithm: .sha384)
    case "PS512": add(pss: key, digestAlgorithm: .sha512)
    default: return false
    }
    return true
  }

  fileprivate func add(point: ECDSAParameters, _ algorithm: String) -> Bool {
    switch algorithm {
    case "ES256": (try? ES256PublicKey(parameters: point)).map { _ = add(ecdsa: $0) } != nil
    case "ES384": (try? ES384PublicKey(parameters: point)).map { _ = add(ecdsa: $0) } != nil
    case "ES512": (try? ES512PublicKey(parameters: point)).map { _ = add(ecdsa: $0) } != nil
    default: false
    }
  }
}
