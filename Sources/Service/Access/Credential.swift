import CivilTime
import Providers
import Quests

/// What somebody has shown to be let in; it may be over while what it has opened goes on.
enum Credential: Hashable, Sendable {
  /// A token or an API key.
  case principal(Principal)
  case link(QuestLink)

  func hasExpired(at now: Instant) -> Bool {
    switch self {
    case .principal(let principal): principal.hasExpired(at: now)
    case .link: false
    }
  }
}

extension Backend {
  /// Asks the store which of some credentials are over: another process may have ended them.
  func ended(
    among credentials: Set<Credential>, at now: Instant
  ) async throws(IdentityError) -> Set<Credential> {
    var (principals, links) = (Set<Principal>(), Set<QuestLinkID>())
    for credential in credentials {
      switch credential {
      case .principal(let principal): principals.insert(principal)
      case .link(let link): links.insert(link.id)
      }
    }
    let overPrincipals =
      principals.isEmpty ? [] : try await identity.ended(among: principals, at: now)
    let overLinks = try await self.links.ended(among: links)
    return credentials.filter { credential in
      switch credential {
      case .principal(let principal): overPrincipals.contains(principal)
      case .link(let link): overLinks.contains(link.id)
      }
    }
  }

  /// Asks the store whether what a credential stands for still is.
  ///
  /// - Throws: `session-ended`, and `store` where nobody can tell now.
  func confirm(_ credential: Credential, at now: Instant) async throws(IdentityError) {
    if try await !ended(among: [credential], at: now).isEmpty { throw .sessionOver }
  }
}
