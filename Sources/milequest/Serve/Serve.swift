import ArgumentParser
import CivilTime
import Logging
import Providers
import Quests
import Service
import ServiceLifecycle

/// Serves the REST API.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve the REST API over the ledger.",
    discussion: """
      Nothing has to be set: the ledger is a file in your data folder, accounts are built in, and mail \
      lands as files in a folder beside the ledger. GET /docs shows the API, /openapi.json describes it.

      milequest serve
      milequest serve --store sqlite:team.sqlite --port 9000
      milequest serve --store postgres://quest@db.example/quest --host 0.0.0.0 \\
        --public-address https://quests.example --trusted-proxy 10.0.0.0/8 \\
        --allow-origin https://app.example --secret-file /run/secrets/milequest

      Each option can be given as a variable instead, and the option wins:

      MILEQUEST_STORE, MILEQUEST_HOST, MILEQUEST_PORT, MILEQUEST_PUBLIC_ADDRESS, \
      MILEQUEST_ALLOW_ORIGIN and MILEQUEST_TRUSTED_PROXY (several with commas), MILEQUEST_RATE, \
      MILEQUEST_BURST, MILEQUEST_LIMIT (several with commas), \
      MILEQUEST_SECRET_FILE, MILEQUEST_PREVIOUS_SECRET_FILE, MILEQUEST_ACCESS_TOKEN_SECONDS, \
      MILEQUEST_LOG_LEVEL, MILEQUEST_LOG_REQUESTS, \
      MILEQUEST_CHECK_ANSWERS, MILEQUEST_DRAIN_SECONDS, MILEQUEST_METRICS_LISTEN, \
      MILEQUEST_INSECURE; for signing in MILEQUEST_IDENTITY; for mail MILEQUEST_MAIL, MILEQUEST_MAIL_FROM, \
      MILEQUEST_MAIL_FOLDER, MILEQUEST_SMTP_URL, MILEQUEST_SMTP_USER, MILEQUEST_SMTP_PASSWORD_FILE, \
      MILEQUEST_SMTP_CA_FILE, MILEQUEST_SMTP_TIMEOUT, MILEQUEST_SMTP_STARTTLS; for live events \
      MILEQUEST_REALTIME, MILEQUEST_WEBHOOK_URL, \
      MILEQUEST_WEBHOOK_SECRET_FILE, MILEQUEST_PUSHER_APP_ID, MILEQUEST_PUSHER_KEY, \
      MILEQUEST_PUSHER_SECRET_FILE, MILEQUEST_PUSHER_CLUSTER, MILEQUEST_PUSHER_URL, MILEQUEST_PUSHER_SOCKET_URL; for maps \
      MILEQUEST_MAPS, MILEQUEST_MAPS_URL, MILEQUEST_MAPS_PROFILE, MILEQUEST_MAPS_KEY_FILE, \
      MILEQUEST_PLACES, MILEQUEST_PLACES_URL, MILEQUEST_PLACES_KEY_FILE, MILEQUEST_MAP_STYLE; for the browser client MILEQUEST_WEB; for \
      counts MILEQUEST_ANALYTICS, MILEQUEST_ANALYTICS_URL, MILEQUEST_ANALYTICS_KEY_FILE, \
      MILEQUEST_GA4_MEASUREMENT_ID; for all of these \
      MILEQUEST_OUTGOING_ALLOW (several with commas), MILEQUEST_OUTGOING_PROXY.

      Logs are lines of JSON on standard error, without personal data. SIGTERM or Ctrl-C ends it: \
      /readyz turns red first, then requests under way are finished.
      """)

  @OptionGroup var options: StoreOptions

  @Option(
    help: ArgumentHelp("The address to listen on; 127.0.0.1 by default.", valueName: "address"))
  var host: String?

  @Option(
    help: ArgumentHelp(
      "The port; by default 8080, or the next free one after it.", valueName: "port"))
  var port: String?

  @Option(
    help: ArgumentHelp(
      "How others reach the service, for tokens and mail. Needed when it listens on more than this machine, and https then.",
      valueName: "url"))
  var publicAddress: String?

  @Option(
    help: ArgumentHelp(
      "Encrypt connections by TLS with the certificate in this file (PEM, with those that lead to its authority); by default a proxy does that. Read again when it changes.",
      valueName: "file"), completion: .file())
  var tlsCertificate: String?

  @Option(
    help: ArgumentHelp(
      "The private key of the certificate (PEM, without a password).", valueName: "file"),
    completion: .file())
  var tlsKey: String?

  @Option(
    name: .customLong("allow-origin"),
    help: ArgumentHelp(
      "A web origin whose pages may call the API, such as https://app.example; * for all. May be repeated.",
      valueName: "origin"))
  var allowedOrigins: [String] = []

  @Option(
    name: .customLong("embed-origin"),
    help: ArgumentHelp(
      "A web origin whose pages may show public quests in frames (/embed/quests/ID), such as https://club.example. May be repeated.",
      valueName: "origin"))
  var embedOrigins: [String] = []

  @Option(
    name: .customLong("trusted-proxy"),
    help: ArgumentHelp(
      "A proxy or network that is believed about whom a request comes from. May be repeated.",
      valueName: "network"))
  var trustedProxies: [String] = []

  @Option(
    help: ArgumentHelp(
      "Requests a second for each person or address; 50 by default.", valueName: "n"))
  var rate: String?

  @Option(
    help: ArgumentHelp(
      "Requests at once for each person or address; 100 by default.", valueName: "n"))
  var burst: String?

  @Option(
    name: .customLong("limit"),
    help: ArgumentHelp(
      "How much one person or team may have, such as activities=1000000: \(Quota.allCases.map(\.rawValue).joined(separator: ", ")). May be repeated.",
      valueName: "name=n"))
  var quotas: [String] = []

  @Option(
    help: ArgumentHelp(
      "The file with the secret that signs tokens, 32 bytes or more, which its owner alone can read; by default one beside the ledger, made when it is not there. All processes of one service need the same.",
      valueName: "file"), completion: .file())
  var secretFile: String?

  @Option(
    help: ArgumentHelp(
      "The secret before that, whose tokens still count while secrets are changed.",
      valueName: "file"), completion: .file())
  var previousSecretFile: String?

  @Option(
    help: ArgumentHelp(
      "How long an access token counts, 1 to 86400; 900 by default. Ordinary endpoints of other processes may take one for so long after it was ended.",
      valueName: "seconds"))
  var accessTokenSeconds: String?

  @Option(help: ArgumentHelp("trace, debug, info, notice, warning or error.", valueName: "level"))
  var logLevel: String?

  @Option(help: ArgumentHelp("Whether each request is logged; true by default.", valueName: "bool"))
  var logRequests: String?

  @Option(
    help: ArgumentHelp(
      "Whether every answer is held against the API's description, for tests; what does not fit becomes a 500.",
      valueName: "bool"))
  var checkAnswers: String?

  @Option(
    help: ArgumentHelp(
      "How long /readyz is red before a shutdown closes the port, for balancers to turn away; 0 by default.",
      valueName: "seconds"))
  var drainSeconds: String?

  @Option(
    help: ArgumentHelp(
      "Serve /metrics at this address only, such as 127.0.0.1:9090; by default /metrics is served with the API.",
      valueName: "address:port"))
  var metricsListen: String?

  @Option(
    help: ArgumentHelp(
      "Hand spans of requests to this collector by OTLP over HTTP, such as http://localhost:4318; none by default.",
      valueName: "url"))
  var otlpEndpoint: String?

  @Option(
    help: ArgumentHelp(
      "With --otlp-endpoint: the share of requests, 0 to 1, that begin a trace; 0.01 by default. Those whose caller keeps a trace belong to it.",
      valueName: "share"))
  var traceShare: String?

  @Option(
    help: ArgumentHelp(
      "Whether a service that others reach may go without https, for a private network.",
      valueName: "bool"))
  var insecure: String?

  @OptionGroup(title: "Signing in") var identity: IdentityOptions
  @OptionGroup(title: "Mail") var mail: MailOptions
  @OptionGroup(title: "Live events") var live: RealtimeOptions
  @OptionGroup(title: "Maps") var maps: MapsOptions

  @Option(
    help: ArgumentHelp(
      "The address of a style (JSON) by which browsers draw map tiles; by default they draw our own outlines.",
      valueName: "url"))
  var mapStyle: String?

  @Option(
    help: ArgumentHelp(
      "The folder with the browser client that make web builds, or none for the API alone; by default web beside the program, ../share/milequest/web or /usr/share/milequest/web, or the build folder.",
      valueName: "folder"), completion: .directory)
  var web: String?

  @OptionGroup(title: "Counts of use") var analytics: AnalyticsOptions
  @OptionGroup(title: "Requests to other servers") var outgoing: OutgoingOptions

  func run() async throws {
    try await reportingFailures {
      let plan = try ServePlan(self)
      let store = try await options.openOrBegin(limits: plan.ledgerLimits)
      defer { store.close() }
      try await plan.run(store, at: try options.address)
    }
  }
}
