internal import Base
public import CivilTime
internal import Crypto
public import Quests

/// Private links to quests: their secrets are shown once and stored hashed.
///
/// A secret reads `mql_<id>_<secret>`: 32 hexadecimal digits that name the link, and 256 random bits in
/// base64.
public struct QuestLinks: Sendable {
  /// What every secret begins with, so that leaked ones can be found.
  public static let prefix = "mql_"

  private let store: any LinkStore
  private let random: RandomSource

  public init(store: any LinkStore, random: RandomSource = .system) {
    self.store = store
    self.random = random
  }

  /// Makes a link. One that was made with the same id and secret is given again.
  ///
  /// - Parameter secret: 32 bytes that nobody can guess.
  /// - Returns: the secret as its holder sends it, and what is kept.
  /// - Throws: `invalid`, `limit`, `not-found`, `store`.
  public func create(
    to quest: QuestID, by maker: PersonID, name: String, showsNames: Bool, id: QuestLinkID,
    secret: [UInt8], at now: Instant
  ) async throws(IdentityError) -> (text: String, link: QuestLink) {
    if let fault = TextRules.fault(of: name, field: "name"), let error = IdentityError([fault]) {
      throw error
    }
    let link = QuestLink(
      id: id, quest: quest, name: Name.folded(name), hash: ContentHash(of: secret),
      showsNames: showsNames, createdBy: maker, createdAt: now)
    let text = KeyText.text(Self.prefix, id, secret)
    do { try await store.createLink(link) } catch {
      switch error.code {
      case .limit: throw IdentityError(.limit, error.message, ledger: error)
      case .notFound: throw IdentityError(.notFound, error.message, ledger: error)
      case .conflict:
        guard let known = try await links(to: quest).first(where: { $0.id == id }),
          known.hash == link.hash
        else { throw IdentityError(error) }
        return (text, known)
      default: throw IdentityError(error)
      }
    }
    return (text, link)
  }

  /// All links to a quest, revoked ones too, the oldest first.
  public func links(to quest: QuestID) async throws(IdentityError) -> [QuestLink] {
    try await stored { () async throws(LedgerError) in try await store.links(to: quest) }
  }

  /// Revokes a link to a quest, at once.
  ///
  /// - Throws: `not-found`, `store`.
  public func revoke(
    _ id: QuestLinkID, to quest: QuestID, at now: Instant
  ) async throws(IdentityError) {
    do { try await store.revokeLink(id, to: quest, at: now) } catch {
      throw error.code == .notFound
        ? IdentityError(.notFound, error.message, ledger: error) : IdentityError(error)
    }
  }

  /// The open link of a secret. One look into the store.
  ///
  /// - Throws: `token-invalid`, `store`.
  public func link(ofToken token: String) async throws(IdentityError) -> QuestLink {
    let parts: (id: QuestLinkID, secret: [UInt8])? = KeyText.parts(of: token, after: Self.prefix)
    guard let (id, secret) = parts else { throw .tokenInvalid }
    let found = try await stored { () async throws(LedgerError) in try await store.openLink(id) }
    // Digests of secrets that nobody can guess; they compare in constant time all the same.
    guard let link = found,
      SymmetricKey(data: link.hash.bytes)
        == SymmetricKey(data: ContentHash(of: secret).bytes)
    else { throw .tokenInvalid }
    return link
  }

  /// Asks the store which of some links are open no more: another process may have revoked them.
  public func ended(
    among links: Set<QuestLinkID>
  ) async throws(IdentityError) -> Set<QuestLinkID> {
    if links.isEmpty { return [] }
    let open = try await stored { () async throws(LedgerError) in
      try await store.openLinks(among: links)
    }
    return links.subtracting(open)
  }
}
