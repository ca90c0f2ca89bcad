import Base
import CivilTime
import Providers

/// The service outside that live events are handed to, as the options and variables say.
struct RealtimePlan {
  /// Nil for none: everybody reads the streams.
  let adapter: (any RealtimeAdapter)?

  /// - Throws: `usage` for what cannot be, and for a secret or another setting that is missing.
  init(_ options: RealtimeOptions) throws {
    let service = Setting(options.realtime, "REALTIME")
    switch service?.text ?? "builtin" {
    case "builtin": adapter = nil
    case "webhook": adapter = try Self.webhook(options)
    case "pusher": adapter = try Self.pusher(options)
    case let other:
      throw Failure(
        .usage, "\(service?.name ?? ""): “\(other)” is not one of builtin, webhook, pusher")
    }
  }

  private static func client(_ options: RealtimeOptions) throws -> OutgoingClient {
    var client = OutgoingClient.Options()
    client.proxy = Setting(options.outgoingProxy, "OUTGOING_PROXY")?.text
    for text in Setting.list(options.allowedNetworks, "OUTGOING_ALLOW") {
      guard let range = AddressRange(text) else {
        throw Failure(
          .usage, "--outgoing-allow: “\(text)” is not an address or network such as 10.0.0.0/8")
      }
      client.allowedNetworks.append(range)
    }
    return OutgoingClient(client)
  }

  private static func webhook(_ options: RealtimeOptions) throws -> any RealtimeAdapter {
    let purpose = "--realtime webhook"
    let url = try Setting.required(options.webhookUrl, "WEBHOOK_URL", for: purpose)
    let file = try Setting.required(options.webhookSecretFile, "WEBHOOK_SECRET_FILE", for: purpose)
    return WebhookAdapter(
      url: try Self.url(url),
      secret: try naming(file) { try RealtimeSecret(try SecretText.load(file: file.text)) },
      client: try client(options), clock: { .now })
  }

  private static func pusher(_ options: RealtimeOptions) throws -> any RealtimeAdapter {
    let purpose = "--realtime pusher"
    let id = try Setting.required(options.pusherAppId, "PUSHER_APP_ID", for: purpose)
    let key = try Setting.required(options.pusherKey, "PUSHER_KEY", for: purpose)
    let file = try Setting.required(options.pusherSecretFile, "PUSHER_SECRET_FILE", for: purpose)
    let host: OutgoingURL
    if let url = Setting(options.pusherUrl, "PUSHER_URL") {
      host = try Self.url(url)
    } else {
      let cluster = try Setting.required(options.pusherCluster, "PUSHER_CLUSTER", for: purpose)
      host = try naming(cluster) { try PusherAdapter.host(cluster: cluster.text) }
    }
    let app = try naming(file) {
      try PusherApp(id: id.text, key: key.text, secret: try SecretText.load(file: file.text))
    }
    return PusherAdapter(app: app, host: host, client: try client(options), clock: { .now })
  }

  private static func url(_ setting: Setting) throws -> OutgoingURL {
    do throws(OutgoingError) { return try OutgoingURL(setting.text) } catch {
      throw Failure(.usage, "\(setting.name): \(error.message)")
    }
  }

  private static func naming<Value>(_ setting: Setting, _ make: () throws -> Value) throws -> Value
  {
    do { return try make() } catch let error as RealtimeError {
      throw Failure(.usage, "\(setting.name): \(error.message)")
    } catch let error as IdentityError {
      throw Failure(.usage, "\(setting.name): \(error.message)")
    }
  }
}
