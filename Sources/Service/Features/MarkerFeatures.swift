import CivilTime
import Geodesy
import JSON
import Quests
import Routes

/// The markers of public quests as features, now and as of past moments.
enum MarkerFeatures {
  private static let listing = "ogc markers"

  static let properties: [Schema.Property] = [
    .init("questId", .uuid), .init("questName", .text()), .init("teamId", .uuid),
    .init("teamName", .text()),
    .optional("asOf", .instant, "The moment that `datetime` asks for, where it is past."),
  ]

  static func list(_ call: Call) async throws -> FoundFeatures {
    let (ledger, box) = (call.backend.ledger, call[.featureBox])
    let past = call[.featureTime]?.end.map { min($0, call.now) }
    var scan = FeatureScan(call[.featureLimit], call.backend.limits)
    var last: QuestID? = try call.cursor(listing, .identifier)?.id(at: 0)
    let asked = scan.rows(call.backend.ledgerLimits)
    while true {
      // Where a marker was, its present place does not tell.
      let markers = try await ledger.markers(
        in: past == nil ? box ?? .world : .world, publicOnly: true, after: last, limit: asked)
      let names = try await ledger.questNames(markers.map(\.quest))
      for marker in markers {
        guard !scan.isFull() else {
          scan.end(at: last.map { PageCursor(listing, [.id($0)]) })
          return scan.found
        }
        last = marker.quest
        // A quest that has gone meanwhile has no marker.
        guard let name = names[marker.quest] else { continue }
        guard let past else {
          let place = Coordinate(uncheckedLatitude: marker.latitude, longitude: marker.longitude)
          scan.add(feature(marker.quest, marker.team, name, at: place, asOf: nil))
          continue
        }
        scan.look(at: FeaturesResource.stepsPerStanding)
        guard let place = try await place(of: marker.quest, asOf: past, call),
          box?.contains(place) ?? true
        else { continue }
        scan.add(feature(marker.quest, marker.team, name, at: place, asOf: past))
      }
      if markers.count < asked { return scan.found }
    }
  }

  static func one(_ call: Call) async throws -> ShownFeature {
    let id = call[.markerFeature]
    guard let glance = try await call.backend.ledger.glance(at: id, by: nil),
      Authority.decide(nil, .seeQuest(id, of: glance.team), as: nil) == .allowed,
      glance.team.dissolvedAt == nil,
      let standing = try await call.backend.ledger.standing(of: id, now: call.now, past: nil)
    else { throw Problem(.notFound, "there is no public quest \(id)") }
    let route = try await call.backend.routeCache.measured(standing.plan)
    let name = QuestNames(quest: standing.record.quest.name, team: glance.team.name)
    return feature(
      id, glance.team.id, name,
      at: route.position(of: standing.total, plan: standing.plan).coordinate, asOf: nil)
  }

  /// Where the team stood, by the walks that began up to a moment; nil before the quest began.
  private static func place(
    of quest: QuestID, asOf past: Instant, _ call: Call
  ) async throws -> Coordinate? {
    guard
      let standing = try await call.backend.ledger.standing(of: quest, now: call.now, past: past),
      standing.record.quest.start <= past
    else { return nil }
    let route = try await call.backend.routeCache.measured(standing.plan)
    return route.position(of: standing.total, plan: standing.plan).coordinate
  }

  private static func feature(
    _ quest: QuestID, _ team: TeamID, _ name: QuestNames, at place: Coordinate, asOf: Instant?
  ) -> ShownFeature {
    var properties: [(String, JSONValue)] = [
      ("questId", .string(quest.description)), ("questName", .string(name.quest)),
      ("teamId", .string(team.description)), ("teamName", .string(name.team)),
    ]
    if let asOf { properties.append(("asOf", .string(asOf.description))) }
    return ShownFeature(
      id: quest.description, properties: properties, geometry: .point(place))
  }
}
