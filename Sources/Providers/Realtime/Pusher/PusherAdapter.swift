public import CivilTime
public import Quests

/// Hands messages over to Pusher Channels, or to a server that speaks its HTTP API.
public struct PusherAdapter: RealtimeAdapter {
  public let name = "pusher"
  public let mostMessages = PusherEvents.mostEventsInBatch / PusherEvents.mostChannels

  private let app: PusherApp
  private let host: OutgoingURL
  private let socket: PusherSocket
  private let client: OutgoingClient
  private let timeout: Duration
  private let clock: @Sendable () -> Instant

  /// - Parameters:
  ///   - host: scheme, host and port of the HTTP API; its path is not used.
  ///   - socket: where browsers connect; nil for where the HTTP API is.
  public init(
    app: PusherApp, host: OutgoingURL, socket: PusherSocket? = nil, client: OutgoingClient,
    timeout: Duration = .seconds(10), clock: @escaping @Sendable () -> Instant
  ) {
    self.app = app
    self.host = host
    self.socket = socket ?? PusherSocket(beside: host)
    self.client = client
    self.timeout = timeout
    self.clock = clock
  }

  /// The HTTP API of a cluster, such as `eu`.
  ///
  /// - Throws: `settings` where the text cannot be a cluster's name.
  public static func host(cluster: String) throws(RealtimeError) -> OutgoingURL {
    guard (1...32).contains(cluster.utf8.count),
      cluster.utf8.allSatisfy({
        (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
      }),
      let url = try? OutgoingURL("https://api-\(cluster).pusher.com")
    else {
      throw RealtimeError(.settings, "the Pusher cluster is a name such as eu, mt1 or ap2")
    }
    return url
  }

  public func deliver(_ messages: [RealtimeMessage]) async throws(RealtimeError) {
    let (path, body) = PusherEvents.request(for: messages)
    let now = clock()
    let target = app.target(path: "/apps/\(app.id)/\(path)", body: body, at: now.seconds)
    let url: OutgoingURL
    do throws(OutgoingError) { url = try OutgoingURL(host.origin + target) } catch {
      throw RealtimeError(error)
    }
    try await client.post(
      OutgoingRequest(
        .post, url, headers: [("Content-Type", "application/json")], body: body, timeout: timeout),
      at: now, as: RealtimeError.self)
  }
}

extension PusherAdapter: RealtimeSubscriptions {
  public var connection: RealtimeConnection {
    RealtimeConnection(
      adapter: name, key: app.key, host: socket.host, port: socket.port,
      isEncrypted: socket.isEncrypted, cluster: socket.cluster)
  }

  public func channel(named name: String) -> RealtimeChannel? { PusherChannel.channel(named: name) }

  public func authorization(
    for channel: RealtimeChannel, socket: String, person: PersonID, personName: String
  ) throws(RealtimeError) -> [UInt8] {
    let data =
      channel.access == .presence
      ? PusherAuthorization.channelData(person: person, name: personName) : nil
    guard channel.access != .everybody else {
      throw RealtimeError(.subscription, "the channel is public and needs no authorization")
    }
    return try PusherAuthorization.answer(
      socket: socket, channel: PusherChannel.name(of: channel), channelData: data, app: app)
  }

  public func notices(
    in body: [UInt8], header: (String) -> String?, at now: Instant
  ) throws(RealtimeError) -> [RealtimeNotice] {
    try PusherWebhook.notices(
      in: body, key: header("x-pusher-key"), signature: header("x-pusher-signature"), app: app,
      at: now)
  }
}
