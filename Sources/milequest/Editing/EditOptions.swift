import ArgumentParser
import Authoring
import Formats
import Geodesy
import JSON
import Routes

/// The edits that options ask for, in the order in which they stand on the command line.
struct EditOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Put a waypoint at every multiple of a distance. May be repeated.", valueName: "distance"))
  var waypointsEvery: [String] = []

  @Option(
    help: ArgumentHelp(
      "How those are named, with {n} and {distance}; “{distance}” by default.", valueName: "text"))
  var namePattern: String?

  @Option(
    help: ArgumentHelp(
      "Put the waypoints of a CSV, GPX, GeoJSON or KML file into the route. May be repeated.",
      valueName: "file"), completion: .file())
  var waypoints: [String] = []

  @Option(
    help: ArgumentHelp(
      "With --waypoints: move those that are this near to the line onto it.", valueName: "distance")
  )
  var snap: String?

  @Option(
    help: ArgumentHelp(
      "Rename a waypoint, given by its name or by #NUMBER. May be repeated.", valueName: "old=new"))
  var rename: [String] = []

  @Option(
    help: ArgumentHelp(
      "Take out a waypoint, given by its name or by #NUMBER, or all with “*”. May be repeated.",
      valueName: "name"))
  var dropWaypoint: [String] = []

  @Flag(help: "Turn the route round.")
  var reverse = false

  @Option(help: ArgumentHelp("Cut off what lies before.", valueName: "distance"))
  var from: String?

  @Option(help: ArgumentHelp("Cut off what lies beyond.", valueName: "distance"))
  var to: String?

  @Option(
    help: ArgumentHelp(
      "End a part at a distance and begin the next there. May be repeated.", valueName: "distance"))
  var splitAt: [String] = []

  @Flag(help: "Make one part of parts, or of files, whose ends meet.")
  var joinEnds = false

  @Option(
    help: ArgumentHelp(
      "With --join-ends: ends this near meet; 1m by default.", valueName: "distance"))
  var endsWithin: String?

  @Option(
    help: ArgumentHelp(
      "Take out a part with its waypoints; parts count from 1. May be repeated.", valueName: "n"))
  var dropPart: [Int] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Begin a loop at the place nearest to this.", valueName: "lat,lon"))
  var startAt: String?

  @Option(help: ArgumentHelp("Give the route another name.", valueName: "text"))
  var name: String?

  @Option(
    help: ArgumentHelp(
      "Leave out vertices, none of them further than this from the line.", valueName: "distance"))
  var simplify: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Leave out vertices until so many are left.", valueName: "n"))
  var maxVertices: Int?

  @Flag(help: "Take the noise out of heights.")
  var smoothElevation = false

  @Option(
    help: ArgumentHelp(
      "With --smooth-elevation: how long the stretch is that a height is the mean of; 200m by default.",
      valueName: "distance"))
  var smoothOver: String?

  @Option(
    help: ArgumentHelp(
      "Take the heights from a model of the ground, such as a GeoTIFF. GDAL's programs read it. May be repeated.",
      valueName: "file"), completion: .file())
  var elevation: [String] = []

  @Option(
    help: ArgumentHelp(
      "Make the edits of a JSON list, as --print-edits writes it. May be repeated.",
      valueName: "file"), completion: .file())
  var edits: [String] = []

  /// An edit with what asked for it, for messages.
  struct Asked {
    let edit: any Edit
    let origin: String
    /// Whether it stands in a file, and not on the command line.
    var isInFile = false
  }

  /// The edits in the order of the command line.
  ///
  /// - Parameters:
  ///   - input: whose options about joins, length and laps are edits too.
  ///   - arguments: the words of the command line.
  func asked(_ input: RouteInput, arguments: [String]) throws -> [Asked] {
    var makers: [String: (Int) throws -> [Asked]] = [:]
    func option(_ name: String, _ make: @escaping (Int) throws -> any Edit) {
      makers[name] = { rank in [Asked(edit: try make(rank), origin: name)] }
    }
    option("--waypoints-every") { rank in
      WaypointsEvery(
        every: try written(waypointsEvery[rank], "--waypoints-every", isPositive: true),
        namePattern: namePattern)
    }
    option("--waypoints") { rank in
      PutWaypoints(
        try WaypointFile.read(waypoints[rank]), snap: try snap.map { try written($0, "--snap") })
    }
    option("--rename") { rank in
      let sides = rename[rank].split(separator: "=", maxSplits: 1)
      guard sides.count == 2 else {
        throw Failure(.usage, "--rename: “\(rename[rank])” is not OLD=NEW")
      }
      return RenameWaypoint(
        String(sides[0]), to: try Naming.name(String(sides[1]), "--rename: the name"))
    }
    option("--drop-waypoint") { DropWaypoint(dropWaypoint[$0]) }
    option("--reverse") { _ in Reverse() }
    let cut = Cut(
      from: try from.map { try written($0, "--from") }, to: try to.map { try written($0, "--to") })
    makers["--from"] = { _ in [Asked(edit: cut, origin: to == nil ? "--from" : "--from and --to")] }
    // One cut has both ends, and is made where the first of them stands.
    makers["--to"] = { _ in from == nil ? [Asked(edit: cut, origin: "--to")] : [] }
    option("--split-at") { SplitAt([try written(splitAt[$0], "--split-at")]) }
    option("--join-ends") { _ in
      JoinEnds(within: try endsWithin.map { try written($0, "--ends-within") })
    }
    option("--drop-part") { DropPart(dropPart[$0]) }
    option("--start-at") { _ in
      guard let coordinate = try PlaceText.coordinate(startAt ?? "", option: "--start-at") else {
        throw Failure(
          .usage, "--start-at: “\(startAt ?? "")” is not LAT,LON, such as 51.5074,-0.1278")
      }
      return StartAt(coordinate)
    }
    option("--name") { _ in SetName(try Naming.name(name ?? "", "--name: the name")) }
    option("--simplify") { _ in Simplify(try written(simplify ?? "", "--simplify")) }
    option("--max-vertices") { _ in
      guard let maxVertices, maxVertices >= 2 else {
        throw Failure(.usage, "--max-vertices: a line has two vertices or more")
      }
      return MaxVertices(maxVertices)
    }
    option("--smooth-elevation") { _ in
      SmoothElevation(over: try smoothOver.map { try written($0, "--smooth-over") })
    }
    option("--elevation") { rank in
      let file = elevation[rank]
      // A file that is missing is named as any other.
      _ = try Files.read(file, limit: 1, cuts: true)
      do { return SetElevation(try ElevationFile(file), file: file) } catch let error
        as AuthoringError
      {
        throw Failure(.badData, error.message)
      }
    }
    addCourse(of: input, option)
    makers["--edits"] = { try Self.list(edits[$0]) }
    let order = OptionOrder(
      arguments, of: Set(makers.keys), taking: ["--start-at"])
    // The parser's command line has nothing twice that counts once.
    return try order.uses.flatMap { try makers[$0.name]?($0.rank) ?? [] }
  }

  private func addCourse(
    of input: RouteInput, _ option: (String, @escaping (Int) throws -> any Edit) -> Void
  ) {
    let joining = input.joining
    option("--joins") { _ in SetJoins(joining.joins ?? .walk) }
    option("--joins-below") { rank in
      let (length, policy) = try JoinOptions.bound(
        joining.joinsBelow[rank], option: "--joins-below")
      return SetJoins(policy, below: try written(length, "--joins-below"))
    }
    option("--joins-above") { rank in
      let (length, policy) = try JoinOptions.bound(
        joining.joinsAbove[rank], option: "--joins-above")
      return SetJoins(policy, above: try written(length, "--joins-above"))
    }
    option("--join") { rank in
      let (number, policy) = try JoinOptions.numbered(joining.join[rank])
      return SetJoins(policy, join: number)
    }
    option("--official-length") { _ in
      SetOfficialLength(
        try written(input.officialLength ?? "", "--official-length", isPositive: true))
    }
    option("--laps") { _ in
      let most = RouteLimits.standard.laps
      guard let laps = input.laps, (1...most).contains(laps) else {
        throw Failure(
          .usage, "--laps: \(input.laps ?? 0) is not within the limit of 1…\(most) laps")
      }
      return SetLaps(laps, lapJoin: input.lapJoin)
    }
    option("--there-and-back") { _ in SetThereAndBack() }
  }

  /// The edits of a file.
  private static func list(_ path: String) throws -> [Asked] {
    var limits = JSONLimits.standard
    limits.bytes = 8 << 20
    let bytes = try Files.read(path, limit: limits.bytes)
    do {
      let list = try EditList(
        JSONReader.read(bytes, limits: limits),
        opening: { path throws(AuthoringError) in try ElevationFile(path) })
      return list.edits.enumerated().map { index, edit in
        Asked(edit: edit, origin: "\(path): edit \(index + 1)", isInFile: true)
      }
    } catch let fault as JSONFault {
      let place = fault.line.map { ":\($0)" + (fault.column.map { ":\($0)" } ?? "") } ?? ""
      throw Failure(.badData, "\(path)\(place): \(fault.message)")
    } catch let error as AuthoringError {
      throw Failure(
        .badData,
        "\(path): \(error.message)"
          + (error.pointer.map { $0 == .root ? "" : " (\($0))" } ?? "")
          + " [\(error.code.rawValue)]")
    }
  }
}

/// A distance of an option, with the unit that it is written in.
private func written(
  _ text: String, _ option: String, isPositive: Bool = false
) throws -> WrittenDistance {
  do {
    let value = try WrittenDistance(text)
    guard !isPositive || value.distance > .zero else {
      throw Failure(.usage, "\(option): “\(text)” is not more than 0")
    }
    return value
  } catch let error as GeodesyError {
    throw Failure(.usage, "\(option): \(error.message)")
  }
}
