public import CivilTime
import Dispatch
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import Quests
public import ServiceLifecycle

/// The REST service over a store.
public struct QuestService: ServiceLifecycle.Service {
  private let backend: Backend
  private let settings: ServiceSettings
  private let api: API
  private let started: @Sendable (Int) async -> Void
  private let identify: @Sendable (String, Instant) async throws -> Caller

  /// - Parameter started: is told the port once it is open.
  public init(
    ledger: any LedgerStore, routes: any RouteStore, accounts: any AccountStore,
    settings: ServiceSettings, clock: @escaping @Sendable () -> Instant, logger: Logger,
    started: @escaping @Sendable (Int) async -> Void = { _ in }
  ) {
    self.started = started
    identify = { token, _ in
      guard let person = PersonID(token) else { throw Problem(.invalidToken, "no token") }
      return .person(person, session: nil)
    }
    api = API()
    self.settings = settings
    backend = Backend(
      ledger: ledger, routes: routes, accounts: accounts, zones: ZoneCatalog(),
      ledgerLimits: .standard, limits: settings.limits,
      routeCache: RouteCache(routes, mostVertices: settings.limits.cachedVertices),
      personZones: PersonZones(accounts),
      clock: clock, logger: logger, metrics: Metrics(), readiness: Readiness(),
      documents: Documents(api.description))
  }

  /// Serves until the surrounding task group shuts down gracefully.
  ///
  /// - Throws: where the port cannot be opened.
  public func run() async throws {
    var random = SystemRandomNumberGenerator()
    let rates = Rates(
      Throttle(using: &random), standard: settings.rate,
      nanoseconds: { DispatchTime.now().uptimeNanoseconds })
    let pipeline = Pipeline(
      backend: backend, settings: settings, schemas: api.schemas,
      gate: Gate(identify: identify, rates: rates),
      clients: ClientAddress(trustedProxies: settings.trustedProxies))
    let limits = settings.limits
    let channel = HTTP1Channel.Configuration(
      idleTimeout: .seconds(Int64(limits.idleSeconds)),
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: limits.headBytes, maxHeaderListSize: limits.headBytes,
        maxHeaderFieldCount: 100))
    let application = Application(
      responder: api.responder(pipeline), server: .http1(configuration: channel),
      configuration: ApplicationConfiguration(
        address: .hostname(settings.host, port: settings.port), serverName: "MileQuest",
        availableConnectionsDelegate: MaximumAvailableConnections(limits.connections)),
      onServerRunning: { channel in await started(channel.localAddress?.port ?? 0) },
      logger: backend.logger)
    try await application.run()
  }
}
