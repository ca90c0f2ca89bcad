internal import CivilTime
internal import Geodesy
internal import JSON
internal import Routes

/// Reads the activities and courses of Garmin's Training Center XML, versions 1 and 2, as a stream.
///
/// An activity or a course is a track, and each track within it a part: the laps follow one another.
final class TCXReader: XMLReader {
  static func read(
    _ source: SourceText, limits: ReadLimits, thoroughly: Bool
  ) -> RouteDocument {
    XMLReader.read(source) { TCXReader(source, as: .tcx, limits: limits, thoroughly: thoroughly) }
  }

  /// What holds activities and courses, at any depth.
  static let containers: Set<String> = [
    "TrainingCenterDatabase", "Activities", "Courses", "History", "Running", "Biking", "Other",
    "MultiSport", "MultiSportSession", "FirstSport", "NextSport", "CourseFolder",
  ]

  /// The element that the stream is in, of those that matter.
  private enum Element {
    case document, container, activity, course, lap, track, point, position, coursePoint, creator
    case identity, name, story, type, maker, unit
    case latitude, longitude, elevation, distance, time, lapSeconds, lapMeters
  }

  private var stack: [Element] = [.document]
  private var recording = Recording()
  private var lap: (seconds: Double?, meters: Double?) = (nil, nil)
  private var lastTime = SourcePart.noTime
  /// The point that the stream is in.
  private var point = TCXPoint()
  private var pointNumber = 0
  private var waypoint = Waypoint(coordinate: Coordinate(uncheckedLatitude: 0, longitude: 0))
  private var cues = RouteCue.Tally()
  private var unplaced = UnplacedPoints()

  private var parent: Element { stack[stack.count - 1] }

  override func complete() {
    unplaced.finish(&diagnostics)
    cues.finish("the file's course points", &diagnostics)
  }

  // MARK: Elements

  override func enter(
    _ name: UnsafePointer<CChar>, _ attributes: XMLAttributes, _ stream: XMLStream
  ) -> Bool {
    guard let element = element(XMLName.local(name), attributes, stream) else { return false }
    stack.append(element)
    return true
  }

  private func element(
    _ name: UnsafePointer<CChar>, _ attributes: XMLAttributes, _ stream: XMLStream
  ) -> Element? {
    switch parent {
    case .document:
      if XMLName.equals(name, "TrainingCenterDatabase") { return .container }
      stream.stop(
        .unknownFormat,
        "the root element is “\(shortened(name))”; a TCX file begins with “TrainingCenterDatabase”")
    case .container:
      if XMLName.equals(name, "Activity") || XMLName.equals(name, "Run") {
        return startTrack(.activity, attributes, stream)
      }
      if XMLName.equals(name, "Course") { return startTrack(.course, attributes, stream) }
      if Self.containers.contains(String(cString: name)) { return .container }
    case .activity, .course:
      if XMLName.equals(name, "Lap") { return startLap(attributes) }
      if XMLName.equals(name, "Track") { return startPart(stream) }
      if parent == .activity {
        if XMLName.equals(name, "Id") { return startText(.identity, stream) }
        if XMLName.equals(name, "Creator") { return .creator }
      } else {
        if XMLName.equals(name, "Name") { return startText(.name, stream) }
        if XMLName.equals(name, "CoursePoint") { return startPoint(.coursePoint, stream) }
      }
    case .lap:
      if XMLName.equals(name, "Track") { return startPart(stream) }
      if XMLName.equals(name, "TotalTimeSeconds") { return startText(.lapSeconds, stream) }
      if XMLName.equals(name, "DistanceMeters") { return startText(.lapMeters, stream) }
    case .track:
      if XMLName.equals(name, "Trackpoint") { return startPoint(.point, stream) }
    case .point, .coursePoint:
      if XMLName.equals(name, "Position") {
        point.hasPosition = true
        return .position
      }
      if XMLName.equals(name, "AltitudeMeters") { return startText(.elevation, stream) }
      if parent == .coursePoint {
        if XMLName.equals(name, "Name") { return startText(.name, stream) }
        if XMLName.equals(name, "Notes") { return startText(.story, stream) }
        if XMLName.equals(name, "PointType") { return startText(.type, stream) }
      } else if isThorough {
        if XMLName.equals(name, "Time") { return startText(.time, stream) }
        if XMLName.equals(name, "DistanceMeters") { return startText(.distance, stream) }
      }
    case .position:
      if XMLName.equals(name, "LatitudeDegrees") { return startText(.latitude, stream) }
      if XMLName.equals(name, "LongitudeDegrees") { return startText(.longitude, stream) }
    case .creator:
      if XMLName.equals(name, "Name") { return startText(.maker, stream) }
      if XMLName.equals(name, "UnitId") { return startText(.unit, stream) }
    default: break
    }
    return nil
  }

  private func startText(_ element: Element, _ stream: XMLStream) -> Element {
    beginText(stream)
    return element
  }

  private func startTrack(
    _ element: Element, _ attributes: XMLAttributes, _ stream: XMLStream
  ) -> Element {
    track = Track()
    track.offset = stream.offset
    recording = Recording()
    lastTime = SourcePart.noTime
    pointNumber = 0
    for (key, value) in attributes where XMLName.equals(key, "Sport") {
      recording.sport = shortened(value)
    }
    return element
  }

  private func startLap(_ attributes: XMLAttributes) -> Element {
    lap = (nil, nil)
    for (key, value) in attributes where XMLName.equals(key, "StartTime") {
      let length = cLength(value)
      let time = value.withMemoryRebound(to: UInt8.self, capacity: length) {
        XMLTime(UnsafeBufferPointer(start: $0, count: length).trimmed).instant
      }
      recording.start = recording.start ?? time
    }
    return .lap
  }

  private func startPart(_ stream: XMLStream) -> Element {
    beginPart(stream)
    return .track
  }

  private func startPoint(_ element: Element, _ stream: XMLStream) -> Element? {
    point = TCXPoint()
    point.offset = stream.offset
    if element == .coursePoint {
      waypoint = Waypoint(coordinate: Coordinate(uncheckedLatitude: 0, longitude: 0))
      return hasRoomForWaypoint(stream) ? element : nil
    }
    pointNumber += 1
    return countVertex(stream) ? element : nil
  }

  // MARK: Ends

  override func leave(_ stream: XMLStream) {
    guard let element = stack.popLast() else { return }
    switch element {
    case .activity:
      completeRecording()
      document.tracks.append(track)
    case .course: document.tracks.append(track)
    case .lap: if parent == .activity { recording.addLap(seconds: lap.seconds, meters: lap.meters) }
    case .track: if !part.vertices.isEmpty { track.parts.append(part) }
    case .point: takeVertex()
    case .coursePoint: takeWaypoint()
    case .latitude: point.latitude = takeDegrees("latitude")
    case .longitude: point.longitude = takeDegrees("longitude")
    case .elevation: takeElevation()
    case .time: takeTime()
    case .distance: point.deviceMeters = takeNumber("distance") ?? .nan
    case .lapSeconds: lap.seconds = takeNumber("duration of a lap")
    case .lapMeters: lap.meters = takeNumber("distance of a lap")
    case .identity:
      // The moment when the activity began is its id.
      recording.start = recording.start ?? text.withTrimmedBytes(XMLTime.init).instant
    case .name:
      if parent == .course { track.name = takeText() } else { waypoint.name = takeText() }
    case .story: waypoint.story = takeText()
    case .type: waypoint.type = takeText()
    case .maker, .unit:
      if let text = takeText() {
        recording.device = (recording.device.map { $0 + " " } ?? "") + shortened(text, to: 100)
      }
    default: break
    }
  }

  private func completeRecording() {
    if let start = recording.start, lastTime != SourcePart.noTime {
      let elapsed = lastTime.subtractingReportingOverflow(start.microseconds)
      if !elapsed.overflow, elapsed.partialValue >= 0 {
        recording.elapsedMicroseconds = max(
          elapsed.partialValue, recording.movingMicroseconds ?? 0)
      }
    }
    track.recording = recording
  }

  private func takeVertex() {
    lastTime = max(lastTime, point.time)
    guard let place = place(of: point, " (point \(pointNumber) of \(trackTitle))") else { return }
    part.append(place, offset: point.offset)
    if isThorough {
      part.setTime(point.time)
      part.setDeviceMeters(point.deviceMeters)
    }
  }

  private func takeWaypoint() {
    let name = waypoint.name.map { " “\(shortened($0))”" } ?? ""
    let context = " (course point\(name) of \(trackTitle))"
    guard point.hasPosition else {
      diagnostics.note(
        .coordinateMissing, .error, "the position is missing\(context)", at: point.offset)
      return
    }
    guard let place = place(of: point, context) else { return }
    waypoint.coordinate = place
    waypoint.nameFromStory()
    if let text = waypoint.name ?? waypoint.type, RouteCue.isCue(text) {
      cues.add(text, offset: point.offset)
    } else {
      document.append(waypoint, offset: point.offset, owner: point.offset)
    }
  }

  /// Where a point lies; notes what is wrong with it.
  private func place(of point: TCXPoint, _ context: @autoclosure () -> String) -> Coordinate? {
    guard point.hasPosition else {
      unplaced.add(offset: point.offset)
      return nil
    }
    guard let latitude = point.latitude, var longitude = point.longitude else {
      if !point.hasFault {
        diagnostics.note(
          .coordinateMissing, .error,
          "the \(point.latitude == nil ? "latitude" : "longitude") is missing\(context())",
          at: point.offset)
      }
      return nil
    }
    guard latitude >= -90, latitude <= 90 else {
      diagnostics.note(
        .latitudeRange, .error, "the latitude \(latitude) is outside -90…90\(context())",
        at: point.offset)
      return nil
    }
    guard abs(longitude) <= 360 else {
      diagnostics.note(
        .longitudeRange, .error, "the longitude \(longitude) is outside -180…180\(context())",
        at: point.offset)
      return nil
    }
    if abs(longitude) > 180 {
      let turned = Coordinate.normalized(longitude: longitude)
      wrapped.add(longitude, broughtTo: turned, latitude: latitude, offset: point.offset)
      longitude = turned
    }
    return Coordinate(
      uncheckedLatitude: latitude, longitude: longitude, elevation: point.elevation)
  }

  // MARK: Numbers

  private var trackTitle: String {
    track.name.map { "“\(shortened($0))”" } ?? "track \(document.tracks.count + 1)"
  }

  private func number() -> Double? {
    text.withTrimmedBytes { bytes -> Double? in
      guard
        let (value, end) = try? DecimalNumber.parse(
          bytes, from: 0, grammar: .xml, mostBytes: limits.numberBytes), end == bytes.count
      else { return nil }
      return value
    }
  }

  private func takeDegrees(_ what: String) -> Double? {
    if let number = number() { return number }
    point.hasFault = true
    let written = shortened(text.trimmed ?? "")
    diagnostics.note(
      .numberSyntax, .error,
      "the \(what) \(written.isEmpty ? "is empty" : "“\(written)” is not a number") (point "
        + "\(pointNumber) of \(trackTitle))", at: text.offset)
    return nil
  }

  /// A number that the route does not need.
  private func takeNumber(_ what: String) -> Double? {
    if let number = number() { return number }
    if let written = text.trimmed {
      diagnostics.note(
        .numberSyntax, .warning,
        "the \(what) “\(shortened(written))” is not a number and is left out", at: text.offset)
    }
    return nil
  }

  private func takeElevation() {
    if let number = number() {
      point.elevation = number
    } else if let written = text.trimmed {
      diagnostics.note(
        .elevationSyntax, .warning,
        "the elevation “\(shortened(written))” is not a number and is left out (point "
          + "\(pointNumber) of \(trackTitle))", at: text.offset)
    }
  }

  private func takeTime() {
    let time = text.withTrimmedBytes(XMLTime.init)
    point.time = time.instant?.microseconds ?? SourcePart.noTime
    if time.isAsAsked { return }
    noteTime(
      (text.trimmed.map { "the time “\(shortened($0))”" } ?? "an empty time")
        + " is not written as 2026-05-03T18:30:00Z"
        + (time.instant == nil ? " and is left out" : "; it is read all the same"))
  }
}

/// A point that is being read.
private struct TCXPoint {
  var offset = 0
  var hasPosition = false
  var latitude: Double?
  var longitude: Double?
  /// Whether what is wrong with a number was noted already.
  var hasFault = false
  /// In metres; NaN where there is none.
  var elevation = Double.nan
  var deviceMeters = Double.nan
  var time = SourcePart.noTime
}
