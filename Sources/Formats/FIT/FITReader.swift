internal import CivilTime
internal import Geodesy
internal import Routes

/// Reads the activities and courses of FIT files. Each file in the file is a track; a file of several
/// sessions has a track for each.
struct FITReader {
  static func read(
    _ source: SourceText, limits: ReadLimits, thoroughly: Bool
  ) -> RouteDocument {
    var reader = FITReader(source, limits: limits, thoroughly: thoroughly)
    reader.readAll()
    return reader.finished()
  }

  private let limits: ReadLimits
  private let isThorough: Bool
  private var document: RouteDocument
  private var diagnostics = DiagnosticList()
  private var decoder: FITDecoder
  private var unplaced = UnplacedPoints()
  private var cues = RouteCue.Tally()
  private var leftovers = FITLeftovers()
  private var vertexCount = 0

  /// What the current file gave so far.
  private var file = FITRecordings()
  private var points = SourcePart()
  private var courseName: String?

  private init(_ source: SourceText, limits: ReadLimits, thoroughly: Bool) {
    self.limits = limits
    isThorough = thoroughly
    document = RouteDocument(source: source)
    document.format = .fit
    decoder = FITDecoder(source.bytes)
  }

  private mutating func readAll() {
    do throws(FITFault) {
      repeat { try readFile() } while decoder.hasFurtherFile
    } catch {
      if decoder.fileCount > 0, decoder.header != nil { takeFile() }
      diagnostics.addLast(Diagnostic(error.code, .error, error.message, offset: error.offset))
    }
  }

  private mutating func readFile() throws(FITFault) {
    let start = decoder.offset
    beginFile(at: start)
    let header: FITHeader
    do throws(FITFault) { header = try decoder.beginFile() } catch {
      guard decoder.fileCount > 0 else { throw error }
      throw FITFault(
        .notWellFormed, "something follows the end of the FIT file that is not another one",
        at: start)
    }
    if header.isDamaged {
      diagnostics.note(
        .checkSum, .warning,
        "the header's check sum is wrong: the file was changed or damaged on its way",
        at: start + 12)
    }
    if decoder.isUnfinished {
      diagnostics.note(
        .checkSum, .warning,
        "the header states no data: the recording was never finished, and nothing shows whether it is "
          + "whole", at: start + 4)
    }
    while let message = try decoder.next() { try take(message) }
    takeFile()
    let sum = try decoder.endFile()
    if !sum.isRight {
      diagnostics.note(
        .checkSum, .warning,
        "the file's check sum is wrong: the file was changed or damaged on its way, so look at the "
          + "line before you use it", at: sum.offset)
    }
  }

  private mutating func beginFile(at offset: Int) {
    file = FITRecordings()
    points = SourcePart()
    points.offset = offset
    courseName = nil
  }

  // MARK: Messages

  private mutating func take(_ message: FITMessage) throws(FITFault) {
    switch FITProfile.Message(rawValue: message.definition.message) {
    case .record: try takeRecord(message)
    case .course: courseName = message.text(FITProfile.Course.name) ?? courseName
    case .coursePoint: try takeCoursePoint(message)
    case let kind: file.take(message, kind)
    }
    leftovers.add(message)
  }

  private mutating func takeRecord(_ message: FITMessage) throws(FITFault) {
    typealias Field = FITProfile.Record
    let time = FITProfile.microseconds(message.seconds) ?? SourcePart.noTime
    file.see(time)
    let meters = file.meters(message)
    guard
      let place = place(
        message, Field.latitude, Field.longitude,
        elevation: message.number(Field.enhancedAltitude, scale: 5, offset: 500)
          ?? message.number(Field.altitude, scale: 5, offset: 500))
    else { return }
    vertexCount += 1
    guard vertexCount <= limits.route.vertices else {
      throw FITFault(
        .limit, "the file has more than \(limits.route.vertices) points, the limit",
        at: message.offset)
    }
    points.append(place, offset: message.offset)
    file.addVertex(time)
    if isThorough {
      points.setTime(time)
      points.setDeviceMeters(meters ?? .nan)
    }
  }

  private mutating func takeCoursePoint(_ message: FITMessage) throws(FITFault) {
    typealias Field = FITProfile.CoursePoint
    guard let place = place(message, Field.latitude, Field.longitude, elevation: nil) else {
      return
    }
    guard document.waypoints.count < limits.route.waypoints else {
      throw FITFault(
        .limit, "the file has more than \(limits.route.waypoints) waypoints, the limit",
        at: message.offset)
    }
    let type = message.integer(Field.type).flatMap(FITProfile.pointType)
    let waypoint = Waypoint(name: message.text(Field.name), coordinate: place, type: type)
    if let text = waypoint.name ?? type, RouteCue.isCue(text) {
      cues.add(text, offset: message.offset)
    } else {
      document.append(waypoint, offset: message.offset, owner: message.offset)
    }
  }

  /// Where a message says that it happened; notes where it does not.
  private mutating func place(
    _ message: FITMessage, _ latitudeField: UInt8, _ longitudeField: UInt8, elevation: Double?
  ) -> Coordinate? {
    guard let north = message.integer(latitudeField), let east = message.integer(longitudeField)
    else {
      unplaced.add(offset: message.offset)
      return nil
    }
    let latitude = FITProfile.degrees(north)
    let longitude = FITProfile.degrees(east)
    guard abs(latitude) <= 90, abs(longitude) <= 180 else {
      let isLatitude = abs(latitude) > 90
      diagnostics.note(
        isLatitude ? .latitudeRange : .longitudeRange, .error,
        isLatitude
          ? "the latitude \(latitude) is outside -90…90"
          : "the longitude \(longitude) is outside -180…180", at: message.offset)
      return nil
    }
    return Coordinate(
      uncheckedLatitude: latitude, longitude: longitude, elevation: elevation ?? .nan)
  }

  // MARK: Ends

  /// Makes tracks of what the current file gave.
  private mutating func takeFile() {
    document.tracks += file.tracks(points, name: courseName)
    beginFile(at: decoder.offset)
  }

  private mutating func finished() -> RouteDocument {
    unplaced.finish(&diagnostics)
    cues.finish("the file's course points", &diagnostics)
    document.passedOver = leftovers.tally
    if isThorough { document.noteNames(&diagnostics) }
    document.finish(diagnostics)
    return document
  }
}
