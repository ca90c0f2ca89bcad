import ArgumentParser
import JSON

struct Man: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the manual page, made from the help of all commands.",
    discussion: """
      milequest man > milequest.1
      milequest man | man -l -
      """)

  func run() throws {
    var limits = JSONLimits()
    limits.bytes = 16 << 20
    guard let help = try? JSONReader.read(Array(MileQuest._dumpHelp().utf8), limits: limits),
      let command = help["command"]
    else { throw ValidationError("the help of the commands cannot be read") }
    try reportingFailures { try printOut(ManualPage.text(command, version: MileQuest.version)) }
  }
}

/// The help of a command and its subcommands as a page for `man`.
private enum ManualPage {
  static func text(_ command: JSONNode, version: String) -> String {
    let name = command["commandName"]?.string ?? ""
    return ".TH \(name.uppercased()) 1 \"\" \"\(name) \(version)\"\n"
      + ".SH NAME\n\(name) \\- \(escaped(command["abstract"]?.string ?? ""))\n"
      + ".SH DESCRIPTION\n" + discussion(command)
      + ".SH COMMANDS\n" + subcommands(of: command, path: name)
  }

  private static func subcommands(of command: JSONNode, path: String) -> String {
    var text = ""
    for inner in command["subcommands"]?.array ?? [] where isShown(inner) {
      guard let name = inner["commandName"]?.string, name != "help" else { continue }
      let whole = "\(path) \(name)"
      text += ".SS \(escaped(whole))\n\(escaped(inner["abstract"]?.string ?? ""))\n"
      text += discussion(inner)
      for argument in inner["arguments"]?.array ?? [] where isShown(argument) {
        text += ".TP\n\(term(argument))\n\(escaped(argument["abstract"]?.string ?? ""))\n"
        if let values = argument["allValues"]?.array?.compactMap(\.string), !values.isEmpty {
          text += escaped("One of \(values.joined(separator: ", ")).") + "\n"
        }
        if let value = argument["defaultValue"]?.string {
          text += escaped("By default \(value).") + "\n"
        }
      }
      text += subcommands(of: inner, path: whole)
    }
    return text
  }

  private static func isShown(_ node: JSONNode) -> Bool { node["shouldDisplay"]?.bool ?? true }

  private static func term(_ argument: JSONNode) -> String {
    let value = argument["valueName"]?.string ?? ""
    let names = (argument["names"]?.array ?? []).compactMap { name -> String? in
      guard let word = name["name"]?.string else { return nil }
      return (name["kind"]?.string == "short" ? "-" : "--") + word
    }
    if names.isEmpty { return "\\fI\(escaped(value))\\fR" }
    let term = "\\fB\(escaped(names.joined(separator: ", ")))\\fR"
    return argument["kind"]?.string == "flag" ? term : term + " \\fI\(escaped(value))\\fR"
  }

  /// Paragraphs; lines with an example stand as they are.
  private static func discussion(_ command: JSONNode) -> String {
    guard let text = command["discussion"]?.string else { return "" }
    return text.split(separator: "\n\n").map { paragraph in
      paragraph.contains("milequest ")
        ? ".PP\n.nf\n\(escaped(String(paragraph)))\n.fi\n" : ".PP\n\(escaped(String(paragraph)))\n"
    }.joined()
  }

  /// Text in which nothing is an instruction to `man`.
  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
      .split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasPrefix(".") || $0.hasPrefix("'") ? "\\&\($0)" : String($0) }
      .joined(separator: "\n")
  }
}
