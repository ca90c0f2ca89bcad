import Base
import HTTPTypes
import NIOCore

extension IPAddress {
  /// Of whoever has none, such as at the other end of a local socket: the unspecified address.
  static let unknown = IPAddress(high: 0, low: 0)

  /// The address at one end of a connection.
  init(_ socket: SocketAddress?) {
    switch socket {
    case .v4(let address):
      self.init(four: UInt32(bigEndian: address.address.sin_addr.s_addr))
    case .v6(let address):
      self = withUnsafeBytes(of: address.address.sin6_addr) { IPAddress(six: $0) }
    default: self = .unknown
    }
  }

  /// Whom a limit is for: an IPv4 address, or the 64-bit network of an IPv6 one, for a single
  /// customer has all of that.
  var throttleKey: IPAddress { isMapped ? self : IPAddress(high: high, low: 0) }
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
