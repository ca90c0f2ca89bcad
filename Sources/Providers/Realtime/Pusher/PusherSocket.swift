/// Where browsers open WebSockets to Pusher Channels, or to a server that speaks its protocol.
public struct PusherSocket: Hashable, Sendable {
  let host: String
  let port: Int
  let isEncrypted: Bool
  let cluster: String?

  /// - Throws: `settings` where the text cannot be a cluster's name.
  public init(cluster: String) throws(RealtimeError) {
    _ = try PusherAdapter.host(cluster: cluster)
    host = "ws-\(cluster).pusher.com"
    port = 443
    isEncrypted = true
    self.cluster = cluster
  }

  /// The host and port of the HTTP API, where servers of one's own take WebSockets too.
  public init(beside host: OutgoingURL) {
    self.host = host.host
    port = host.port
    isEncrypted = host.isEncrypted
    cluster = nil
  }

  /// - Parameter text: an address such as `wss://socket.example`.
  /// - Throws: `settings` for another scheme, and for a path, which the protocol prescribes.
  public init(address text: String) throws(RealtimeError) {
    // What reads addresses of HTTP reads these: ws and wss are its schemes under other names.
    guard text.hasPrefix("ws://") || text.hasPrefix("wss://"),
      let url = try? OutgoingURL("http" + text.dropFirst(2)),
      [url.origin, "\(url.origin):\(url.port)"].contains(url.address("")),
      url.host.utf8.allSatisfy(Self.isPlain)
    else {
      throw RealtimeError(
        .settings,
        "the address is not one such as wss://socket.example or ws://socket.example:6001, without "
          + "a path")
    }
    self.init(beside: url)
  }

  /// It becomes part of a header, which nothing in it may end.
  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
      || Array("-._:[]".utf8).contains(byte)
  }
}
