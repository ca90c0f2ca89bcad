internal import CMileQuest
internal import Formats
internal import Geodesy
internal import Routes

/// Why a function of the interface does not answer.
struct Refusal: Error {
  let status: Int32
  /// A stable name for the kind of fault.
  let name: String
  let message: String
  /// In the file, from 1; 0 where there is none.
  var line = 0
  var column = 0

  init(_ status: Int, _ name: String, _ message: String) {
    self.status = Int32(status)
    self.name = name
    self.message = message
  }

  static func argument(_ message: String) -> Refusal { Refusal(MQ_ARGUMENT, "argument", message) }

  static func option(_ message: String) -> Refusal { Refusal(MQ_OPTION, "option", message) }

  /// What is wrong with a route of a file. What was asked for and is not there is the options' fault.
  init(_ error: RouteError, file: String) {
    self.init(
      error.code == .range ? MQ_OPTION : MQ_ROUTE, error.code.rawValue, "\(file): \(error.message)")
  }

  init(_ error: GeodesyError) {
    self.init(
      error.code == .distanceOverflow ? MQ_OVERFLOW : MQ_TEXT, error.code.rawValue, error.message)
  }
}

/// Runs what a function of the interface does; a failure is kept for this thread and becomes its code.
func answering(_ body: () throws(Refusal) -> Void) -> Int32 {
  do {
    try body()
    return Int32(MQ_OK)
  } catch {
    LastError.keep(error)
    return error.status
  }
}
