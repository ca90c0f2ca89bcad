internal import CPQ
import Quests

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// PostgreSQL's own programs, which copy a ledger on a server and bring the copy back.
struct ServerTools {
  /// For people; without a password.
  private let place: String
  /// What the programs are told, without a password.
  private let connection: String
  private let environment: [String: String]

  /// - Throws: `usage` for an address that libpq does not read.
  init(_ url: String) throws {
    place = StoreAddress.server(url: url).text
    guard let options = PQconninfoParse(url, nil) else {
      throw Failure(.usage, "\(place): this is not an address of a server")
    }
    defer { PQconninfoFree(options) }
    var words: [String] = []
    var environment: [String: String] = [:]
    var option = options
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val {
        switch String(cString: keyword) {
        case "password": environment["PGPASSWORD"] = String(cString: value)
        case let keyword: words.append("\(keyword)=\(Self.quoted(String(cString: value)))")
        }
      }
      option += 1
    }
    connection = words.joined(separator: " ")
    self.environment = environment
  }

  /// As libpq reads a value.
  private static func quoted(_ value: String) -> String {
    "'" + value.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
  }

  /// Copies the ledger into a new file, which is there whole or not at all.
  ///
  /// - Throws: `write-failed` where the file is there or cannot be written, `unreachable`.
  func dump(to path: String) throws {
    guard access(path, F_OK) != 0 else {
      throw Failure(.writeFailed, "\(path) exists; a backup never writes over a file")
    }
    let partial = path + ".partial"
    unlink(partial)
    // Its owner alone can read it.
    let file = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      throw Failure(.writeFailed, "\(path): \(String(cString: strerror(errno)))")
    }
    close(file)
    defer { unlink(partial) }
    try run(
      "pg_dump",
      ["--format=custom", "--schema=milequest", "--file=\(partial)", "--dbname=\(connection)"])
    // What cannot be listed cannot be restored.
    try run("pg_restore", ["--list", partial])
    guard link(partial, path) == 0 else {
      throw Failure(.writeFailed, "\(path): \(String(cString: strerror(errno)))")
    }
  }

  /// Brings a copy back into a database that holds no ledger; all of it or nothing.
  ///
  /// - Throws: `write-failed`, `unreachable`.
  func restore(_ path: String) throws {
    func ask(_ sql: String) throws -> String {
      try run(
        "psql",
        [
          "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1",
          "--dbname=\(connection)", "--command=\(sql)",
        ])
    }
    if try ask("SELECT to_regnamespace('milequest') IS NOT NULL").hasPrefix("t") {
      throw Failure(
        .writeFailed,
        "\(place): this database holds a ledger; nothing writes over it: make a new database with "
          + "createdb, and name that")
    }
    do { _ = try ask("CREATE EXTENSION IF NOT EXISTS postgis") } catch {
      throw Failure(
        .unreachable,
        "\(place): the database has no PostGIS; install it on the server and let a superuser run "
          + "CREATE EXTENSION postgis in this database")
    }
    try run(
      "pg_restore",
      [
        "--exit-on-error", "--no-owner", "--single-transaction", "--dbname=\(connection)", path,
      ])
  }

  @discardableResult
  private func run(_ tool: String, _ arguments: [String]) throws -> String {
    let ended: OutsideProgram.Ended
    do throws(OutsideProgram.Fault) {
      ended = try OutsideProgram.run(tool, arguments, environment: environment)
    } catch {
      throw Failure(
        .unreachable,
        error.code == ENOENT
          ? "\(tool) is not installed; it is one of PostgreSQL's client programs: on Debian, "
            + "apt install postgresql-client"
          : "\(tool) cannot be run: \(String(cString: strerror(error.code)))")
    }
    guard ended.status == 0 else { throw fault(of: tool, ended) }
    return ended.output
  }

  private func fault(of tool: String, _ ended: OutsideProgram.Ended) -> Failure {
    let said = ended.errors.split(separator: "\n").prefix(6).joined(separator: "\n  ")
    var advice = ""
    if said.contains("no matching schemas") {
      advice = "\nThe database holds no ledger: see that the address is right"
    } else if said.contains("role \""), said.contains("does not exist"), tool == "pg_restore" {
      advice = "\nMake that role with createuser, and try again; nothing was restored"
    } else if said.contains("version mismatch") {
      advice = "\nInstall the client programs of the server's version"
    }
    return Failure(
      said.contains("connection to ") ? .unreachable : .writeFailed,
      "\(place): \(said.isEmpty ? "\(tool) ended with \(ended.status)" : said)\(advice)")
  }
}
