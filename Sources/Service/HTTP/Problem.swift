import Formats
import HTTPTypes
import JSON
import Providers
import Quests

/// What went wrong with a request, as RFC 9457 writes it.
///
/// The code is stable and for programs; the detail is for people and holds nothing that the caller
/// may not know.
struct Problem: Error, Sendable {
  /// A stable name with the status and title that go with it.
  struct Code: Sendable, Hashable {
    let name: String
    let status: Int
    let title: String
  }

  /// What is wrong with one field of the body or one parameter.
  struct Fault: Sendable, Hashable {
    enum Place: Sendable, Hashable {
      /// RFC 6901, into the body.
      case body(pointer: String)
      case query(String)
      case header(String)
    }
    let place: Place
    let detail: String

    init(_ place: Place, _ detail: String) {
      self.place = place
      self.detail = detail
    }
  }

  /// Characters (Unicode code points) of a text that an answer shows.
  static let mostTextCharacters = 10_000

  let code: Code
  let detail: String
  var faults: [Fault] = []
  /// When to try again, where that may help.
  var retryAfterSeconds: Int?
  var headers = HTTPFields()
  /// Why a precondition has failed.
  var cause: PreconditionFault?
  /// What was found in a route file.
  var report: JSONValue?

  init(_ code: Code, _ detail: String, faults: [Fault] = [], retryAfterSeconds: Int? = nil) {
    self.code = code
    self.detail = detail
    self.faults = faults
    self.retryAfterSeconds = retryAfterSeconds
  }

  /// A single fault of the body.
  static func invalid(_ pointer: String, _ detail: String) -> Problem {
    Problem(
      .invalid, "the body is not what it should be",
      faults: [Fault(.body(pointer: pointer), detail)])
  }

  /// A single fault of a query parameter.
  static func parameter(_ key: ParameterKey, _ detail: String) -> Problem {
    Problem(
      .invalidParameter, "a parameter is not what it should be",
      faults: [Fault(.query(key.name), detail)])
  }

  func json(requestID: String) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("type", .string("/docs#problem-\(code.name)")), ("title", .string(code.title)),
      ("status", .integer(code.status)), ("code", .string(code.name)),
      ("detail", .string(detail.shown)), ("requestId", .string(requestID)),
    ]
    if !faults.isEmpty {
      members.append(("errors", .array(faults.map(\.json))))
    }
    if let cause { members.append(("cause", .string(cause.rawValue))) }
    if let report { members.append(("report", report)) }
    return .object(members)
  }
}

extension Problem.Fault {
  var json: JSONValue {
    let place: (String, JSONValue) =
      switch place {
      case .body(let pointer): ("pointer", .string(Self.shown(pointer: pointer)))
      case .query(let name): ("parameter", .string(name.shown))
      case .header(let name): ("header", .string(name.shown))
      }
    return .object([place, ("detail", .string(detail.shown))])
  }

  /// The pointer, or that of the nearest value around it where the answer's texts cannot hold it.
  private static func shown(pointer: String) -> String {
    var shown = pointer[...]
    while shown != shown.shown[...], let slash = shown.lastIndex(of: "/") {
      shown = shown[..<slash]
    }
    return String(shown)
  }
}

extension StringProtocol {
  /// The text as a problem shows it, which may quote anything that was sent: bounded, and without
  /// U+0000, which no text of an answer holds.
  fileprivate var shown: String {
    guard utf8.count > Problem.mostTextCharacters || utf8.contains(0) else { return String(self) }
    var shown = String.UnicodeScalarView()
    for scalar in unicodeScalars.prefix(Problem.mostTextCharacters) {
      shown.append(scalar.value == 0 ? "\u{FFFD}" : scalar)
    }
    return String(shown)
  }
}

extension Problem.Code {
  init(_ name: String, _ status: Int, _ title: String) {
    self.init(name: name, status: status, title: title)
  }

  // What was asked.
  static let malformed = Self("malformed-body", 400, "The body is no JSON")
  static let malformedRequest = Self("malformed-request", 400, "The request is not HTTP")
  static let invalidParameter = Self("invalid-parameter", 400, "A parameter is wrong")
  static let unauthenticated = Self("unauthenticated", 401, "Sign in first")
  static let invalidToken = Self("invalid-token", 401, "The token is not good")
  static let tokenExpired = Self("token-expired", 401, "The token has expired")
  static let sessionEnded = Self("session-ended", 401, "The session is over")
  static let tokenReused = Self("token-reused", 401, "The refresh token was used before")
  static let wrongCredentials = Self("wrong-credentials", 401, "E-mail or password is wrong")
  static let passwordsOff = Self("passwords-off", 403, "There are no passwords here")
  static let forbidden = Self("forbidden", 403, "You may not do this")
  static let notFound = Self("not-found", 404, "There is no such thing")
  static let methodNotAllowed = Self("method-not-allowed", 405, "This cannot be done with it")
  static let slowBody = Self("request-timeout", 408, "The body came too slowly")
  static let preconditionFailed = Self("precondition-failed", 412, "It has changed since")
  static let tooLarge = Self("too-large", 413, "The body is too large")
  static let unsupportedMediaType = Self(
    "unsupported-media-type", 415, "The body's type is unknown")
  static let invalid = Self("invalid", 422, "The body is not what it should be")
  static let keyReused = Self(
    "idempotency-key-reused", 422, "The key was used with another body")
  static let codeWrong = Self("wrong-code", 422, "The code is wrong or no longer good")
  static let badRoute = Self("bad-route", 422, "The route file has errors")
  static let tooManyRequests = Self("too-many-requests", 429, "Too many requests")

  // What is there.
  static let limit = Self("limit", 422, "A limit is reached")
  static let conflict = Self("conflict", 409, "It stands on other content")
  static let gone = Self("deleted", 410, "It was deleted")

  // The service.
  static let internalError = Self("internal", 500, "The service has failed")
  static let unavailable = Self("unavailable", 503, "The service cannot answer now")
  static let unknownOutcome = Self("unknown-outcome", 503, "The outcome is not known")
  static let timeout = Self("timeout", 504, "The store took too long")

  /// Those that are no ledger's fault, for the documentation.
  static let own: [Self] = [
    .malformed, .malformedRequest, .invalidParameter, .unauthenticated, .invalidToken,
    .tokenExpired, .sessionEnded,
    .tokenReused,
    .wrongCredentials, .passwordsOff, .forbidden,
    .notFound, .methodNotAllowed, .slowBody, .preconditionFailed, .tooLarge, .unsupportedMediaType,
    .invalid, .keyReused, .codeWrong, .badRoute, .tooManyRequests, .conflict, .gone,
    .internalError, .unavailable, .unknownOutcome, .timeout,
  ]
}

extension Problem {
  /// Whether an error says that nothing was done and nothing will be, as the request stands.
  static func isRefusal(_ error: any Error) -> Bool {
    let problem: Problem? =
      switch error {
      case let problem as Problem: problem
      case let error as LedgerError: Problem(error)
      case let error as IdentityError: Problem(error)
      default: nil
      }
    return problem.map { 400..<500 ~= $0.code.status } ?? false
  }

  /// The store answered with something else than the command calls for.
  static var unexpectedAnswer: Problem {
    Problem(.internalError, "the store gave an answer of another kind")
  }
}
