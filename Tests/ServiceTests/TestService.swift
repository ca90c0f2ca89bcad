import Base
import CivilTime
import Foundation
import Geodesy
import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore
import NIOEmbedded
import Providers
import Quests
import Routes
import SQLiteStore
import Testing

@testable import Formats
@testable import Service

/// The whole service in this process over a store in a file of its own: requests pass the router and
/// the pipeline, and every answer is held against the API's description.
final class TestService: Sendable {
  static let dawn = Instant(microseconds: 1_777_896_000_000_000)

  let store: SQLiteStore
  let backend: Backend
  /// What the service takes for now.
  let now: Lock<Instant>
  let folder: String
  private let ownsFolder: Bool
  private let responder: any HTTPResponder<ServiceContext>

  /// - Parameter other: one whose store and time this one shares, as another process would.
  init(
    beside other: TestService? = nil, limits: ServiceLimits = .standard, maps: Maps = .builtIn,
    analytics: Analytics? = nil, web: WebFiles? = nil, framedBy framers: [String] = [],
    realtime: (any RealtimeSubscriptions)? = nil, issuer: OpenIDIssuer? = nil
  ) throws {
    now = other?.now ?? Lock(Self.dawn.advanced(bySeconds: 864_000))
    ownsFolder = other == nil
    folder = other?.folder ?? NSTemporaryDirectory() + "milequest-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    store = try SQLiteStore(path: folder + "/ledger.sqlite")
    let api = API()
    var settings = ServiceSettings()
    settings.checksAnswers = true
    settings.limits = limits
    settings.logsRequests = false
    var random = SplitMix64("service")
    let secret = try SigningSecret(bytes: [UInt8](1...32))
    let outbox = Outbox(
      store: store, seal: Seal(secret), from: try MailAddress("milequest@example.org"),
      clock: { [now] in now.withLock { $0 } })
    let signIn = BuiltInAccounts(
      store: store, outbox: outbox, passwords: Passwords(),
      tokens: try AccessTokens(issuer: "test", audience: "test", secret: secret), secret: secret)
    let issuers = issuer.map { [store] issuer in
      OpenIDAccounts(
        tokens: OpenIDTokens(issuers: [issuer], client: OutgoingClient()), store: store)
    }
    backend = Backend(
      ledger: store, routes: store, accounts: store, statistics: store,
      mail: MailDelivery(outbox, through: try MessageFiles(folder: folder + "/mail")),
      publicAddress: "https://quest.example",
      signIn: signIn, issuers: issuers,
      browserSignIn: issuers.map {
        BrowserSignIn(
          accounts: $0, signIn: signIn, seal: Seal(secret), publicAddress: "https://quest.example")
      },
      identity: PersonTokens(),
      keys: APIKeys(
        store: store, mostRate: RequestRate(perSecond: 50, burst: 100)),
      links: QuestLinks(store: store),
      secrets: RepeatableSecrets(secret), seal: Seal(secret),
      zones: ZoneCatalog(), ledgerLimits: .standard, limits: limits,
      routeCache: RouteCache(store, mostBytes: limits.cachedRouteBytes),
      personZones: PersonZones(store),
      clock: { [now] in now.withLock { $0 } },
      logger: Logger(label: "test"), metrics: Metrics(), readiness: Readiness(),
      documents: Documents(api.description), maps: maps, subscriptions: realtime,
      analytics: analytics)
    let rate = try #require(RateLimit(perSecond: 10_000, burst: 10_000))
    let client = web.map {
      WebResource($0, tileStyle: maps.tileStyle, realtime: realtime, framedBy: framers)
    }
    let pipeline = Pipeline(
      backend: backend, settings: settings, schemas: api.schemas,
      identity: backend.identity,
      rates: Rates(RequestBuckets(using: &random), standard: rate, nanoseconds: { 0 }),
      web: client)
    responder = Responder(
      api.endpoints + (client?.endpoints ?? []), api.schemas, backend, pipeline)
  }

  /// A token is a person's id, or that and the scopes of an API key.
  private struct PersonTokens: Identity {
    func person(
      ofToken token: String, at now: Instant
    ) async throws(IdentityError) -> Principal {
      let parts = token.split(separator: " ")
      guard let person = parts.first.flatMap({ PersonID($0) }) else {
        throw IdentityError(.tokenInvalid, "no id")
      }
      let subject = IssuedSubject(issuer: "test", subject: person.description)
      guard parts.count > 1, let scopes = AccessScopes(names: [String(parts[1])]) else {
        return Principal(person: person, subject: subject)
      }
      return Principal(
        person: person, subject: subject, scopes: scopes, apiKey: APIKeyID(high: 3, low: 3))
    }

    func ended(
      among principals: Set<Principal>, at now: Instant
    ) async throws(IdentityError) -> Set<Principal> { [] }
  }

  deinit { if ownsFolder { try? FileManager.default.removeItem(atPath: folder) } }

  // MARK: Asking

  struct Answer {
    let status: Int
    let headers: HTTPFields
    let bytes: [UInt8]
    /// Null where the answer is none.
    let json: JSONNode

    var text: String { String(decoding: bytes, as: UTF8.self) }
    var code: String? { json["code"]?.string }
  }

  /// - Parameters:
  ///   - type: of the body.
  ///   - person: nil for a stranger.
  ///   - scopes: those of an API key, where it is one.
  func send(
    _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil,
    type: String = "application/json", as person: PersonID?, scopes: String? = nil,
    headers: [String: String] = [:]
  ) async throws -> Answer {
    var head = HTTPRequest(method: method, scheme: "http", authority: "test", path: path)
    if let person {
      head.headerFields[.authorization] = "Bearer \(person)" + (scopes.map { " \($0)" } ?? "")
    }
    for (name, value) in headers {
      head.headerFields[try #require(HTTPField.Name(name))] = value
    }
    let bytes = Array((body ?? "").utf8)
    if body != nil {
      head.headerFields[.contentType] = type
      head.headerFields[.contentLength] = "\(bytes.count)"
    }
    let context = ServiceContext(
      source: ApplicationRequestContextSource(
        channel: EmbeddedChannel(), logger: Logger(label: "test")))
    let response = try await responder.respond(
      to: Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: bytes))),
      context: context)
    let collector = Collector()
    try await response.body.write(collector)
    let collected = collector.bytes.withLock { $0 }
    #expect(
      response.status.code != 500,
      "\(method) \(path): \(String(decoding: collected, as: UTF8.self))")
    let isJSON =
      response.headers[.contentType]?.contains("json") == true
      && response.headers[.contentEncoding] == nil
    return Answer(
      status: response.status.code, headers: response.headers, bytes: collected,
      json: isJSON ? try JSONReader.read(collected) : .null)
  }

  private struct Collector: ResponseBodyWriter {
    let bytes = Lock<[UInt8]>([])

    func write(_ buffer: ByteBuffer) async throws {
      bytes.withLock { $0 += buffer.readableBytesView }
    }
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
  }

  // MARK: What there is

  /// A team whose admin is the first.
  func team(of people: [PersonID], isPublic: Bool = false) async throws -> TeamID {
    var random = SystemRandomNumberGenerator()
    let team = TeamID.random(using: &random)
    try await tell(.createTeam(team, name: "Long Haulers", isPublic: isPublic, founder: people[0]))
    for person in people.dropFirst() {
      try await tell(.join(team, person, .member, from: Self.dawn))
    }
    return team
  }

  /// A quest over 10 km due north from the equator, with a hut halfway.
  func quest(for team: TeamID) async throws -> QuestID {
    var random = SystemRandomNumberGenerator()
    let route = try MeasuredRoute(
      Route(
        parts: [[Coordinate(latitude: 0, longitude: 7), Coordinate(latitude: 0.09, longitude: 7)]],
        waypoints: [
          Waypoint(name: "Hut", coordinate: Coordinate(latitude: 0.045, longitude: 7))
        ], officialLength: Distance(micrometers: 10_000_000_000)))
    let record = try await store.addRoute(
      route, id: RouteID.random(using: &random), owner: nil, isPublic: true, at: Self.dawn)
    let quest = QuestID.random(using: &random)
    try await tell(
      .createQuest(
        QuestDraft(
          id: quest, team: team, name: "North", start: Self.dawn,
          end: Self.dawn.advanced(bySeconds: 100 * 86_400), zone: "UTC",
          plan: try QuestPlan(route, route: record.version))))
    return quest
  }

  private func tell(_ action: LedgerCommand.Action) async throws {
    _ = try await store.perform(LedgerCommand(action, at: Self.dawn, actor: nil))
  }
}

extension JSONNode {
  /// A text member, empty where there is none.
  func text(_ name: String) -> String { self[name]?.string ?? "" }

  /// The same value as text, wherever it stood.
  var text: String { String(decoding: value.text(), as: UTF8.self) }

  private var value: JSONValue {
    switch content {
    case .null: .null
    case .bool(let value): .bool(value)
    case .number(let text): .string("number " + text)
    case .string(let text): .string(text)
    case .array(let items): .array(items.map(\.value))
    case .object(let members): .object(members.map { ($0.name, $0.value.value) })
    case .broken(let fault, _): .string("broken: \(fault.message)")
    }
  }
}
