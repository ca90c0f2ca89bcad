internal import Quests

/// What the server or the way to it has against a request.
struct ServerFailure: Error {
  /// The five characters of SQLSTATE where the server has spoken.
  var state: String?
  /// Without any secret: the server does not repeat passwords, and libpq's own complaints about an
  /// address, which do, are not taken over.
  var message: String
  /// Which of the requests of a pipeline failed; nil where no answer tells.
  var request: Int?
  /// Whether the connection is of no more use.
  var isLost = false
  /// Whether the time for an answer was up.
  var isLate = false

  /// Whether the same again may well succeed: deadlocks, and keys that another process was faster
  /// with, which the next look will find.
  var isRace: Bool { ["40001", "40P01", "23505", "23P01"].contains(state) }
}

extension LedgerError {
  /// What a failure means to a caller.
  init(postgres error: any Error) {
    if let known = error as? LedgerError {
      self = known
      return
    }
    guard let failure = error as? ServerFailure else {
      self.init(.store, "the store failed: \(error)")
      return
    }
    let said = failure.message
    switch failure.state {
    case nil where failure.isLate:
      self.init(.timeout, "the database took too long and nothing was done: \(said)")
    case nil:
      self.init(
        failure.isLost ? .unreachable : .store,
        failure.isLost ? "the connection to the database is lost: \(said)" : said)
    case "28P01", "28000":
      self.init(.access, "the database does not let this user in: \(said)")
    case "3D000":
      self.init(.settings, "the database is not there: \(said); create it, or name another")
    case "42501":
      self.init(.access, "the user of the database has not the rights for this: \(said)")
    case "57014", "55P03", "25P03", "57P05":
      self.init(.timeout, "the database took too long and nothing was done: \(said)")
    case "40001", "40P01", "23505", "23P01":
      self.init(.timeout, "other writers were faster every time and nothing was done: \(said)")
    case "53100":
      self.init(.storageFull, "the disk of the database is full: nothing was written")
    case "53200", "53300", "53400":
      self.init(.overloaded, "the database has too much to do: \(said)")
    case "57P01", "57P02", "57P03", "57P04":
      self.init(.unreachable, "the database is stopping or starting: \(said)")
    case "25006":
      self.init(
        .settings, "the database takes no writes: \(said); connect to the primary server")
    case "3F000", "42P01", "42703", "42883":
      self.init(
        .schemaTooOld, "the database lacks what the store needs (\(said)); run milequest migrate")
    case "22021":
      self.init(.invalid, "a text holds a character that the database cannot keep: \(said)")
    case "XX001", "XX002":
      self.init(.corrupt, "the database is damaged: \(said)")
    case let state?:
      let isConnection = state.hasPrefix("08")
      self.init(isConnection ? .unreachable : .store, "the database failed (\(state)): \(said)")
    }
  }
}

/// Runs a body that talks to the server, with its failures in the ledger's words.
func ledgerErrors<Value>(_ body: () throws -> Value) throws(LedgerError) -> Value {
  do { return try body() } catch { throw LedgerError(postgres: error) }
}
