import CivilTime
import Formats
import Logging
import NIOPosix
import Providers
import Quests
import Routes

/// What the endpoints work with.
struct Backend: Sendable {
  let ledger: any LedgerStore
  let routes: any RouteStore
  let accounts: any AccountStore
  let signIn: BuiltInAccounts
  let keys: APIKeys
  let zones: ZoneCatalog
  let ledgerLimits: LedgerLimits
  let limits: ServiceLimits
  let routeCache: RouteCache
  let clock: @Sendable () -> Instant
  let logger: Logger
  let metrics: Metrics
  let readiness: Readiness
  let documents: Documents

  /// Does work that keeps a processor busy away from the threads that serve requests.
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
}
