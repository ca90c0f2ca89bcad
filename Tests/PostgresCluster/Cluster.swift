import Foundation
import TestSupport
public import Testing

/// A PostgreSQL server of the tests' own: a new folder, a socket in it and no port, stopped when the
/// tests end however they end. Clusters that the machine has are left alone.
public final class Cluster: @unchecked Sendable {
  /// The one that tests share; each takes a database of its own in it.
  public static let shared = Result { try Cluster() }

  /// Whether there is PostgreSQL with PostGIS to start; one that does not start is a failure.
  public static let isInstalled = binaries != nil

  public static let missing: Comment =
    "PostgreSQL with PostGIS is not installed; apt-get install postgresql-15-postgis-3"

  /// Where the server's socket is.
  public let folder: String
  private let bin: String
  private let lock = NSLock()
  private var process: Process?
  private var databases = 0

  /// Makes and starts a cluster.
  public init() throws {
    guard let bin = Self.binaries else { throw Failure(text: "\(Self.missing)") }
    self.bin = bin
    // Short, for the path of a socket has no more than 107 bytes.
    folder = NSTemporaryDirectory() + "mq-pg-" + String(UUID().uuidString.prefix(8))
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    if getuid() == 0 { try Self.run("/usr/bin/chown", [Self.user, folder]) }
    try run(
      "initdb",
      [
        "-D", folder + "/data", "-U", "owner", "-A", "scram-sha-256", "--pwfile",
        try passwordFile(), "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync",
      ])
    try start()
    Self.stopAtExit(self)
    // What all databases are copied from: the extension takes longer than the copy.
    try sql("CREATE DATABASE with_postgis", in: "postgres")
    try sql("CREATE EXTENSION postgis", in: "with_postgis")
  }

  public struct Failure: Error, CustomStringConvertible {
    var text: String
    public var description: String { text }
  }

  /// The owner's, with what must be escaped in an address.
  public static let password = "s3cret:/@ä"

  /// Where the server's programs are, if PostGIS is beside them.
  private static let binaries: String? = {
    for version in [15, 16, 17, 18, 14] {
      let folder = "/usr/lib/postgresql/\(version)/bin"
      let extensions = "/usr/share/postgresql/\(version)/extension/postgis.control"
      if FileManager.default.fileExists(atPath: folder + "/initdb"),
        FileManager.default.fileExists(atPath: extensions)
      {
        return folder
      }
    }
    return nil
  }()

  /// The server refuses to run as root.
  private static let user = getpwnam("postgres") == nil ? "nobody" : "postgres"

  private func passwordFile() throws -> String {
    let path = folder + "/password"
    try Data(Self.password.utf8).write(to: URL(fileURLWithPath: path))
    if getuid() == 0 { try Self.run("/usr/bin/chown", [Self.user, path]) }
    return path
  }

  // MARK: Running

  private func run(_ program: String, _ arguments: [String]) throws {
    try Self.run(Self.asUser(bin + "/" + program), arguments)
  }

  /// A command as the server's user.
  private static func asUser(_ program: String) -> [String] {
    getuid() == 0
      ? [
        "/usr/bin/setpriv", "--reuid=\(user)", "--regid=\(user == "nobody" ? "nogroup" : user)",
        "--clear-groups", "--", program,
      ] : [program]
  }

  private static func run(_ program: String, _ arguments: [String]) throws {
    try run([program], arguments)
  }

  private static func process(_ command: [String], _ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = command.dropFirst() + arguments
    // Without a HOME, libpq would look for settings in the user's.
    process.environment = [
      "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "PGPASSWORD": password,
      "TZ": "UTC",
    ]
    // Where every user may be.
    process.currentDirectoryURL = URL(fileURLWithPath: "/")
    return process
  }

  @discardableResult
  private static func run(_ command: [String], _ arguments: [String]) throws -> String {
    let process = process(command, arguments)
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(text: "\((command + arguments).joined(separator: " ")): \(text)")
    }
    return text
  }

  /// Starts the server and waits until it answers.
  public func start() throws {
    let server = Self.process(
      Self.asUser(bin + "/postgres"),
      [
        "-D", folder + "/data", "-k", folder, "-c", "listen_addresses=", "-c",
        "max_connections=400", "-c", "shared_buffers=64MB", "-c", "log_min_messages=fatal",
      ])
    server.standardOutput = FileHandle.nullDevice
    let log = folder + "/log"
    if !FileManager.default.fileExists(atPath: log) {
      _ = FileManager.default.createFile(atPath: log, contents: nil)
    }
    server.standardError = FileHandle(forWritingAtPath: log)
    try server.run()
    lock.withLock { process = server }
    var answers = false
    _ = eventually {
      answers = (try? sql("SELECT 1", in: "postgres")) != nil
      return answers || !server.isRunning
    }
    guard !answers else { return }
    let said = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
    throw Failure(text: "the server did not start: \(said)")
  }

  /// Stops the server without a checkpoint, as a crash would.
  public func crash() { stop(with: SIGQUIT) }

  /// By the id of the process that was started here: with `setpriv` it is the server's own.
  fileprivate func stop(with signal: Int32) {
    guard let server = lock.withLock({ process }) else { return }
    if server.isRunning { kill(server.processIdentifier, signal) }
    server.waitUntilExit()
    lock.withLock { process = nil }
  }

  /// Whatever ends the tests, the server goes with them.
  private static func stopAtExit(_ cluster: Cluster) {
    running.lock.withLock { running.clusters.append(cluster) }
    atexit {
      for cluster in Cluster.running.lock.withLock({ Cluster.running.clusters }) {
        cluster.stop(with: SIGQUIT)
        try? FileManager.default.removeItem(atPath: cluster.folder)
      }
    }
  }

  private final class Running: @unchecked Sendable {
    let lock = NSLock()
    var clusters: [Cluster] = []
  }
  private static let running = Running()

  // MARK: Databases

  private func psql(_ text: String, _ database: String) -> [String] {
    [
      "-h", folder, "-U", "owner", "-d", database, "-X", "-q", "-A", "-t", "-v",
      "ON_ERROR_STOP=1", "-c", text,
    ]
  }

  /// Runs SQL as the server's owner.
  ///
  /// - Returns: the rows, a line each, columns separated by `|`.
  @discardableResult
  public func sql(_ text: String, in database: String) throws -> String {
    try Self.run([bin + "/psql"], psql(text, database))
  }

  /// Starts SQL that takes its time.
  public func background(_ text: String, in database: String) throws {
    let process = Self.process([bin + "/psql"], psql(text, database))
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  /// A new database with PostGIS.
  public func database() throws -> String {
    let name = lock.withLock {
      databases += 1
      return "test_\(databases)"
    }
    try sql("CREATE DATABASE \(name) TEMPLATE with_postgis", in: "postgres")
    return name
  }

  public func url(
    _ database: String, user: String = "owner", password: String = password
  ) -> String {
    "postgres://\(user):\(Self.escaped(password))@\(Self.escaped(folder))/\(database)"
  }

  /// Text as it stands in an address.
  public static func escaped(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
  }

  /// Runs a program of the server's, such as `pg_restore`, or another one by its path, with the
  /// owner's password at hand.
  ///
  /// - Returns: what it said.
  @discardableResult
  public func client(_ program: String, _ arguments: [String]) throws -> String {
    try Self.run([program.hasPrefix("/") ? program : bin + "/" + program], arguments)
  }
}
