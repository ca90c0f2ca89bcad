import CivilTime
import Drawing
import Formats
import Geodesy
import HTTPTypes
import Quests
import Routes

/// Pictures of a quest: a card to share, and a certificate for those who have completed it.
enum PictureResource {
  private static let tag = "Pictures"

  static let endpoints: [Endpoint] = [
    Endpoint(
      .get, "/v1/quests/\(.quest)/card.png", "getQuestCard", "Draw a card of a quest to share",
      details: "1200 × 630 pixels: the quest's name and team, how far they are, and where.",
      tag: tag, access: .shared(namesPeople: false), parameters: [.pictureUnits],
      answers: [Endpoint.Answer(200, "The picture.", mediaType: "image/png", .file)],
      waitsInLine: true, problems: [.unavailable], handle: card),
    Endpoint(
      .get, "/v1/quests/\(.quest)/certificate.pdf", "getQuestCertificate",
      "Draw the certificate of a completed quest",
      details: "A page, A4 across. A quest that is not completed has none.",
      tag: tag, access: .anyone, parameters: [.pictureUnits],
      answers: [Endpoint.Answer(200, "The page.", mediaType: "application/pdf", .file)],
      waitsInLine: true, problems: [.unavailable], handle: certificate),
  ]

  // MARK: What they do

  private static func card(_ call: Call) async throws -> Reply {
    let (glance, standing) = try await standing(call)
    return try await reply(
      .card(facts(glance, standing, call)), glance, standing, mediaType: "image/png", call)
  }

  private static func certificate(_ call: Call) async throws -> Reply {
    let (glance, standing) = try await standing(call)
    let quest = standing.record.quest
    guard quest.closing == .completed, let completed = quest.closedAt else {
      throw Problem(.notFound, "the quest is not completed; a completed one has a certificate")
    }
    let zone = try call.backend.zone(quest.zone)
    let picture = QuestPicture.Content.certificate(
      facts(glance, standing, call), startedOn: zone.day(at: quest.start).description,
      completedOn: zone.day(at: completed).description, walks: standing.walks)
    return try await reply(picture, glance, standing, mediaType: "application/pdf", call)
  }

  private static func standing(_ call: Call) async throws -> (QuestGlance, QuestStanding) {
    let (id, glance) = try await call.glance()
    guard
      let standing = try await call.backend.ledger.standing(of: id, now: call.now, past: nil)
    else { throw Problem(.notFound, call.noQuest) }
    return (glance, standing)
  }

  private static func facts(
    _ glance: QuestGlance, _ standing: QuestStanding, _ call: Call
  ) -> QuestFacts {
    let scale = standing.plan.scale
    return QuestFacts(
      questName: standing.record.quest.name, teamName: glance.team.name, walked: standing.total,
      length: scale.questLength, place: scale.place(of: standing.total),
      hidesAhead: standing.record.quest.hidesAhead,
      units: call[.pictureUnits] == .km ? .metric : .imperial)
  }

  private static func reply(
    _ content: QuestPicture.Content, _ glance: QuestGlance, _ standing: QuestStanding,
    mediaType: String, _ call: Call
  ) async throws -> Reply {
    let plan = standing.plan
    let picture = QuestPicture(content: content, route: plan.route, course: plan.course)
    let bytes: [UInt8]
    if let known = call.backend.pictures[picture] {
      bytes = known
    } else {
      let route = try await call.backend.routeCache.measured(plan)
      bytes = try await call.heavily(QuestPicture.cost(of: route)) { try picture.draw(route) }
      call.backend.pictures.insert(bytes, for: picture, weight: bytes.count)
    }
    return Reply(
      .ok, .bytes(bytes, mediaType: mediaType), caching: call.caching(of: glance.team))
  }
}

/// A picture by all that it shows, so that one which was drawn before is good for ever.
struct QuestPicture: Hashable, Sendable {
  enum Content: Hashable, Sendable {
    case card(QuestFacts)
    case certificate(QuestFacts, startedOn: String, completedOn: String, walks: Int64)
  }

  let content: Content
  let route: RouteVersion
  let course: Course

  /// Of all pictures that are kept.
  static let mostBytes = 32 << 20

  /// Outlines of land are drawn whatever the route: about a tenth of a second, and an image.
  static func cost(of route: MeasuredRoute) -> WorkCost {
    let own = WorkCost(
      vertices: route.route.vertices.count, waypoints: route.route.waypoints.count)
    return WorkCost(steps: own.steps + 50_000, bytes: own.bytes + 16 << 20)
  }

  func draw(_ route: MeasuredRoute) throws -> [UInt8] {
    switch content {
    case .card(let facts): try QuestCard(route, facts).png()
    case .certificate(let facts, let startedOn, let completedOn, let walks):
      try QuestCertificate(
        route, facts, startedOn: startedOn, completedOn: completedOn, walks: walks
      ).pdf()
    }
  }
}

enum PictureUnits: String, CaseIterable, Sendable { case km, mi }

extension ParameterKey {
  fileprivate static let pictureUnits = Parameter<PictureUnits>(
    "units", .words(), standard: .km, "The units of lengths in the picture.")
}
