/// What somebody joins a team with: a random UUID of 122 bits that no store keeps.
public typealias InviteCode = Identifier<Subject.InviteCode>

extension Identifier<Subject.InviteCode> {
  /// What the invite goes by everywhere else: a UUID (RFC 9562, version 8) of bits of the code's
  /// SHA-256, which leads back to the code in no way.
  public var inviteID: InviteID {
    let digest = ContentHash(of: Array("milequest invite ".utf8) + bytes).bytes
    func word(_ first: Int) -> UInt64 {
      digest[first..<first + 8].reduce(0) { $0 << 8 | UInt64($1) }
    }
    return InviteID(
      high: word(0) & 0xFFFF_FFFF_FFFF_0FFF | 0x8000,
      low: word(8) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
  }
}
