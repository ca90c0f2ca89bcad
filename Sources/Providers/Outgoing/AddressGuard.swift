internal import Base
internal import CCurl

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Opens the sockets of one transfer, and only to addresses that connections may go to, whatever name
/// led to them.
final class AddressGuard {
  private let allowed: [AddressRange]
  let isInsideOnly: Bool
  private var hasRefused = false
  private var hasOpened = false

  /// - Parameters:
  ///   - allowed: parts of the inside network that connections may go to.
  ///   - isInsideOnly: whether they may go nowhere else: for what anybody on the way could read.
  init(allowed: [AddressRange], isInsideOnly: Bool = false) {
    self.allowed = allowed
    self.isInsideOnly = isInsideOnly
  }

  /// Whether every address that was tried is one that connections may not go to.
  var hasRefusedAll: Bool { hasRefused && !hasOpened }

  /// Makes a handle open its sockets here. The guard is to live as long as the transfer.
  func attach(to handle: UnsafeMutableRawPointer) -> CURLcode {
    let code = curl_set_open_socket(handle, Self.onOpenSocket)
    guard code == CURLE_OK else { return code }
    return curl_set_pointer(
      handle, CURLOPT_OPENSOCKETDATA, Unmanaged.passUnretained(self).toOpaque())
  }

  private static let onOpenSocket: curl_opensocket_callback = { context, _, address in
    guard let context, let address, let found = IPAddress(socketAddress: address) else { return -1 }
    let guarding = Unmanaged<AddressGuard>.fromOpaque(context).takeUnretainedValue()
    guard found.isAllowed(by: guarding.allowed), found.isInside || !guarding.isInsideOnly else {
      guarding.hasRefused = true
      return -1
    }
    guarding.hasOpened = true
    let type = address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
    return socket(address.pointee.family, type, address.pointee.protocol)
  }
}

extension IPAddress {
  /// - Returns: nil for another family than IPv4 and IPv6.
  init?(socketAddress address: UnsafePointer<curl_sockaddr>) {
    guard let place = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return nil }
    // The structure's last member stands for one that is as long as the address.
    let bytes = UnsafeRawBufferPointer(
      start: UnsafeRawPointer(address) + place, count: Int(address.pointee.addrlen))
    switch address.pointee.family {
    case AF_INET where bytes.count >= 8:
      self.init(four: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
    case AF_INET6 where bytes.count >= 24:
      self.init(six: UnsafeRawBufferPointer(rebasing: bytes[8..<24]))
    default: return nil
    }
  }
}
