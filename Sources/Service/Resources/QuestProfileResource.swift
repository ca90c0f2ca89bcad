import JSON

/// The heights along a quest's route, for whoever sees the quest.
enum QuestProfileResource {
  static let schemas: [NamedSchema] = [
    NamedSchema(
      "QuestProfile", "The heights along one pass of a quest's route, and its course over it.",
      .object([
        .init("startMeters", .meters, "The official distance at the start of the course."),
        .init("passMeters", .meters, "The official length of one pass over the route."),
        .init("lapMeters", .meters, "From the start of a lap to the start of the next."),
        .init("laps", .count), .init("thereAndBack", .boolean),
        .init("ascentMeters", .nullable(.meters), "Of one pass."),
        .init("descentMeters", .nullable(.meters), "Of one pass."),
        .init(
          "points", .array(.named("ProfilePoint"), count: 0...ElevationProfile.mostPoints),
          "Empty where no height is known."),
      ]))
  ]

  static let endpoints: [Endpoint] = [
    Endpoint(
      .get, "/v1/quests/\(.quest)/profile", "getQuestProfile", "The heights along a quest's route",
      details: "One pass, however many laps the course has. There and back, a lap is two passes, "
        + "and the second one leads from the last point to the first.", tag: "Progress",
      access: .shared(namesPeople: false), parameters: [.samples, .units, .fields],
      answers: [.ok("QuestProfile", "The profile.")], handle: profile)
  ]

  private static func profile(_ call: Call) async throws -> Reply {
    let (id, glance) = try await call.glance()
    guard let record = try await call.backend.ledger.quest(id),
      let plan = try await call.backend.ledger.plan(record.quest.plan)
    else { throw Problem(.notFound, call.noQuest) }
    let route = try await call.backend.routeCache.measured(plan)
    let (count, caching) = (call[.samples], call.caching(of: glance.team))
    return try await call.working(on: route) {
      let course = route.route.course
      guard case .object(let heights) = ElevationProfile(route, pointCount: count).json else {
        throw Problem.unexpectedAnswer
      }
      return .json(
        .object(
          [
            ("startMeters", .number(route.start.meters)),
            ("passMeters", .number(route.passLength.meters)),
            ("lapMeters", .number(route.lapLength.meters)), ("laps", .integer(course.laps)),
            ("thereAndBack", .bool(course.thereAndBack)),
          ] + heights), caching: caching)
    }
  }
}
