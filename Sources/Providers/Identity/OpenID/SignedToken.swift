internal import Base
internal import JSON

/// A token in the compact form of JSON web signatures (RFC 7515), before anything in it is believed.
struct SignedToken: Sendable {
  /// What the token says it is signed with.
  let algorithm: String
  let keyID: String?
  let payload: [UInt8]
  let signed: ArraySlice<UInt8>
  let signature: [UInt8]

  static let mostBytes = 8_192

  static let limits: JSONLimits = {
    var limits = JSONLimits()
    limits.bytes = mostBytes
    limits.nesting = 16
    limits.nodes = 4_000
    return limits
  }()

  /// The kinds of tokens that stand for a person; one without a kind is normal.
  private static let types: Set<String> = ["jwt", "at+jwt"]

  /// - Returns: nil for any other text, for one that asks for extensions, and for tokens of another
  ///   use, such as those that report a sign-out.
  init?(_ text: String) {
    guard text.utf8.count <= Self.mostBytes else { return nil }
    let bytes = Array(text.utf8)
    let parts = bytes.split(separator: 0x2E, maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 3, let header = Base64URL.decode(parts[0]),
      let payload = Base64URL.decode(parts[1]), let signature = Base64URL.decode(parts[2]),
      let fields = try? JSONReader.read(header, limits: Self.limits), fields.object != nil,
      let algorithm = fields["alg"]?.string, fields["crit"] == nil, fields["b64"] == nil
    else { return nil }
    if let type = fields["typ"] {
      guard var name = type.string?.lowercased() else { return nil }
      if name.hasPrefix("application/") { name.removeFirst("application/".count) }
      guard Self.types.contains(name) else { return nil }
    }
    if let id = fields["kid"] {
      guard let id = id.string else { return nil }
      keyID = id
    } else {
      keyID = nil
    }
    self.algorithm = algorithm
    self.payload = payload
    self.signature = signature
    signed = bytes[..<parts[1].endIndex]
  }
}
