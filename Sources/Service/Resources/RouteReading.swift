import Formats
import Geodesy
import HTTPTypes
import Inspection
import JSON
import Routes

/// How a request asks for its route file to be read.
struct RouteReading: Sendable {
  private let format: SourceFormat?
  private let gate: RouteGate
  private let track: String?
  private let fix: RepairChoice?
  /// The codes of what is mended; all where it is empty.
  private let only: RepairSelection
  private var options = InspectionOptions()

  /// What may be stored of a file, before its name was looked at.
  struct Storable: Sendable {
    let candidate: RouteGate.Candidate
    let repair: Repair.Outcome?
  }

  /// - Parameters:
  ///   - fix: which repairs are made, if any.
  ///   - only: what is mended; all by default.
  ///   - gate: what lets the file in, where it is to be stored.
  /// - Throws: `invalid-parameter`, `unsupported-media-type`.
  init(
    _ call: Call, fix: RepairChoice? = nil, only: RepairSelection = RepairSelection(),
    gate: RouteGate = RouteGate()
  ) throws(Problem) {
    let type = call.headers[.contentType]?.split(separator: ";").first.map {
      $0.trimmingSpaces.lowercased()
    }
    if let type, type.hasPrefix("multipart/") {
      throw Problem(
        .unsupportedMediaType, "the body's type is \(type.prefix(100)); send the file as the body")
    }
    // A type that says less than the file's first bytes is not listened to.
    format =
      call[.fileFormat] ?? SourceFormat.allCases.first { $0.mediaType == type }
    self.gate = gate
    self.fix = fix
    self.only = only
    track = call[.track]
    options.route = try Self.joins(call)
    options.route.laps = call[.laps]
    options.route.thereAndBack = call[.thereAndBack]
    options.route.lapJoin = call[.lapJoin]
    options.calibration = CalibrationRequest(
      officialLength: call[.officialLength], namedMarkers: call[.calibrate] != nil,
      every: call[.calibrateEvery] ?? 1)
    if call[.calibrateEvery] != nil, call[.calibrate] == nil {
      throw .parameter(.calibrateEvery, "needs calibrate=markers")
    }
  }

  /// A reading that no parameter says anything about.
  ///
  /// - Parameter track: only this one, by name or number.
  init(as format: SourceFormat?, track: String? = nil, gate: RouteGate) {
    self.format = format
    self.gate = gate
    self.track = track
    fix = nil
    only = RepairSelection()
  }

  /// What a request says about joins.
  ///
  /// - Throws: `invalid-parameter`.
  static func joins(_ call: Call) throws(Problem) -> RouteOptions {
    var options = RouteOptions()
    options.joins = call[.joins]
    options.joinByNumber = call[.join]
    for bound in call[.joinsBelow] {
      options.joinsByLength.setBelow(meters: bound.length.meters, bound.policy)
    }
    for bound in call[.joinsAbove] {
      options.joinsByLength.setAbove(meters: bound.length.meters, bound.policy)
    }
    if options.joinsByLength.contradictsItself {
      throw .parameter(
        call[.joinsAbove].isEmpty ? .joinsBelow : .joinsAbove,
        "gives some lengths two policies: let the bounds meet, such as joinsBelow=2km:walk and "
          + "joinsAbove=2km:ferry")
    }
    return options
  }

  /// The most bytes that the file within a packed one may have: what its work is admitted for.
  static func unpackedBytes(of bytes: [UInt8]) -> Int {
    PackedFile.statedBytes(bytes, most: ReadLimits.standard.fileBytes)
  }

  /// Reads and inspects a file. To be called off the threads that serve.
  ///
  /// - Throws: `invalid-parameter` for a track or join that the file does not have.
  func inspected(_ bytes: [UInt8]) throws(Problem) -> Report {
    let (document, options) = try read(bytes)
    return Inspector.inspect(document, options: options)
  }

  /// The same after the repairs that were asked for.
  func repaired(_ bytes: [UInt8]) throws(Problem) -> (Report, Repair.Outcome?) {
    guard let fix else { return (try inspected(bytes), nil) }
    let (document, options) = try read(bytes)
    let outcome = Repair.repair(
      document, options: options, includingUnsafe: fix == .unsafe, named: only.codes.contains,
      only: only.includes, at: only.targets)
    if let missed = outcome.missed.min(by: { ($0.line, $0.column) < ($1.line, $1.column) }) {
      throw .parameter(
        .only,
        "names \(missed.code.rawValue) at line \(missed.line), column \(missed.column): there is no such "
          + "finding, or nothing mends it alone; a guess needs fix=unsafe")
    }
    return (outcome.report, outcome)
  }

  /// The report of a file with a look at its name where it could be stored. To be called off the
  /// threads that serve.
  func looked(_ bytes: [UInt8]) throws(Problem) -> (Report, RouteGate.Candidate?) {
    let report = try inspected(bytes)
    let options = try options(for: report.document)
    let candidate = try? gate.candidate(of: report, options: options)
    return (candidate?.report ?? report, candidate)
  }

  /// What may be stored of a file. To be called off the threads that serve.
  ///
  /// - Throws: `bad-route` with the report, `invalid-parameter`.
  func storable(_ bytes: [UInt8]) throws(Problem) -> Storable {
    let (report, repair) = try repaired(bytes)
    let options = try options(for: report.document)
    do throws(RouteGate.Refusal) {
      let candidate = try gate.candidate(of: report, options: options)
      return Storable(candidate: candidate, repair: repair)
    } catch { throw Problem(error) }
  }

  /// What is to be stored of a file, once it is known whether its name is taken.
  ///
  /// - Throws: `bad-route` with the report, by a strict gate.
  func admitted(
    _ candidate: RouteGate.Candidate, isNameTaken: Bool
  ) throws(Problem) -> RouteGate.Candidate {
    do throws(RouteGate.Refusal) {
      return try gate.admit(candidate, isNameTaken: isNameTaken)
    } catch { throw Problem(error) }
  }

  private func read(_ bytes: [UInt8]) throws(Problem) -> (RouteDocument, InspectionOptions) {
    var limits = ReadLimits.standard
    limits.unpackedBytes = Self.unpackedBytes(of: bytes)
    let document = RouteReader.read(bytes, as: format, limits: limits, thoroughly: true)
    guard document.hasLine else { return (document, options) }
    let options = try options(for: document)
    do throws(RouteError) { try document.check(options.route, for: options.track) } catch {
      throw .parameter(.join, error.message)
    }
    return (document, options)
  }

  /// - Throws: `invalid-parameter` for a track that the file does not have.
  private func options(for document: RouteDocument) throws(Problem) -> InspectionOptions {
    guard document.hasLine else { return options }
    var options = options
    do throws(RouteError) {
      options.track = try document.choice(named: track.map { [$0] } ?? [])
    } catch {
      throw .parameter(.track, error.message)
    }
    return options
  }
}

extension Problem {
  fileprivate init(_ refusal: RouteGate.Refusal) {
    self = RouteUpload.badRoute(refusal.report, ParameterWords.said(refusal.message))
  }
}

extension SourceFormat {
  var mediaType: String {
    switch self {
    case .gpx: "application/gpx+xml"
    case .geojson: "application/geo+json"
    case .kml: "application/vnd.google-earth.kml+xml"
    case .tcx: "application/vnd.garmin.tcx+xml"
    case .fit: "application/vnd.ant.fit"
    case .polyline5, .polyline6: "text/plain; charset=utf-8"
    }
  }
}

extension RouteFormat {
  var isPolyline: Bool { self == .polyline5 || self == .polyline6 }

  var mediaType: String { source.mediaType }

  /// What an answer that is a file of any format may hold.
  static let contents = [RouteFormat.gpx, .geojson, .kml, .polyline5].map { format in
    Endpoint.Answer.Content(
      format.mediaType, format == .geojson ? .map(.anything) : format.isPolyline ? .text() : .file)
  }
}

/// Says with the service's parameters what messages about files say with the options of the command
/// line.
enum ParameterWords {
  private static let words = [
    ("--fix-unsafe", "fix=unsafe"), ("--fix", "fix=safe"), ("--lap-join ", "lapJoin="),
    ("--joins-below", "joinsBelow"), ("--joins-above", "joinsAbove"),
    ("--joins walk", "joins=walk"), ("--joins", "joins"), ("--from ", "format="),
    ("--track NAME", "track=NAME"), ("--track NUMBER", "track=NUMBER"), ("--track", "track"),
    ("--name", "name"), ("--team-column", "teamColumn"),
    ("--distance-column", "distanceColumn"), ("--time-column", "timeColumn"),
    ("--activity-column", "activityColumn"), ("--separator", "separator"),
    ("--decimal ", "decimal="), ("--encoding", "encoding"), ("--zone", "zone"),
  ]

  static func said(_ text: String) -> String {
    guard text.contains("--") else { return text }
    var text = text
    for (option, parameter) in words { text = text.replacing(option, with: parameter) }
    // `--join 3=ferry` is `join=3:ferry`.
    let pieces = text.split(separator: "--join ", omittingEmptySubsequences: false)
    return String(pieces[0])
      + pieces.dropFirst().map { piece in
        let number = piece.prefix { $0 != "=" }
        return "join=\(number):\(piece.dropFirst(number.count + 1))"
      }.joined()
  }

  /// The same for the members `message` and `text` of all objects within.
  static func inMessages(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let items): return .array(items.map(inMessages))
    case .object(let members):
      return .object(
        members.map { name, value in
          if name == "message" || name == "text", case .string(let text) = value {
            return (name, .string(said(text)))
          }
          return (name, inMessages(value))
        })
    default: return value
    }
  }
}
