import ArgumentParser
import Base
import Formats
import Geodesy
import Inspection
import JSON
import Routes

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

struct Validate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Find everything that is wrong with route files, and repair it.",
    discussion: """
      Every finding has a code, its place in the file and on the ground, what was measured and what is \
      allowed, and a repair where there is one. Errors stop any command that needs the file, warnings \
      ask for a look, notes only inform. Exit code 1 where there is an error, else 0.

      What is wrong?            milequest validate trail.gpx
      What does a code mean?    milequest validate --explain spike
      Repair, change nothing:   milequest validate trail.gpx --fix -o ok.gpx

      milequest validate trail.gpx --fix-unsafe --only spike --in-place
      milequest validate routes/*.gpx --format sarif > findings.sarif
      """)

  @Argument(help: "Route files; - is standard input.", completion: .file())
  var files: [String] = []

  @OptionGroup var source: RouteSource
  @OptionGroup var input: RouteInput

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, sarif, github }

  @Option(
    help: ArgumentHelp(
      "text for people, json for programs, sarif for code hosts, github for annotations.",
      valueName: "format"))
  var format = Format.text

  @Option(
    help: ArgumentHelp("The least severity that text and annotations show.", valueName: "severity"))
  var least = Severity.info

  @Option(
    help: ArgumentHelp(
      "Only findings, and repairs, with these codes, with commas between; repairs of notes are made only when named here. May be repeated.",
      valueName: "code,…"), completion: .codes)
  var only: [String] = []

  @Option(
    help: ArgumentHelp(
      "No findings, and no repairs, with these codes, with commas between. May be repeated.",
      valueName: "code,…"),
    completion: .codes)
  var ignore: [String] = []

  @Option(
    help: ArgumentHelp(
      "Moves the limit of a rule, such as spike=100; --explain tells the limits. May be repeated.",
      valueName: "code=number"))
  var limit: [String] = []

  @Flag(help: "Repair what can be repaired without changing where the route leads.")
  var fix = false

  @Flag(help: "Also make the repairs that change the route, by a guess; look at the result.")
  var fixUnsafe = false

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where the repaired file goes; - is standard output.", valueName: "file"),
    completion: .file())
  var output: String?

  @Flag(help: "Put the repaired file in the place of the original, by write and rename.")
  var inPlace = false

  @Option(
    help: ArgumentHelp("Explain what a code means, with an example.", valueName: "code"),
    completion: .codes)
  var explain: String?

  @Flag(help: "List all codes.")
  var codes = false

  @Flag(help: .hidden)
  var codesAsMarkdown = false

  func run() throws {
    try reportingFailures {
      if codes { return try printOut(RuleList.text) }
      if codesAsMarkdown { return try printOut(RuleList.markdown) }
      if let explain { return try printOut(try explanation(explain)) }
      try checkOptions()
      let selection = try Selection(only: only, ignore: ignore)
      let request = try inspectionOptions()
      var reports: [(file: String, result: Result)] = []
      var failure: Failure?
      for file in files {
        // One file that cannot be opened does not hide the others.
        do {
          let result = try validate(file, request, selection)
          switch format {
          case .text: try show(text(result, file))
          case .github:
            let lines = GitHubAnnotations.text(result.report, file: file, least: least)
            try show(TerminalText.clean(lines))
          case .json, .sarif: break
          }
          reports.append((file, result.withoutDocument))
        } catch let error as Failure {
          if error.kind == .usage { throw error }
          StandardError.write(error.message)
          failure = error
        }
      }
      switch format {
      case .json:
        let values = reports.map { json($0.result, $0.file) }
        try show(JSONValue.object([("files", .array(values))]).text(indent: 2) + [0x0A])
      case .sarif:
        let runs = reports.map { ($0.file, $0.result.report) }
        try show(SARIF.value(runs, version: MileQuest.version).text(indent: 2) + [0x0A])
      case .text, .github: break
      }
      if let failure { throw ExitCode(failure.kind.rawValue) }
      if reports.contains(where: { !$0.result.report.isSound }) { throw ExitCode(1) }
    }
  }

  // MARK: One file

  /// What became of a file.
  private struct Result {
    var report: Report
    var repair: Repair.Outcome?

    /// The same without the file's bytes, for many files in one report.
    var withoutDocument: Result { self }
  }

  private func validate(
    _ file: String, _ options: InspectionOptions, _ selection: Selection
  ) throws -> Result {
    let limits = ReadLimits.standard
    let bytes = try Files.read(file, limit: limits.fileBytes, cuts: true)
    let document = RouteReader.read(
      bytes, as: source.from, fileName: file, limits: limits, thoroughly: true)
    var options = options
    if !input.track.isEmpty, document.hasLine {
      options.track = try input.choice(in: document, file)
    }
    if fix || fixUnsafe, let written = try inWrittenFormat(document, file) {
      return try validated(written.document, written.bytes, file, options, selection)
    }
    return try validated(document, bytes, file, options, selection)
  }

  /// The same route in the format that the repaired file is to have, where that of the file is only read;
  /// nil where it is written too.
  private func inWrittenFormat(
    _ document: RouteDocument, _ file: String
  ) throws -> (document: RouteDocument, bytes: [UInt8])? {
    guard let format = document.format, RouteFormat(format) == nil else { return nil }
    guard !inPlace, let output, let target = RouteFormat(fileName: output) else {
      throw Failure(
        .usage,
        "\(file): \(format.title) is read and not written: give the repaired file another format, such "
          + "as -o route.gpx")
    }
    guard document.errors.isEmpty else {
      throw Failure(.badData, ReaderText.lines(document.errors, file: file, most: 20))
    }
    let route = try input.route(of: document, file)
    let bytes = RouteWriter.write(route, as: target)
    let written = RouteReader.read(bytes, as: target.source, thoroughly: true)
    return (written, bytes)
  }

  private func validated(
    _ document: RouteDocument, _ bytes: [UInt8], _ file: String, _ options: InspectionOptions,
    _ selection: Selection
  ) throws -> Result {
    let limits = ReadLimits.standard
    let bar = ProgressBar()
    defer { bar?.finish() }
    let name = file == "-" ? "standard input" : file
    guard fix || fixUnsafe else {
      let report = Inspector.inspect(document, options: options) {
        bar?.show("looking at \(name)", share: $0)
      }
      return Result(report: report.keeping(selection.shows))
    }
    let outcome = Repair.repair(
      document, options: options, includingUnsafe: fixUnsafe, fileName: file, limits: limits,
      named: selection.names, only: selection.includes
    ) { round, share in bar?.show("repairing \(name), round \(round)", share: share) }
    if inPlace, PackedFile.isPacked(bytes) {
      throw Failure(
        .usage,
        "\(file): the file is packed, and repairs are written unpacked: --in-place cannot take its "
          + "place; use -o")
    }
    if let target = inPlace ? file : output {
      if !inPlace || outcome.bytes != bytes { try Files.write(outcome.bytes, to: target) }
    }
    return Result(report: outcome.report.keeping(selection.shows), repair: outcome)
  }

  // MARK: Options

  private func checkOptions() throws {
    if files.isEmpty {
      throw Failure(.usage, "name one route file or more; - is standard input")
    }
    let repairs = fix || fixUnsafe
    guard repairs else {
      if output != nil || inPlace {
        throw Failure(.usage, "-o and --in-place need --fix or --fix-unsafe")
      }
      return
    }
    if output != nil, inPlace { throw Failure(.usage, "-o and --in-place exclude each other") }
    if output == nil, !inPlace {
      throw Failure(
        .usage, "say where the repaired file goes: -o FILE, or --in-place for the original's place")
    }
    if output != nil, files.count > 1 {
      throw Failure(.usage, "-o takes the repair of one file; for several use --in-place")
    }
    if inPlace, files.contains("-") {
      throw Failure(.usage, "--in-place: standard input has no place; use -o")
    }
    if let output, Files.areOne(files[0], output) {
      throw Failure(
        .usage,
        "\(output): this is the input itself, which is not overwritten unless --in-place says so")
    }
    if let output, [".kmz", ".gz", ".zip"].contains(where: output.lowercased().hasSuffix) {
      throw Failure(
        .usage, "\(output): repairs are written unpacked; leave the ending of a packed file out")
    }
    if output == "-", format != .text {
      throw Failure(
        .usage, "-o -: standard output cannot hold the report and the file; name a file")
    }
  }

  private func inspectionOptions() throws -> InspectionOptions {
    var options = InspectionOptions()
    options.route = try input.options
    options.calibration = try input.calibration
    for text in limit {
      let sides = text.split(separator: "=", maxSplits: 1)
      guard sides.count == 2, let value = Double(sides[1]), value.isFinite else {
        throw Failure(.usage, "--limit: “\(text)” is not CODE=NUMBER, such as spike=100")
      }
      let rule = try Selection.rule(String(sides[0]), option: "--limit")
      guard rule.limit != nil else {
        throw Failure(.usage, "--limit: “\(sides[0])” has no limit to move")
      }
      options.limits.set(value, for: rule.code)
    }
    return options
  }

  // MARK: Output

  /// The report; beside a repaired file on standard output it goes to standard error.
  ///
  /// - Parameter text: clean but for its colours.
  private func show(_ text: String) throws { try show(Array(text.utf8)) }

  private func show(_ bytes: [UInt8]) throws {
    if output == "-" {
      StandardError.write(asIs: String(decoding: bytes, as: UTF8.self))
    } else {
      try printOut(bytes)
    }
  }

  private func text(_ result: Result, _ file: String) -> String {
    let style = ReportText.Style(
      isColoured: Terminal.hasColours(output == "-" ? 2 : 1), least: least)
    let name = file == "-" ? "standard input" : file
    guard let repair = result.repair else {
      return ReportText.text(result.report, file: name, style: style)
    }
    // What is left has its places in the repaired file.
    let left = inPlace ? name : output == "-" ? "standard output" : output ?? name
    return TerminalText.clean(RepairText.text(repair, file: name))
      + ReportText.text(result.report, file: left, style: style)
  }

  private func json(_ result: Result, _ file: String) -> JSONValue {
    guard case .object(var members) = ReportJSON.value(result.report, file: file) else {
      return .null
    }
    if let repair = result.repair {
      members += ReportJSON.members(of: repair)
      members.append(("repairedFile", .string(inPlace ? file : output ?? file)))
    }
    return .object(members)
  }

  private func explanation(_ word: String) throws -> String {
    RuleList.explanation(of: try Selection.rule(word, option: "--explain"))
  }
}

extension Severity: ExpressibleByArgument {}

extension CompletionKind {
  /// The codes of all findings.
  static var codes: CompletionKind { .list(Rules.all.map(\.code.rawValue)) }
}

/// Which codes a run is about.
private struct Selection {
  private let only: Set<Diagnostic.Code>
  private let ignored: Set<Diagnostic.Code>

  init(only: [String], ignore: [String]) throws {
    self.only = Set(try Self.codes(only, option: "--only"))
    ignored = Set(try Self.codes(ignore, option: "--ignore"))
  }

  func includes(_ code: Diagnostic.Code) -> Bool {
    (only.isEmpty || only.contains(code)) && !ignored.contains(code)
  }

  /// Whether a code was asked for by its name.
  func names(_ code: Diagnostic.Code) -> Bool { only.contains(code) }

  /// What keeps a file from being read is told whatever was asked for: nothing else was looked for.
  func shows(_ code: Diagnostic.Code) -> Bool {
    includes(code)
      || [.unknownFormat, .encoding, .notWellFormed, .doctype, .limit].contains(code)
  }

  private static func codes(_ words: [String], option: String) throws -> [Diagnostic.Code] {
    try words.flatMap { $0.split(separator: ",") }
      .map { try rule(String($0), option: option).code }
  }

  static func rule(_ word: String, option: String) throws -> RuleDescription {
    if let rule = Rules.description(of: Diagnostic.Code(rawValue: word)) { return rule }
    let near = Rules.codes(like: word).map(\.rawValue)
    throw Failure(
      .usage,
      "\(option): there is no code “\(word)”"
        + (near.isEmpty
          ? "; milequest validate --codes lists them all"
          : "; did you mean \(near.joined(separator: " or "))?"))
  }
}

enum Terminal {
  /// Whether a descriptor is a terminal that shows colours. The variable NO_COLOR turns them off.
  static func hasColours(_ descriptor: Int32) -> Bool {
    guard isatty(descriptor) == 1, getenv("NO_COLOR") == nil else { return false }
    return getenv("TERM").map { String(cString: $0) != "dumb" } ?? false
  }
}
