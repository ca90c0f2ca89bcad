import HTTPTypes
import Logging
import Providers
import Quests

/// Makes an answer of what went wrong, wherever it was noticed.
struct ProblemAnswers: Sendable {
  let backend: Backend

  func apply(_ error: any Error, to exchange: inout Exchange) {
    let problem = problem(error, requestID: exchange.requestID)
    exchange.problem = problem
    exchange.reply = Reply(
      HTTPResponse.Status(code: problem.code.status),
      .json(problem.json(requestID: exchange.requestID), mediaType: "application/problem+json"),
      headers: problem.headers)
    if let seconds = problem.retryAfterSeconds { exchange.headers[.retryAfter] = "\(seconds)" }
    if problem.code.status == 401 { exchange.headers[.wwwAuthenticate] = "Bearer" }
  }

  private func problem(_ error: any Error, requestID: String) -> Problem {
    switch error {
    case let problem as Problem: return problem
    case let error as LedgerError: return backend.problem(error, requestID: requestID)
    case let error as IdentityError: return backend.problem(error, requestID: requestID)
    case let faults as FieldFaults:
      return Problem(
        .invalidParameter, "fields names what is not there",
        faults: faults.all.map { Problem.Fault(.query(ParameterKey.fields.name), $0.message) })
    case is CancellationError:
      return Problem(.unavailable, "the service is shutting down", retryAfterSeconds: 5)
    default:
      backend.logger.error(
        "failure", metadata: ["requestId": .string(requestID), "detail": .string("\(error)")])
      return Problem(
        .internalError, "the service has failed; its log has more under \(requestID)")
    }
  }
}
