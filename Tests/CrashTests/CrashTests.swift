import Foundation
import TestSupport
import Testing

/// A few kills of what `make crash` does at full length, by the same script.
///
/// That the script notices was tried on stores that were broken on purpose:
///
/// - Answers given before the commit, either store, writers killed: walks are lost, in most runs
///   within four kills.
/// - The same on PostgreSQL, server stopped: walks are lost, and repeats get other answers.
/// - `synchronous_commit = off`, server stopped: the same. A kill of the writer alone does not show
///   it, nor `synchronous = OFF` of SQLite: the system keeps what a killed process has written. So
///   that settings are right is asserted when a store opens (`commitsAreForcedToTheDisk`,
///   `aServerThatDoesNotKeepWhatItCommits`).
/// - Repeats counted as new walks: doubled, from the first comparison on.
/// - A repeat that is answered from the present total: other answers, from the first on.
/// - A commit between the activities and what they count for: the audit finds what is missing.
@Suite(.serialized)
struct CrashTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  static let writer = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    .appending(path: "ledger-writer").path
  static let hasPostGIS = FileManager.default.fileExists(
    atPath: "/usr/share/postgresql/15/extension/postgis.control")

  @Test func killedWritersOfTheEmbeddedStoreLoseNothing() throws {
    try Self.crash(["--store", "sqlite", "--kills", "8"])
  }

  @Test(
    .enabled(
      if: hasPostGIS,
      "PostgreSQL with PostGIS is not installed; apt-get install postgresql-15-postgis-3"))
  func killedWritersAndServersOfPostgreSQLLoseNothing() throws {
    try Self.crash(["--store", "postgres", "--kills", "3", "--server-stops", "3"])
  }

  static func crash(_ arguments: [String]) throws {
    let script = root.appending(path: "benchmarks/peers/crash.py").path
    let (status, output) = try Home.run(
      "/usr/bin/python3", [script, "--writer", writer] + arguments)
    let text = String(decoding: output, as: UTF8.self)
    #expect(status == 0, "\(text)")
    #expect(text.contains("lost 0, doubled 0, audit clean"), "\(text)")
  }
}
