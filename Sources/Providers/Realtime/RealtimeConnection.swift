/// How a browser connects to the service outside that carries live events. Everybody may know it: it
/// holds no secret.
public struct RealtimeConnection: Hashable, Sendable {
  /// Which protocol is spoken there, by the adapter's name.
  public let adapter: String
  /// What a connection names itself with.
  public let key: String
  /// With brackets around an address of IPv6.
  public let host: String
  public let port: Int
  public let isEncrypted: Bool
  /// Nil for a server of the operator's own.
  public let cluster: String?

  public init(
    adapter: String, key: String, host: String, port: Int, isEncrypted: Bool, cluster: String?
  ) {
    self.adapter = adapter
    self.key = key
    self.host = host
    self.port = port
    self.isEncrypted = isEncrypted
    self.cluster = cluster
  }

  /// Scheme, host and port of the WebSocket, as a `Content-Security-Policy` names it.
  public var origin: String {
    let isUsual = port == (isEncrypted ? 443 : 80)
    return "\(isEncrypted ? "wss" : "ws")://\(host)" + (isUsual ? "" : ":\(port)")
  }
}
