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
    parsing: .unconditional,
    help: ArgumentHelp(
      "Decimals of a degree, up to \(WriteOptions.mostDigits); polylines have their own.",
      valueName: "n"))
  var digits = 7

  func run() throws {
    try reportingFailures {
      let output = try RouteOutput(outputFile, as: to, option: "--to", digits: digits)
      if Files.areOne(inputFile, outputFile) {
        throw Failure(.usage, "\(outputFile): this is the input itself, which is never overwritten")
      }
      let document = try input.document(inputFile, as: source.from)
      var route = try input.route(of: document, inputFile)
      let request = try input.calibration
      if let length = request.officialLength { route = route.stating(officialLength: length) }
      let singlePoints: Int
      (route, singlePoints) = try output.fitting(route, from: inputFile)
      let measured = try RouteInput.located(inputFile) {
        let measured = try MeasuredRoute(route)
        try measured.requireLength()
        return measured
      }
      try input.checkAlternatives(in: document, measured, inputFile)
      let (bytes, rounding) = try output.bytes(of: route)
      try output.write(bytes)
      var losses = ConvertLosses(of: route, in: output.format)
      losses.add(rounding)
      let choice = try input.choice(in: document, inputFile)
      losses.add(document, choice)
      losses.add(unknownElevations: document.unknownElevations(choice))
      losses.add(singlePoints: singlePoints, in: output.format)
      for text in losses.texts { StandardError.write("\(outputFile): note: \(text)") }
    }
  }
}
