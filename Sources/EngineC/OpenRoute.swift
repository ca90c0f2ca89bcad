internal import Base
internal import CMileQuest
internal import Routes

/// A route that a caller has opened, with what answers columns.
final class OpenRoute: Sendable {
  let measured: MeasuredRoute
  let table: PositionTable
  /// What was noticed while it was opened.
  let warnings: [String]
  /// Made by the first call that asks for places.
  private let places = Lock<NearestPlaces?>(nil)

  init(_ measured: MeasuredRoute, warnings: [String]) {
    self.measured = measured
    self.warnings = warnings
    table = PositionTable(measured)
  }

  func nearestPlaces() throws(Refusal) -> NearestPlaces {
    if let found = places.withLock({ $0 }) { return found }
    do throws(RouteError) {
      // Two threads may both make it; the first one's stays.
      let made = try NearestPlaces(measured)
      return places.withLock { kept in
        if let kept { return kept }
        kept = made
        return made
      }
    } catch { throw Refusal(error, file: measured.route.name ?? "the route") }
  }
}

extension OpenRoute {
  private struct Registry: Sendable {
    var routes: [UInt64: OpenRoute] = [:]
    var last: UInt64 = 0
  }

  private static let registry = Lock(Registry())

  /// The handle of a route, which no other one has had.
  static func register(_ route: OpenRoute) -> UInt64 {
    registry.withLock { registry in
      registry.last += 1
      registry.routes[registry.last] = route
      return registry.last
    }
  }

  static func named(_ handle: UInt64) throws(Refusal) -> OpenRoute {
    guard let route = registry.withLock({ $0.routes[handle] }) else { throw unknown(handle) }
    return route
  }

  static func close(_ handle: UInt64) throws(Refusal) {
    // What is freed is freed after the lock.
    let closed = registry.withLock { $0.routes.removeValue(forKey: handle) }
    if closed == nil { throw unknown(handle) }
  }

  private static func unknown(_ handle: UInt64) -> Refusal {
    Refusal(MQ_HANDLE, "handle", "no open route has the handle \(handle); maybe it was closed")
  }
}
