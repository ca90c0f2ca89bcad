import CivilTime
import Formats
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Providers
import Quests
import SQLiteStore

@testable import Service

/// The whole API over a ledger in a folder of its own, without a port. A bearer token is a person's id.
struct RouteServer: Sendable {
  let store: EmbeddedStore
  let backend: Backend
  private let folder: String

  static var now: Instant {
    Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1e6))
  }

  private struct PersonTokens: Identity {
    func person(
      ofToken token: String, at now: Instant
    ) async throws(IdentityError) -> Principal {
      guard let person = PersonID(token) else { throw IdentityError(.tokenInvalid, "no id") }
      return Principal(person: person, subject: IssuedSubject(issuer: "test", subject: token))
    }
  }

  struct Answer {
    let status: Int
    let headers: HTTPFields
    let bytes: [UInt8]
    var text: String { String(decoding: bytes, as: UTF8.self) }
    var json: JSONNode { get throws { try JSONReader.read(bytes) } }
  }

  static func serving(
    _ limits: ServiceLimits = .standard,
    _ body: @escaping @Sendable (RouteServer, any TestClientProtocol) async throws -> Void
  ) async throws {
    let folder = NSTemporaryDirectory() + "milequest-routes-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let server = try RouteServer(folder: folder, limits)
    defer { try? server.store.close() }
    let api = API()
    var settings = ServiceSettings()
    settings.checksAnswers = true
    settings.limits = limits
    settings.logsRequests = false
    var random = SystemRandomNumberGenerator()
    let rates = Rates(
      Throttle(using: &random), standard: RateLimit(perSecond: 10_000, burst: 10_000) ?? .standard,
      nanoseconds: { DispatchTime.now().uptimeNanoseconds })
    let pipeline = Pipeline(
      backend: server.backend, settings: settings, schemas: api.schemas,
      gate: Gate(identity: PersonTokens(), rates: rates),
      clients: ClientAddress(trustedProxies: []))
    let application = Application(responder: api.responder(pipeline))
    try await application.test(.router) { client in try await body(server, client) }
  }

  private init(folder: String, _ limits: ServiceLimits) throws {
    self.folder = folder
    store = try EmbeddedStore(path: folder + "/ledger.sqlite")
    let secret = try SigningSecret(bytes: [UInt8](repeating: 7, count: 32))
    let mail = try MessageFiles(
      folder: folder + "/mail", from: try MailAddress("milequest@example.org"), clock: { Self.now })
    let signIn = BuiltInAccounts(
      store: store, outbox: Outbox(mail), passwords: Passwords(),
      tokens: try AccessTokens(issuer: "test", audience: "test", secret: secret), secret: secret)
    backend = Backend(
      ledger: store, routes: store, accounts: store, signIn: signIn, keys: APIKeys(store: store),
      zones: ZoneCatalog(), ledgerLimits: .standard, limits: limits,
      routeCache: RouteCache(store, mostVertices: limits.cachedVertices),
      personZones: PersonZones(store),
      uploads: UploadGate(
        mostBytes: limits.uploadBytesAtOnce, mostAtWork: limits.uploadsAtOnce),
      clock: { Self.now }, logger: Logger(label: "test"), metrics: Metrics(),
      readiness: Readiness(),
      documents: Documents(API().description))
  }
}

extension TestClientProtocol {
  /// One request in a person's name, or a stranger's.
  func ask(
    _ method: HTTPRequest.Method, _ uri: String, as person: PersonID? = nil, body: String? = nil,
    type: String = "application/json", headers: [String: String] = [:]
  ) async throws -> RouteServer.Answer {
    var fields = HTTPFields()
    if let person { fields[.authorization] = "Bearer \(person)" }
    if let body {
      fields[.contentType] = type
      fields[.contentLength] = "\(body.utf8.count)"
    }
    for (name, value) in headers { fields[HTTPField.Name(name)!] = value }
    return try await execute(
      uri: uri, method: method, headers: fields, body: body.map { ByteBuffer(string: $0) }
    ) { response in
      RouteServer.Answer(
        status: response.status.code, headers: response.headers,
        bytes: Array(buffer: response.body))
    }
  }
}
