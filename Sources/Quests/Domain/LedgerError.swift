/// What keeps a store or the rules from doing what was asked.
public struct LedgerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A stable name for the kind of fault; new kinds may join in later versions.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
  }

  public let code: Code
  /// A sentence for people: what was found and what would be right. It holds no secret.
  public let message: String

  /// The value of the command that is wrong, where it is a single one.
  public let field: String?

  public init(_ code: Code, _ message: String, field: String? = nil) {
    self.code = code
    self.message = message
    self.field = field
  }

  public var description: String { message }
}

extension LedgerError.Code {
  // What was asked cannot be.
  public static let notFound = Self(rawValue: "not-found")
  /// A bound of `LedgerLimits`.
  public static let limit = Self(rawValue: "limit")
  /// A value that can never be right, such as an end before its start.
  public static let invalid = Self(rawValue: "invalid")
  /// The zone is none that the system knows.
  public static let zone = Self(rawValue: "zone-unknown")

  // It cannot be now, because of what is there.
  /// The id stands on other content.
  public static let conflict = Self(rawValue: "conflict")
  /// The team has an open quest.
  public static let questOpen = Self(rawValue: "quest-open")
  /// The window would overlap that of another quest of the team.
  public static let windowOverlap = Self(rawValue: "window-overlap")
  /// The quest has a successor or was cancelled.
  public static let questClosed = Self(rawValue: "quest-closed")
  /// Somebody has changed it since.
  public static let revision = Self(rawValue: "revision-conflict")
  /// It was deleted, and its id is not used again.
  public static let deleted = Self(rawValue: "deleted")
  /// The person has been erased, and nothing is done in that person's name any more.
  public static let erased = Self(rawValue: "erased")
  /// The team was dissolved, and nothing is added to it any more.
  public static let teamDissolved = Self(rawValue: "team-dissolved")
  /// The route was retired, and nothing is added to it any more.
  public static let routeRetired = Self(rawValue: "route-retired")
  public static let alreadyMember = Self(rawValue: "already-member")
  public static let notMember = Self(rawValue: "not-member")
  public static let lastAdmin = Self(rawValue: "last-admin")
  /// Without it the person could not sign in any more.
  public static let lastWayIn = Self(rawValue: "last-way-in")
  /// The session has ended or its account is gone.
  public static let sessionOver = Self(rawValue: "session-over")
  public static let inviteUsed = Self(rawValue: "invite-used")
  public static let inviteRevoked = Self(rawValue: "invite-revoked")
  public static let inviteExpired = Self(rawValue: "invite-expired")

  // The store.
  /// The connection broke while the answer was under way: the same command with the same ids,
  /// sent again, finds out and does nothing twice.
  public static let unknownOutcome = Self(rawValue: "unknown-outcome")
  /// Nothing was done; a later try may succeed.
  public static let unreachable = Self(rawValue: "unreachable")
  /// Nothing was done, because too much waits already.
  public static let overloaded = Self(rawValue: "overloaded")
  public static let timeout = Self(rawValue: "timeout")
  public static let access = Self(rawValue: "access")
  public static let schemaTooNew = Self(rawValue: "schema-too-new")
  public static let schemaTooOld = Self(rawValue: "schema-too-old")
  /// The store's settings do not give what the ledger promises.
  public static let settings = Self(rawValue: "settings")
  /// The store holds what no rule can have written.
  public static let corrupt = Self(rawValue: "corrupt")
  public static let storageFull = Self(rawValue: "storage-full")
  /// Any other failure of the store.
  public static let store = Self(rawValue: "store")
}
