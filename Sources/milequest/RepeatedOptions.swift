import ArgumentParser
import JSON

/// Finds an option that is given twice where one counts: the parser takes the last and says nothing.
enum RepeatedOptions {
  /// What to say about a command line that the parser has taken; nil where nothing is given twice.
  ///
  /// - Parameter command: the one that the words name.
  static func fault(in arguments: [String], of command: any ParsableCommand.Type) -> String? {
    // Scripts and units put the options of a service together, and there the last one counts.
    if command == Serve.self { return nil }
    // The description of a command costs more than most command lines have to pay for.
    let words = arguments.filter { $0.hasPrefix("-") }.map { $0.prefix { $0 != "=" } }
    // A short name stands for a long one.
    guard Set(words).count < words.count || words.contains(where: { $0.utf8.count == 2 }) else {
      return nil
    }
    let known = options(of: command)
    let order = OptionOrder(
      arguments, of: Set(known.keys), taking: Set(known.filter(\.value.takesAnyWord).keys))
    var seen: Set<Int> = []
    for use in order.uses {
      guard let option = known[use.name], !option.isRepeatable else { continue }
      if !seen.insert(option.number).inserted {
        return "\(use.name) is given twice, and only one counts: give it once"
      }
    }
    return nil
  }

  private struct Option {
    /// The same for all names of the option.
    let number: Int
    let isRepeatable: Bool
    /// Whether its value may begin with a dash.
    let takesAnyWord: Bool
  }

  /// The options of a command by their names with dashes.
  private static func options(of command: any ParsableCommand.Type) -> [String: Option] {
    var limits = JSONLimits()
    limits.bytes = 16 << 20
    let help = try? JSONReader.read(Array(command._dumpHelp().utf8), limits: limits)
    var options: [String: Option] = [:]
    for (number, argument) in (help?["command"]?["arguments"]?.array ?? []).enumerated() {
      for name in argument["names"]?.array ?? [] {
        guard let word = name["name"]?.string else { continue }
        options[(name["kind"]?.string == "long" ? "--" : "-") + word] = Option(
          number: number, isRepeatable: argument["isRepeating"]?.bool ?? true,
          takesAnyWord: argument["parsingStrategy"]?.string == "unconditional")
      }
    }
    return options
  }
}
