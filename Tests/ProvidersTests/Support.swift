import CivilTime
import Foundation
import Providers
import Quests
import SQLiteStore
import Testing

/// A folder that goes away with the test.
final class Folder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "milequest-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func files(_ name: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(name)").sorted()
  }
}

extension RandomSource {
  /// The same values in every run; a stream for each name.
  static func repeatable(_ stream: String) -> RandomSource {
    let source = Locked(SplitMix64(stream))
    return RandomSource { source.with { $0.next() } }
  }
}

/// A value that many threads change.
final class Locked<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var value: Value
  init(_ value: Value) { self.value = value }
  func with<Result>(_ body: (inout Value) -> Result) -> Result { lock.withLock { body(&value) } }
}

/// The accounts of a service on an embedded store, with mail in a folder.
struct Office {
  static let dawn = Instant(microseconds: 1_777_896_000_000_000)
  static let password = "correct horse battery"
  static let client = "192.0.2.1"

  let folder: Folder
  let store: SQLiteStore
  let outbox: Outbox
  let delivery: MailDelivery
  let passwords: Passwords
  let accounts: BuiltInAccounts
  let secret: SigningSecret
  /// What waits are measured by; it stands still but for `pass`.
  let ticks = Locked(MonotonicInstant.now)

  /// Hashes as cheap as can be, for what is not about them.
  static let cheap = ScryptCost(logRounds: 4, blockSize: 1, parallelism: 1)!

  init(
    _ name: String, cost: ScryptCost = cheap, options: BuiltInAccounts.Options = .init(),
    mostWaiting: Int = 1_000
  ) throws {
    let random = RandomSource.repeatable(name)
    folder = try Folder()
    store = try SQLiteStore(path: folder.path + "/accounts.sqlite")
    secret = try SigningSecret(bytes: random.bytes(32))
    // Later messages have later names.
    let ticks = Locked(Self.dawn)
    outbox = Outbox(
      store: store, seal: Seal(secret),
      from: try MailAddress("quest@example.org", name: "Mile Quest"),
      clock: {
        ticks.with {
          $0 = $0.advanced(bySeconds: 1)
          return $0
        }
      }, random: random)
    delivery = MailDelivery(
      outbox, through: try MessageFiles(folder: folder.path + "/mail", random: random))
    passwords = Passwords(cost: cost, mostWaiting: mostWaiting, random: random)
    accounts = BuiltInAccounts(
      store: store, outbox: outbox, passwords: passwords,
      tokens: try AccessTokens(
        issuer: "https://quest.example.org", audience: "milequest", secret: secret),
      secret: secret, options: options, random: random,
      clock: { [ticks = self.ticks] in ticks.with { $0 } })
  }

  /// Lets time pass for those who wait.
  func pass(_ seconds: Int64) { ticks.with { $0 = $0.advanced(by: .seconds(seconds)) } }

  static func after(_ seconds: Int64) -> Instant { dawn.advanced(bySeconds: seconds) }

  /// All messages so far, the first first, as they lie in their files.
  func mail() async throws -> [String] {
    try await delivery.drain()
    return try folder.files("mail").map {
      try String(contentsOfFile: "\(folder.path)/mail/\($0)", encoding: .utf8)
    }
  }

  /// The code in the last message.
  func code() async throws -> String {
    let last = try #require(try await mail().last)
    let line = last.split(separator: "\r\n").first {
      $0.hasPrefix("    ") && $0.dropFirst(4).allSatisfy(\.isNumber)
    }
    return String(try #require(line).dropFirst(4))
  }

  func register(
    _ email: String, password: String = password, client: String = client, at now: Instant = dawn
  ) async throws(IdentityError) {
    try await accounts.register(
      Registration(
        email: email, password: password, name: "Ann", zone: "Europe/London", units: "mi"),
      from: client, at: now)
  }

  /// Somebody with an account.
  func member(
    _ email: String, password: String = password, client: String = client, at now: Instant = dawn
  ) async throws -> SessionTokens {
    try await register(email, password: password, client: client, at: now)
    return try await accounts.verify(
      email: email, code: try await code(), password: password, from: client, at: now)
  }

  func login(
    _ email: String, _ password: String = password, client: String = client, at now: Instant = dawn
  ) async throws(IdentityError) -> SessionTokens {
    try await accounts.login(email: email, password: password, from: client, at: now)
  }
}

extension SessionTokens {
  /// Who has them.
  var principal: Principal {
    Principal(
      person: person, subject: IssuedSubject(issuer: "test", subject: "\(person)"),
      session: session)
  }
}

/// What a call is refused with, or nil.
func refusal<Value>(_ body: () async throws -> Value) async -> IdentityError? {
  do {
    _ = try await body()
    return nil
  } catch { return error as? IdentityError }
}

/// API keys of somebody with an account, on an embedded store.
struct EmbeddedKeys {
  static let person = PersonID(high: 1, low: 1)
  static let session = SessionID(high: 1, low: 9)

  let folder: Folder
  let keys: APIKeys

  init(_ name: String) async throws {
    folder = try Folder()
    let store = try SQLiteStore(path: folder.path + "/keys.sqlite")
    try await store.createAccount(
      Account(
        person: Self.person, email: nil, isEmailVerified: false, name: "Ann", zone: "UTC",
        units: "mi", credential: nil, createdAt: Office.dawn))
    try await store.createSession(
      Session(
        id: Self.session, person: Self.person, createdAt: Office.dawn, refreshedAt: Office.dawn,
        expiresAt: Office.after(1_000_000), endsAt: Office.after(1_000_000)),
      tokenHash: ContentHash(of: [1]))
    keys = APIKeys(
      store: store, mostRate: RequestRate(perSecond: 50, burst: 100), random: .repeatable(name))
  }

  /// Makes a key of the person.
  func create(
    name: String, scopes: AccessScopes, rate: RequestRate? = nil, id: APIKeyID? = nil,
    secret: [UInt8]? = nil
  ) async throws(IdentityError) -> (text: String, key: APIKey) {
    try await keys.create(
      for: Self.person, by: Self.session, name: name, scopes: scopes, rate: rate, id: id,
      secret: secret, at: Office.dawn)
  }
}
