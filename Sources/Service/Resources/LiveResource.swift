import CivilTime
import Formats
import HTTPTypes
import JSON
import Providers
import Quests

/// What happens to a team, as it happens: streams of server-sent events, and pages for those who
/// cannot hold a stream open.
enum LiveResource {
  private static let tag = "Live"

  static let schemas =
    LiveEventJSON.schemas + [
      NamedSchema(
        "LiveEventsPage", "Events after a version, in their order.",
        .object([
          .init("items", .array(.named("LiveEvent"), count: 0...500)),
          .init("version", .count, "What to send as `after` next."),
          .init(
            "reset", .boolean,
            "Whether events are missing, because those after your version are no longer kept: "
              + "fetch anew what you show, and go on from `version`."),
        ]))
    ]

  private static let streamDetails =
    "Each message is one event of the team: `id:` is the team's version, `event:` its kind, `data:` "
    + "its JSON, as the schemas of the events have it. The first message is `ready` with the present "
    + "version. Send the last id that you have as `Last-Event-ID` (or `after`) to go on without loss "
    + "or repetition; the `teamVersion` of a progress answer is one. Where events are missing you get "
    + "one `reset`: fetch anew what you show. The last message is `end` with a reason: `shutdown`, "
    + "`access-changed`, `token-ended` or `team-dissolved`. A comment comes every 15 seconds."

  private static let stream = Endpoint.Answer(
    200, "A stream that goes on until you end it.",
    [Endpoint.Answer.Content(LiveStream.mediaType, .text(0...Int.max))])

  static let endpoints: [Endpoint] = [
    Endpoint(
      .get, "/v1/teams/\(.team)/events", "followTeam", "Follow what happens to a team",
      details: streamDetails, tag: tag, access: .anyone,
      parameters: [.lastEventID, .afterVersion, .units], answers: [stream]
    ) { call in
      try await call.backend.live.turns.take {
        let (facts, membership) = try await call.team()
        return try await follow(
          facts.team.id, quest: nil, version: facts.version, as: membership, call)
      }
    },
    Endpoint(
      .get, "/v1/quests/\(.quest)/events", "followQuest", "Follow what happens to a quest",
      details: "What concerns its team as a whole comes too. " + streamDetails, tag: tag,
      access: .shared(namesPeople: false), parameters: [.lastEventID, .afterVersion, .units],
      answers: [stream]
    ) { call in
      try await call.backend.live.turns.take {
        let (id, glance) = try await call.glance()
        return try await follow(
          glance.team.id, quest: id, version: glance.version, as: glance.membership, call)
      }
    },
    Endpoint(
      .get, "/v1/teams/\(.team)/events/page", "listTeamEvents",
      "List what happened to a team after a version", details: pageDetails, tag: tag,
      access: .anyone, parameters: [.afterVersion, .wait, .limit, .units],
      answers: [.ok("LiveEventsPage", "A page.")], waitsInLine: true
    ) { call in
      let (facts, membership) = try await call.team()
      return try await page(
        facts.team.id, quest: nil, version: facts.version, as: membership, call)
    },
    Endpoint(
      .get, "/v1/quests/\(.quest)/events/page", "listQuestEvents",
      "List what happened to a quest after a version", details: pageDetails, tag: tag,
      access: .shared(namesPeople: false), parameters: [.afterVersion, .wait, .limit, .units],
      answers: [.ok("LiveEventsPage", "A page.")], waitsInLine: true
    ) { call in
      let (id, glance) = try await call.glance()
      return try await page(
        glance.team.id, quest: id, version: glance.version, as: glance.membership, call)
    },
  ]

  private static let pageDetails =
    "The same events as in the stream. Without `after` there are none, and `version` says where to "
    + "begin. With `wait` an empty answer waits until there is an event."

  // MARK: What they do

  private static func reader(
    _ team: TeamID, quest: QuestID?, after version: Int64, as membership: Membership?,
    _ call: Call
  ) async throws -> LiveReader {
    let credential = call.caller.credential
    // Another process may have ended it.
    if let credential { try await call.backend.confirm(credential, at: call.now) }
    return LiveReader(
      team, quest: quest,
      viewer: LiveReader.Viewer(
        person: call.caller.person, people: call.peopleShown(to: membership),
        credential: credential),
      units: call[.units], after: version, mostWaiting: call.backend.live.mostWaiting)
  }

  private static func follow(
    _ team: TeamID, quest: QuestID?, version: Int64, as membership: Membership?, _ call: Call
  ) async throws -> Reply {
    let known = call[.lastEventID] ?? call[.afterVersion]
    let seat = try call.backend.live.seat(for: CallerKey(call.caller, at: call.address))
    let reader = try await reader(
      team, quest: quest, after: known ?? version, as: membership, call)
    let start = known.map { LiveStream.Start.after($0, present: version) } ?? .now(version)
    var reply = Reply(
      .ok,
      .live(
        LiveStream(
          reader, from: start, seat, call.backend.live, call.backend.ledger, call.connection)))
    // A proxy that gathers what it passes on would hold up every event.
    reply.headers[Self.buffering] = "no"
    return reply
  }

  private static let buffering = HTTPField.Name("X-Accel-Buffering")!

  private static func page(
    _ team: TeamID, quest: QuestID?, version: Int64, as membership: Membership?, _ call: Call
  ) async throws -> Reply {
    guard let after = call[.afterVersion] else { return answer([], version: version) }
    if after > version { return answer([], version: version, isReset: true) }
    let reader = try await reader(team, quest: quest, after: after, as: membership, call)
    let found = try await items(for: reader, after: after, present: version, call)
    if !found.items.isEmpty || found.isReset || found.version > version || call[.wait] == 0 {
      return answer(found.items, version: found.version, isReset: found.isReset)
    }
    let seat = try call.backend.live.seat(for: CallerKey(call.caller, at: call.address))
    await call.backend.live.wait(for: reader, in: seat, after: found.version, seconds: call[.wait])
    // Who may see it is decided anew, and not by whoever asked before the wait.
    switch reader.ending {
    case .end(.accessChanged), .end(.teamDissolved):
      throw Problem(.notFound, quest == nil ? call.noTeam : call.noQuest)
    case .end(.tokenEnded): throw Problem(.sessionEnded, "the token is worth nothing any more")
    default: break
    }
    let late = try await items(for: reader, after: found.version, call)
    return answer(late.items, version: late.version, isReset: late.isReset)
  }

  private struct Found {
    var items: [JSONValue] = []
    var version: Int64
    var isReset = false
  }

  /// The events after a version that a reader may see, up to the page's end.
  ///
  /// - Parameter present: a version that the team is known to have reached.
  private static func items(
    for reader: LiveReader, after version: Int64, present: Int64 = 0, _ call: Call
  ) async throws -> Found {
    var found = Found(version: version)
    let events = try await call.backend.ledger.events(
      of: reader.team, after: version, limit: call[.limit])
    // Of a team that has been quiet for long no event is kept.
    if events.first.map({ $0.version > version + 1 }) ?? (version < present) {
      found.isReset = true
      found.version =
        try await call.backend.ledger.team(reader.team)?.version ?? version
      return found
    }
    for message in try await call.backend.live.rendering.messages(of: events) {
      switch LiveDesk.delivery(message, to: reader) {
      // Units are added with those of the whole answer.
      case .send, .sendAndEnd:
        found.items.append(
          message.json(LiveMessage.View(people: reader.view.people, units: nil)))
      case .end: return found
      case nil: break
      }
      found.version = message.event.version
    }
    return found
  }

  private static func answer(
    _ items: [JSONValue], version: Int64, isReset: Bool = false
  ) -> Reply {
    .json(
      .object([
        ("items", .array(items)), ("version", .integer(Int(version))), ("reset", .bool(isReset)),
      ]))
  }
}

extension ParameterKey {
  fileprivate static let lastEventID = Parameter<Int64?>(
    "Last-Event-ID", in: .header, .version,
    "The id of the last event that you have: the stream goes on after it.")
  fileprivate static let afterVersion = Parameter<Int64?>(
    "after", .version, "The version of the last event that you have.")
  fileprivate static let wait = Parameter<Int>(
    "wait", .integer(0...25), standard: 0,
    "For how many seconds to wait where there is no event yet; 0 by default.")
}

extension ParameterForm where Value == Int64 {
  fileprivate static let version = Self(schema: .count) { text throws(ParameterFault) in
    guard let value = Int64(text), value >= 0, text.first != "+" else {
      throw ParameterFault("“\(text.prefix(50))” is not the version of an event")
    }
    return value
  }
}
