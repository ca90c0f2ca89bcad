import ArgumentParser
import Formats

/// Finds the subcommand that somebody mistyped: the parser itself only says that a word is unexpected.
enum Subcommands {
  /// What to say about the first words of a command line; nil where they name commands.
  static func fault(in arguments: [String]) -> String? {
    var command: any ParsableCommand.Type = MileQuest.self
    var path = "milequest"
    for word in arguments.first == "help" ? arguments.dropFirst() : arguments[...] {
      let known = command.configuration.subcommands
      if known.isEmpty || word.hasPrefix("-") || word == "help" { return nil }
      if let next = known.first(where: { $0._commandName == word }) {
        command = next
        path += " \(word)"
        continue
      }
      let near = Spelling.like(word, among: known.map { $0._commandName })
      return "\(path): there is no command “\(word)”"
        + (near.isEmpty
          ? "; \(path) --help lists them all" : "; did you mean \(near.joined(separator: " or "))?")
    }
    return nil
  }
}
