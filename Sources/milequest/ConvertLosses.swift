import Formats
import Routes

/// What does not arrive in a converted file.
struct ConvertLosses {
  private(set) var texts: [String] = []

  /// More kinds of content than this are only counted.
  private static let mostKinds = 12

  /// What a route has that a format has no place for.
  init(of route: Route, in format: RouteFormat) {
    guard format == .polyline5 || format == .polyline6 else { return }
    var lost: [String] = []
    if route.name != nil { lost.append("the name") }
    if !route.waypoints.isEmpty {
      lost.append("\(RouteInput.count(route.waypoints.count, "waypoint"))")
    }
    if route.vertices.contains(where: { $0.elevationMeters != nil }) { lost.append("elevations") }
    if route.joinPolicies.contains(where: { $0 != nil }) { lost.append("join policies") }
    if route.officialLength != nil { lost.append("the official length") }
    if route.course != .once { lost.append("laps and there-and-back") }
    if !lost.isEmpty {
      texts.append("\(format.title) does not hold \(lost.joined(separator: ", "))")
    }
  }

  /// What the file holds beside the route that was chosen.
  mutating func add(_ document: RouteDocument, _ choice: TrackChoice) {
    let all = document.allTracks
    let chosen = document.indices(of: choice)
    let named = chosen.filter { all[$0].name != nil && all[$0].vertexCount > 0 }
    if chosen.count > 1, !named.isEmpty {
      texts.append(
        "\(chosen.count) tracks become the parts of one route; "
          + "\(named.count == 1 ? "the name is" : "\(named.count) names are") left out: "
          + document.trackNames(named))
    }
    if choice == .all, !document.asides.isEmpty {
      let indices = Array(document.tracks.count..<all.count)
      texts.append("left out unless --track picks it: \(document.trackNames(indices))")
    }
    texts += document.diagnostics.filter { $0.code == .routeNames }.map(\.message)
    let areas = document.diagnostics.count { $0.code == .area }
    if areas > 0 {
      texts.append(
        "\(RouteInput.count(areas, "area")) left out: a route is made of lines, and a polygon is none"
      )
    }
    let long = document.longPositionCount
    if long > 0 {
      texts.append(
        "\(Figures.grouped(long)) position\(long == 1 ? " has" : "s have") more than three numbers; only "
          + "longitude, latitude and height are kept")
    }
    let leftovers = document.leftovers(choice)
    if !leftovers.isEmpty {
      let kinds = leftovers.prefix(Self.mostKinds).map {
        "\($0.name)" + ($0.count == 1 ? "" : " (\(Figures.grouped($0.count)) times)")
      }
      let more = leftovers.count - kinds.count
      texts.append(
        "left out of the file's content: \(kinds.joined(separator: ", "))"
          + (more > 0 ? " and \(more) more kinds" : ""))
    }
  }

  /// What rounding the coordinates does to the length, where it does enough.
  mutating func add(_ rounding: RoundedLength?) {
    if let rounding { texts.append(rounding.text) }
  }

  mutating func add(singlePoints: Int, in format: RouteFormat) {
    if singlePoints == 0 { return }
    texts.append(
      "\(RouteInput.count(singlePoints, "part")) of a single point left out: \(format.title) has no line "
        + "of one position")
  }

  mutating func add(unknownElevations heights: [Double]) {
    if heights.isEmpty { return }
    var values: [Double] = []
    for height in heights where values.count < 4 && !values.contains(height) {
      values.append(height)
    }
    let shown = values.map(Figures.plain).joined(separator: ", ")
    texts.append(
      "\(RouteInput.count(heights.count, "elevation")) that \(heights.count == 1 ? "stands" : "stand") for “unknown” left out, "
        + "such as \(shown)")
  }
}
