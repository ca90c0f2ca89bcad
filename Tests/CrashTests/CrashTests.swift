import Foundation
import Testing

/// A few kills of what `make crash` does at full length, by the same script.
@Suite(.serialized)
struct CrashTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  static let writer = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    .appending(path: "ledger-writer").path
  static let hasPostGIS = FileManager.default.fileExists(
    atPath: "/usr/share/postgresql/15/extension/postgis.control")

  @Test func killedWritersOfTheEmbeddedStoreLoseNothing() throws {
    try Self.crash(["--store", "sqlite", "--kills", "4"])
  }

  @Test(
    .enabled(
      if: hasPostGIS,
      "PostgreSQL with PostGIS is not installed; apt-get install postgresql-15-postgis-3"))
  func killedWritersAndServersOfPostgreSQLLoseNothing() throws {
    try Self.crash(["--store", "postgres", "--kills", "3", "--server-stops", "3"])
  }

  static func crash(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/python3")
    process.arguments =
      [root.appending(path: "benchmarks/peers/crash.py").path, "--writer", writer] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(text)")
    #expect(text.contains("lost 0, doubled 0, audit clean"), "\(text)")
  }
}
