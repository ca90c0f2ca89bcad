internal import Foundation

/// Addresses with a common beginning, such as `10.0.0.0/8` or `fd00::/8`.
public struct AddressRange: Hashable, Sendable {
  private let start: NetworkAddress
  private let bits: Int

  /// - Throws: `invalid` for anything but an address, a slash and a number of bits; an address alone
  ///   means that address.
  public init(_ text: String) throws(OutgoingError) {
    guard let range = Self(parsing: text) else {
      throw OutgoingError(
        .invalid, "“\(text.prefix(64))” is not a range of addresses such as 10.0.0.0/8 or fd00::/8")
    }
    self = range
  }

  init?(parsing text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let start = NetworkAddress(String(parts[0])) else { return nil }
    let most = start.bytes.count * 8
    var bits = most
    if parts.count > 1 {
      guard let number = Int(parts[1]), (0...most).contains(number) else { return nil }
      bits = number
    }
    self.start = start
    self.bits = bits
  }

  func contains(_ address: NetworkAddress) -> Bool {
    guard address.bytes.count == start.bytes.count else { return false }
    let whole = bits / 8
    guard address.bytes.prefix(whole) == start.bytes.prefix(whole) else { return false }
    let rest = bits % 8
    return rest == 0 || (address.bytes[whole] ^ start.bytes[whole]) >> UInt8(8 - rest) == 0
  }
}

/// An address of IPv4 (four bytes) or IPv6 (sixteen).
struct NetworkAddress: Hashable, Sendable {
  let bytes: [UInt8]

  init(bytes: [UInt8]) { self.bytes = bytes }

  init?(_ text: String) {
    var four = in_addr()
    var six = in6_addr()
    if inet_pton(AF_INET, text, &four) == 1 {
      bytes = withUnsafeBytes(of: four) { Array($0) }
    } else if inet_pton(AF_INET6, text, &six) == 1 {
      bytes = withUnsafeBytes(of: six) { Array($0) }
    } else {
      return nil
    }
  }

  /// The address of IPv4 that a gateway or the system makes of one of IPv6: mapped ones, NAT64's and
  /// 6to4's.
  var embedded: NetworkAddress? {
    for (range, offset) in Self.translated where range.contains(self) {
      return NetworkAddress(bytes: Array(bytes[offset..<offset + 4]))
    }
    return nil
  }

  /// Whether no server of the public internet has the address.
  var isInside: Bool {
    if let embedded { return embedded.isInside }
    if bytes.count == 4 { return Self.insideFour.contains { $0.contains(self) } }
    // Of IPv6, what is not handed out for the internet is inside, also what is to come.
    return !Self.globalSix.contains(self) || Self.insideSix.contains { $0.contains(self) }
  }

  private static func ranges(_ texts: String...) -> [AddressRange] {
    texts.compactMap { AddressRange(parsing: $0) }
  }

  private static let translated = zip(
    ranges("::ffff:0:0/96", "64:ff9b::/96", "2002::/16"), [12, 12, 2]
  ).map { ($0, $1) }
  /// This host, private networks, those of carriers, link-local ones (where clouds answer with
  /// secrets), protocols', examples', benchmarks', multicast and what is reserved.
  private static let insideFour = ranges(
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4")
  private static let globalSix = AddressRange(parsing: "2000::/3")!
  /// Protocols' (Teredo among them), which hide another address, and examples'.
  private static let insideSix = ranges("2001::/23", "2001:db8::/32", "3fff::/20")
}

extension NetworkAddress {
  /// Whether a connection to the address may be made.
  func isAllowed(by ranges: [AddressRange]) -> Bool {
    if !isInside { return true }
    let forms = [self, embedded].compactMap { $0 }
    return ranges.contains { range in forms.contains { range.contains($0) } }
  }
}
