internal import JSON

/// The keys of an issuer (RFC 7517, section 5), as far as they can be used.
struct KeySet: Sendable {
  /// What a look at a token's signature finds.
  enum Finding: Sendable {
    case signed
    /// The issuer may have changed its keys since they were read.
    case unknownKey
    case forged
  }

  let keys: [VerificationKey]

  static let limits: JSONLimits = {
    var limits = JSONLimits()
    limits.bytes = 256 << 10
    limits.nodes = 20_000
    return limits
  }()
  /// What follows in a set is left out: without a key's name each is tried.
  private static let mostKeys = 32

  /// - Returns: nil for what is no set, and for one without a key that can be used.
  init?(_ bytes: [UInt8]) async {
    guard let node = try? JSONReader.read(bytes, limits: Self.limits),
      let items = node["keys"]?.array
    else { return nil }
    var keys: [VerificationKey] = []
    for item in items where keys.count < Self.mostKeys {
      // A key of a kind that is not known here stops no other.
      if let key = await VerificationKey(item) { keys.append(key) }
    }
    guard !keys.isEmpty else { return nil }
    self.keys = keys
  }

  /// A name is matched exactly, and only a key that is bound to the token's algorithm is tried.
  func finding(_ token: SignedToken) -> Finding {
    guard let id = token.keyID else {
      return keys.contains { $0.hasSigned(token) } ? .signed : .unknownKey
    }
    let named = keys.filter { $0.id == id }
    if named.isEmpty { return .unknownKey }
    return named.contains { $0.hasSigned(token) } ? .signed : .forged
  }
}
