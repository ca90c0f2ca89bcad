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
  let personZones: PersonZones
  let uploads: UploadGate
  let clock: @Sendable () -> Instant
  let logger: Logger
  let metrics: Metrics
  let readiness: Readiness
  let documents: Documents
  let changed = ChangedTeams()
  let progressCache = ProgressCache()
  let mapCache = MapCache()

  /// Does commands and notes the teams that they change, for their markers to follow.
  func perform(
    _ commands: [LedgerCommand]
  ) async throws -> [Result<LedgerAnswer, LedgerError>] {
    let results = try await ledger.perform(commands)
    for case .success(let answer) in results { changed.note(answer) }
    return results
  }

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
