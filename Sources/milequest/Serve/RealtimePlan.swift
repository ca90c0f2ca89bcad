import CivilTime
import Providers

/// The service outside that live events are handed to, as the options and variables say.
struct RealtimePlan {
  /// Nil for none: everybody reads the streams.
  let adapter: (any RealtimeAdapter)?

  /// - Throws: `usage` for what cannot be, and for a secret or another setting that is missing.
  init(_ options: RealtimeOptions, _ outgoing: OutgoingOptions) throws {
    let service = Setting(options.realtime, "REALTIME")
    let word = service?.text ?? "builtin"
    let webhook = [
      Setting(options.webhookUrl, "WEBHOOK_URL"),
      Setting(options.webhookSecretFile, "WEBHOOK_SECRET_FILE"),
    ]
    let pusher = [
      Setting(options.pusherAppId, "PUSHER_APP_ID"), Setting(options.pusherKey, "PUSHER_KEY"),
      Setting(options.pusherSecretFile, "PUSHER_SECRET_FILE"),
      Setting(options.pusherCluster, "PUSHER_CLUSTER"), Setting(options.pusherUrl, "PUSHER_URL"),
      Setting(options.pusherSocketUrl, "PUSHER_SOCKET_URL"),
    ]
    switch word {
    case "builtin": adapter = nil
    case "webhook": adapter = try Self.webhook(options, outgoing)
    case "pusher": adapter = try Self.pusher(options, outgoing)
    case let other:
      throw Failure(
        .usage, "\(service?.name ?? ""): “\(other)” is not one of builtin, webhook, pusher")
    }
    if word != "webhook" {
      try Setting.refuse(webhook, with: "--realtime \(word)", instead: "--realtime webhook")
    }
    if word != "pusher" {
      try Setting.refuse(pusher, with: "--realtime \(word)", instead: "--realtime pusher")
    }
  }

  private static func webhook(
    _ options: RealtimeOptions, _ outgoing: OutgoingOptions
  ) throws -> any RealtimeAdapter {
    let purpose = "--realtime webhook"
    let url = try Setting.required(options.webhookUrl, "WEBHOOK_URL", for: purpose)
    let file = try Setting.required(options.webhookSecretFile, "WEBHOOK_SECRET_FILE", for: purpose)
    return WebhookAdapter(
      url: try url.url(),
      secret: try naming(file) { try RealtimeSecret(try SecretText.load(file: file.text)) },
      client: try outgoing.client(), clock: { .now })
  }

  private static func pusher(
    _ options: RealtimeOptions, _ outgoing: OutgoingOptions
  ) throws -> any RealtimeAdapter {
    let purpose = "--realtime pusher"
    let id = try Setting.required(options.pusherAppId, "PUSHER_APP_ID", for: purpose)
    let key = try Setting.required(options.pusherKey, "PUSHER_KEY", for: purpose)
    let file = try Setting.required(options.pusherSecretFile, "PUSHER_SECRET_FILE", for: purpose)
    let address = Setting(options.pusherSocketUrl, "PUSHER_SOCKET_URL")
    let host: OutgoingURL
    let socket: PusherSocket?
    if let url = Setting(options.pusherUrl, "PUSHER_URL") {
      host = try url.url()
      socket = try address.map { address in
        try naming(address) { try PusherSocket(address: address.text) }
      }
    } else {
      let cluster = try Setting.required(options.pusherCluster, "PUSHER_CLUSTER", for: purpose)
      try Setting.refuse([address], with: "--pusher-cluster", instead: "--pusher-url")
      host = try naming(cluster) { try PusherAdapter.host(cluster: cluster.text) }
      socket = try naming(cluster) { try PusherSocket(cluster: cluster.text) }
    }
    let app = try naming(file) {
      try PusherApp(id: id.text, key: key.text, secret: try SecretText.load(file: file.text))
    }
    return PusherAdapter(
      app: app, host: host, socket: socket, client: try outgoing.client(), clock: { .now })
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
