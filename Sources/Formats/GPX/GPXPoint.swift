internal import CivilTime
internal import Geodesy
internal import JSON
internal import Routes

/// A point that is being read.
struct GPXPoint {
  var offset = 0
  /// Nil where the degrees are missing or wrong.
  var degrees: (latitude: Double, longitude: Double)?
  /// In metres; NaN where there is none.
  var elevation = Double.nan
  var time = SourcePart.noTime

  @inline(__always)
  var coordinate: Coordinate? {
    guard let degrees else { return nil }
    return Coordinate(
      uncheckedLatitude: degrees.latitude, longitude: degrees.longitude, elevation: elevation)
  }
}

/// What a point's tag and its elements say: degrees, elevation, time.
extension GPXReader {
  func startPoint(
    _ element: Element, _ attributes: XMLAttributes, _ stream: XMLStream
  ) -> Element? {
    point = GPXPoint()
    point.offset = stream.offset
    pointNumber += 1
    if element == .waypoint { waypointNumber += 1 }
    var latitude: Double?
    var longitude: Double?
    var hasLatitude = false
    var hasLongitude = false
    for (key, value) in attributes {
      if XMLName.equals(key, "lat") {
        hasLatitude = true
        latitude = number(value, "latitude", attribute: "lat", element)
      } else if XMLName.equals(key, "lon") {
        hasLongitude = true
        longitude = number(value, "longitude", attribute: "lon", element)
      }
    }
    if !hasLatitude || !hasLongitude {
      let missing =
        !hasLatitude && !hasLongitude
        ? "attributes lat and lon are" : hasLatitude ? "attribute lon is" : "attribute lat is"
      diagnostics.note(
        .coordinateMissing, .error, "the \(missing) missing\(context(element))", at: point.offset)
    }
    let written = (latitude, longitude)
    let cause = self.cause(latitude, longitude)
    if let value = latitude, !(value >= -90 && value <= 90) {
      fault(.latitudeRange, cause: cause, "the latitude \(value) is outside -90…90", "lat", element)
      latitude = nil
    }
    if let value = longitude, let latitude, abs(value) > 180, abs(value) <= 360 {
      let turned = Coordinate.normalized(longitude: value)
      let offset = document.source.attributeOffset("lon", inTagAt: point.offset)
      wrapped.add(value, broughtTo: turned, latitude: latitude, offset: offset)
      longitude = turned
    } else if let value = longitude, !(value >= -180 && value <= 180) {
      // One cause for both numbers is reported once.
      if latitude != nil || cause.isEmpty {
        fault(
          .longitudeRange, cause: cause, "the longitude \(value) is outside -180…180", "lon",
          element)
      }
      longitude = nil
    }
    point.degrees = latitude.flatMap { latitude in longitude.map { (latitude, $0) } }
    if point.degrees == nil, let latitude = written.0, let longitude = written.1 {
      reject(latitude, longitude, element)
    }
    if element == .waypoint || element == .routePoint {
      waypoint = Waypoint(coordinate: Coordinate(uncheckedLatitude: 0, longitude: 0))
      isUnnamed = false
      comment = nil
    }
    if element == .waypoint { return hasRoomForWaypoint(stream) ? element : nil }
    return countVertex(stream) ? element : nil
  }

  func takeElevation() {
    let value = text.withTrimmedBytes { bytes -> Double? in
      // An empty element says as much as none.
      if bytes.isEmpty { return .nan }
      guard
        let (value, end) = try? DecimalNumber.parse(
          bytes, from: 0, grammar: .xml, mostBytes: limits.numberBytes), end == bytes.count
      else { return nil }
      return value
    }
    if let value {
      point.elevation = value
    } else if let written = text.trimmed, let meters = ElevationText.meters(written) {
      point.elevation = meters
      diagnostics.note(
        .elevationSyntax, .warning,
        "the elevation “\(shortened(written))” is not written in metres with a point, such as "
          + "\(GPXValue.plain(meters)); it is read all the same" + context(parent), at: text.offset,
        remedy: [.setText(GPXValue.plain(meters), ofElementAt: text.offset)])
    } else {
      diagnostics.note(
        .elevationSyntax, .warning,
        "the elevation “\(shortened(text.trimmed ?? ""))” is not a number and is left out"
          + context(parent), at: text.offset, remedy: [.removeElement(atOffset: text.offset)],
        isGuess: true)
    }
  }

  func takeTime() {
    let time = text.withTrimmedBytes(XMLTime.init)
    point.time = time.instant?.microseconds ?? SourcePart.noTime
    if time.isAsAsked { return }
    noteTime(
      (text.trimmed.map { "the time “\(shortened($0))”" } ?? "an empty time")
        + " is not written as 2026-05-03T18:30:00Z"
        + (time.instant == nil ? " and is left out" : "; it is read all the same")
        + context(parent),
      remedy: time.instant.map { .setText($0.description, ofElementAt: text.offset) }
        ?? .removeElement(atOffset: text.offset),
      isUnread: time.instant == nil && text.trimmed != nil)
  }

  // MARK: Numbers and messages

  @inline(__always)
  private func number(
    _ value: UnsafePointer<CChar>, _ what: String, attribute: String, _ element: Element
  ) -> Double? {
    let length = cLength(value)
    return value.withMemoryRebound(to: UInt8.self, capacity: length) { pointer in
      let bytes = UnsafeBufferPointer(start: pointer, count: length).trimmed
      do throws(DecimalNumber.Fault) {
        let (number, end) = try DecimalNumber.parse(
          bytes, from: 0, grammar: .xml, mostBytes: limits.numberBytes)
        if end == bytes.count { return number }
        noteNumber(.syntax, value, what, attribute, element)
      } catch {
        noteNumber(error, value, what, attribute, element)
      }
      return nil
    }
  }

  @inline(never)
  private func noteNumber(
    _ kind: DecimalNumber.Fault, _ value: UnsafePointer<CChar>, _ what: String,
    _ attribute: String, _ element: Element
  ) {
    switch kind {
    case .syntax: fault(.numberSyntax, syntaxMessage(value, what), attribute, element)
    case .range:
      fault(
        .numberRange, "the \(what) \(shortened(value)) is beyond what a double holds", attribute,
        element)
    case .tooLong:
      fault(
        .limit, "the \(what) has more than \(limits.numberBytes) characters, the limit", attribute,
        element)
    }
  }

  private func syntaxMessage(_ value: UnsafePointer<CChar>, _ what: String) -> String {
    let text = shortened(value)
    let hint = text.contains(",") ? "; write a point for decimals" : ""
    return text.allSatisfy(\.isWhitespace)
      ? "the \(what) is empty" : "the \(what) “\(text)” is not a number\(hint)"
  }

  /// What makes numbers out of range alike; nothing where they are within it.
  @inline(__always)
  private func cause(_ latitude: Double?, _ longitude: Double?) -> String {
    guard let latitude, let longitude, abs(latitude) > 90 || abs(longitude) > 360 else { return "" }
    return ForeignNumbers.hint(longitude: longitude, latitude: latitude)
  }

  private func fault(
    _ code: Diagnostic.Code, cause: String = "", _ message: @autoclosure () -> String,
    _ attribute: String, _ element: Element
  ) {
    diagnostics.note(
      code, cause: cause, message() + context(element),
      at: document.source.attributeOffset(attribute, inTagAt: point.offset))
  }

  private func context(_ element: Element) -> String {
    switch element {
    case .waypoint: " (waypoint \(waypointNumber))"
    case .routePoint, .shapingPoint: " (route \(title(routes.count + 1)), point \(pointNumber))"
    case .gpx, .metadata: ""
    default: " (track \(title(tracks.count + 1)), point \(pointNumber))"
    }
  }

  var trackContext: String { " (track \(title(tracks.count + 1)))" }

  private func title(_ number: Int) -> String {
    track.name.map { "\"\(shortened($0))\"" } ?? "\(number)"
  }
}
