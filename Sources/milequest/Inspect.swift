import ArgumentParser
import Formats
import Geodesy
import JSON
import Routes

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell what is in route files: parts, lengths, joins, waypoints, bounds, climb.",
    discussion: """
      One route a file: its tracks in file order are the parts (or its routes where there is no \
      track with a line). --track picks one or, repeated, several; --each makes every track a route of its own.

      lengthMeters is the official length; partsMeters has no joins in it; joinsMeters is the \
      geodesic over all joins whatever their policy. Climb counts rises and falls of 5 m and more.

      milequest inspect trail.gpx
      milequest inspect --format json *.gpx
      milequest inspect trail.gpx --waypoints --format csv
      milequest inspect trail.gpx --joins ferry --calibrate markers
      """)

  @Argument(help: "Route files; - is standard input.", completion: .file())
  var files: [String]

  @OptionGroup var source: RouteSource
  @OptionGroup var input: RouteInput

  @Flag(help: "Make every track a route of its own.")
  var each = false

  @Flag(help: "List the waypoints in place of the routes.")
  var waypoints = false

  @Flag(
    help:
      "List every point as CSV: place, height, and the time and distance that a watch recorded there."
  )
  var points = false

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, table, markdown, csv, json }

  @Option(
    help: ArgumentHelp(
      "text for people, table or markdown with a line for each route, csv of --waypoints, json for "
        + "programs.", valueName: "format"))
  var format = Format.text

  func validate() throws {
    if each, !input.track.isEmpty {
      throw ValidationError("--each and --track exclude each other")
    }
    if points, waypoints || each || !input.track.isEmpty || ![.text, .csv].contains(format) {
      throw ValidationError("--points lists all points of files, as CSV only")
    }
    if format == .csv, !waypoints, !points {
      throw ValidationError("--format csv needs --waypoints or --points: it lists nothing else")
    }
  }

  func run() throws {
    try reportingFailures {
      if points { return try listPoints() }
      var results: [JSONValue] = []
      var table = RouteTable()
      var list = WaypointList()
      var failure: Failure?
      for file in files {
        // One bad file does not hide the others.
        do {
          let (document, routes) = try inspect(file)
          let areAlternatives =
            !each && routes.count == 1
            && input.warnOfAlternatives(in: document, routes[0], file)
          if routes.isEmpty { list.add(document, file: file) }
          for route in routes { list.add(route, file: file) }
          switch format {
          case .json: results.append(json(file, document, routes))
          case _ where waypoints: break
          case .csv: break
          case .table, .markdown: for route in routes { table.add(route, file: file) }
          case .text: try printOut(text(file, document, routes, areAlternatives))
          }
        } catch let error as Failure {
          if error.kind == .usage { throw error }
          StandardError.write(error.message)
          failure = error
        }
      }
      switch format {
      case .json:
        try printOut(JSONValue.object([("files", .array(results))]))
      case .csv: try printOut(Array(list.csv.utf8))
      case .text where waypoints, .table where waypoints: try printOut(list.text)
      case .markdown where waypoints: try printOut(list.markdown)
      case .table: try printOut(table.text)
      case .markdown: try printOut(table.markdown)
      case .text: break
      }
      if let failure { throw ExitCode(failure.kind.rawValue) }
    }
  }

  /// Lists the points of files; of one that is faulty those that could be read.
  private func listPoints() throws {
    var list = PointList()
    var isFaulty = false
    for file in files {
      let bytes = try Files.read(file, limit: ReadLimits.standard.fileBytes)
      let document = RouteReader.read(bytes, as: source.from, fileName: file, thoroughly: true)
      list.add(document, file: file)
      if document.errors.isEmpty { continue }
      StandardError.write(ReaderText.lines(document.errors, file: file, most: 20))
      isFaulty = true
    }
    try printOut(Array(list.csv.utf8))
    if isFaulty { throw ExitCode(Failure.Kind.badData.rawValue) }
  }

  private func inspect(_ file: String) throws -> (RouteDocument, [MeasuredRoute]) {
    let document = try input.document(file, as: source.from)
    guard document.hasLine else {
      _ = try input.options
      return (document, [])
    }
    var routes: [Route] = []
    do {
      if each {
        for (index, track) in document.tracks.enumerated() where track.vertexCount > 0 {
          let route = try document.route(.one(index), options: try input.options)
          routes.append(
            route.keepingWaypoints(withinMeters: MeasuredRoute.waypointOrderReachMeters))
        }
      } else {
        let choice = try input.choice(in: document, file)
        let all = document.allTracks
        if document.indices(of: choice).allSatisfy({ all[$0].vertexCount == 0 }) {
          return (document, [])
        }
        routes = [try input.chosen(choice, of: document, file)]
      }
    } catch let error as RouteError {
      throw Failure(error.code == .range ? .usage : .badData, "\(file): \(error.message)")
    }
    return (document, try routes.map { try input.measure($0, file) })
  }

  // MARK: JSON

  private func json(
    _ file: String, _ document: RouteDocument, _ routes: [MeasuredRoute]
  ) -> JSONValue {
    .object([
      ("file", .string(file)),
      ("format", .optional(document.format?.rawValue)),
      ("routes", .array(routes.map(json))),
    ])
  }

  private func json(_ measured: MeasuredRoute) -> JSONValue {
    let route = measured.route
    let climb = route.climb()
    let bounds = measured.bounds
    return .object([
      ("name", .optional(route.name)),
      ("parts", .integer(route.partCount)),
      ("vertices", .integer(route.vertices.count)),
      ("waypoints", .integer(route.waypoints.count)),
      ("lengthMeters", .number(measured.length.meters)),
      ("partsMeters", .number(measured.partsMeters)),
      ("joinsMeters", .number(measured.joinsMeters)),
      ("geometricMeters", .number(measured.geometricMeters)),
      ("ascentMeters", .optional(climb?.ascentMeters)),
      ("descentMeters", .optional(climb?.descentMeters)),
      (
        "bounds",
        .array([bounds.west, bounds.south, bounds.east, bounds.north].map(JSONValue.number))
      ),
      ("laps", .integer(route.course.laps)),
      ("thereAndBack", .bool(route.course.thereAndBack)),
      ("longestLegMeters", .number(Density(route).longestMeters)),
      (
        "joins",
        .array(
          measured.joins.map { join in
            .object([
              ("policy", .string(join.policy.rawValue)),
              ("lengthMeters", .number(join.lengthMeters)),
              ("from", .position(join.from)),
              ("to", .position(join.to)),
            ])
          })
      ),
      (
        "waypointList",
        .array(
          measured.waypoints.map { placed in
            .object([
              ("name", .optional(placed.waypoint.name)),
              ("distanceMeters", .number(placed.distance.meters)),
              ("offsetMeters", .number(placed.offsetMeters)),
              ("coordinate", .position(placed.waypoint.coordinate)),
            ])
          })
      ),
    ])
  }

  // MARK: Text

  private func text(
    _ file: String, _ document: RouteDocument, _ routes: [MeasuredRoute], _ areAlternatives: Bool
  ) -> String {
    var out = "\(file): \(document.format?.title ?? "")\n"
    if routes.isEmpty {
      let points = document.waypoints.count
      out +=
        "  no line to walk on\(points == 0 ? "" : ", \(RouteInput.count(points, "waypoint"))")\n"
    }
    for measured in routes { out += text(measured, areAlternatives) }
    return out
  }

  private func text(_ measured: MeasuredRoute, _ areAlternatives: Bool) -> String {
    let route = measured.route
    var lines: [(String, String)] = []
    lines.append(("name", route.name ?? "(none)"))
    lines.append(
      (
        "parts",
        "\(Figures.grouped(route.partCount)) with \(Figures.grouped(route.vertices.count)) vertices"
      ))
    lines.append(("length", Figures.length(measured.length)))
    if measured.length != Distance(roundingMeters: measured.partsMeters) {
      lines.append(("parts alone", Figures.length(meters: measured.partsMeters)))
    }
    let course = route.course
    if course.laps > 1 || course.thereAndBack {
      lines.append(
        (
          "course",
          "\(RouteInput.count(course.laps, "lap"))\(course.thereAndBack ? ", there and back" : ""), "
            + "\(Figures.length(measured.passLength)) one way"
        ))
    }
    if !measured.joins.isEmpty { lines.append(("joins", joins(measured, areAlternatives))) }
    let bounds = measured.bounds
    lines.append(
      (
        "bounds",
        "west \(Figures.degrees(bounds.west)), south \(Figures.degrees(bounds.south)), "
          + "east \(Figures.degrees(bounds.east)), north \(Figures.degrees(bounds.north))"
      ))
    if let climb = route.climb(), climb.ascentMeters.isFinite, climb.descentMeters.isFinite {
      lines.append(
        (
          "climb",
          "\(Figures.plain(climb.ascentMeters.rounded())) m up, "
            + "\(Figures.plain(climb.descentMeters.rounded())) m down"
        ))
    }
    let density = Density(route)
    if density.legs > 0 {
      lines.append(
        (
          "density",
          "a vertex every \(Figures.gap(meters: density.meanMeters)) on average, longest leg "
            + Figures.gap(meters: density.longestMeters)
        ))
    }
    lines.append(("waypoints", Figures.grouped(route.waypoints.count)))
    let width = lines.map(\.0.count).max() ?? 0
    return lines.map { name, value in
      "  \(name)\(String(repeating: " ", count: width - name.count))  \(value)\n"
    }.joined()
  }

  private func joins(_ measured: MeasuredRoute, _ areAlternatives: Bool) -> String {
    let counts = JoinPolicy.allCases.compactMap { policy -> String? in
      let count = measured.joins.count { $0.policy == policy }
      return count == 0 ? nil : "\(count) \(policy.rawValue)"
    }
    var text =
      "\(measured.joins.count) (\(counts.joined(separator: ", "))), "
      + "\(Figures.gap(meters: measured.joinsMeters)) in all"
    let open = measured.unresolvedJoins
    if !open.isEmpty {
      // Joins between alternatives mean nothing, whatever is decided.
      let advice =
        areAlternatives
        ? "choose a track first: these are alternatives"
        : "choose with --join N=POLICY, --joins-below and --joins-above LENGTH=POLICY, or --joins POLICY"
      text +=
        "; undecided: \(open.prefix(8).map(String.init).joined(separator: ", "))"
        + "\(open.count > 8 ? ", …" : "") (\(advice))"
    }
    return text
  }
}

/// One line a route.
private struct RouteTable {
  private var table = TextTable(
    ["route", "file", "km", "mi", "parts", "vertices", "waypoints", "course"],
    rightAligned: [2, 3, 4, 5, 6])

  mutating func add(_ measured: MeasuredRoute, file: String) {
    let route = measured.route
    var course: [String] = []
    if route.course.laps > 1 { course.append("\(route.course.laps) laps") }
    if route.course.thereAndBack { course.append("there and back") }
    if measured.passLength != Distance(roundingMeters: measured.geometricMeters) {
      course.append("calibrated")
    }
    for policy in JoinPolicy.allCases {
      let count = measured.joins.count { $0.policy == policy }
      if count > 0 { course.append("\(count) \(policy.rawValue)") }
    }
    table.add([
      route.name ?? "", file.split(separator: "/").last.map(String.init) ?? file,
      Figures.grouped(measured.length.text(in: .kilometers, decimals: 1)),
      Figures.grouped(measured.length.text(in: .miles, decimals: 1)), "\(route.partCount)",
      Figures.grouped(route.vertices.count), "\(route.waypoints.count)",
      course.joined(separator: ", "),
    ])
  }

  var text: String { table.text }
  var markdown: String { table.markdown }
}

/// How close the vertices of a route are.
private struct Density {
  var legs = 0
  var meanMeters = 0.0
  var longestMeters = 0.0

  init(_ route: Route) {
    var sum = 0.0
    for index in 0..<route.partCount {
      let part = route.part(index)
      for (a, b) in zip(part, part.dropFirst()) {
        let meters = Geodesic.wgs84.inverse(from: a, to: b).distanceMeters
        legs += 1
        sum += meters
        longestMeters = max(longestMeters, meters)
      }
    }
    meanMeters = legs > 0 ? sum / Double(legs) : 0
  }
}

extension RouteFormat {
  var title: String { source.title }
}
