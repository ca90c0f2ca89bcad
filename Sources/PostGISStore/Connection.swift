internal import Base
internal import CPQ
internal import Foundation
internal import LedgerCore
internal import Quests

/// A statement that a connection prepares when it first meets it.
struct Statement: Sendable {
  let name: String
  let sql: String

  init(_ name: String, _ sql: String) {
    self.name = name
    self.sql = sql
  }
}

/// A statement with its parameters.
struct Request {
  var statement: Statement
  var parameters: [Parameter]

  init(_ statement: Statement, _ parameters: [Parameter] = []) {
    self.statement = statement
    self.parameters = parameters
  }
}

/// The rows that a statement gave, in the server's own memory of them.
final class Rows {
  private let result: OpaquePointer
  let count: Int
  /// How many rows a statement that changes rows has changed.
  let changed: Int

  fileprivate init(_ result: OpaquePointer) {
    self.result = result
    count = Int(PQntuples(result))
    changed = Int(String(cString: PQcmdTuples(result))) ?? 0
  }

  deinit { PQclear(result) }

  /// Nil for NULL. Good as long as the rows are.
  func bytes(row: Int, column: Int) -> UnsafeRawBufferPointer? {
    let (row, column) = (Int32(row), Int32(column))
    if PQgetisnull(result, row, column) != 0 { return nil }
    return UnsafeRawBufferPointer(
      start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column)))
  }

  func map<Value>(_ make: (inout Columns) throws -> Value) throws -> [Value] {
    try (0..<count).map { row in
      var columns = Columns(self, row: row)
      return try make(&columns)
    }
  }

  func first<Value>(_ make: (inout Columns) throws -> Value) throws -> Value? {
    if count == 0 { return nil }
    var columns = Columns(self, row: 0)
    return try make(&columns)
  }
}

/// A way to stop what a connection is at from another thread.
final class Canceller: @unchecked Sendable {
  // A plain lock: ThreadSanitizer understands it on Linux.
  private let lock = Lock()
  private var cancel: OpaquePointer?

  fileprivate init(_ connection: OpaquePointer) { cancel = PQgetCancel(connection) }

  /// Asks the server to stop. It opens a connection of its own and waits for it, so it is not for
  /// the threads that tasks share.
  func stop() {
    lock.withLock {
      guard let cancel else { return }
      var text = [CChar](repeating: 0, count: 256)
      _ = PQcancel(cancel, &text, Int32(text.count))
    }
  }

  fileprivate func close() {
    lock.withLock {
      PQfreeCancel(cancel)
      cancel = nil
    }
  }

  deinit { PQfreeCancel(cancel) }
}

/// One connection, for one thread: it waits on its socket and blocks whoever calls.
///
/// Requests go out together and their answers come back together (libpq's pipeline mode), so that
/// any number of them costs one round trip.
final class Connection {
  private let connection: OpaquePointer
  private var prepared: Set<String> = []
  let canceller: Canceller

  /// How long a server that was told to stop gets before the connection is given up.
  private static let graceSeconds = 2.0

  /// - Parameter address: a URI or keywords that libpq has accepted once.
  init(_ address: ServerAddress, until deadline: Deadline) throws {
    let settings = [
      ("dbname", address.text), ("fallback_application_name", "milequest"),
      ("client_encoding", "UTF8"),
    ]
    var keywords: [UnsafePointer<CChar>?] = settings.map { UnsafePointer(strdup($0.0)) } + [nil]
    var values: [UnsafePointer<CChar>?] = settings.map { UnsafePointer(strdup($0.1)) } + [nil]
    defer {
      for text in keywords + values { free(UnsafeMutablePointer(mutating: text)) }
    }
    guard let connection = PQconnectStartParams(&keywords, &values, 1) else {
      throw ServerFailure(message: "no memory for a connection", isLost: true)
    }
    do { try Self.connect(connection, address, deadline) } catch {
      PQfinish(connection)
      throw error
    }
    self.connection = connection
    canceller = Canceller(connection)
    PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
    // Notices of the server are for its log.
    _ = PQsetNoticeReceiver(connection, { _, _ in }, nil)
    PQsetnonblocking(connection, 1)
    PQenterPipelineMode(connection)
  }

  deinit {
    canceller.close()
    PQfinish(connection)
  }

  private static func connect(
    _ connection: OpaquePointer, _ address: ServerAddress, _ deadline: Deadline
  ) throws {
    // With its state in the text, whatever the server's language: there is no other way to it.
    PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
    var next = PGRES_POLLING_WRITING
    while PQstatus(connection) != CONNECTION_BAD {
      switch next {
      case PGRES_POLLING_OK: return
      case PGRES_POLLING_FAILED: break
      default:
        let events = next == PGRES_POLLING_READING ? POLLIN : POLLOUT
        guard wait(PQsocket(connection), Int16(events), until: deadline) else {
          throw ServerFailure(
            message: "no answer from \(address.place) in time", isLost: true)
        }
        next = PQconnectPoll(connection)
        continue
      }
      break
    }
    let text = String(cString: PQerrorMessage(connection))
    let (state, said) = parse(text)
    throw ServerFailure(
      state: state,
      message: state == nil ? "no PostgreSQL answers at \(address.place): \(said)" : said,
      isLost: true)
  }

  /// State and text of a complaint such as `FATAL:  28P01: password … failed`.
  private static func parse(_ text: String) -> (state: String?, said: String) {
    let first = text.split(separator: "\n").first.map(String.init) ?? "unknown"
    if let mark = first.range(of: ":  ") {
      let rest = first[mark.upperBound...]
      let state = rest.prefix(5)
      if rest.dropFirst(5).hasPrefix(": "), state.allSatisfy({ $0.isNumber || $0.isUppercase }) {
        return (String(state), String(rest.dropFirst(7)))
      }
    }
    // `connection to server … failed: Connection refused`: the place is named by us.
    let reason = first.range(of: "failed: ").map { String(first[$0.upperBound...]) }
    return (nil, reason ?? first)
  }

  // MARK: Requests

  /// Sends requests together and waits for their answers.
  ///
  /// - Throws: `ServerFailure`; what came after the request that failed was not done, and an open
  ///   transaction waits for its rollback.
  @discardableResult
  func run(_ requests: [Request], until deadline: Deadline) throws -> [Rows] {
    var kinds: [Int?] = []
    for (index, request) in requests.enumerated() {
      if prepared.insert(request.statement.name).inserted {
        try send(PQsendPrepare(connection, request.statement.name, request.statement.sql, 0, nil))
        kinds.append(nil)
      }
      try send(request)
      kinds.append(index)
    }
    try send(PQpipelineSync(connection))
    return try receive(requests, kinds, until: deadline)
  }

  func run(_ request: Request, until deadline: Deadline) throws -> Rows {
    try run([request], until: deadline)[0]
  }

  private func send(_ outcome: Int32) throws {
    if outcome == 0 { throw lost() }
  }

  private func send(_ request: Request) throws {
    let parameters = request.parameters
    let size = parameters.reduce(0) { $0 + ($1.bytes?.count ?? 0) }
    // One block for all values: their places in it are known before any is copied.
    var block = [UInt8]()
    block.reserveCapacity(size + 1)
    for parameter in parameters { block += parameter.bytes ?? [] }
    // So that there is a place to point to where all are empty.
    block.append(0)
    let outcome = block.withUnsafeBytes { bytes in
      var offset = 0
      let values = parameters.map { parameter -> UnsafePointer<CChar>? in
        guard let value = parameter.bytes else { return nil }
        defer { offset += value.count }
        return bytes.baseAddress?.advanced(by: offset).assumingMemoryBound(to: CChar.self)
      }
      return PQsendQueryPrepared(
        connection, request.statement.name, Int32(parameters.count), values,
        parameters.map { Int32($0.bytes?.count ?? 0) }, parameters.map { _ in 1 }, 1)
    }
    try send(outcome)
  }

  private func receive(
    _ requests: [Request], _ kinds: [Int?], until deadline: Deadline
  ) throws -> [Rows] {
    var rows: [Rows] = []
    var failure: ServerFailure?
    var next = 0
    var limit = deadline
    var wasStopped = false
    let stopping = DispatchGroup()
    // What comes next on this connection must not be stopped in place of this.
    defer { stopping.wait() }
    while true {
      let flushed = PQflush(connection)
      if flushed < 0 { throw failure ?? lost() }
      while flushed == 0, PQisBusy(connection) == 0 {
        guard let result = PQgetResult(connection) else {
          if PQstatus(connection) == CONNECTION_BAD { throw failure ?? lost() }
          continue
        }
        let status = PQresultStatus(result)
        if status == PGRES_PIPELINE_SYNC {
          PQclear(result)
          if let failure { throw failure }
          return rows
        }
        let kind = next < kinds.count ? kinds[next] : nil
        let name = requests[
          min(kind ?? kinds[next...].lazy.compactMap { $0 }.first ?? 0, requests.count - 1)
        ]
        .statement.name
        next += 1
        switch status {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
          if kind == nil { PQclear(result) } else { rows.append(Rows(result)) }
        case PGRES_PIPELINE_ABORTED:
          if kind == nil { prepared.remove(name) }
          PQclear(result)
        default:
          if kind == nil { prepared.remove(name) }
          failure = failure ?? failed(result, request: kind)
          PQclear(result)
          if PQstatus(connection) == CONNECTION_BAD { throw failure ?? lost() }
        }
      }
      let events = Int16(flushed == 1 ? POLLIN | POLLOUT : POLLIN)
      if Self.wait(PQsocket(connection), events, until: limit) {
        // A closed connection may still hold what the server said before it went.
        if PQconsumeInput(connection) == 0, PQisBusy(connection) != 0 { throw failure ?? lost() }
      } else if wasStopped {
        throw ServerFailure(message: "no answer in time", isLost: true, isLate: true)
      } else {
        wasStopped = true
        limit = .in(seconds: Self.graceSeconds)
        let canceller = canceller
        DispatchQueue.global().async(group: stopping) { canceller.stop() }
      }
    }
  }

  private func failed(_ result: OpaquePointer, request: Int?) -> ServerFailure {
    func field(_ code: Character) -> String? {
      PQresultErrorField(result, Int32(code.asciiValue ?? 0)).map { String(cString: $0) }
    }
    let state = field("C")
    // The severity in English, whatever the server's language.
    let isLost = PQstatus(connection) == CONNECTION_BAD || field("V") != "ERROR"
    return ServerFailure(
      state: state, message: field("M") ?? "no reason given", request: request, isLost: isLost)
  }

  private func lost() -> ServerFailure {
    let text = String(cString: PQerrorMessage(connection))
    return ServerFailure(message: Self.parse(text).said, isLost: true)
  }

  /// Runs a script of several statements, which a pipeline cannot.
  func script(_ sql: String, until deadline: Deadline) throws {
    PQexitPipelineMode(connection)
    defer { PQenterPipelineMode(connection) }
    guard PQsendQuery(connection, sql) == 1 else { throw lost() }
    var failure: ServerFailure?
    while true {
      let flushed = PQflush(connection)
      if flushed < 0 { throw failure ?? lost() }
      while flushed == 0, PQisBusy(connection) == 0 {
        guard let result = PQgetResult(connection) else {
          if let failure { throw failure }
          if PQstatus(connection) == CONNECTION_BAD { throw lost() }
          return
        }
        if PQresultStatus(result) == PGRES_FATAL_ERROR {
          failure = failure ?? failed(result, request: nil)
        }
        PQclear(result)
      }
      let events = Int16(flushed == 1 ? POLLIN | POLLOUT : POLLIN)
      guard Self.wait(PQsocket(connection), events, until: deadline) else {
        throw ServerFailure(message: "no answer in time", isLost: true)
      }
      if PQconsumeInput(connection) == 0, PQisBusy(connection) != 0 { throw failure ?? lost() }
    }
  }

  /// The payloads of notifications that have come; where there are none, waits for one, for an event,
  /// or for a moment, and may come back with none.
  ///
  /// - Throws: `ServerFailure` where the connection is gone.
  func notifications(orWakenBy event: WakeEvent, until deadline: Deadline) throws -> [String] {
    func arrived() -> [String] {
      var payloads: [String] = []
      while let notification = PQnotifies(connection) {
        payloads.append(String(cString: notification.pointee.extra))
        PQfreemem(notification)
      }
      return payloads
    }
    let known = arrived()
    if !known.isEmpty { return known }
    var descriptors = [
      pollfd(fd: PQsocket(connection), events: Int16(POLLIN), revents: 0),
      pollfd(fd: event.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    _ = poll(&descriptors, 2, deadline.milliseconds)
    event.clear()
    if descriptors[0].revents != 0 {
      if PQconsumeInput(connection) == 0 || PQstatus(connection) == CONNECTION_BAD { throw lost() }
    }
    return arrived()
  }

  /// Whether the server has closed the connection while it lay idle.
  var isClosed: Bool {
    if Self.wait(PQsocket(connection), Int16(POLLIN), until: .in(seconds: 0)) {
      _ = PQconsumeInput(connection)
    }
    return PQstatus(connection) == CONNECTION_BAD
  }

  /// - Returns: false when the deadline came first.
  private static func wait(_ socket: Int32, _ events: Int16, until deadline: Deadline) -> Bool {
    var descriptor = pollfd(fd: socket, events: events, revents: 0)
    while true {
      let ready = poll(&descriptor, 1, deadline.milliseconds)
      if ready > 0 { return true }
      if ready == 0 { return false }
      // Bad descriptors are told by whatever is done with them next.
      if errno != EINTR { return true }
    }
  }
}

extension Deadline {
  /// For `poll`, rounded up.
  var milliseconds: Int32 { Int32(min(secondsLeft * 1000, 1e9).rounded(.up)) }
}

/// Where a server is, and as whom to come: a URI, or libpq's keywords and values.
struct ServerAddress: Sendable {
  /// With the password where it has one; never shown.
  let text: String
  /// Host and port, for people.
  let place: String

  /// - Throws: `settings` where libpq cannot read it.
  init(_ text: String) throws(LedgerError) {
    guard let options = PQconninfoParse(text, nil) else {
      // What libpq says would repeat the text, and with it the password.
      throw LedgerError(
        .settings,
        "the address of the database cannot be read; it is like postgres://user@host:5432/name, "
          + "special characters in it written as %40")
    }
    defer { PQconninfoFree(options) }
    var values: [String: String] = [:]
    var option = options
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val {
        values[String(cString: keyword)] = String(cString: value)
      }
      option += 1
    }
    self.text = text
    let environment = ProcessInfo.processInfo.environment
    let host = values["hostaddr"] ?? values["host"] ?? environment["PGHOST"] ?? "the local socket"
    place = "\(host), port \(values["port"] ?? environment["PGPORT"] ?? "5432")"
  }
}
