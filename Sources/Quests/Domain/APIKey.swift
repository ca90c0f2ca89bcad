public import CivilTime

/// What the holder of a token may do.
public struct AccessScopes: OptionSet, Hashable, Sendable {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }

  /// To read what the person can read.
  public static let read = Self(rawValue: 1)
  /// To log, change and delete the person's walks.
  public static let log = Self(rawValue: 2)
  /// To change teams, quests, routes and the account.
  public static let manage = Self(rawValue: 4)
  /// What people give to their keys, and have themselves.
  public static let all: Self = [.read, .log, .manage]
  /// To read how the service is used. Only whoever runs the service gives it.
  public static let operate = Self(rawValue: 8)

  private static let named: [(name: String, scope: Self)] = [
    ("read", .read), ("log", .log), ("manage", .manage), ("operate", .operate),
  ]

  /// The names of all scopes.
  public static let allNames = named.map(\.name)

  /// The names of the scopes, such as `read`, in the order of their widths.
  public var names: [String] { Self.named.filter { contains($0.scope) }.map(\.name) }

  /// - Returns: nil where a name is none of a scope.
  public init?(names: some Sequence<String>) {
    var scopes: Self = []
    for name in names {
      guard let known = Self.named.first(where: { $0.name == name }) else { return nil }
      scopes.insert(known.scope)
    }
    self = scopes
  }
}

/// How fast somebody may ask: a bucket of tokens that fills steadily.
public struct RequestRate: Hashable, Sendable {
  public let perSecond: Int64
  /// The most at once.
  public let burst: Int64

  public init(perSecond: Int64, burst: Int64) {
    self.perSecond = perSecond
    self.burst = burst
  }
}

/// What another program acts for a person with; the secret itself is never stored.
public struct APIKey: Hashable, Sendable {
  public let id: APIKeyID
  public let owner: PersonID
  public let name: String
  /// Of the secret part.
  public let hash: ContentHash
  public let scopes: AccessScopes
  /// Nil where the rate of all callers holds.
  public let rate: RequestRate?
  public let createdAt: Instant
  /// To the hour.
  public var lastUsedAt: Instant?
  public var revokedAt: Instant?

  public init(
    id: APIKeyID, owner: PersonID, name: String, hash: ContentHash, scopes: AccessScopes,
    rate: RequestRate?, createdAt: Instant, lastUsedAt: Instant? = nil, revokedAt: Instant? = nil
  ) {
    self.id = id
    self.owner = owner
    self.name = name
    self.hash = hash
    self.scopes = scopes
    self.rate = rate
    self.createdAt = createdAt
    self.lastUsedAt = lastUsedAt
    self.revokedAt = revokedAt
  }
}
