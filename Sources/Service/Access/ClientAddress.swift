import HTTPTypes
import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An IP address as sixteen bytes, in two words; IPv4 is mapped into IPv6 (RFC 4291, 2.5.5.2).
public struct IPAddress: Hashable, Sendable {
  /// The first and the last eight bytes, the first of them the most significant.
  let high: UInt64
  let low: UInt64

  /// Of whoever has none, such as at the other end of a local socket: the unspecified address.
  static let unknown = IPAddress(high: 0, low: 0)

  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  private init(_ four: in_addr) {
    self.init(high: 0, low: 0xFFFF << 32 | UInt64(UInt32(bigEndian: four.s_addr)))
  }

  private init(_ six: in6_addr) {
    (high, low) = withUnsafeBytes(of: six) { bytes in
      (
        UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
        UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      )
    }
  }

  /// - Returns: nil where the text is no address.
  init?(_ text: some StringProtocol) {
    var four = in_addr()
    var six = in6_addr()
    if inet_pton(AF_INET, String(text), &four) == 1 {
      self.init(four)
    } else if inet_pton(AF_INET6, String(text), &six) == 1 {
      self.init(six)
    } else {
      return nil
    }
  }

  /// The address at one end of a connection.
  init(_ socket: SocketAddress?) {
    switch socket {
    case .v4(let address): self.init(address.address.sin_addr)
    case .v6(let address): self.init(address.address.sin6_addr)
    default: self = .unknown
    }
  }

  fileprivate var isMapped: Bool { high == 0 && low >> 32 == 0xFFFF }

  /// Whom a limit is for: an IPv4 address, or the 64-bit network of an IPv6 one, for a single
  /// customer has all of that.
  var throttleKey: IPAddress { isMapped ? self : IPAddress(high: high, low: 0) }
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
  fileprivate let bits: Int

  /// - Returns: nil where the text is none.
  public init?(_ text: some StringProtocol) {
    let halves = text.split(separator: "/", omittingEmptySubsequences: false)
    guard halves.count <= 2, let address = IPAddress(halves[0]) else { return nil }
    let most = halves[0].contains(":") ? 128 : 32
    var bits = most
    if halves.count == 2 {
      guard let stated = Int(halves[1]), 0...most ~= stated else { return nil }
      bits = stated
    }
    self.address = address
    self.bits = bits + 128 - most
  }

  /// Whether it is a network of IPv4 addresses.
  private var isMapped: Bool { bits >= 96 && address.isMapped }

  func contains(_ other: IPAddress) -> Bool {
    // IPv4 addresses are in no network of IPv6, although they are written into it.
    guard isMapped == other.isMapped else { return false }
    // A shift by the whole width leaves nothing.
    let high = ~(UInt64.max >> UInt64(min(bits, 64)))
    let low = ~(UInt64.max >> UInt64(max(bits - 64, 0)))
    return (address.high ^ other.high) & high == 0 && (address.low ^ other.low) & low == 0
  }
}

/// Finds who is at the other end of a request.
struct ClientAddress: Sendable {
  let trustedProxies: [AddressRange]

  private static let forwardedFor = HTTPField.Name("X-Forwarded-For")!

  func apply(to exchange: inout Exchange) {
    exchange.address = address(
      peer: exchange.context.peer, forwarded: exchange.request.headers[Self.forwardedFor])
  }

  /// The peer's address, or where that is a trusted proxy, the last address in `X-Forwarded-For`
  /// that is none: what stands before it anyone may have written.
  func address(peer: IPAddress, forwarded: @autoclosure () -> String?) -> IPAddress {
    guard isTrusted(peer), let forwarded = forwarded() else { return peer }
    var last = peer
    for entry in forwarded.split(separator: ",").suffix(32).reversed() {
      guard let address = IPAddress(entry.trimmingSpaces) else { return last }
      last = address
      if !isTrusted(last) { return last }
    }
    return last
  }

  private func isTrusted(_ address: IPAddress) -> Bool {
    trustedProxies.contains { $0.contains(address) }
  }
}

extension AddressRange {
  /// Whether it leaves out nothing, or nearly nothing.
  var isEverything: Bool { bits < 8 || (96..<100).contains(bits) }
}
