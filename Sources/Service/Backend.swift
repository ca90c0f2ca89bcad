import Base
import CivilTime
import Formats
import Logging
import NIOPosix
import Providers
import Quests
import Routes

/// What the endpoints work with.
///
/// A class, so that each request that passes it on counts one reference and not those of its parts.
final class Backend: Sendable {
  let ledger: any LedgerStore
  let routes: any RouteStore
  let accounts: any AccountStore
  let signIn: BuiltInAccounts
  /// People whom other issuers vouch for; nil where none is configured.
  let issuers: OpenIDAccounts?
  /// Nil where nobody signs in with an issuer in a browser.
  let browserSignIn: BrowserSignIn?
  let identities: LinkedIdentities
  let identity: any Identity
  let keys: APIKeys
  let links: QuestLinks
  let secrets: RepeatableSecrets
  let seal: Seal
  let zones: ZoneCatalog
  let ledgerLimits: LedgerLimits
  let limits: ServiceLimits
  let routeCache: RouteCache
  let personZones: PersonZones
  let bodies: BodyBudget
  let downloads: BodyBudget
  /// Where the pieces of files are made: apart from heavy work, which does not begin and end with each.
  let downloadThreads: WorkThreads
  let work: WorkPool
  /// Plans wait for other servers, so they keep none of the other work waiting.
  let plans: WorkPool
  let maps: Maps
  let clock: @Sendable () -> Instant
  let logger: Logger
  let metrics: Metrics
  let readiness: Readiness
  let documents: Documents
  let progressCache = ProgressCache()
  let pictures = BoundedCache<QuestPicture, [UInt8]>(mostWeight: QuestPicture.mostBytes)
  let live: LiveStreams
  /// Nil where no service outside is configured.
  let announcements: Announcements?
  let subscriptions: (any RealtimeSubscriptions)?
  let realtimeNotices = RealtimeNotices()
  let mail: MailDelivery
  let mailLinks: MailLinks
  let statistics: any StatisticsStore
  let usage = UsageCounts()
  /// Nil where no service outside is configured.
  let analytics: Analytics?
  /// Nil where spans go nowhere.
  let spans: Spans?
  let overload: Overload
  /// All connections of the process.
  let connections: Connections
  let storeSize: StoreSize
  /// Of the program.
  let version: String
  /// Names this process where one of many has a right.
  let holder = "\(UInt64.random(in: 0...(.max)))"

  init(
    ledger: any LedgerStore, routes: any RouteStore, accounts: any AccountStore,
    statistics: any StatisticsStore, mail: MailDelivery, publicAddress: String,
    hasPages: Bool = false,
    signIn: BuiltInAccounts, issuers: OpenIDAccounts? = nil, browserSignIn: BrowserSignIn? = nil,
    identity: any Identity, keys: APIKeys, links: QuestLinks,
    secrets: RepeatableSecrets, seal: Seal, zones: ZoneCatalog, ledgerLimits: LedgerLimits,
    limits: ServiceLimits, routeCache: RouteCache, personZones: PersonZones,
    clock: @escaping @Sendable () -> Instant, logger: Logger, metrics: Metrics,
    readiness: Readiness, documents: Documents, maps: Maps = .builtIn,
    announcements: Announcements? = nil,
    subscriptions: (any RealtimeSubscriptions)? = nil, analytics: Analytics? = nil,
    spans: Spans? = nil, connections: Connections? = nil, version: String = "unknown"
  ) {
    self.connections = connections ?? Connections(limits, trustedProxies: [])
    self.version = version
    storeSize = StoreSize { try await ledger.bytes() }
    self.analytics = analytics
    self.spans = spans
    self.announcements = announcements
    self.subscriptions = subscriptions
    self.ledger = ledger
    self.routes = routes
    self.accounts = accounts
    self.statistics = statistics
    self.mail = mail
    mailLinks = MailLinks(address: publicAddress, hasPages: hasPages, seal: seal)
    self.signIn = signIn
    self.issuers = issuers
    self.browserSignIn = browserSignIn
    identities = LinkedIdentities(
      store: accounts, signIn: signIn, accounts: issuers, browser: browserSignIn)
    self.identity = identity
    self.keys = keys
    self.links = links
    self.secrets = secrets
    self.seal = seal
    self.zones = zones
    self.ledgerLimits = ledgerLimits
    self.limits = limits
    self.routeCache = routeCache
    self.personZones = personZones
    bodies = BodyBudget(limits.bodies)
    downloads = BodyBudget(limits.downloads)
    overload = Overload(limits)
    downloadThreads = WorkThreads(count: limits.workThreads)
    work = WorkPool(limits)
    plans = WorkPool(limits.plans)
    self.maps = maps
    live = LiveStreams(
      LiveRendering(ledger, accounts, routeCache, page: ledgerLimits.page),
      ledger.changedTeams(), limits)
    self.clock = clock
    self.logger = logger
    self.metrics = metrics
    self.readiness = readiness
    self.documents = documents
  }

  /// Does work of some milliseconds away from the threads that serve requests; `Call.heavily` does
  /// what may take longer.
  func offload<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
    try await NIOThreadPool.singleton.runIfActive(work)
  }

  /// A zone by its name.
  ///
  /// - Throws: `zone-unknown`.
  func zone(_ name: String) throws -> Zone {
    do { return try zones.zone(named: name) } catch {
      throw Problem(LedgerError(.zone, error.message))
    }
  }

  /// What one of the ledger's faults is to a caller; those of the store itself are written down.
  func problem(_ error: LedgerError, requestID: String) -> Problem {
    let problem = Problem(error)
    if problem.code.status >= 500 {
      logger.error(
        "store",
        metadata: [
          "requestId": .string(requestID), "code": .string(error.code.rawValue),
          "detail": .string(error.message),
        ])
    }
    return problem
  }
}
