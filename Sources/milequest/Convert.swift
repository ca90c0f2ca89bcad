import ArgumentParser
import Formats
import Geodesy
import Routes

struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a route in another format.",
    discussion: """
      Formats follow from the files' endings: .gpx, .geojson or .json, .kml, .polyline5, .polyline6; \
      --from and --to overrule them. What the new format cannot hold is told on standard error.

      milequest convert trail.gpx trail.geojson
      milequest convert trail.gpx - --to polyline5
      milequest convert line.txt trail.kml --from polyline6
      """)

  @Argument(help: "A route file; - is standard input.")
  var inputFile: String

  @Argument(help: "The file to write; - is standard output.")
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
      var route = try input.route(inputFile, as: source.from)
      let request = try input.calibration
      if let length = request.officialLength { route = route.stating(officialLength: length) }
      var options = WriteOptions()
      options.coordinateDigits = digits
      try Files.write(RouteWriter.write(route, as: format, options: options), to: outputFile)
      let losses = Losses(of: route, in: format).texts
      if !losses.isEmpty {
        StandardError.write(
          "\(outputFile): note: \(format.title) does not hold \(losses.joined(separator: ", "))")
      }
    }
  }
}

/// What a route has that a format has no place for.
private struct Losses {
  let texts: [String]

  init(of route: Route, in format: RouteFormat) {
    guard format == .polyline5 || format == .polyline6 else {
      texts = []
      return
    }
    var texts: [String] = []
    if route.name != nil { texts.append("the name") }
    if !route.waypoints.isEmpty {
      texts.append("\(RouteInput.count(route.waypoints.count, "waypoint"))")
    }
    if route.vertices.contains(where: { $0.elevationMeters != nil }) { texts.append("elevations") }
    if route.joinPolicies.contains(where: { $0 != nil }) { texts.append("join policies") }
    if route.officialLength != nil { texts.append("the official length") }
    if route.course != .once { texts.append("laps and there-and-back") }
    self.texts = texts
  }
}
