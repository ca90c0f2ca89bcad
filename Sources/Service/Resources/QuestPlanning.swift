import Formats
import Geodesy
import Quests
import Routes

/// Makes the plan of a quest from what a request asks for.
struct QuestPlanning {
  private let call: Call

  init(_ call: Call) { self.call = call }

  private static let fields = [
    "routeId", "version", "laps", "thereAndBack", "lapJoin", "length", "lengthMeters",
    "percentages",
  ]

  /// Whether the request says anything about it.
  var isAsked: Bool { Self.fields.contains { call.body[$0] != nil } }

  /// - Parameter former: the plan that what is left out comes from; nil for a new quest.
  /// - Throws: faults of the body; `limit` and `invalid` of the ledger.
  func plan(instead former: QuestPlan?) async throws -> QuestPlan {
    let record = try await route(former)
    let isSameRoute = former?.route.route == record.version.route
    let stored = try await call.backend.routeCache.measured(record.version)
    var course = isSameRoute ? former?.course ?? stored.route.course : stored.route.course
    if let laps = call.body["laps"]?.int64 { course.laps = Int(laps) }
    if let isReturning = call.body["thereAndBack"]?.bool { course.thereAndBack = isReturning }
    if let policy = call.body["lapJoin"]?.string { course.lapJoin = JoinPolicy(rawValue: policy) }
    let measured =
      course == stored.route.course
      ? stored : try await call.backend.routeCache.measured(record.version, course: course)
    do throws(RouteError) { try measured.requireResolvedJoins() } catch {
      let place = measured.lapJoin?.policy == .unresolved ? "/lapJoin" : "/routeId"
      throw Problem.invalid(
        place,
        place == "/lapJoin"
          ? "is missing: the end of the route is too far from its start to guess how a lap leads to "
            + "the next" : "names a route with a join that nobody has decided on")
    }
    // A length that was never set apart from the course's follows the course.
    let kept = former.flatMap {
      $0.scale.questLength == $0.scale.officialLength ? nil : $0.scale.questLength
    }
    return try QuestPlan(
      measured, route: record.version, questLength: try length(else: kept),
      percentages: call.body["percentages"]?.array?.compactMap { $0.int64.map { Int($0) } }
        ?? former?.percentages ?? QuestPlan.standardPercentages,
      limits: call.backend.ledgerLimits)
  }

  private func route(_ former: QuestPlan?) async throws -> RouteRecord {
    let id: RouteID
    if let text = call.body["routeId"]?.string {
      guard let known = RouteID(text) else {
        throw Problem.invalid("/routeId", "is no UUID")
      }
      id = known
    } else if let former {
      id = former.route.route
    } else {
      throw Problem.invalid("/routeId", "is missing")
    }
    let version = call.body["version"]?.int64.map { Int($0) }
    let isSame = former?.route.route == id
    let routes = call.backend.routes
    let record: RouteRecord?
    if let number = version ?? (isSame ? former?.route.version : nil) {
      record = try await routes.route(RouteVersion(route: id, version: number))
    } else {
      record = try await routes.versions(of: id).last
    }
    // The route that a quest runs on already stays with it, also where it is hidden since.
    let isKept = record != nil && record?.version == former?.route
    guard let record,
      isKept || Authority.decide(call.caller.person, .seeRoute(record), as: nil) == .allowed
    else {
      throw Problem.invalid(
        version == nil ? "/routeId" : "/version",
        "there is no route \(id)\(version.map { ", version \($0)" } ?? ""), or it is not for you "
          + "to see")
    }
    return record
  }

  private func length(else kept: Distance?) throws(Problem) -> Distance? {
    let (text, meters) = (call.body["length"], call.body["lengthMeters"])
    if text != nil, meters != nil {
      throw .invalid("/lengthMeters", "is there beside length; give one of them")
    }
    if let meters {
      guard let length = meters.distance(in: .meters), length > .zero else {
        throw .invalid("/lengthMeters", "is no length above 0")
      }
      return length
    }
    guard let text else { return kept }
    if text.isNull { return nil }
    guard let words = text.string, let length = try? Distance(words), length > .zero else {
      throw .invalid("/length", "is no length above 0")
    }
    return length
  }
}
