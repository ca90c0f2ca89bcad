import Formats
import HTTPTypes
import JSON
import Providers
import Quests

/// For the service outside that carries live events to people, where one is configured: who may follow
/// what, and what it says of its connections.
enum RealtimeResource {
  private static let tag = "Live"

  static let schemas: [NamedSchema] = [
    NamedSchema(
      "Realtime", "How live events reach browsers.",
      .object([
        .init(
          "adapter", .text(),
          "`builtin` for the streams of this service, else which protocol is spoken outside."),
        .init("connection", .nullable(.named("RealtimeConnection")), "Null for `builtin`."),
      ])),
    NamedSchema(
      "RealtimeConnection",
      "Where browsers open a WebSocket for live events. Private channels are authorized at "
        + "`/v1/realtime/auth`.",
      .object([
        .init("key", .text(), "What a connection names itself with; it is not a secret."),
        .init("host", .text()), .init("port", .integer(1...65_535)),
        .init("tls", .boolean, "Whether it is `wss`."),
        .init("cluster", .nullable(.text()), "Null for a server of the operator's own."),
      ])),
    NamedSchema(
      "RealtimeAuthorization", "What a connection shows to the realtime service.",
      .object([
        .init("auth", .text()),
        .optional("channel_data", .text(), "Who it is, for a presence channel."),
      ])),
  ]

  static let endpoints: [Endpoint] = [
    Endpoint(
      .get, "/v1/realtime", "showRealtime", "Find out how live events reach browsers",
      details:
        "A client asks once, and then reads the streams or connects to the service outside. "
        + "`…/events/page` is there in any case.", tag: tag, access: .open,
      parameters: [.fields], answers: [.ok("Realtime")]
    ) { call in .json(json(call.backend.subscriptions?.connection), caching: .briefly) },
    Endpoint(
      .post, "/v1/realtime/auth", "authorizeRealtime",
      "Let a connection to the realtime service follow a private channel",
      details:
        "For the client library of the service that is configured, which sends the body as a "
        + "form. Channels are named in the documentation of live updates.", tag: tag,
      access: .person(.read), body: RealtimeRequestBody.self,
      answers: [.ok("RealtimeAuthorization", "What to show.")],
      problems: [.notFound, .forbidden, .sessionEnded], handle: authorize),
    Endpoint(
      .post, "/v1/realtime/webhooks", "takeRealtimeNotices",
      "Take what the realtime service says of its connections",
      details: "For the service that is configured, which signs what it sends.", tag: tag,
      access: .anyone, body: RealtimeNoticesBody.self, answers: [.nothing],
      problems: [.notFound, .forbidden], handle: notices),
  ]

  // MARK: What they do

  private static func json(_ connection: RealtimeConnection?) -> JSONValue {
    .object([
      ("adapter", .string(connection?.adapter ?? "builtin")),
      (
        "connection",
        connection.map { connection in
          .object([
            ("key", .string(connection.key)), ("host", .string(connection.host)),
            ("port", .integer(connection.port)), ("tls", .bool(connection.isEncrypted)),
            ("cluster", .optional(connection.cluster)),
          ])
        } ?? .null
      ),
    ])
  }

  private static func subscriptions(_ call: Call) throws -> any RealtimeSubscriptions {
    guard let subscriptions = call.backend.subscriptions else {
      throw Problem(
        .notFound, "no realtime service is configured; follow /v1/teams/{teamId}/events")
    }
    return subscriptions
  }

  private static func authorize(_ call: Call, _ body: RealtimeRequestBody) async throws -> Reply {
    let subscriptions = try subscriptions(call)
    let missing = "there is no channel of that name, or it is not for you to follow"
    guard let channel = subscriptions.channel(named: body.channel) else {
      throw Problem(.notFound, missing)
    }
    // A stolen token that another process has ended opens no channel.
    if case .known(let principal) = call.caller {
      try await call.backend.identity.confirm(principal, at: call.now)
    }
    let team: Team
    switch channel.subject {
    case .team(let id):
      guard let facts = try await call.backend.ledger.team(id) else {
        throw Problem(.notFound, missing)
      }
      team = facts.team
    case .quest(let id):
      guard let glance = try await call.backend.ledger.glance(at: id, by: call.caller.person) else {
        throw Problem(.notFound, missing)
      }
      team = glance.team
    }
    let membership = try await call.membership(in: team.id)
    try call.require(.seeMembers(team), as: membership, missing: missing)
    let person = try call.person()
    let name = try await call.names(of: [person])[person] ?? ""
    do throws(RealtimeError) {
      return Reply(
        .ok,
        .bytes(
          try subscriptions.authorization(
            for: channel, socket: body.socket, person: person, personName: name),
          mediaType: "application/json"))
    } catch { throw Problem(.invalid, error.message) }
  }

  private static func notices(_ call: Call, _ body: RealtimeNoticesBody) throws -> Reply {
    let subscriptions = try subscriptions(call)
    do throws(RealtimeError) {
      let notices = try subscriptions.notices(
        in: call.bytes, header: { name in HTTPField.Name(name).flatMap { call.headers[$0] } },
        at: call.now)
      call.backend.realtimeNotices.note(notices)
      return .nothing
    } catch { throw Problem(.forbidden, error.message) }
  }
}

/// In the words of those who send it.
private struct RealtimeRequestBody: BodyContent {
  static let schemaName = "RealtimeRequest"
  static let schemaNote = "Which connection wants to follow what."
  static let takesForm = true

  let socket: String
  let channel: String

  init(_ fields: inout BodyFields) {
    socket = fields.required("socket_id", .text(1...100), "The connection's name.")
    channel = fields.required("channel_name", .text(1...200))
  }
}

/// What is read by whoever can tell whether it is genuine.
private struct RealtimeNoticesBody: BodyContent {
  static let schemaName = "RealtimeNotices"
  static let schemaNote = "What happened to connections, as the service has it."
  static let schema = Schema.map(.anything)

  init(_ fields: inout BodyFields) {}
}
