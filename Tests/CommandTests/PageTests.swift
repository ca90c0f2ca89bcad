import BuiltProgram
import Foundation
import Testing

/// What README and the pages in `docs` show after `$ milequest` is what the program says.
@Suite struct PageTests {
  private struct Session {
    let command: String
    /// What the page shows of the output, a line each.
    let shown: [String]
  }

  private static let pages = ["README.md", "docs/measuring.md"]

  /// The sessions of a page, in its order.
  private static func sessions(of page: String) throws -> [Session] {
    let text = try String(
      contentsOf: Program.packageRoot.appending(path: page), encoding: .utf8)
    let blocks = text.components(separatedBy: "```\n")
    return stride(from: 1, to: blocks.count, by: 2).flatMap { index in
      blocks[index].replacing("\\\n", with: " ").components(separatedBy: "$ milequest ").dropFirst()
        .map { part in
          let lines = part.components(separatedBy: "\n")
          return Session(command: lines[0], shown: Array(lines.dropFirst()))
        }
    }
  }

  /// The sample with three faults, as `make run` makes it.
  private static func faulty() throws -> String {
    let text = try String(contentsOfFile: Ledger.trail, encoding: .utf8)
    let faults = [
      ("[-83.4650, 35.5900]", "[35.5900, -83.4650]"), ("\"name\": \"Neel Gap\",", ""),
      ("[-82.6087, 36.0108]", "[-82.6087, 37.9108]"),
    ]
    return faults.reduce(text) { $0.replacing($1.0, with: $1.1) }
  }

  @Test(arguments: pages)
  func theSessionsAreTrue(_ page: String) throws {
    let folder = try Folder()
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("routes"),
      withDestinationPath: Program.packageRoot.appending(path: "routes").path)
    try FileManager.default.createDirectory(
      atPath: folder.path(".build/samples"), withIntermediateDirectories: true)
    _ = try folder.file(".build/samples/faulty.geojson", try Self.faulty())
    let sessions = try Self.sessions(of: page)
    #expect(!sessions.isEmpty)
    for session in sessions {
      // The shell takes the words apart and is where the pages say that they are.
      let answer = try Program.run(
        ["-c", "cd '\(folder.url.path)' && '\(Program.path)' \(session.command)"],
        program: "/bin/bash", variables: ["XDG_DATA_HOME": folder.url.path])
      #expect([0, session.command.hasPrefix("validate") ? 1 : 0].contains(answer.status))
      let lines = Set((answer.text + answer.errors).components(separatedBy: "\n"))
      for line in session.shown where !line.isEmpty && line != "…" && !line.contains("rows/s") {
        #expect(lines.contains(line), "\(session.command): \(line) is not in \(answer.text)")
      }
    }
  }
}
