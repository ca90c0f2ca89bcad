import Base
import CivilTime
import Logging
import Providers
import Quests
import Service
import ServiceLifecycle

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the options and variables of `serve` come to, checked before anything is opened.
struct ServePlan {
  private var settings = ServiceSettings()
  private let isPortChosen: Bool
  private let logLevel: Logger.Level
  private let mail: MailPlan
  private let secretFile: String?
  private let previousSecretFile: String?
  private let accessTokenSeconds: Int
  private let realtime: RealtimePlan
  private let maps: Maps
  private let analytics: AnalyticsPlan
  private let traces: OTLPTraces?
  private let web: WebFiles?
  private let issuers: (settings: OpenIDSettings, client: OutgoingClient)?
  /// What one person or team may have.
  let ledgerLimits: LedgerLimits

  /// - Throws: `usage` for what cannot be, and for what would be unsafe.
  init(_ options: Serve) throws {
    func value(_ option: String?, _ variable: String) -> (text: String, name: String)? {
      Setting(option, variable).map { ($0.text, $0.name) }
    }
    func number(_ option: String?, _ variable: String, _ range: ClosedRange<Int>) throws -> Int? {
      guard let (text, name) = value(option, variable) else { return nil }
      guard let number = Int(text), range.contains(number) else {
        throw Failure(
          .usage,
          "\(name): “\(text)” is not a number from \(range.lowerBound) to \(range.upperBound)")
      }
      return number
    }
    settings.version = MileQuest.version
    if let (host, _) = value(options.host, "HOST") { settings.host = host }
    let port = try number(options.port, "PORT", 0...65_535)
    isPortChosen = port != nil
    settings.port = port ?? settings.port
    settings.publicAddress = value(options.publicAddress, "PUBLIC_ADDRESS")?.text
    settings.certificate = try Self.certificate(options)
    settings.allowedOrigins = Setting.list(options.allowedOrigins, "ALLOW_ORIGIN")
    settings.embedOrigins = Setting.list(options.embedOrigins, "EMBED_ORIGIN")
    for text in Setting.list(options.trustedProxies, "TRUSTED_PROXY") {
      guard let range = AddressRange(text) else {
        throw Failure(
          .usage, "--trusted-proxy: “\(text)” is not an address or network such as 10.0.0.0/8")
      }
      settings.trustedProxies.append(range)
    }
    let rate = try number(options.rate, "RATE", RateLimit.range)
    let burst = try number(options.burst, "BURST", RateLimit.range)
    if rate != nil || burst != nil {
      let perSecond = rate ?? RateLimit.standard.perSecond
      guard
        let limit = RateLimit(
          perSecond: perSecond, burst: burst ?? min(2 * perSecond, RateLimit.range.upperBound))
      else { throw Failure(.usage, "--rate: the rate is out of range") }
      settings.rate = limit
    }
    ledgerLimits = try Quota.limits(
      Setting.list(options.quotas, "LIMIT"),
      set: options.quotas.isEmpty ? "MILEQUEST_LIMIT" : "--limit")
    let level = value(options.logLevel, "LOG_LEVEL")
    guard let logLevel = Logger.Level(rawValue: level?.text ?? "info") else {
      throw Failure(
        .usage,
        "\(level?.name ?? ""): “\(level?.text ?? "")” is none of trace, debug, info, notice, "
          + "warning, error")
    }
    self.logLevel = logLevel
    settings.drainSeconds = try number(options.drainSeconds, "DRAIN_SECONDS", 0...3_600) ?? 0
    settings.logsRequests = try Setting(options.logRequests, "LOG_REQUESTS")?.flag() ?? true
    settings.checksAnswers = try Setting(options.checkAnswers, "CHECK_ANSWERS")?.flag() ?? false
    if let (text, name) = value(options.metricsListen, "METRICS_LISTEN") {
      guard let colon = text.lastIndex(of: ":"), colon > text.startIndex,
        let port = Int(text[text.index(after: colon)...]), 1...65_535 ~= port
      else {
        throw Failure(
          .usage, "\(name): “\(text)” is not an address and port such as 127.0.0.1:9090")
      }
      let host = text[..<colon].drop { $0 == "[" }.prefix { $0 != "]" }
      settings.metricsAddress = (String(host), port)
    }
    secretFile = value(options.secretFile, "SECRET_FILE")?.text
    previousSecretFile = value(options.previousSecretFile, "PREVIOUS_SECRET_FILE")?.text
    accessTokenSeconds =
      try number(options.accessTokenSeconds, "ACCESS_TOKEN_SECONDS", 1...86_400) ?? 900
    mail = try MailPlan(options.mail, options.outgoing)
    realtime = try RealtimePlan(options.live, options.outgoing)
    var maps = try options.maps.maps(options.outgoing)
    if let style = Setting(options.mapStyle, "MAP_STYLE") {
      _ = try style.url()
      maps.tileStyle = style.text
    }
    self.maps = maps
    web = try WebFolder.files(Setting(options.web, "WEB"))
    analytics = try AnalyticsPlan(options.analytics, options.outgoing)
    traces = try Self.traces(options, &settings)
    issuers = try options.identity.settings().map { ($0, try options.outgoing.client()) }
    let inBrowser = issuers?.settings.issuers.first { $0.clientID != nil }
    if let inBrowser, settings.publicAddress == nil {
      throw Failure(
        .usage,
        "--identity: people sign in with “\(inBrowser.name)” in a browser, which comes back to "
          + "--public-address: say what that is")
    }
    if let fault = settings.fault(
      isInsecureAllowed: try Setting(options.insecure, "INSECURE")?.flag() ?? false)
    {
      throw Failure(.usage, fault)
    }
  }

  private static func traces(
    _ options: Serve, _ settings: inout ServiceSettings
  ) throws -> OTLPTraces? {
    let share = Setting(options.traceShare, "TRACE_SHARE")
    guard let endpoint = Setting(options.otlpEndpoint, "OTLP_ENDPOINT") else {
      try Setting.refuse([share], with: "a service without a collector", instead: "--otlp-endpoint")
      return nil
    }
    if let share {
      guard let value = Double(share.text), 0...1 ~= value else {
        throw Failure(.usage, "\(share.name): “\(share.text)” is not a share from 0 to 1")
      }
      settings.traceShare = value
    }
    let client = try options.outgoing.client()
    do throws(OutgoingError) {
      return try OTLPTraces(
        base: endpoint.text, client: client, version: MileQuest.version,
        clock: { .now })
    } catch { throw Failure(.usage, "\(endpoint.name): \(error.message)") }
  }

  private static func certificate(_ options: Serve) throws -> CertificateFiles? {
    switch (Setting(options.tlsCertificate, "TLS_CERTIFICATE"), Setting(options.tlsKey, "TLS_KEY"))
    {
    case (nil, nil): return nil
    case (let chain?, let key?): return CertificateFiles(chain: chain.text, key: key.text)
    case (let one?, nil):
      throw Failure(.usage, "\(one.name) needs --tls-key (or MILEQUEST_TLS_KEY)")
    case (nil, let one?):
      throw Failure(
        .usage, "\(one.name) needs --tls-certificate (or MILEQUEST_TLS_CERTIFICATE)")
    }
  }

  /// Serves until it is told to stop.
  ///
  /// - Throws: `unreachable` where the port cannot be opened, `usage` for a secret that is none.
  func run(_ store: OpenStore, at address: StoreAddress) async throws {
    var settings = settings
    settings.port = try freePort()
    settings.limits.connections = Descriptors.connections(
      Descriptors.raised(), atMost: settings.limits.connections)
    // Others than those who look are to find a connection too.
    settings.limits.liveStreams = min(
      settings.limits.liveStreams, settings.limits.connections * 4 / 5)
    let logger = Logger(label: "milequest") { [logLevel] in
      JSONLogHandler(label: $0, level: logLevel)
    }
    let identity: Identities
    do throws(IdentityError) {
      identity = try accounts(store, at: address, settings, logger)
    } catch { throw Failure(.usage, error.message) }
    let exposures = [
      address.exposureText.map { $0 + "; chmod 600 keeps them out" },
      mail.folder(beside: address).flatMap { StoreAddress.exposureText(of: $0) }
        .map { $0 + "; chmod 700 keeps them out" },
      settings.certificate.flatMap { StoreAddress.exposureText(of: $0.key) }
        .map { $0 + "; chmod 600 keeps them out" },
    ]
    for exposure in exposures.compactMap(\.self) {
      logger.warning("privacy", metadata: ["detail": .string(exposure)])
    }
    let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
    let scheme = settings.scheme
    let service = QuestService(
      ledger: store.ledger, routes: store.ledger, accounts: store.ledger,
      statistics: store.ledger, mail: identity.mail,
      signIn: identity.accounts, issuers: identity.issuers, keys: identity.keys,
      links: identity.links,
      secrets: identity.secrets,
      seal: identity.seal, realtime: realtime.adapter, announcements: store.ledger,
      maps: maps, analytics: try analytics.adapter?(identity.installation),
      traces: traces, web: web,
      settings: settings,
      clock: { .now },
      logger: logger,
      started: { [web] port in
        let client =
          web == nil
          ? "the browser client is not built (make web builds it)"
          : "the browser client is at \(scheme)://\(host):\(port)/"
        StandardError.write(
          "Mile Quest serves \(address.text) at \(scheme)://\(host):\(port); the API is described at "
            + "\(scheme)://\(host):\(port)/docs; \(client); Ctrl-C ends it")
      })
    let seconds = settings.drainSeconds + settings.limits.shutdownSeconds
    let end = ShutdownEnd(afterSeconds: seconds + 1, logger: logger) { store.close() }
    var configuration = ServiceGroupConfiguration(
      services: [service, end], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    // A terminal that is closed ends what runs in it in order, but for what was told to go on.
    if !Interruption.isIgnored(SIGHUP) { configuration.gracefulShutdownSignals.append(.sighup) }
    configuration.maximumGracefulShutdownDuration = .seconds(Int64(seconds))
    do { try await ServiceGroup(configuration: configuration).run() } catch {
      throw Failure(.unreachable, "\(host):\(settings.port) cannot be served: \(error)")
    }
  }

  /// The port to listen on. One that nobody chose gives way to the next that is free.
  private func freePort() throws -> Int {
    if isPortChosen {
      guard settings.port == 0 || Self.isFree(settings.port, settings.host) else {
        throw Failure(
          .unreachable,
          "the port \(settings.port) on \(settings.host) is taken, or not for you to open; choose "
            + "another with --port")
      }
      return settings.port
    }
    for port in settings.port..<settings.port + 100 where Self.isFree(port, settings.host) {
      if port != settings.port {
        StandardError.write("the port \(settings.port) is taken; using \(port)")
      }
      return port
    }
    throw Failure(
      .unreachable,
      "the ports \(settings.port) to \(settings.port + 99) are taken; choose one with --port")
  }

  private static func isFree(_ port: Int, _ host: String) -> Bool {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_PASSIVE
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &hints, &found) == 0, let found else { return false }
    defer { freeaddrinfo(found) }
    let info = found.pointee
    let descriptor = socket(info.ai_family, info.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // As the server does it: a port whose last connections are not quite gone is free.
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    return bind(descriptor, info.ai_addr, info.ai_addrlen) == 0 && listen(descriptor, 1) == 0
  }

  /// What tells who asks, over one store and one secret.
  private struct Identities {
    let accounts: BuiltInAccounts
    let issuers: OpenIDAccounts?
    let keys: APIKeys
    let links: QuestLinks
    let secrets: RepeatableSecrets
    let seal: Seal
    let mail: MailDelivery
    let installation: InstallationID
  }

  /// The built-in accounts over the store.
  private func accounts(
    _ store: OpenStore, at address: StoreAddress, _ settings: ServiceSettings, _ logger: Logger
  ) throws(IdentityError) -> Identities {
    let secret: SigningSecret
    if let secretFile {
      secret = try SigningSecret.load(file: secretFile)
    } else if case .file(let path, _) = address {
      secret = try SigningSecret.loadOrCreate(file: path + ".secret")
    } else {
      throw IdentityError(
        .settings,
        "a store on a server can have several processes, which need one secret: name its file with "
          + "--secret-file; head -c 32 /dev/urandom | base64 > FILE makes one, chmod 600 FILE hides it"
      )
    }
    let previous: SigningSecret?
    if let previousSecretFile {
      previous = try SigningSecret.load(file: previousSecretFile)
    } else {
      previous = nil
    }
    let seal = Seal(secret, previous: previous)
    let outbox = Outbox(store: store.ledger, seal: seal, from: mail.from, clock: { .now })
    let delivery = try delivery(outbox, at: address, logger)
    var options = BuiltInAccounts.Options()
    options.allowsPasswords = issuers?.settings.allowsPasswords ?? true
    let accounts = BuiltInAccounts(
      store: store.ledger, outbox: outbox, passwords: Passwords(),
      tokens: try AccessTokens(
        issuer: settings.publicAddress ?? "milequest", audience: "milequest", secret: secret,
        previous: previous, lifetimeSeconds: Int64(accessTokenSeconds)),
      secret: secret, previous: previous, options: options)
    let rate = RequestRate(
      perSecond: Int64(settings.rate.perSecond), burst: Int64(settings.rate.burst))
    return Identities(
      accounts: accounts,
      issuers: issuers.map { settings, client in
        OpenIDAccounts(
          tokens: OpenIDTokens(issuers: settings.issuers, client: client), store: store.ledger)
      },
      keys: APIKeys(store: store.ledger, mostRate: rate),
      links: QuestLinks(store: store.ledger),
      secrets: RepeatableSecrets(secret), seal: seal, mail: delivery,
      installation: InstallationID(secret))
  }

  /// What sends the messages of an outbox.
  private func delivery(
    _ outbox: Outbox, at address: StoreAddress, _ logger: Logger
  ) throws(IdentityError) -> MailDelivery {
    let (mail, leaseSeconds): (any Mail, Int64)
    do throws(MailError) { (mail, leaseSeconds) = try self.mail.delivery(beside: address) } catch {
      throw IdentityError(.settings, error.message)
    }
    var options = MailDelivery.Options()
    options.leaseSeconds = leaseSeconds
    let log = logger.labelled("mail")
    return MailDelivery(outbox, through: mail, options: options) { outcome, reason in
      log.log(
        level: outcome == .postponed ? .warning : .error, "mail",
        metadata: [
          "outcome": .string(outcome?.rawValue ?? "store"), "detail": .string(reason),
        ])
    }
  }
}
