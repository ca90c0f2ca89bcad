import ArgumentParser
import Authoring
import Base
import Formats
import JSON
import Routes

struct EditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "edit",
    abstract: "Make a quest of a route file: waypoints, cuts, joins, laps, a simpler line.",
    discussion: """
      Edits are made in the order in which their options stand, each on what the one before it left, \
      and each reports what it did. Several files become one route, in their order. The input is \
      never overwritten.

      Milestones from a spreadsheet, put onto the line where they are near:
        milequest edit raw.gpx --waypoints stops.csv --snap 200m -o quest.gpx

      A milestone every 25 km:
        milequest edit raw.gpx --waypoints-every 25km \\
          --name-pattern "Milestone {n} ({distance})" -o quest.geojson

      The second half, the other way round, with few vertices:
        milequest edit raw.gpx --from 250km --reverse --simplify 10m -o half.gpx

      Three stages as one line, with gaps decided by their lengths:
        milequest edit day1.gpx day2.gpx day3.gpx --join-ends \\
          --joins-below 2km=walk --joins-above 2km=ferry -o tour.gpx

      A loop from the railway station, run three times:
        milequest edit loop.gpx --start-at 49.75,6.64 --laps 3 -o laps.geojson

      What was done, kept and done again:
        milequest edit raw.gpx --reverse --simplify 5m --print-edits > edits.json
        milequest edit raw-2027.gpx --edits edits.json -o quest-2027.gpx

      A CSV file of waypoints has a header and a row for each: lat and lon, or a distance such as \
      25km; and where you want them name, story, type and elevation. It takes the columns that \
      inspect --waypoints --format csv writes. A waypoint whose name the route has takes that one's \
      place.
      """)

  @Argument(help: "Route files; - is standard input.", completion: .file())
  var files: [String]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The file to write; - is standard output.", valueName: "file"),
    completion: .file())
  var output: String?

  @OptionGroup(title: "Edits") var edits: EditOptions
  @OptionGroup var input: RouteInput

  @Option(
    help: ArgumentHelp(
      "The format of the files, where they do not show it: gpx, geojson, kml, tcx, fit, polyline5, polyline6.",
      valueName: "format"))
  var inputFormat: SourceFormat?

  @Option(
    help: ArgumentHelp(
      "The format to write; by the ending, and on standard output that of the first file.",
      valueName: "format"))
  var outputFormat: RouteFormat?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Decimals of a degree, up to \(WriteOptions.mostDigits); polylines have their own.",
      valueName: "n"))
  var digits = Self.standardDigits
  private static let standardDigits = WriteOptions().coordinateDigits

  @Flag(help: "Report what would be done and write nothing.")
  var dryRun = false

  @Flag(
    help: "Print the edits as a JSON list that --edits takes; the report goes to standard error.")
  var printEdits = false

  @Option(help: "How the report is written: text for people, json for programs.")
  var format = OutputFormat.text

  func run() throws {
    try reportingFailures {
      guard output != nil || dryRun || printEdits else {
        throw Failure(.usage, "edit needs a file to write, with -o FILE; or --dry-run")
      }
      if printEdits, output == "-" {
        throw Failure(.usage, "--print-edits and -o - both write to standard output")
      }
      let asked = try edits.asked(input, arguments: CommandLine.arguments)
      guard !asked.isEmpty || files.count > 1 else {
        throw Failure(.usage, "no edit is asked for; milequest edit --help lists them")
      }
      let sources = try files.map { try EditSource($0, as: inputFormat, input) }
      let target = try output.map { path in
        try RouteOutput(
          path,
          as: outputFormat
            ?? (path == "-" ? sources[0].document.format.flatMap(RouteFormat.init) : nil),
          option: "--output-format", digits: digits)
      }
      if let output, let same = files.first(where: { Files.areOne($0, output) }) {
        throw Failure(.usage, "\(same): this is an input, which is never overwritten")
      }
      let outcome = try apply(asked, to: sources)
      if let target, !dryRun { try write(outcome.route.route, of: sources, to: target) }
      let report = EditText(outcome, files: files, output: dryRun ? nil : output)
      let text =
        format == .json
        ? report.json.text(indent: 2) + [0x0A] : Array(TerminalText.clean(report.text).utf8)
      if printEdits { try printOut(EditList(asked.map(\.edit)).json) }
      if printEdits || output == "-" && !dryRun {
        StandardError.write(asIs: String(decoding: text, as: UTF8.self))
      } else {
        try printOut(text)
      }
    }
  }

  private func apply(
    _ asked: [EditOptions.Asked], to sources: [EditSource]
  ) throws -> EditList.Outcome {
    let name = files.joined(separator: ", ")
    do throws(AuthoringError) {
      let merged = try Merging.route(of: sources.map(\.measured))
      let start = try sources.count == 1 ? sources[0].measured : MeasuredRoute.authored(merged)
      return try EditList(asked.map(\.edit)).applied(to: start)
    } catch {
      guard let index = error.edit else { throw Failure(.badData, "\(name): \(error.message)") }
      let isUsage = [.range, .ambiguous, .field].contains(error.code) && !asked[index].isInFile
      throw Failure(
        isUsage ? .usage : .badData,
        "\(name): \(asked[index].origin): \(error.message) [\(error.code.rawValue)]")
    }
  }

  /// The file with the edits alone changed in it, where it is one file and its bytes can say them.
  private func editedBytes(
    _ route: Route, of sources: [EditSource], as format: RouteFormat
  ) -> [UInt8]? {
    guard sources.count == 1, let source = sources.first, format.source == source.document.format,
      source.choice == .all, digits == Self.standardDigits
    else { return nil }
    return EditedFile.bytes(
      of: source.document, holding: route, from: source.measured.route,
      reading: { try? EditSource.route(of: $0, input, files[0]) })
  }

  private func write(_ route: Route, of sources: [EditSource], to target: RouteOutput) throws {
    if let bytes = editedBytes(route, of: sources, as: target.format) {
      let text = sources[0].document.source
      if text.isEditedInUTF8 {
        StandardError.write(
          "\(target.path): note: written in UTF-8; the input is in \(text.encodingName)")
      }
      return try target.write(bytes)
    }
    let (fitting, singlePoints) = try target.fitting(route, from: files[0])
    let (bytes, rounding) = try target.bytes(of: fitting)
    try target.write(bytes)
    var losses = ConvertLosses(of: fitting, in: target.format)
    losses.add(rounding)
    for source in sources {
      losses.add(source.document, source.choice)
      losses.add(unknownElevations: source.document.unknownElevations(source.choice))
    }
    losses.add(singlePoints: singlePoints, in: target.format)
    for text in losses.texts { StandardError.write("\(target.path): note: \(text)") }
  }
}

/// A file that is edited.
struct EditSource {
  let document: RouteDocument
  let choice: TrackChoice
  let measured: MeasuredRoute

  /// - Parameter input: of which only the choice of tracks and the calibration count here; joins, length
  ///   and laps are edits.
  init(_ path: String, as format: SourceFormat?, _ input: RouteInput) throws {
    let reading = Self.withoutEdits(input)
    document = try reading.document(path, as: format)
    let route = try reading.route(of: document, path)
    choice = try reading.choice(in: document, path)
    let plain = try reading.measure(route, path)
    let request = try reading.calibration
    measured = try RouteInput.located(path) { try plain.writing(request) }
    try reading.checkAlternatives(in: document, measured, path)
  }
  private static func withoutEdits(_ input: RouteInput) -> RouteInput {
    var reading = input
    reading.joining.joins = nil
    reading.joining.joinsBelow = []
    reading.joining.joinsAbove = []
    reading.joining.join = []
    reading.officialLength = nil
    reading.laps = nil
    reading.lapJoin = nil
    reading.thereAndBack = false
    return reading
  }

  /// The route of a document as `init` takes it.
  static func route(
    of document: RouteDocument, _ input: RouteInput, _ path: String
  ) throws -> Route {
    let reading = withoutEdits(input)
    let plain = try reading.measure(try reading.route(of: document, path), path)
    let request = try reading.calibration
    return try RouteInput.located(path) { try plain.writing(request) }.route
  }
}
