import BuiltProgram
import Foundation
import GRDB
import PostgresCluster
import TestSupport
import Testing

/// Where a service keeps its ledger.
enum Store: String, Sendable, CaseIterable, CustomTestStringConvertible {
  case file = "SQLite"
  case server = "PostgreSQL"

  /// Those that this machine has.
  static let present: [Store] = Cluster.isInstalled ? [.file, .server] : [.file]

  var testDescription: String { rawValue }
}

/// A ledger of a test's own, which may be served by one process after the other.
final class ServedLedger: Sendable {
  let store: Store
  let folder: String
  let address: String
  /// Of the cluster; nil for a file.
  private let database: String?

  init(_ store: Store) throws {
    self.store = store
    folder = NSTemporaryDirectory() + "milequest-e2e-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    switch store {
    case .file:
      address = "sqlite:\(folder)/ledger.sqlite"
      database = nil
    case .server:
      let cluster = try Cluster.shared.get()
      let database = try cluster.database()
      self.database = database
      address = cluster.url(database)
      let begun = try Program.run(["migrate", "--store", address])
      guard begun.status == 0 else { throw Program.Fault(begun.errors) }
      _ = FileManager.default.createFile(
        atPath: secret, contents: Data(String(repeating: "0123456789abcdef", count: 4).utf8),
        attributes: [.posixPermissions: 0o600])
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private var secret: String { folder + "/secret" }
  var mail: String { folder + "/mail" }

  /// Takes away the events of a team up to a version, as time does.
  func forgetEvents(of team: String, before version: Int) throws {
    if let database {
      _ = try Cluster.shared.get().sql(
        "DELETE FROM milequest.team_events WHERE team_id = '\(team)' AND version < \(version)",
        in: database)
    } else {
      var patient = Configuration()
      patient.busyMode = .timeout(30)
      try DatabaseQueue(path: "\(folder)/ledger.sqlite", configuration: patient).write { db in
        try db.execute(
          sql: "DELETE FROM team_events WHERE hex(team_id) = ? AND version < ?",
          arguments: [team.filter { $0 != "-" }.uppercased(), version])
      }
    }
  }

  /// Cuts all connections to the database.
  func cutConnections() throws {
    guard let database else { return }
    _ = try Cluster.shared.get().sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        + "WHERE datname = current_database() AND pid <> pg_backend_pid()", in: database)
  }

  /// What the program is told of the store.
  var options: [String] {
    let options = ["--store", address, "--mail-folder", mail]
    return store == .file ? options : options + ["--secret-file", secret]
  }
}

/// The built program, serving.
final class RunningService: @unchecked Sendable {
  let ledger: ServedLedger
  let port: Int
  private let home: Home
  private let process: Process
  private let log: String
  private let contract: Contract

  /// What nothing is refused by that a test does not ask for.
  static let generous = ["--rate", "100000", "--burst", "1000000"]

  /// Starts a service and waits until it is ready.
  ///
  /// - Parameters:
  ///   - options: of `serve`, beside those of the store.
  ///   - port: where it is to listen: by default any port that is free, nil for its own choice.
  ///   - descriptors: how many files and connections it may have open, as the system has it.
  init(
    _ ledger: ServedLedger, _ options: [String] = generous, port: String? = "0",
    descriptors: Int? = nil
  ) throws {
    self.ledger = ledger
    log = "\(ledger.folder)/log-\(UUID().uuidString.prefix(8))"
    _ = FileManager.default.createFile(atPath: log, contents: nil)
    home = try Home()
    let arguments =
      ["serve", "--check-answers", "true", "--log-requests", "false", "--web", "none"]
      + (port.map { ["--port", $0] } ?? []) + ledger.options + options
    if let descriptors {
      process = home.process(
        "/bin/sh",
        ["-c", "ulimit -n \(descriptors); exec \"$@\"", "sh", Program.path] + arguments)
    } else {
      process = home.process(Program.path, arguments)
    }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle(forWritingAtPath: log)
    try process.run()
    Self.endAtExit(process)
    var opened: Int?
    _ = eventually { [log, process] in
      opened = Self.port(in: Self.text(log))
      return opened != nil || !process.isRunning
    }
    guard let opened else {
      process.terminate()
      throw Program.Fault("the service did not start: \(Self.text(log))")
    }
    self.port = opened
    contract = Contract()
    guard try eventually({ try send("GET", "/readyz").status == 200 }) else {
      throw Program.Fault("the service is not ready: \(said)")
    }
    contract.learn(try send("GET", "/openapi.json").json)
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  private static func text(_ path: String) -> String {
    (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
  }

  /// What it has said so far.
  var said: String { Self.text(log) }

  private static func port(in text: String) -> Int? {
    guard let found = text.firstRange(of: "at http://127.0.0.1:") else { return nil }
    let digits = text[found.upperBound...].prefix { $0.isNumber }
    // The line is not whole until something follows the digits.
    return text[found.upperBound...].count > digits.count ? Int(digits) : nil
  }

  // MARK: Ending

  var isRunning: Bool { process.isRunning }

  /// Asks it to end, and waits.
  ///
  /// - Returns: its exit code.
  @discardableResult
  func end(by signal: Int32 = SIGTERM) -> Int32 {
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    return process.terminationReason == .exit
      ? process.terminationStatus : 128 + process.terminationStatus
  }

  func askToEnd() { kill(process.processIdentifier, SIGTERM) }

  /// Ends it as a power cut would, as far as the process is concerned.
  func kill9() {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// Kills it as soon as a condition holds: a thread of its own looks, which no other test keeps from
  /// running.
  ///
  /// - Returns: whether it came to hold.
  func killed(when condition: @escaping @Sendable () -> Bool) async -> Bool {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        let holds = eventually(condition)
        self.kill9()
        continuation.resume(returning: holds)
      }
    }
  }

  private final class Started: @unchecked Sendable {
    let lock = NSLock()
    var processes: [Process] = []
  }
  private static let started = Started()

  /// Whatever ends the tests, the services go with them.
  private static func endAtExit(_ process: Process) {
    let isFirst = started.lock.withLock {
      started.processes.append(process)
      return started.processes.count == 1
    }
    guard isFirst else { return }
    atexit {
      let processes = RunningService.started.lock.withLock { RunningService.started.processes }
      for process in processes where process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
  }

  // MARK: Asking

  /// Sends a request on a connection of its own. Every answer is held against the API's description:
  /// its status, and its code where it is a problem.
  ///
  /// - Parameter port: of what stands before the service, where something does.
  func send(
    _ method: String, _ target: String, headers: [String: String] = [:], body: [UInt8]? = nil,
    port: Int? = nil
  ) throws -> HTTPAnswer {
    let connection = try Connection(port: port ?? self.port)
    var head = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    if let body { head += "Content-Length: \(body.count)\r\n" }
    head += "\r\n"
    try connection.write(Array(head.utf8) + (body ?? []))
    let answer = try connection.answer(isHead: method == "HEAD")
    contract.check(method, target, answer)
    return answer
  }
}
