import ArgumentParser

/// Which service outside live events are handed to.
struct RealtimeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where live events go beside the streams: builtin (nowhere else), webhook or pusher.",
      valueName: "service"), completion: .list(["builtin", "webhook", "pusher"]))
  var realtime: String?

  @Option(
    help: ArgumentHelp(
      "With --realtime webhook: where events are posted, such as https://hooks.example/milequest.",
      valueName: "url"))
  var webhookUrl: String?

  @Option(
    help: ArgumentHelp(
      "With --realtime webhook: the file with the secret that signs the posts, 16 bytes or more.",
      valueName: "file"), completion: .file())
  var webhookSecretFile: String?

  @Option(
    help: ArgumentHelp("With --realtime pusher: the app's id.", valueName: "id"))
  var pusherAppId: String?

  @Option(
    help: ArgumentHelp("With --realtime pusher: the app's key.", valueName: "key"))
  var pusherKey: String?

  @Option(
    help: ArgumentHelp(
      "With --realtime pusher: the file with the app's secret.", valueName: "file"),
    completion: .file())
  var pusherSecretFile: String?

  @Option(
    help: ArgumentHelp(
      "With --realtime pusher: the app's cluster, such as eu.", valueName: "name"))
  var pusherCluster: String?

  @Option(
    help: ArgumentHelp(
      "With --realtime pusher: in place of a cluster, a server of your own that speaks its HTTP API.",
      valueName: "url"))
  var pusherUrl: String?

  @Option(
    help: ArgumentHelp(
      "With --pusher-url: where browsers connect to that server, such as wss://socket.example; by default the same host and port.",
      valueName: "url"))
  var pusherSocketUrl: String?
}
