import ArgumentParser
import Formats
import Geodesy
import JSON
import Routes

struct PositionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "position",
    abstract: "Tell where a distance along a route is.",
    discussion: """
      Distances are official ones: bent by an official length or by markers where there are any. \
      Before the start is the start, beyond the end is the end.

      milequest position trail.gpx --at 10mi
      milequest position trail.gpx --at "Harpers Ferry"
      milequest position trail.gpx --at 16km --at 17.5km --format json
      milequest position trail.gpx --at 500mi --official-length 2197.4mi --joins ferry

      --format geojson writes points that milequest edit --waypoints takes: each has the name of the \
      waypoint, or the distance as it was written.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, geojson }

  @Argument(help: "A route file; - is standard input.", completion: .file())
  var file: String

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "A distance from the start (10mi, 16km, 800m, 300yd, 900ft), or a waypoint's name. May be repeated.",
      valueName: "distance|name"))
  var at: [String]

  @OptionGroup var source: RouteSource
  @OptionGroup var input: RouteInput

  @Option(help: "text for people, json for programs, geojson for maps.")
  var format = Format.text

  func run() throws {
    try reportingFailures {
      // Distances that no route needs to be read for are looked at first.
      let written = try at.map { text in
        (try? Distance(text)) == nil ? nil : try distance(text, option: "--at")
      }
      let (route, distances) = try input.positioned(file, as: source.from) { route in
        try zip(at, written).map { text, distance in
          try distance ?? PlaceText.distance(ofWaypoint: text, of: route, option: "--at")
        }
      }
      let end = Distance(micrometers: route.start.micrometers + route.length.micrometers)
      for (text, distance) in zip(at, distances) where distance > end {
        StandardError.write(
          "\(file): note: --at \(text) is beyond the end of the route at \(Figures.length(end)); its "
            + "position is the end")
      }
      let positions = route.positions(at: distances)
      switch format {
      case .json:
        let value = JSONValue.object([
          ("positions", .array(positions.map { PositionJSON.object($0) }))
        ])
        try printOut(value)
      case .geojson:
        try printOut(PositionJSON.featureCollection(positions, names: at))
      case .text: try printOut(positions.map { text($0, route) }.joined(separator: "\n"))
      }
    }
  }

  private func text(_ position: Position, _ route: MeasuredRoute) -> String {
    var lines: [(String, String)] = [("distance", Figures.length(position.distance))]
    lines.append(("place", Figures.coordinate(position.coordinate)))
    if let elevation = position.coordinate.elevationMeters {
      lines.append(("elevation", "\(Figures.degrees(elevation, decimals: 1)) m"))
    }
    if let bearing = position.bearing {
      lines.append(("bearing", "\(Figures.degrees(bearing.degrees, decimals: 1))°"))
    }
    let done = Distance(micrometers: position.distance.micrometers - route.start.micrometers)
    lines.append(("done", ProgressText.percent(done, of: route.length)))
    var stage = "leg \(position.leg)"
    if route.route.partCount > 1 { stage += ", part \(position.part)" }
    if route.route.course.laps > 1 { stage += ", lap \(position.lap)" }
    lines.append(("stage", stage))
    if let last = position.lastWaypoint { lines.append(("last", last.name ?? "(unnamed)")) }
    if let next = position.nextWaypoint {
      let remaining = Distance(
        micrometers: next.distance.micrometers - position.distance.micrometers)
      lines.append(
        ("next", "\(next.name ?? "(unnamed)"), \(remaining.textForPeople(.metric)) to go"))
    }
    if position.isFinished { lines.append(("state", "finished")) }
    return lines.map { "\($0)\(String(repeating: " ", count: 11 - $0.count))\($1)\n" }.joined()
  }
}
