import ArgumentParser
import CivilTime
import Drawing
import Formats
import Geodesy
import Inspection
import OpenStreetMap
import Routes

struct Plot: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draw a route on a map, with its elevation profile below.",
    discussion: """
      The ending says the format: .svg, .png, .pdf or .html; with -o - say --format. An HTML file works \
      offline: its map can be zoomed and moved, and waypoints and findings lead to their places. The map's projection follows \
      from the route, so that it is whole over 180 degrees, at the poles and round the world. \
      Ferries, crossings that count and gaps that nobody has decided on are drawn apart.

      milequest plot trail.gpx -o trail.svg
      milequest plot trail.gpx -o trail.png --theme dark --units mi
      milequest plot trail.gpx -o team.png --at 500mi --joins ferry
      milequest plot trail.gpx -o quest.html
      milequest plot trail.gpx -o teams.png --teams progress.csv
      milequest plot fixed.gpx -o repair.png --before trail.gpx
      milequest plot trail.gpx -o town.png --basemap region.osm.pbf
      milequest plot trail.gpx -o poster.png --width 2400 --title "Our summer"
      milequest plot - -o - --format svg < trail.gpx > trail.svg
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case svg, png, pdf, html }
  enum Units: String, ExpressibleByArgument, CaseIterable { case km, mi }

  @Argument(help: "A route file; - is standard input.", completion: .file())
  var file: String

  @Option(
    name: [.short, .long],
    help: "The picture to write: .svg, .png, .pdf or .html; - is standard output.",
    completion: .file(extensions: ["svg", "png", "pdf", "html"]))
  var output: String

  @OptionGroup var source: RouteSource
  @OptionGroup var input: RouteInput

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Mark where a team is after this distance, and what it has travelled: 10mi, 16km.",
      valueName: "distance"))
  var at: String?

  @Option(
    help: ArgumentHelp(
      "Mark the teams of a CSV file where they stand; it is what progress -o writes, or has the "
        + "columns team_id and distance_meters.", valueName: "csv"), completion: .file())
  var teams: String?

  @Option(
    help: ArgumentHelp(
      "The same route before a repair or an edit; its line is drawn beneath.", valueName: "file"),
    completion: .file())
  var before: String?

  @Option(
    help: ArgumentHelp(
      "An OpenStreetMap extract (.osm.pbf) with the region of the route; its streets, paths, water and "
        + "woods are drawn beneath.", valueName: "file"),
    completion: .file(extensions: ["pbf"]))
  var basemap: String?

  @Option(help: "The format of the picture, where the ending does not tell it.")
  var format: Format?

  @Option(help: "For bright screens and paper, or for dark ones.")
  var theme = PlotTheme.light

  @Option(help: "The units of ticks and axes.")
  var units = Units.km

  @Option(
    help: ArgumentHelp(
      "What stands above the map; the route's or the file's name by default.", valueName: "text")
  )
  var title: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Pixels, \(PlotOptions.pixels.lowerBound) to \(PlotOptions.pixels.upperBound).",
      valueName: "pixels"))
  var width = 1_200

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Pixels, \(PlotOptions.pixels.lowerBound) to \(PlotOptions.pixels.upperBound).",
      valueName: "pixels"))
  var height = 900

  @Flag(inversion: .prefixedNo, help: "Mark and count what is found about the route.")
  var findings = true

  func run() throws {
    try reportingFailures {
      let format = try pictureFormat
      for (option, pixels) in [("--width", width), ("--height", height)]
      where !PlotOptions.pixels.contains(pixels) {
        throw Failure(
          .usage,
          "\(option): \(pixels) is not within the limit of "
            + "\(PlotOptions.pixels.lowerBound)…\(PlotOptions.pixels.upperBound) pixels")
      }
      for input in [file, teams, before, basemap].compactMap({ $0 })
      where Files.areOne(input, output) {
        throw Failure(.usage, "\(output): this is the input itself, which is never overwritten")
      }
      if before != nil, format == .html {
        throw Failure(.usage, "--before: an HTML page shows one route; use .svg, .png or .pdf")
      }
      let position = try at.map { try distance($0, option: "--at") }
      let (route, found) = try inspected(file)
      if position != nil || teams != nil {
        try RouteInput.located(file) {
          try route.requireLength()
          try route.requireResolvedJoins()
        }
      }
      var options = PlotOptions(
        widthPixels: width, heightPixels: height, theme: theme,
        units: units == .km ? .metric : .imperial, title: title ?? route.route.name ?? fileName,
        position: position)
      options.teams = try teams.map { try TeamFile.read($0, on: route) } ?? []
      let earlier = try before.map { try inspected($0).0 }
      let extract = try basemap.map {
        OSMExtract(try Files.read($0, limit: OSMLimits.standard.fileBytes))
      }
      let bytes: [UInt8]
      do {
        bytes = try picture(of: route, findings ? found : [], earlier, extract, options, format)
      } catch let error as DrawingError {
        if error.code == .basemap, let basemap {
          throw Failure(.badData, "\(basemap): \(error.message)")
        }
        throw Failure(error.code == .limit ? .usage : .writeFailed, "\(output): \(error.message)")
      }
      try Files.write(bytes, to: output)
    }
  }

  private func picture(
    of route: MeasuredRoute, _ findings: [Finding], _ before: MeasuredRoute?,
    _ extract: OSMExtract?, _ options: PlotOptions, _ format: Format
  ) throws(DrawingError) -> [UInt8] {
    if format == .html {
      return try RoutePlot.page(
        route, findings: findings, basemap: extract, options: options)
    }
    let plot = try RoutePlot(
      route, findings: findings, before: before, basemap: extract, options: options)
    return switch format {
    case .png: try plot.png()
    case .pdf: try plot.pdf(created: "\(Instant.now)")
    case .svg, .html: plot.svg()
    }
  }

  /// The route, and what is marked on the map. A file with faults is drawn as far as it can be read:
  /// a picture of them is what helps to mend them.
  private func inspected(_ file: String) throws -> (MeasuredRoute, [Finding]) {
    let limits = ReadLimits.standard
    let bytes = try Files.read(file, limit: limits.fileBytes)
    let document = RouteReader.read(
      bytes, as: source.from, fileName: file, limits: limits, thoroughly: true)
    var request = InspectionOptions()
    request.route = try input.options
    request.calibration = try input.calibration
    request.track = try input.choice(in: document, file)
    let report = Inspector.inspect(document, options: request)
    let errors = report.findings.filter { $0.severity == .error && $0.code != .joinUnresolved }
    guard let measured = report.measured else {
      throw Failure(
        .badData,
        errors.isEmpty
          ? "\(file): the file holds no line to walk on"
          : ReportText.text(report, file: file, style: ReportText.Style(least: .error)))
    }
    if !errors.isEmpty {
      let count = RouteInput.count(report.count(.error), "error")
      StandardError.write(
        "\(file): warning: drawn without what is faulty: \(count); milequest validate tells them")
    }
    return (measured, report.findings.filter { $0.severity >= .warning })
  }

  private var fileName: String? {
    file == "-" ? nil : file.split(separator: "/").last.map(String.init)
  }

  private var pictureFormat: Format {
    get throws {
      if let format { return format }
      if let ending = Format.allCases.first(where: { output.lowercased().hasSuffix(".\($0)") }) {
        return ending
      }
      throw Failure(
        .usage,
        output == "-"
          ? "-o -: say --format svg, png, pdf or html"
          : "\(output): the ending names no format; end it in .svg, .png, .pdf or .html, or say --format"
      )
    }
  }
}

extension PlotTheme: ExpressibleByArgument {}
