import ArgumentParser
import Quests

extension Failure {
  /// What a fault of the store or a refusal by the rules means to whoever called the program.
  init(_ error: LedgerError, _ place: String? = nil) {
    let kind: Kind
    var advice = ""
    switch error.code {
    case .unreachable:
      kind = .unreachable
      // A place on a server has a scheme; a file has none.
      advice =
        place?.contains("://") == false
        ? "; see that the folder is there and yours to write in"
        : "; see that it runs and that the address is right, then try again"
    case .timeout, .overloaded, .unknownOutcome, .access, .settings, .schemaTooNew, .schemaTooOld:
      kind = .unreachable
    case .notFound: kind = .noInput
    case .storageFull, .store: kind = .writeFailed
    default: kind = .badData
    }
    self.init(kind, (place.map { "\($0): " } ?? "") + error.message + advice)
  }
}

/// Runs a body that talks to a store; what the store has against it becomes a failure.
func ledgerFailures<Value>(_ place: String? = nil, _ body: () throws -> Value) throws -> Value {
  do { return try body() } catch let error as LedgerError { throw Failure(error, place) }
}

/// Runs a command's body; a failure is printed and becomes the exit code.
func reportingFailures(_ body: () async throws -> Void) async throws {
  let failure: Failure
  do { return try await body() } catch let error as Failure { failure = error } catch let error
    as LedgerError
  { failure = Failure(error) }
  StandardError.write(failure.message)
  throw ExitCode(failure.kind.rawValue)
}
