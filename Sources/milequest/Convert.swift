import ArgumentParser
import Formats
import Geodesy
import Routes

struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a route in another format.",
    discussion: """
      Formats follow from the files' endings: .gpx, .geojson or .json, .kml, .polyline5, .polyline6; \
      --from and --to overrule them. What does not arrive in the new file is reported on standard \
      error, and the file is read back before the command ends.

      milequest convert trail.gpx trail.geojson
      milequest convert trail.gpx - --to polyline5
      milequest convert line.txt trail.kml --from polyline6
      """)

  @Argument(help: "A route file; - is standard input.", completion: .file())
  var inputFile: String

  @Argument(help: "The file to write; - is standard output.", completion: .file())
  var outputFile: String

  @OptionGroup var source: RouteSource
  @OptionGroup var input: RouteInput

  @Option(
    help: ArgumentHelp(
      "The format to write: gpx, geojson, kml, polyline5, polyline6.", valueName: "format"))
  var to: RouteFormat?

  @Option(
    help: ArgumentHelp(
      "Decimals of a degree, up to \(WriteOptions.mostDigits); polylines have their own.",
      valueName: "n"))
  var digits = 7

  func run() throws {
    try reportingFailures {
      guard let format = to ?? RouteFormat(fileName: outputFile) else {
        throw Failure(
          .usage,
          outputFile.hasSuffix(".polyline")
            ? "\(outputFile): say --to polyline5 or --to polyline6: the file does not tell its digits"
            : "\(outputFile): the ending names no format; say --to gpx, geojson, kml, polyline5 or "
              + "polyline6")
      }
      guard digits >= 0, digits <= WriteOptions.mostDigits else {
        throw Failure(.usage, "--digits: \(digits) is not within 0…\(WriteOptions.mostDigits)")
      }
      if Files.areOne(inputFile, outputFile) {
        throw Failure(.usage, "\(outputFile): this is the input itself, which is never overwritten")
      }
      let document = try input.document(inputFile, as: source.from)
      var route = try input.route(of: document, inputFile)
      let request = try input.calibration
      if let length = request.officialLength { route = route.stating(officialLength: length) }
      let singlePoints = format == .geojson || format == .kml ? route.singlePointCount : 0
      if singlePoints > 0 {
        route = try RouteInput.located(inputFile) { try withoutSinglePoints(route, format) }
      }
      let measured = try RouteInput.located(inputFile) {
        let measured = try MeasuredRoute(route)
        try measured.requireLength()
        return measured
      }
      try input.checkAlternatives(in: document, measured, inputFile)
      var options = WriteOptions()
      options.coordinateDigits = digits
      let bytes = RouteWriter.write(route, as: format, options: options)
      try check(bytes, route, format)
      try Files.write(bytes, to: outputFile)
      if try Files.readBack(outputFile, limit: ReadLimits.standard.fileBytes).map({ $0 != bytes })
        ?? false
      {
        throw Failure(
          .writeFailed, "\(outputFile): the file does not hold what was written into it")
      }
      var losses = ConvertLosses(of: route, in: format)
      let choice = try input.choice(in: document, inputFile)
      losses.add(document, choice)
      losses.add(impossibleElevations: document.impossibleElevations(choice))
      losses.add(singlePoints: singlePoints, in: format)
      for text in losses.texts { StandardError.write("\(outputFile): note: \(text)") }
    }
  }

  private func withoutSinglePoints(_ route: Route, _ format: RouteFormat) throws -> Route {
    guard route.singlePointCount < route.partCount else {
      throw Failure(
        .badData,
        "\(inputFile): the line is a single point, and \(format.title) has no line of one position")
    }
    return try route.withoutSinglePoints()
  }

  /// Reads what is to be written as any reader would.
  private func check(_ bytes: [UInt8], _ route: Route, _ format: RouteFormat) throws {
    let written = RouteReader.read(bytes, as: format, thoroughly: true)
    // The schemas and the standard are part of a format's rules, whatever readers make of it.
    if let fault = written.errors.first ?? written.diagnostics.first(where: \.isAgainstSchema) {
      throw Failure(
        .badData,
        "\(outputFile): not written, because it would not be valid: \(fault.message)")
    }
    let count = written.tracks.reduce(0) { $0 + $1.vertexCount }
    guard count == route.vertices.count else {
      throw Failure(
        .badData,
        "\(outputFile): not written, because \(count) of \(route.vertices.count) vertices would be read "
          + "back")
    }
  }
}

extension Diagnostic {
  /// Whether a validator of the format reports it, though readers can do without.
  fileprivate var isAgainstSchema: Bool {
    let codes: [Code] = [
      .schemaOrder, .schemaElement, .schemaAttribute, .schemaValue, .schemaRepeated,
      .attributeMissing, .timeSyntax, .antimeridianUncut,
    ]
    return severity >= .warning && codes.contains(code)
  }
}
