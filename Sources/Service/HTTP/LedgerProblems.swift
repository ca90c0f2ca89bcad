import Quests

/// What each of the ledger's faults is to an HTTP caller: the only place that knows both.
extension Problem {
  init(_ error: LedgerError) {
    switch error.code {
    case .notFound: self.init(.notFound, error.message)
    case .limit: self.init(.limit, error.message, faults: Self.faults(error))
    case .invalid, .zone:
      self.init(
        Code(error.code.rawValue, 422, Code.invalid.title), error.message,
        faults: Self.faults(error))
    case .conflict: self.init(.conflict, error.message)
    case .questOpen: self.init(.questOpen, error.message)
    case .windowOverlap: self.init(.windowOverlap, error.message)
    case .questClosed: self.init(.questClosed, error.message)
    case .revision:
      self.init(
        .preconditionFailed, error.message,
        faults: [Fault(.header(ParameterKey.ifMatch.name), error.message)])
      // It was right when the request came.
      cause = .changed
    case .deleted: self.init(.gone, error.message)
    case .erased: self.init(Code("erased", 410, "The person was erased"), error.message)
    case .teamDissolved:
      self.init(Code("team-dissolved", 410, "The team was dissolved"), error.message)
    case .routeRetired:
      self.init(Code("route-retired", 410, "The route was retired"), error.message)
    case .alreadyMember:
      self.init(Code("already-member", 409, "The person is in the team"), error.message)
    case .notMember:
      self.init(Code("not-member", 409, "The person is not in the team"), error.message)
    case .lastAdmin: self.init(Code("last-admin", 409, "The last admin stays"), error.message)
    case .lastWayIn:
      self.init(Code("last-way-in", 409, "The last way to sign in stays"), error.message)
    case .inviteUsed: self.init(Code("invite-used", 410, "The invite was used"), error.message)
    case .inviteRevoked:
      self.init(Code("invite-revoked", 410, "The invite was revoked"), error.message)
    case .inviteExpired:
      self.init(Code("invite-expired", 410, "The invite has expired"), error.message)
    case .unknownOutcome:
      self.init(
        .unknownOutcome,
        "the connection to the store broke, and whether it was done is not known; send the same "
          + "request again: it does nothing twice",
        retryAfterSeconds: 1)
    case .unreachable:
      self.init(.unavailable, "the store cannot be reached", retryAfterSeconds: 2)
    case .overloaded:
      self.init(
        .unavailable,
        "too much waits for the store, and nothing was done; send the same request again",
        retryAfterSeconds: 1)
    case .timeout: self.init(.timeout, "the store took too long", retryAfterSeconds: 2)
    case .storageFull:
      self.init(.unavailable, "the store has no room left", retryAfterSeconds: 60)
    case .access, .settings:
      self.init(.unavailable, "the store takes no writes", retryAfterSeconds: 60)
    case .schemaTooNew, .schemaTooOld:
      self.init(
        .unavailable, "the store's schema is not that of this version", retryAfterSeconds: 60)
    default:
      // What is said of the store's inside is for the log.
      self.init(.internalError, "the store has failed")
    }
  }

  /// The member of the body that is wrong, called as the ledger calls it.
  private static func faults(_ error: LedgerError) -> [Fault] {
    error.field.map { [Fault(.body(pointer: "/\($0)"), error.message)] } ?? []
  }
}

extension Problem.Code {
  /// What one of the ledger's faults is called, for the description of who may refuse with it.
  static func ledger(_ code: LedgerError.Code) -> Self { Problem(LedgerError(code, "")).code }

  static let questOpen = Self("quest-open", 409, "The team has an open quest")
  static let windowOverlap = Self("window-overlap", 409, "The windows of quests overlap")
  static let questClosed = Self("quest-closed", 409, "The quest is closed")
}
