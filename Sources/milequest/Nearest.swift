import ArgumentParser
import Authoring
import Formats
import Geodesy
import JSON
import Routes

struct Nearest: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell at which distances a route comes nearest to a place.",
    discussion: """
      A road that is walked out and back answers twice; --near picks the pass that is nearest to a \
      distance.

      milequest nearest trail.gpx --to 51.5074,-0.1278
      milequest nearest trail.gpx --to -41.2865,174.7762 --near 1700km
      milequest nearest trail.gpx --to "Harpers Ferry"
      """)

  @Argument(help: "A route file; - is standard input.", completion: .file())
  var file: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Latitude and longitude in degrees, or a waypoint's name.", valueName: "lat,lon|name"))
  var to: String

  @Option(
    help: ArgumentHelp("Only the place whose distance is nearest to this.", valueName: "distance"))
  var near: String?

  @Option(
    help: ArgumentHelp(
      "How much further than the nearest a place may be.", valueName: "distance"))
  var tolerance = "25m"

  @OptionGroup var source: RouteSource
  @OptionGroup var input: RouteInput

  @Option(help: "text for people, json for programs.")
  var format = OutputFormat.text

  func run() throws {
    try reportingFailures {
      let written = try PlaceText.coordinate(to, option: "--to")
      let hint = try near.map { try distance($0, option: "--near") }
      let reach = try distance(tolerance, option: "--tolerance").meters
      let (route, target) = try input.positioned(file, as: source.from) { route in
        try written ?? waypoint(of: route)
      }
      let matches: [Match]
      var isCutShort = false
      do {
        let places = try NearestPlaces(route)
        if let hint {
          matches = [places.match(to: target, near: hint, toleranceMeters: reach)]
            .compactMap { $0 }
        } else {
          (matches, isCutShort) = places.search(near: target, toleranceMeters: reach)
        }
      } catch let error as RouteError {
        throw Failure(.badData, "\(file): \(error.message)")
      }
      if isCutShort {
        StandardError.write(
          "\(file): the line is near itself so often that the search was cut short: a place may be "
            + "missing; name one with --near")
      }
      if format == .json {
        let value = JSONValue.object([
          (
            "matches",
            .array(
              matches.map { match in
                .object([
                  ("distanceMeters", .number(match.distance.meters)),
                  ("offsetMeters", .number(match.offsetMeters)),
                  ("coordinate", .position(match.coordinate)),
                ])
              })
          )
        ])
        try printOut(value)
      } else {
        var table = TextTable(["distance", "offset", "place"])
        for match in matches {
          table.add([
            Figures.length(match.distance), Figures.gap(meters: match.offsetMeters),
            Figures.coordinate(match.coordinate),
          ])
        }
        try printOut(table.text)
      }
    }
  }

  private func waypoint(of route: MeasuredRoute) throws -> Coordinate {
    do { return route.route.waypoints[try WaypointName.index(to, in: route)].coordinate } catch {
      throw Failure(
        .usage, "--to: “\(to)” is not LAT,LON, such as 51.5074,-0.1278, and \(error.message)")
    }
  }
}
