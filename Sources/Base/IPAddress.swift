#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An IP address as sixteen bytes, in two words; IPv4 is mapped into IPv6 (RFC 4291, 2.5.5.2).
public struct IPAddress: Hashable, Sendable {
  /// The first and the last eight bytes, the first of them the most significant.
  package let high: UInt64
  package let low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// An IPv4 address, its first byte the most significant.
  package init(four: UInt32) {
    self.init(high: 0, low: 0xFFFF << 32 | UInt64(four))
  }

  /// - Returns: nil where the text is not an address.
  package init?(_ text: some StringProtocol) {
    var four = in_addr()
    var six = in6_addr()
    if inet_pton(AF_INET, String(text), &four) == 1 {
      self.init(four: UInt32(bigEndian: four.s_addr))
    } else if inet_pton(AF_INET6, String(text), &six) == 1 {
      self = withUnsafeBytes(of: six) { Self(six: $0) }
    } else {
      return nil
    }
  }

  /// An IPv6 address.
  ///
  /// - Parameter bytes: the sixteen bytes in the order of the network.
  package init(six bytes: UnsafeRawBufferPointer) {
    high = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
    low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
  }

  /// Whether it is an IPv4 address.
  package var isMapped: Bool { high == 0 && low >> 32 == 0xFFFF }
}

extension IPAddress: CustomStringConvertible {
  /// As it is commonly written: `10.0.0.1`, `2001:db8::1`.
  public var description: String {
    var bytes = (high.bigEndian, low.bigEndian)
    let length = Int(INET6_ADDRSTRLEN)
    return withUnsafeBytes(of: &bytes) { bytes in
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: length) { text in
        let source = isMapped ? bytes.baseAddress! + 12 : bytes.baseAddress!
        inet_ntop(
          isMapped ? AF_INET : AF_INET6, source, text.baseAddress!, socklen_t(length))
        return String(cString: text.baseAddress!)
      }
    }
  }
}

/// A network such as `10.0.0.0/8`, `fd00::/8`, or a single address.
public struct AddressRange: Hashable, Sendable {
  private let address: IPAddress
  /// Of IPv6, so that a network of IPv4 has 96 and more.
  private let bits: Int

  /// - Returns: nil where the text is not a network.
  public init?(_ text: some StringProtocol) {
    let halves = text.split(separator: "/", omittingEmptySubsequences: false)
    guard halves.count <= 2, let address = IPAddress(halves[0]) else { return nil }
    let most = halves[0].contains(":") ? 128 : 32
    var bits = most
    if halves.count == 2 {
      guard halves[1].utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let stated = Int(halves[1]),
        0...most ~= stated
      else { return nil }
      bits = stated
    }
    self.address = address
    self.bits = bits + 128 - most
  }

  /// Whether it is a network of IPv4 addresses.
  private var isMapped: Bool { bits >= 96 && address.isMapped }

  package func contains(_ other: IPAddress) -> Bool {
    // IPv4 addresses are in no network of IPv6, although they are written into it.
    guard isMapped == other.isMapped else { return false }
    // A shift by the whole width leaves nothing.
    let high = ~(UInt64.max >> UInt64(min(bits, 64)))
    let low = ~(UInt64.max >> UInt64(max(bits - 64, 0)))
    return (address.high ^ other.high) & high == 0 && (address.low ^ other.low) & low == 0
  }

  /// Whether it leaves out nothing, or nearly nothing.
  package var isEverything: Bool { bits < 8 || (96..<100).contains(bits) }
}
