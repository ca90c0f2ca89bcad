import Formats
import Geodesy
import Quests
import Routes

/// Makes the plan of a quest from what a request wishes.
struct QuestPlanning {
  private let call: Call
  private let wishes: PlanWishes

  init(_ call: Call, _ wishes: PlanWishes) {
    self.call = call
    self.wishes = wishes
  }

  /// - Parameter former: the plan that what is left out comes from; nil for a new quest.
  /// - Throws: faults of the body; `limit` and `invalid` of the ledger.
  func plan(instead former: QuestPlan?) async throws -> QuestPlan {
    let record = try await route(former)
    let isSameRoute = former?.route.route == record.version.route
    let stored = try await call.backend.routeCache.measured(record.version)
    var course = isSameRoute ? former?.course ?? stored.route.course : stored.route.course
    if let laps = wishes.laps { course.laps = laps }
    if let isReturning = wishes.thereAndBack { course.thereAndBack = isReturning }
    if let policy = wishes.lapJoin { course.lapJoin = policy }
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
      measured, route: record.version, questLength: wishes.length ?? kept,
      percentages: wishes.percentages ?? former?.percentages ?? QuestPlan.standardPercentages,
      limits: call.backend.ledgerLimits)
  }

  private func route(_ former: QuestPlan?) async throws -> RouteRecord {
    guard let id = wishes.route ?? former?.route.route else {
      throw Problem.invalid("/routeId", "is missing")
    }
    let version = wishes.version
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
}
