import ArgumentParser
import Base
import Formats
import Geodesy
import JSON
import Providers
import Routes

/// Makes a route of stops.
struct Plan: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a route through stops: straight lines, or along ways.",
    discussion: """
      A stop is a name, or LAT,LON in degrees. The program knows some 34,000 cities by name; where a \
      name may mean several, the largest is taken, the others are listed, and what you write after a \
      comma decides: “Springfield, Missouri” or “London, Canada”. Each stop becomes a waypoint.

      milequest plan London Paris Berlin -o tour.geojson
      milequest plan "Springfield, IL" "St. Louis" 35.15,-90.05 -o river.gpx
      milequest plan --stops stops.csv -o tour.geojson

      The CSV file has a header and a row for each stop: a column place, or lat and lon; and where you \
      want them name, story and type.

      Lines are straight by default. A service that knows the ways leads along them; its address is \
      checked, and --outgoing-allow lets it be in your own network:

      milequest plan Vic Ripoll -o walk.gpx --maps osrm \\
        --maps-url http://127.0.0.1:5000 --outgoing-allow 127.0.0.0/8 --mode walk

      Where no way leads there is a join; --joins, --joins-below and --join say what it means. A \
      stop that is further than --snap from the nearest way is not led along ways to.

      Each option of the maps can be given as a variable instead: MILEQUEST_MAPS, MILEQUEST_MAPS_URL, \
      MILEQUEST_MAPS_PROFILE, MILEQUEST_MAPS_KEY_FILE, MILEQUEST_PLACES, MILEQUEST_PLACES_URL, \
      MILEQUEST_PLACES_KEY_FILE, MILEQUEST_OUTGOING_ALLOW, MILEQUEST_OUTGOING_PROXY.
      """)

  @Argument(
    parsing: .allUnrecognized,
    help: ArgumentHelp("Names or LAT,LON, in the order of the route.", valueName: "stop"))
  var stops: [String] = []

  @Option(
    name: .customLong("stops"),
    help: ArgumentHelp(
      "A CSV file of stops in place of arguments; - is standard input.", valueName: "file"),
    completion: .file())
  var stopsFile: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The file to write, GeoJSON or GPX by its ending; - is standard output, as GeoJSON. Without it there is only the report.",
      valueName: "file"), completion: .file())
  var output: String?

  @Option(help: ArgumentHelp("What the route is called.", valueName: "text"))
  var name: String?

  @Option(
    help: ArgumentHelp(
      "walk, bike, drive, or straight; walk by default where a service knows the ways.",
      valueName: "mode"))
  var mode: TravelMode?

  @Option(
    help: ArgumentHelp(
      "How far a stop may be from the way that passes it; 1km by default.", valueName: "distance"))
  var snap: String?

  @OptionGroup var joining: JoinOptions
  @OptionGroup(title: "Maps") var maps: MapsOptions
  @OptionGroup(title: "Requests to other servers") var outgoing: OutgoingOptions

  @Option(help: "How the report is written: text for people, json for programs.")
  var format = OutputFormat.text

  func run() async throws {
    try await reportingFailures {
      let target = try targetFormat()
      let stops = try allStops()
      var wishes = RoutePlanner.Wishes()
      wishes.name = name
      wishes.mode = mode
      try joining.apply(to: &wishes.options)
      if let snap { wishes.mostSnapMeters = try distance(snap, option: "--snap").meters }
      let bar = ProgressBar()
      let planner = RoutePlanner(try maps.maps(outgoing), patience: .seconds(60)) { what, share in
        bar?.show(what, share: share)
      }
      let plan: RoutePlan
      do throws(MapsError) {
        plan = try await planner.plan(stops, wishes)
        bar?.finish()
      } catch {
        bar?.finish()
        throw failure(error, stops)
      }
      if let output, let target {
        try Files.write(RouteWriter.write(plan.route.route, as: target), to: output)
      }
      let report = PlanReport(plan)
      for note in report.notes { StandardError.write("note: \(note)") }
      let text =
        format == .json
        ? report.json.text(indent: 2) + [0x0A] : Array(TerminalText.clean(report.text).utf8)
      // The route has standard output where it goes there.
      if output == "-" {
        StandardError.write(asIs: String(decoding: text, as: UTF8.self))
      } else {
        try printOut(text)
      }
    }
  }

  private func targetFormat() throws -> RouteFormat? {
    guard let output else { return nil }
    if output == "-" { return .geojson }
    guard let format = RouteFormat(fileName: output), [.geojson, .gpx].contains(format) else {
      throw Failure(
        .usage, "\(output): the ending names neither GeoJSON (.geojson) nor GPX (.gpx)")
    }
    return format
  }

  private func allStops() throws -> [PlanStop] {
    guard let stopsFile else {
      if stops.isEmpty {
        throw Failure(.usage, "no stops: name two or more, or a file of them with --stops")
      }
      return try stops.map { text in
        if let coordinate = try PlaceText.coordinate(text, option: text) {
          return PlanStop(.at(coordinate))
        }
        if text.hasPrefix("-") { throw Failure(.usage, "\(text): there is no such option") }
        return PlanStop(.named(text))
      }
    }
    guard stops.isEmpty else {
      throw Failure(
        .usage, "“\(stops[0])” and --stops \(stopsFile): stops come from arguments or from a file")
    }
    return try StopsFile.read(stopsFile)
  }

  private func failure(_ error: MapsError, _ stops: [PlanStop]) -> Failure {
    let place = error.stop.map { "stop \($0 + 1): " } ?? ""
    let further = error.further.map { "\n" + failure($0, stops).message }.joined()
    switch error.code {
    case .plan:
      return Failure(stopsFile == nil ? .usage : .badData, place + error.message + further)
    case .settings: return Failure(.usage, error.message)
    case .unreachable where !error.mayRepeat:
      return Failure(
        .unreachable, "\(place)\(error.message); --outgoing-allow allows a server of your own")
    default:
      return Failure(
        .unreachable,
        "\(place)\(error.message)"
          + (error.mayRepeat ? "; try again later, or use --maps builtin --mode straight" : ""))
    }
  }
}

extension TravelMode: ExpressibleByArgument {}
