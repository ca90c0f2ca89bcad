public import CivilTime
import Dispatch
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import Providers
public import Quests
public import ServiceLifecycle

/// The REST service over a store.
public struct QuestService: ServiceLifecycle.Service {
  private let backend: Backend
  private let settings: ServiceSettings
  private let api: API
  /// The pages of the browser client; nil where it is not built.
  private let web: WebResource?
  private let connections: Connections
  private let questMail: Announcements
  private let started: @Sendable (Int) async -> Void

  /// - Parameters:
  ///   - issuers: people whom others vouch for; nil for none.
  ///   - realtime: the service outside that events are handed to, and where it is kept how far that
  ///     has come; nil for none.
  ///   - maps: who knows places and ways.
  ///   - analytics: the service outside that counts are handed to; nil for none.
  ///   - traces: the collector that spans of requests are handed to; nil for none.
  ///   - web: the browser client; nil for none.
  ///   - started: is told the port once it is open.
  public init(
    ledger: any LedgerStore, routes: any RouteStore, accounts: any AccountStore,
    statistics: any StatisticsStore, mail: MailDelivery,
    signIn: BuiltInAccounts, issuers: OpenIDAccounts? = nil, keys: APIKeys,
    links: QuestLinks,
    secrets: RepeatableSecrets, seal: Seal,
    realtime: (any RealtimeAdapter)? = nil, announcements: any AnnouncementStore,
    maps: Maps = .builtIn, analytics: (any AnalyticsAdapter)? = nil,
    traces: OTLPTraces? = nil,
    web: WebFiles? = nil, settings: ServiceSettings,
    clock: @escaping @Sendable () -> Instant, logger: Logger,
    started: @escaping @Sendable (Int) async -> Void = { _ in }
  ) {
    api = API(servesMetrics: settings.metricsAddress == nil)
    let subscriptions = realtime as? any RealtimeSubscriptions
    self.web = web.map {
      WebResource(
        $0, tileStyle: maps.tileStyle, realtime: subscriptions, framedBy: settings.embedOrigins)
    }
    connections = Connections(
      settings.limits, trustedProxies: settings.trustedProxies)
    self.settings = settings
    self.started = started
    backend = Backend(
      ledger: ledger, routes: routes, accounts: accounts, statistics: statistics, mail: mail,
      publicAddress: settings.reachedAt, hasPages: web != nil, signIn: signIn,
      issuers: issuers,
      browserSignIn: issuers.flatMap { issuers in
        settings.publicAddress.map {
          BrowserSignIn(accounts: issuers, signIn: signIn, seal: seal, publicAddress: $0)
        }
      },
      identity: BearerIdentity(keys: keys, accounts: signIn, issuers: issuers), keys: keys,
      links: links,
      secrets: secrets, seal: seal, zones: ZoneCatalog(), ledgerLimits: .standard,
      limits: settings.limits,
      routeCache: RouteCache(routes, mostBytes: settings.limits.cachedRouteBytes),
      personZones: PersonZones(accounts),
      clock: clock, logger: logger, metrics: Metrics(), readiness: Readiness(),
      documents: Documents(
        api.description, publicAddress: settings.publicAddress, scheme: settings.scheme),
      maps: maps,
      announcements: realtime.map { adapter in
        Announcements(adapter, announcements, page: LedgerLimits.standard.page) { error in
          logger.labelled("realtime").warning(
            "realtime",
            metadata: [
              "service": .string(adapter.name), "code": .string(error.code.rawValue),
              "detail": .string(error.message),
            ])
        }
      }, subscriptions: subscriptions,
      analytics: analytics.map { adapter in
        Analytics(adapter) { error in
          logger.labelled("analytics").warning(
            "analytics",
            metadata: [
              "service": .string(adapter.name), "code": .string(error.code.rawValue),
              "detail": .string(error.message),
            ])
        }
      },
      spans: traces.map { adapter in
        Spans(
          delivery: Delivery(adapter) { error in
            logger.labelled("traces").warning(
              "traces", metadata: ["detail": .string(error.message)])
          }, share: settings.traceShare)
      }, connections: connections, version: settings.version)
    questMail = Announcements(
      QuestMail(backend: backend), announcements, page: LedgerLimits.standard.page,
      limits: QuestMail.limits
    ) { error in
      logger.labelled("mail").warning("mail", metadata: ["detail": .string(error.message)])
    }
  }

  /// Serves until it is asked to shut down gracefully: then `/readyz` turns red, and after
  /// `ServiceSettings.drainSeconds` the port is closed and requests under way are finished.
  ///
  /// - Throws: where the port cannot be opened, or the certificate is not right.
  public func run() async throws {
    let pipeline = pipeline()
    let tls = try settings.certificate.map { try ServerTLS($0, backend.logger) }
    // Asked for the first time, so that the first who reads the figures finds it.
    _ = backend.storeSize.bytes
    var services: [any ServiceLifecycle.Service] = [
      MarkerRelay(backend: backend), Caretaker(backend: backend), LiveRelay(backend: backend),
      DailyCounting(backend: backend), SummaryRelay(backend: backend),
      MailRelay(delivery: backend.mail),
      AnnouncementRelay(backend: backend, announcements: questMail) { [backend] in
        try await backend.mail.outbox.isNewsWanted()
      },
    ]
    if let announcements = backend.announcements {
      services.append(AnnouncementRelay(backend: backend, announcements: announcements))
    }
    if let spans = backend.spans { services.append(spans) }
    if let analytics = backend.analytics {
      services.append(AnalyticsRelay(backend: backend, analytics: analytics))
    }
    if let (host, port) = settings.metricsAddress {
      services.append(application([SystemResource.metrics], pipeline, host: host, port: port))
    }
    services.append(
      application(
        api.endpoints + (web?.endpoints ?? []), pipeline, host: settings.host, port: settings.port,
        tls: tls, started: started)
    )
    let group = ServiceGroup(services: services, logger: backend.logger)
    // Apart from the shutdown around it, which would close the port at once.
    let serving = Task.detached { try await group.run() }
    try await withGracefulShutdownHandler {
      try await withTaskCancellationHandler {
        try await serving.value
      } onCancel: {
        serving.cancel()
      }
    } onGracefulShutdown: {
      backend.readiness.close()
      let seconds = settings.drainSeconds
      Task {
        if seconds > 0 { try? await Task.sleep(for: .seconds(seconds)) }
        backend.work.close()
        backend.plans.close()
        await backend.live.close(within: .seconds(2))
        await group.triggerGracefulShutdown()
      }
    }
  }

  private func pipeline() -> Pipeline {
    var random = SystemRandomNumberGenerator()
    let rates = Rates(
      RequestBuckets(using: &random), standard: settings.rate,
      nanoseconds: { DispatchTime.now().uptimeNanoseconds })
    return Pipeline(
      backend: backend, settings: settings, schemas: api.schemas,
      identity: backend.identity, rates: rates, web: web)
  }

  /// Serves endpoints at an address.
  private func application(
    _ endpoints: [Endpoint], _ pipeline: Pipeline, host: String, port: Int, tls: ServerTLS? = nil,
    started: @escaping @Sendable (Int) async -> Void = { _ in }
  ) -> some ApplicationProtocol {
    let limits = settings.limits
    let connections = connections
    let channel = HTTP1Channel.Configuration(
      additionalChannelHandlers: [ConnectionWatch(connections)],
      idleTimeout: .seconds(Int64(limits.idleSeconds)),
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: limits.headBytes, maxHeaderListSize: limits.headBytes,
        maxHeaderFieldCount: 100))
    return Application(
      responder: Responder(endpoints, api.schemas, backend, pipeline),
      server: HTTPServerBuilder { responder in
        ConnectionLoop(
          connections: HTTP1Channel(responder: responder, configuration: channel),
          limits: limits, tls: tls)
      },
      configuration: ApplicationConfiguration(
        address: .hostname(host, port: port), serverName: "MileQuest",
        backlog: limits.connectionBacklog),
      onServerRunning: { [logger = backend.logger] channel in
        // All who come at once are taken in a few turns, and not by fours.
        try? await channel.setOption(.maxMessagesPerRead, value: 256).get()
        try? await channel.pipeline.addHandler(AcceptErrors(logger), position: .first).get()
        await started(channel.localAddress?.port ?? 0)
      },
      logger: backend.logger)
  }
}
