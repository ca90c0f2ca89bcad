import HTTPTypes
import Providers
import Quests

/// Lets through what the path has, by whoever may ask for it at all.
struct Admission: Sendable {
  let identity: any Identity

  /// - Throws: what is wrong with the token; `not-found`, `method-not-allowed`, `unauthenticated`,
  ///   `forbidden` for a key without the scope, `session-ended`.
  func apply(to exchange: Exchange) async throws {
    if let fault = exchange.tokenFault, exchange.operation?.endpoint.access != .signIn {
      throw fault
    }
    guard let operation = exchange.operation else {
      throw Self.missing(exchange.match, path: exchange.request.uri.path)
    }
    let access = operation.endpoint.access
    try Self.check(exchange.caller, access)
    if access.asksForSession, case .known(let principal) = exchange.caller {
      try await identity.confirm(principal, at: exchange.now)
    }
  }

  private static func missing(_ match: Router<Operation>.Match?, path: String) -> Problem {
    guard let match else {
      return Problem(.notFound, "there is no \(path); /docs shows what there is")
    }
    let methods = match.methods.allowed.map(\.rawValue).sorted().joined(separator: ", ")
    var problem = Problem(
      .methodNotAllowed, "this method is not possible here; possible are \(methods)")
    problem.headers[.allow] = methods
    return problem
  }

  private static func check(_ caller: Caller, _ access: Endpoint.Access) throws(Problem) {
    switch caller {
    case .stranger:
      switch access {
      case .open, .anyone, .shared, .signIn: return
      case .person, .session:
        throw Problem(.unauthenticated, "this needs a token: send `Authorization: Bearer …`")
      case .link: throw Problem(.unauthenticated, needsLink)
      }
    case .known(let principal): try check(principal, access)
    case .link(let link):
      switch access {
      case .open, .signIn, .link: return
      case .shared(let namesPeople):
        if namesPeople, !link.showsNames {
          throw Problem(.forbidden, "the private link shows nothing of people")
        }
      case .anyone, .person, .session:
        throw Problem(.forbidden, "a private link only reads its quest")
      }
    }
  }

  private static func check(
    _ principal: Principal, _ access: Endpoint.Access
  ) throws(Problem) {
    switch access {
    case .open, .signIn: return
    case .anyone, .shared: try require(.read, of: principal)
    case .person(let scopes): try require(scopes, of: principal)
    case .link: throw Problem(.forbidden, needsLink)
    case .session:
      if principal.apiKey != nil {
        throw Problem(.forbidden, "an API key cannot do this; sign in")
      }
    }
  }

  private static let needsLink =
    "this needs a private link: send `Authorization: Bearer \(QuestLinks.prefix)…`"

  private static func require(
    _ scopes: AccessScopes, of principal: Principal
  ) throws(Problem) {
    if principal.scopes.isSuperset(of: scopes) { return }
    if scopes.contains(.operate), !principal.scopes.contains(.operate) {
      throw Problem(
        .forbidden, "this needs an API key that whoever runs the service has let operate it")
    }
    let names = scopes.subtracting(principal.scopes).names.joined(separator: ", ")
    throw Problem(.forbidden, "the API key lacks the scope \(names)")
  }
}
