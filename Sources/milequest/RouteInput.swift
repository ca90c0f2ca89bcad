import ArgumentParser
import Batch
import Formats
import Geodesy
import Inspection
import Routes

/// How the output is written.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json
}

extension RouteFormat: ExpressibleByArgument {}
extension SourceFormat: ExpressibleByArgument {}

/// Reads a distance from an option, or says what is wrong with it.
func distance(_ text: String, option: String) throws -> Distance {
  do {
    let value = try Distance(text)
    guard value >= .zero else {
      throw Failure(.usage, "\(option): “\(text)” is negative; distances count from the start")
    }
    return value
  } catch let error as GeodesyError {
    throw Failure(.usage, "\(option): \(error.message)")
  }
}

/// The format of a route file.
struct RouteSource: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The format, where the file does not show it: gpx, geojson, kml, tcx, fit, polyline5, polyline6.",
      valueName: "format"))
  var from: SourceFormat?
}

/// What makes a file a route.
struct RouteInput: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Only this track or route (GPX), feature (GeoJSON) or placemark (KML). May be repeated.",
      valueName: "name|number"))
  var track: [String] = []

  @OptionGroup var joining: JoinOptions

  @Option(
    help: ArgumentHelp(
      "The length that people are told, such as 2197.4mi; the measure is bent to it.",
      valueName: "distance"))
  var officialLength: String?

  @Option(
    help: ArgumentHelp(
      "markers: waypoints whose name is a distance (“12 km”, “mile 33”) calibrate the measure.",
      valueName: "markers"))
  var calibrate: CalibrationSource?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Use the first of every N markers only.", valueName: "n"))
  var calibrateEvery: Int = 1

  @Option(
    parsing: .unconditional, help: ArgumentHelp("How often the route is run.", valueName: "n"))
  var laps: Int?

  @Flag(help: "A lap goes to the end and back again.")
  var thereAndBack = false

  @Option(
    help: ArgumentHelp(
      "What the way from the end of a lap to the start of the next means.", valueName: "policy"))
  var lapJoin: JoinPolicy?

  enum CalibrationSource: String, ExpressibleByArgument, CaseIterable { case markers }

  var options: RouteOptions {
    get throws {
      var options = RouteOptions()
      try joining.apply(to: &options)
      if let laps {
        let most = RouteLimits.standard.laps
        guard (1...most).contains(laps) else {
          throw Failure(.usage, "--laps: \(laps) is not within the limit of 1…\(most) laps")
        }
        options.laps = laps
      }
      if thereAndBack { options.thereAndBack = true }
      options.lapJoin = lapJoin
      return options
    }
  }

  var calibration: CalibrationRequest {
    get throws {
      guard calibrateEvery >= 1 else {
        throw Failure(.usage, "--calibrate-every: \(calibrateEvery) is not 1 or more")
      }
      if calibrateEvery > 1, calibrate == nil {
        throw Failure(.usage, "--calibrate-every needs --calibrate markers")
      }
      var request = CalibrationRequest(namedMarkers: calibrate == .markers, every: calibrateEvery)
      if let officialLength {
        request.officialLength = try distance(officialLength, option: "--official-length")
      }
      return request
    }
  }

  /// Reads a file and stops at its first error.
  func document(_ path: String, as format: SourceFormat?) throws -> RouteDocument {
    let limits = ReadLimits.standard
    let bytes = try Files.read(path, limit: limits.fileBytes)
    let document = RouteReader.read(bytes, as: format, fileName: path, limits: limits)
    let errors = document.errors
    if !errors.isEmpty {
      throw Failure(.badData, ReaderText.lines(errors, file: path, most: 20))
    }
    ReaderText.warn(of: document, path)
    return document
  }

  /// Which tracks of a document make the route.
  func choice(in document: RouteDocument, _ path: String) throws -> TrackChoice {
    try Self.located(path) { try document.choice(named: track) }
  }

  /// The route of a file, without its measure.
  func route(_ path: String, as format: SourceFormat?) throws -> Route {
    try route(of: try document(path, as: format), path)
  }

  func route(of document: RouteDocument, _ path: String) throws -> Route {
    guard document.hasLine else {
      let points = document.waypoints.count
      throw Failure(
        .badData,
        "\(path): the file holds no line to walk on"
          + (points == 0 ? "" : ", only \(Self.count(points, "waypoint"))"))
    }
    return try Self.located(path) {
      try chosen(try choice(in: document, path), of: document, path)
    }
  }

  /// The route of the tracks that are chosen. Says how many waypoints of other tracks it does without.
  func chosen(_ choice: TrackChoice, of document: RouteDocument, _ path: String) throws -> Route {
    if track.isEmpty { return try document.route(choice, options: try options) }
    let (route, left) = try document.routeOfItsOwn(choice, options: try options)
    if left > 0 {
      StandardError.write(
        "\(path): note: \(Self.count(left, "waypoint")) at other tracks only left out")
    }
    return route
  }

  /// The route of a file, measured.
  ///
  /// - Parameter needsPosition: whether an undecided join stops the command.
  func measured(
    _ path: String, as format: SourceFormat?, needsPosition: Bool
  ) throws -> MeasuredRoute {
    if needsPosition { return try positioned(path, as: format) { _ in }.route }
    return try measure(try route(of: try document(path, as: format), path), path)
  }

  /// The route of a file in which positions are asked for, measured, and what was looked for in it.
  ///
  /// - Parameter look: looks for what was named, before an undecided join stops the command.
  func positioned<Found>(
    _ path: String, as format: SourceFormat?, look: (MeasuredRoute) throws -> Found
  ) throws -> (route: MeasuredRoute, found: Found) {
    let document = try document(path, as: format)
    let measured = try measure(try route(of: document, path), path)
    let found = try look(measured)
    try Self.located(path) { try measured.requireLength() }
    try checkPositions(of: measured, in: document, path)
    return (measured, found)
  }

  func measure(_ route: Route, _ path: String) throws -> MeasuredRoute {
    let request = try calibration
    let measured = try Self.located(path) { try MeasuredRoute(route, calibration: request) }
    if calibrate == .markers {
      for text in MarkerNotes.texts(measured) { StandardError.write("\(path): warning: \(text)") }
    }
    return measured
  }

  /// Stops at a join that is not decided, and names the tracks where these may be what is to be decided.
  private func checkPositions(
    of measured: MeasuredRoute, in document: RouteDocument, _ path: String
  ) throws {
    try checkAlternatives(in: document, measured, path)
    do throws(RouteError) { try measured.requireResolvedJoins() } catch {
      let isChoice = track.isEmpty && document.tracks.count { $0.vertexCount > 1 } > 1
      throw Failure(
        .badData,
        "\(path): \(error.message)"
          + (isChoice ? "; --track picks one of the tracks \(document.trackNames)" : ""))
    }
  }

  /// Stops where the tracks of a file are alternatives with gaps between them, and warns where their ends
  /// meet, unless the caller chose among them.
  func checkAlternatives(
    in document: RouteDocument, _ measured: MeasuredRoute, _ path: String
  ) throws {
    guard let alternatives = alternatives(in: document, measured) else { return }
    if !measured.unresolvedJoins.isEmpty { throw Failure(.badData, "\(path): \(alternatives)") }
    StandardError.write("\(path): warning: \(alternatives)")
  }

  /// Says where the tracks of a file are alternatives and the caller did not choose among them; answers
  /// whether they are.
  func warnOfAlternatives(
    in document: RouteDocument, _ measured: MeasuredRoute, _ path: String
  ) -> Bool {
    guard let alternatives = alternatives(in: document, measured) else { return false }
    StandardError.write("\(path): warning: \(alternatives)")
    return true
  }

  /// What is to be said of tracks that are alternatives; nil where they are none, or the caller chose.
  private func alternatives(in document: RouteDocument, _ measured: MeasuredRoute) -> String? {
    guard track.isEmpty else { return nil }
    let variants = Inspector.variants(in: document, measured)
    if variants.isEmpty { return nil }
    return "the tracks \(document.trackNames(variants)) are alternatives, which run along each "
      + "other for most of their length: choose one with --track NAME or --track NUMBER"
  }

  static func count(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)" + (count == 1 ? "" : "s")
  }

  /// Turns what is wrong with a route into a failure that names its file.
  static func located<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as RouteError {
      throw Failure(error.code == .range ? .usage : .badData, "\(path): \(error.message)")
    }
  }
}

/// Diagnostics as lines like a compiler's.
enum ReaderText {
  /// Says which encoding a table was read in, where it does not say so itself.
  static func warn(of table: CellTable, _ path: String) {
    guard let encoding = table.assumedEncoding else { return }
    StandardError.write(
      "\(path): warning: the table is not in UTF-8; it was read as \(encoding): save it as UTF-8 where "
        + "names come out wrong")
  }

  /// Writes what a reader asks to look at, to standard error.
  static func warn(of document: RouteDocument, _ path: String) {
    let warnings = document.diagnostics.filter { $0.severity == .warning }
    if warnings.isEmpty { return }
    StandardError.write(lines(warnings, file: path, most: warnings.count, label: "warning: "))
  }

  static func line(_ diagnostic: Diagnostic, file: String, label: String = "") -> String {
    let place = FilePlace.text(
      file, line: diagnostic.line, column: diagnostic.column, offset: diagnostic.offset)
    var text = "\(place): \(label)\(diagnostic.message)"
    if let pointer = diagnostic.pointer, !pointer.isEmpty { text += " (\(pointer))" }
    return text + " [\(diagnostic.code.rawValue)]"
  }

  /// The diagnostics as lines, those that say the same as one; of the others `most` at most.
  static func lines(
    _ diagnostics: [Diagnostic], file: String, most: Int, label: String = ""
  ) -> String {
    let folded = MessageWords.folded(diagnostics)
    var lines: [String] = []
    for (diagnostic, more) in folded.prefix(most) {
      lines.append(line(diagnostic, file: file, label: label))
      if more > 0 {
        lines.append("\(file): \(label)and \(more) more like this [\(diagnostic.code.rawValue)]")
      }
    }
    let rest = folded.dropFirst(most)
    if !rest.isEmpty {
      lines.append("\(file): and \(rest.reduce(0) { $0 + 1 + $1.moreCount }) more errors")
    }
    return lines.joined(separator: "\n")
  }
}
