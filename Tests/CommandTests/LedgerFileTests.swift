import BuiltProgram
import Foundation
import PostgresCluster
import Testing

/// Where the small files lie, whether they are there or not.
private let casesFolder = Program.packageRoot.deletingLastPathComponent()
  .appending(path: "shared/cases/ledger")

/// What the built program makes of other people's tables of walks. The files and why they are there are
/// described beside them, in `../shared/cases/README.md`.
///
/// To add one, add a line to `rows`: the table, the commands that it goes through one after the other,
/// and what the last of them says. In the commands a name that ends in .csv or .txt is a file of the
/// folder, and TRAIL is the sample route, which is in the ledger.
@Suite(
  .enabled(
    if: FileManager.default.fileExists(atPath: casesFolder.path),
    "the cases of other people's tables are not at ../shared/cases"))
struct LedgerFileTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let commands: [String]
    /// What is in the last answer or its messages.
    let has: [String]
    let status: Int32

    init(_ commands: String..., has: [String], status: Int32 = 0) {
      self.commands = commands
      self.has = has
      self.status = status
    }

    var testDescription: String { commands.joined(separator: "; ") }
  }

  private static let ledger = "import activities --create --route Appalachian"

  static let rows: [Row] = [
    // Two people of one name, one in each team.
    Row(
      "\(ledger) two-anns.csv", "progress --format csv",
      has: [",1,5000,", ",Owls,", ",1,9000,", ",Cats,"]),
    Row("progress --route TRAIL --activities two-anns.csv", has: ["Owls,1,5000,", "Cats,1,9000,"]),
    // The next export has its newest row on top.
    Row("\(ledger) newest-first-may.csv", has: ["2 logged", "0 repeated"]),
    Row(
      "\(ledger) newest-first-may.csv", "\(ledger) newest-first-june.csv",
      has: ["1 logged", "2 repeated"]),
    Row(
      "\(ledger) newest-first-may.csv", "\(ledger) newest-first-june.csv", "progress --format csv",
      has: [",3,9000,"]),
    // Spreadsheets of other countries.
    // Its second walk has 1,234.5 km, which nobody walks at once.
    Row(
      "\(ledger) german-excel.csv",
      has: ["german-excel.csv:3: the distance is above 500 km"], status: 65),
    Row(
      "\(ledger) german-excel.csv --skip-bad", "progress --format csv", has: [",1,9440,", ",Owls,"]),
    Row(
      "progress --route TRAIL --activities german-excel.csv --skip-bad", has: ["Owls,1,9440,"]),
    Row("\(ledger) sep-line.csv", "progress --format csv", has: [",1,9440,", ",Owls,"]),
    Row("\(ledger) unicode-text.txt", "progress --format csv", has: [",1,9440,", ",Owls,"]),
    Row(
      "\(ledger) german-excel.csv --separator ,", has: ["german-excel.csv", "--separator"],
      status: 65),
    // Which of the two?
    Row(
      "\(ledger) doubled-columns.csv", has: ["“team” (column 2) and “team” (column 3)"],
      status: 65),
    // One name in three spellings.
    Row("\(ledger) one-team-three-spellings.csv", has: ["3 logged", "1 teams created"]),
    Row(
      "\(ledger) one-team-three-spellings.csv", "progress --format csv",
      has: [",3,15000,", ",Zürich,"]),
    Row(
      "progress --route TRAIL --activities one-team-three-spellings.csv",
      has: ["Zürich,3,15000,"]),
  ]

  @Test(arguments: rows) func inAFile(_ row: Row) throws { try run(row, .file) }

  @Test(.enabled(if: Cluster.isInstalled, Cluster.missing), arguments: rows)
  func onAServer(_ row: Row) throws { try run(row, .server) }

  private func run(_ row: Row, _ place: Ledger.Place) throws {
    let ledger = try Ledger(place)
    _ = try ledger.well("import", "route", Ledger.trail)
    for (number, command) in row.commands.enumerated() {
      let arguments = command.split(separator: " ").map { word in
        switch word {
        case "TRAIL": Ledger.trail
        case "Appalachian": "Appalachian Trail"
        case _ where word.hasSuffix(".csv") || word.hasSuffix(".txt"):
          casesFolder.appending(path: String(word)).path
        default: String(word)
        }
      }
      // A batch needs no ledger.
      let answer =
        command.contains("--activities")
        ? try Program.run(arguments) : try ledger.run(arguments)
      let all = answer.text + answer.errors
      let isLast = number == row.commands.count - 1
      #expect(answer.status == (isLast ? row.status : 0), "\(command): \(all)")
      guard isLast else { continue }
      for words in row.has { #expect(all.contains(words), "\(words) is not in \(all)") }
    }
  }
}
