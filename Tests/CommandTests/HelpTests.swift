import BuiltProgram
import Foundation
import Testing

/// The help, and what is made from it: the manual page and the completion of shells.
@Suite struct HelpTests {
  private struct Command: Decodable {
    let commandName: String
    let discussion: String?
    let subcommands: [Command]?

    /// The command and all below it, with their paths.
    func all(_ path: String = "") -> [(path: String, command: Command)] {
      let whole = path.isEmpty ? commandName : "\(path) \(commandName)"
      return [(whole, self)] + (subcommands ?? []).flatMap { $0.all(whole) }
    }
  }

  private struct Help: Decodable { let command: Command }

  private static func commands() throws -> [(path: String, command: Command)] {
    let answer = try Program.run(["--experimental-dump-help"])
    return try JSONDecoder().decode(Help.self, from: Data(answer.bytes)).command.all()
  }

  @Test func noExampleBreaksWithinACommand() throws {
    for (path, command) in try Self.commands() {
      let lines = (command.discussion ?? "").split(separator: "\n")
      for line in lines
      where line.contains("  milequest ") || line.contains("? milequest ")
        || line.hasPrefix("milequest ") || line.hasPrefix("  ")
      {
        #expect(line.count <= 80, "\(path): \(line)")
      }
    }
  }

  @Test func theManualHasEveryCommand() throws {
    let answer = try Program.run(["man"])
    #expect(answer.status == 0 && answer.text.hasPrefix(".TH MILEQUEST 1"))
    for (path, _) in try Self.commands() where path.contains(" ") && !path.hasSuffix(" help") {
      #expect(answer.text.contains(".SS \(path.replacing("-", with: "\\-"))\n"), "\(path)")
    }
    #expect(answer.text.contains("\\fB\\-\\-joins\\-below\\fR"))
    // No line but those that are meant to is an instruction.
    let known = [".TH", ".SH", ".SS", ".PP", ".TP", ".nf", ".fi"]
    for line in answer.text.split(separator: "\n") where line.hasPrefix(".") || line.hasPrefix("'")
    {
      #expect(known.contains { line.hasPrefix($0) }, "\(line)")
    }
  }

  @Test(arguments: ["bash", "zsh", "fish"]) func shellsCompleteCodesAndFiles(_ shell: String) throws
  {
    let answer = try Program.run(["--generate-completion-script", shell])
    #expect(answer.status == 0)
    #expect(answer.text.contains("null-island") && answer.text.contains("schema-attribute"))
  }
}
