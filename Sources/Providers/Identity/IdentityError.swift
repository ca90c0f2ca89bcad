public import Quests

/// What keeps somebody from being known or from being let in.
public struct IdentityError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A stable name for the kind of fault; new kinds may join in later versions.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The token is none of those that are issued here.
    public static let tokenInvalid = Self(rawValue: "token-invalid")
    public static let tokenExpired = Self(rawValue: "token-expired")
    /// The refresh token leads nowhere any more: log in again.
    public static let sessionEnded = Self(rawValue: "session-ended")
    /// The refresh token had been used already, so that its session was ended: log in again.
    public static let tokenReused = Self(rawValue: "token-reused")
    /// There is no such account, or the password is another.
    public static let credentialsWrong = Self(rawValue: "credentials-wrong")
    /// Accounts of e-mail and password are not offered.
    public static let passwordsOff = Self(rawValue: "passwords-off")
    /// The code is another, or too old, or was tried too often.
    public static let codeWrong = Self(rawValue: "code-wrong")
    /// Values that can never be right; `faults` names each.
    public static let invalid = Self(rawValue: "invalid")
    public static let notFound = Self(rawValue: "not-found")
    /// A bound on what one person may have.
    public static let limit = Self(rawValue: "limit")
    /// Tried too often; `retryAfterSeconds` tells when again.
    public static let throttled = Self(rawValue: "throttled")
    /// Nothing was done, because too much waits already.
    public static let busy = Self(rawValue: "busy")
    /// The store failed; `ledger` tells how.
    public static let store = Self(rawValue: "store")
    /// Whoever vouches for the person cannot be asked now.
    public static let issuer = Self(rawValue: "issuer-unavailable")
    /// Whoever vouches for the person does not deal with this service as it is set up.
    public static let issuerRefused = Self(rawValue: "issuer-refused")
    /// A secret or a setting of the service is not what it must be.
    public static let settings = Self(rawValue: "settings")
  }

  /// A value that can never be right.
  public struct Fault: Hashable, Sendable {
    /// The name of the value, such as `email`.
    public let field: String
    /// A stable name for the kind of fault.
    public let code: String
    /// A sentence for people.
    public let message: String

    public init(field: String, code: String, message: String) {
      self.field = field
      self.code = code
      self.message = message
    }
  }

  public let code: Code
  /// A sentence for people. It holds no secret.
  public let message: String
  public let faults: [Fault]
  public let retryAfterSeconds: Int64?
  public let ledger: LedgerError?

  public init(
    _ code: Code, _ message: String, faults: [Fault] = [], retryAfterSeconds: Int64? = nil,
    ledger: LedgerError? = nil
  ) {
    self.code = code
    self.message = message
    self.faults = faults
    self.retryAfterSeconds = retryAfterSeconds
    self.ledger = ledger
  }

  public var description: String { message }
}

extension IdentityError {
  init(_ ledger: LedgerError) {
    self.init(.store, ledger.message, ledger: ledger)
  }

  /// - Returns: nil where there is no fault.
  init?(_ faults: [Fault]) {
    guard let first = faults.first else { return nil }
    self.init(.invalid, first.message, faults: faults)
  }

  // One value each, so that no answer tells more than another.
  static let tokenInvalid = IdentityError(
    .tokenInvalid, "the token is none that was issued here; log in again")
  public static let sessionOver = IdentityError(
    .sessionEnded, "the session is over; sign in again")
  static let credentialsWrong = IdentityError(
    .credentialsWrong, "the address or the password is wrong")
  static let passwordsOff = IdentityError(
    .passwordsOff, "this service has no accounts of e-mail and password; sign in with an issuer")
  static let codeWrong = IdentityError(
    .codeWrong, "the code is wrong, too old or was tried too often; ask for a new one")

  static func throttled(_ seconds: Int64) -> IdentityError {
    IdentityError(
      .throttled, "that was tried too often; try again in \(seconds) s",
      retryAfterSeconds: seconds)
  }
}

/// Runs a call to the store, with its failures in the words of this module.
func stored<Value>(
  _ body: () async throws(LedgerError) -> Value
) async throws(IdentityError) -> Value {
  do { return try await body() } catch { throw IdentityError(error) }
}
