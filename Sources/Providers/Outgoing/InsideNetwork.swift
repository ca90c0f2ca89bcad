internal import Base

/// Which addresses a request may go to.
extension IPAddress {
  /// The address of IPv4 that a gateway makes of one of IPv6: NAT64's and 6to4's.
  private var embedded: IPAddress? {
    if Self.nat64.contains(self) { return IPAddress(four: UInt32(truncatingIfNeeded: low)) }
    if Self.sixToFour.contains(self) {
      return IPAddress(four: UInt32(truncatingIfNeeded: high >> 16))
    }
    return nil
  }

  /// Whether no server of the public internet has the address.
  var isInside: Bool {
    if let embedded { return embedded.isInside }
    if isMapped { return Self.insideFour.contains { $0.contains(self) } }
    // Of IPv6, what is not handed out for the internet is inside, also what is to come.
    return !Self.globalSix.contains(self) || Self.insideSix.contains { $0.contains(self) }
  }

  /// Whether a connection to the address may be made.
  func isAllowed(by ranges: [AddressRange]) -> Bool {
    if !isInside { return true }
    let forms = [self, embedded].compactMap { $0 }
    return ranges.contains { range in forms.contains { range.contains($0) } }
  }

  private static func ranges(_ texts: String...) -> [AddressRange] {
    texts.compactMap { AddressRange($0) }
  }

  private static let nat64 = AddressRange("64:ff9b::/96")!
  private static let sixToFour = AddressRange("2002::/16")!
  /// This host, private networks, those of carriers, link-local ones (where clouds answer with
  /// secrets), protocols', examples', benchmarks', multicast and what is reserved.
  private static let insideFour = ranges(
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4")
  private static let globalSix = AddressRange("2000::/3")!
  /// Protocols' (Teredo among them), which hide another address, and examples'.
  private static let insideSix = ranges("2001::/23", "2001:db8::/32", "3fff::/20")
}
