#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An IP address as sixteen bytes; IPv4 is mapped into IPv6 (RFC 4291, 2.5.5.2).
public struct IPAddress: Hashable, Sendable {
  let bytes: [UInt8]

  /// - Returns: nil where the text is no address.
  init?(_ text: some StringProtocol) {
    var four = in_addr()
    var six = in6_addr()
    if inet_pton(AF_INET, String(text), &four) == 1 {
      bytes =
        [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + withUnsafeBytes(of: &four) { Array($0) }
    } else if inet_pton(AF_INET6, String(text), &six) == 1 {
      bytes = withUnsafeBytes(of: &six) { Array($0) }
    } else {
      return nil
    }
  }

  private var isMapped: Bool {
    bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
  }

  /// Whom a limit is for: an IPv4 address, or the 64-bit network of an IPv6 one, for a single
  /// customer has all of that.
  var throttleKey: [UInt8] { isMapped ? bytes : Array(bytes[..<8]) }
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

  func contains(_ other: IPAddress) -> Bool {
    for (index, (a, b)) in zip(address.bytes, other.bytes).enumerated() {
      let left = bits - index * 8
      if left <= 0 { return true }
      let mask: UInt8 = left >= 8 ? 0xFF : ~(0xFF >> UInt8(left))
      if a & mask != b & mask { return false }
    }
    return true
  }
}

/// Finds who is at the other end of a request.
struct ClientAddress: Sendable {
  let trustedProxies: [AddressRange]

  /// The peer's address, or where that is a trusted proxy, the last address in `X-Forwarded-For`
  /// that is none: what stands before it anyone may have written.
  func address(peer: String, forwarded: String?) -> String {
    guard isTrusted(peer), let forwarded else { return peer }
    var last = peer
    for entry in forwarded.split(separator: ",").suffix(32).reversed() {
      let text = entry.trimmingSpaces
      guard IPAddress(text) != nil else { return last }
      last = String(text)
      if !isTrusted(last) { return last }
    }
    return last
  }

  private func isTrusted(_ text: String) -> Bool {
    guard let address = IPAddress(text) else { return false }
    return trustedProxies.contains { $0.contains(address) }
  }
}

extension AddressRange {
  /// Whether it leaves out nothing, or nearly nothing.
  var isEverything: Bool { bits < 8 || (96..<100).contains(bits) }
}
