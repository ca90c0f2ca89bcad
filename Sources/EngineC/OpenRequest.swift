internal import CMileQuest
internal import Formats
internal import Geodesy
internal import Routes

/// What a caller asks for when a route is opened: the options of the command line as texts.
struct OpenRequest {
  private var format: SourceFormat?
  private var tracks: [String] = []
  private var options = RouteOptions()
  private var calibration = CalibrationRequest()
  private var hasEvery = false

  /// - Parameter texts: each `name=value`.
  init(_ texts: [String]) throws(Refusal) {
    for text in texts {
      let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2 else {
        throw .option("the option “\(Self.short(text))” is not NAME=VALUE, such as joins=ferry")
      }
      try set(String(sides[0]), String(sides[1]))
    }
    if options.joinsByLength.contradictsItself {
      throw .option(
        "--joins-below and --joins-above give some lengths two policies: let the bounds meet, such as "
          + "--joins-below 2km=walk --joins-above 2km=ferry")
    }
    if hasEvery, !calibration.namedMarkers {
      throw .option("--calibrate-every needs --calibrate markers")
    }
  }

  private mutating func set(_ name: String, _ value: String) throws(Refusal) {
    switch name {
    case "from":
      guard let format = SourceFormat(rawValue: value) else {
        let known = SourceFormat.allCases.map(\.rawValue).joined(separator: ", ")
        throw .option("--from: “\(Self.short(value))” is not a format that is read: \(known)")
      }
      self.format = format
    case "track": tracks.append(value)
    case "joins": options.joins = try Self.policy(value, name)
    case "joins-below":
      let (meters, policy) = try Self.bound(value, name)
      options.joinsByLength.setBelow(meters: meters, policy)
    case "joins-above":
      let (meters, policy) = try Self.bound(value, name)
      options.joinsByLength.setAbove(meters: meters, policy)
    case "join":
      let (left, right) = Self.sides(value)
      guard let number = Int(left), number >= 1, let policy = Self.choice(right) else {
        throw .option(
          "--join: “\(Self.short(value))” is not N=POLICY, such as 3=ferry (walk, ferry or counted)"
        )
      }
      options.joinByNumber[number] = policy
    case "official-length": calibration.officialLength = try Self.distance(value, name)
    case "calibrate":
      guard value == "markers" else {
        throw .option("--calibrate: “\(Self.short(value))” is not markers")
      }
      calibration.namedMarkers = true
    case "calibrate-every":
      guard let every = Int(value), every >= 1 else {
        throw .option("--calibrate-every: “\(Self.short(value))” is not 1 or more")
      }
      calibration.every = every
      hasEvery = every > 1
    case "laps":
      let most = RouteLimits.standard.laps
      guard let laps = Int(value), (1...most).contains(laps) else {
        throw .option(
          "--laps: “\(Self.short(value))” is not within the limit of 1…\(most) laps")
      }
      options.laps = laps
    case "there-and-back":
      guard value == "true" || value == "false" else {
        throw .option("--there-and-back: “\(Self.short(value))” is neither true nor false")
      }
      // As on the command line, nothing takes back what the file says.
      if value == "true" { options.thereAndBack = true }
    case "lap-join": options.lapJoin = try Self.policy(value, name)
    default:
      throw .option(
        "“\(Self.short(name))” is not an option; the options are from, track, joins, joins-below, "
          + "joins-above, join, official-length, calibrate, calibrate-every, laps, there-and-back and "
          + "lap-join")
    }
  }

  // MARK: Values

  private static func short(_ text: String) -> String {
    text.unicodeScalars.count <= 60
      ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(60))) + "…"
  }

  private static func choice(_ text: String) -> JoinPolicy? {
    JoinPolicy.choices.first { $0.rawValue == text }
  }

  private static func policy(_ text: String, _ name: String) throws(Refusal) -> JoinPolicy {
    guard let policy = choice(text) else {
      throw .option("--\(name): “\(short(text))” is none of walk, ferry and counted")
    }
    return policy
  }

  private static func sides(_ text: String) -> (String, String) {
    let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    return (String(sides[0]), sides.count == 2 ? String(sides[1]) : "")
  }

  private static func bound(
    _ text: String, _ name: String
  ) throws(Refusal) -> (meters: Double, JoinPolicy) {
    let (left, right) = sides(text)
    guard let policy = choice(right) else {
      throw .option(
        "--\(name): “\(short(text))” is not DISTANCE=POLICY, such as 2km=ferry (walk, ferry or "
          + "counted)")
    }
    return (try distance(left, name).meters, policy)
  }

  private static func distance(_ text: String, _ name: String) throws(Refusal) -> Distance {
    let distance: Distance
    do throws(GeodesyError) { distance = try Distance(text) } catch {
      throw .option("--\(name): \(error.message)")
    }
    guard distance >= .zero else {
      throw .option("--\(name): “\(short(text))” is negative; distances count from the start")
    }
    return distance
  }
}

extension OpenRequest {
  /// The route of a file, measured, with all that keeps positions from being told.
  ///
  /// - Parameter file: its name, where it has one.
  func open(_ bytes: [UInt8], file: String?) throws(Refusal) -> OpenRoute {
    let title = file ?? "the file"
    let document = RouteReader.read(bytes, as: format, fileName: file)
    try Self.check(document, title)
    var warnings = document.diagnostics.filter { $0.severity == .warning }
      .map { Self.line($0, title) }
    do throws(RouteError) {
      let choice = try document.choice(named: tracks)
      var route: Route
      if tracks.isEmpty {
        route = try document.route(choice, options: options)
      } else {
        let (own, left) = try document.routeOfItsOwn(choice, options: options)
        route = own
        if left > 0 {
          warnings.append("\(title): waypoints at other tracks only left out: \(left)")
        }
      }
      if let length = calibration.officialLength { route = route.stating(officialLength: length) }
      let measured = try MeasuredRoute(route, calibration: calibration)
      try measured.requireLength()
      let isChoice = tracks.isEmpty && document.tracks.count { $0.vertexCount > 1 } > 1
      do throws(RouteError) { try measured.requireResolvedJoins() } catch {
        guard isChoice else { throw error }
        throw RouteError(
          error.code,
          error.message + "; --track picks one of the tracks \(document.trackNames)")
      }
      if isChoice {
        warnings.append(
          "\(title): the tracks \(document.trackNames) make one route, one after the other; --track "
            + "picks one")
      }
      if !measured.unusedMarkers.isEmpty {
        warnings.append(
          "\(title): markers left out of the calibration, because the line does not pass them in the "
            + "order of their distances: \(measured.unusedMarkers.count)")
      }
      return OpenRoute(measured, warnings: warnings)
    } catch { throw Refusal(error, file: title) }
  }

  /// Stops at what a reader finds wrong, with the place of the first.
  private static func check(_ document: RouteDocument, _ title: String) throws(Refusal) {
    let errors = document.errors
    if let first = errors.first {
      let most = 20
      var lines = errors.prefix(most).map { line($0, title) }
      if errors.count > most { lines.append("\(title): and \(errors.count - most) more errors") }
      var refusal = Refusal(MQ_FILE, first.code.rawValue, lines.joined(separator: "\n"))
      refusal.line = first.line ?? 0
      refusal.column = first.column ?? 0
      throw refusal
    }
    guard document.hasLine else {
      throw Refusal(
        MQ_FILE, Diagnostic.Code.noLine.rawValue,
        "\(title): the file holds no line to walk on"
          + (document.waypoints.isEmpty ? "" : ", only waypoints: \(document.waypoints.count)"))
    }
  }

  /// A diagnostic as a compiler's line.
  private static func line(_ diagnostic: Diagnostic, _ title: String) -> String {
    let place = FilePlace.text(
      title, line: diagnostic.line, column: diagnostic.column, offset: diagnostic.offset)
    let pointer = diagnostic.pointer.map { $0.isEmpty ? "" : " (\($0))" } ?? ""
    return "\(place): \(diagnostic.message)\(pointer) [\(diagnostic.code.rawValue)]"
  }
}
