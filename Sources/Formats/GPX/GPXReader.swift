internal import CivilTime
internal import Geodesy
internal import JSON
internal import Routes

/// Our own words in the files of other formats.
enum OwnWords {
  /// The XML namespace of what GPX has no element for.
  static let namespace = "urn:milequest:route:1"
}

/// Reads GPX 1.0 and 1.1 as a stream.
enum GPXReader {
  static func read(
    _ source: SourceText, limits: ReadLimits, thoroughly: Bool
  ) -> RouteDocument {
    let visitor = GPXVisitor(source, limits: limits, thoroughly: thoroughly)
    guard let stream = XMLStream(visitor: visitor, limits: limits) else {
      visitor.note(.limit, .error, "no memory is left for this file", at: 0)
      return visitor.finished()
    }
    stream.run(source.bytes)
    if let fault = stream.fault { visitor.diagnostics.addLast(fault) }
    return visitor.finished()
  }
}

private final class GPXVisitor: XMLVisitor {
  /// The element that the stream is in, of those that matter.
  private enum Element {
    case document, gpx, metadata, track, segment, trackPoint, route, routePoint, waypoint
    case trackExtensions, routeProperties, waypointExtensions, fileExtensions
    case name, elevation, time, story, type, leaf
  }

  private enum RouteKind { case track, route }

  private let limits: ReadLimits
  private let isThorough: Bool
  private var document: RouteDocument
  var diagnostics = DiagnosticList()
  /// Nil unless the file is read thoroughly.
  private var schemaCheck: GPXSchemaCheck?

  private var stack: [Element] = [.document]
  /// Levels inside an element that does not matter.
  private var skipped = 0
  private var wantedText = false
  private var text = TextBuffer()
  private var prefix = ""
  private var ownPrefix: String?

  private var tracks: [Track] = []
  private var routes: [Track] = []
  private var current = Track()
  private var part = SourcePart()
  private var vertexCount = 0
  /// Points of the current track or route that were seen, faulty ones included.
  private var pointNumber = 0
  private var waypointNumber = 0

  private var point: (latitude: Double, longitude: Double)?
  private var pointOffset = 0
  private var elevation = Double.nan
  private var time = SourcePart.noTime
  private var timeFaults = 0
  private var firstTimeFault: (message: String, offset: Int)?
  /// Positions out of range in tracks and in routes, of which one list is the document's.
  private var rejectedOfTracks: [RejectedPosition] = []
  private var rejectedOfRoutes: [RejectedPosition] = []
  private var bounds = PositionBounds()
  private var waypoint = Waypoint(coordinate: Coordinate(uncheckedLatitude: 0, longitude: 0))

  init(_ source: SourceText, limits: ReadLimits, thoroughly: Bool) {
    self.limits = limits
    isThorough = thoroughly
    if thoroughly { schemaCheck = GPXSchemaCheck(source) }
    document = RouteDocument(source: source)
    document.format = .gpx
  }

  func note(
    _ code: Diagnostic.Code, _ severity: Severity, _ message: @autoclosure () -> String,
    at offset: @autoclosure () -> Int, remedy: @autoclosure () -> [RouteEdit] = []
  ) {
    diagnostics.add(
      Diagnostic(code, severity, message(), offset: offset(), remedy: remedy()),
      severity: severity)
  }

  func finished() -> RouteDocument {
    var document = document
    let hasTrack = tracks.contains { $0.vertexCount > 0 }
    if hasTrack, let ignored = routes.first(where: { $0.vertexCount > 0 }) {
      note(
        .routesIgnored, .info,
        "the file has tracks, so its "
          + (routes.count == 1 ? "route (rte) is" : "\(routes.count) routes (rte) are")
          + " left aside", at: ignored.offset)
    }
    let usesTracks = hasTrack || routes.isEmpty
    document.tracks = usesTracks ? tracks : routes
    document.rejected = (document.rejected + (usesTracks ? rejectedOfTracks : rejectedOfRoutes))
      .sorted { $0.offset < $1.offset }
    if document.rejected.count > RouteDocument.mostRejected {
      document.rejected.removeLast(document.rejected.count - RouteDocument.mostRejected)
    }
    if let (message, offset) = firstTimeFault {
      let times = timeFaults == 1 ? "" : " (\(timeFaults) times in the file, here first)"
      diagnostics.addSummary(
        Diagnostic(.timeSyntax, .warning, message + times, offset: offset))
    }
    schemaCheck?.finish(bounds, into: &diagnostics)
    document.finish(diagnostics)
    return document
  }

  // MARK: Start

  override func start(
    _ name: UnsafePointer<CChar>, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>,
    _ stream: XMLStream
  ) {
    if isThorough { schemaCheck?.start(name, attributes, offset: stream.offset) }
    if skipped > 0 {
      skipped += 1
      return
    }
    if diagnostics.isHopeless {
      stream.stop(.limit, DiagnosticList.hopelessMessage)
      return
    }
    guard let next = element(name, attributes, stream) else {
      skipped = 1
      wantedText = stream.wantsText
      stream.wantsText = false
      return
    }
    stack.append(next)
  }

  /// Enters an element; nil where its content does not matter.
  private func element(
    _ name: UnsafePointer<CChar>, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>,
    _ stream: XMLStream
  ) -> Element? {
    let parent = stack[stack.count - 1]
    // Most elements are points and their elevations; they are looked for first.
    if parent == .document { return root(name, attributes, stream) }
    if parent == .trackExtensions || parent == .waypointExtensions || parent == .fileExtensions {
      return ownElement(name, attributes, parent, stream)
    }
    guard let local = localName(name) else { return nil }
    switch parent {
    case .segment:
      if XMLName.equals(local, "trkpt") { return startPoint(.trackPoint, attributes, stream) }
    case .trackPoint, .routePoint:
      if XMLName.equals(local, "ele") { return startText(.elevation, stream) }
      if isThorough, XMLName.equals(local, "time") { return startText(.time, stream) }
    case .waypoint:
      if XMLName.equals(local, "name") { return startText(.name, stream) }
      if XMLName.equals(local, "ele") { return startText(.elevation, stream) }
      if XMLName.equals(local, "desc") { return startText(.story, stream) }
      if XMLName.equals(local, "type") { return startText(.type, stream) }
      if XMLName.equals(local, "extensions") { return .waypointExtensions }
      if isThorough, XMLName.equals(local, "time") { return startText(.time, stream) }
    case .track:
      if XMLName.equals(local, "trkseg") {
        part = SourcePart()
        part.offset = stream.offset
        return .segment
      }
      if XMLName.equals(local, "name") { return startText(.name, stream) }
      if XMLName.equals(local, "extensions") { return .trackExtensions }
      noteMisplaced(local, stream)
    case .route:
      if XMLName.equals(local, "rtept") { return startPoint(.routePoint, attributes, stream) }
      if XMLName.equals(local, "name") { return startText(.name, stream) }
      if XMLName.equals(local, "extensions") { return .trackExtensions }
      noteMisplaced(local, stream)
    case .gpx:
      if XMLName.equals(local, "wpt") { return startPoint(.waypoint, attributes, stream) }
      if XMLName.equals(local, "trk") { return startTrack(.track, stream) }
      if XMLName.equals(local, "rte") { return startTrack(.route, stream) }
      if XMLName.equals(local, "metadata") { return .metadata }
      // GPX 1.0 has no metadata element.
      if XMLName.equals(local, "name") { return startText(.name, stream) }
      if XMLName.equals(local, "extensions") { return .fileExtensions }
      if isThorough, XMLName.equals(local, "time") { return startText(.time, stream) }
      noteMisplaced(local, stream)
    case .metadata:
      if XMLName.equals(local, "name") { return startText(.name, stream) }
      if isThorough, XMLName.equals(local, "time") { return startText(.time, stream) }
      if XMLName.equals(local, "extensions") { return .fileExtensions }
    default: break
    }
    return nil
  }

  /// Points are not left out silently.
  private func noteMisplaced(_ local: UnsafePointer<CChar>, _ stream: XMLStream) {
    let homes: [(StaticString, String)] = [
      ("trkpt", "a trkseg"), ("trkseg", "a trk"), ("rtept", "a rte"),
    ]
    for (name, place) in homes where XMLName.equals(local, name) {
      note(
        .misplaced, .warning, "a \(name) belongs in \(place); this one is left out",
        at: stream.offset)
    }
  }

  private func root(
    _ name: UnsafePointer<CChar>, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>,
    _ stream: XMLStream
  ) -> Element? {
    let local = XMLName.local(name)
    guard XMLName.equals(local, "gpx") else {
      stream.stop(
        .unknownFormat, "the root element is “\(shortened(name))”; a GPX file begins with “gpx”")
      return nil
    }
    prefix = String(cString: name)
    prefix.removeLast(3)
    eachAttribute(attributes) { key, value in
      if strip("xmlns:", key) != nil, String(cString: value) == OwnWords.namespace {
        ownPrefix = strip("xmlns:", key)
      } else if XMLName.equals(key, "version"), !XMLName.equals(value, "1.0"),
        !XMLName.equals(value, "1.1")
      {
        note(
          .version, .warning,
          "GPX version “\(shortened(value))” is not known; the file is read as 1.1",
          at: document.source.attributeOffset("version", inTagAt: stream.offset))
      }
    }
    return .gpx
  }

  /// The element's name without the file's own prefix; nil for one of another namespace.
  @inline(__always)
  private func localName(_ name: UnsafePointer<CChar>) -> UnsafePointer<CChar>? {
    let local = XMLName.local(name)
    if prefix.isEmpty { return local == name ? name : nil }
    return String(cString: name).hasPrefix(prefix) ? local : nil
  }

  private func startText(_ element: Element, _ stream: XMLStream) -> Element {
    text.begin(offset: stream.offset)
    stream.wantsText = true
    return element
  }

  private func startTrack(_ element: Element, _ stream: XMLStream) -> Element {
    current = Track()
    current.offset = stream.offset
    part = SourcePart()
    part.offset = stream.offset
    pointNumber = 0
    return element
  }

  private func startPoint(
    _ element: Element, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>,
    _ stream: XMLStream
  ) -> Element? {
    pointOffset = stream.offset
    elevation = .nan
    time = SourcePart.noTime
    pointNumber += 1
    if element == .waypoint { waypointNumber += 1 }
    var latitude: Double?
    var longitude: Double?
    var hasLatitude = false
    var hasLongitude = false
    var i = 0
    while let key = attributes[i], let value = attributes[i + 1] {
      i += 2
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
      note(
        .coordinateMissing, .error, "the \(missing) missing\(context(element))",
        at: pointOffset)
    }
    let written = (latitude, longitude)
    if let value = latitude, !(value >= -90 && value <= 90) {
      fault(.latitudeRange, "the latitude \(value) is outside -90…90", "lat", element)
      latitude = nil
    }
    if let value = longitude, !(value >= -180 && value <= 180) {
      fault(.longitudeRange, "the longitude \(value) is outside -180…180", "lon", element)
      longitude = nil
    }
    point = latitude.flatMap { latitude in longitude.map { (latitude, $0) } }
    if point == nil, let latitude = written.0, let longitude = written.1 {
      reject(latitude, longitude, element)
    }
    if element == .waypoint {
      waypoint = Waypoint(coordinate: Coordinate(uncheckedLatitude: 0, longitude: 0))
      if document.waypoints.count >= limits.route.waypoints {
        stream.stop(
          .limit, "the file has more than \(limits.route.waypoints) waypoints, the limit")
        return nil
      }
    } else {
      vertexCount += 1
      if vertexCount > limits.route.vertices {
        stream.stop(.limit, "the file has more than \(limits.route.vertices) points, the limit")
        return nil
      }
    }
    return element
  }

  /// Keeps a position out of range for whoever can tell what it should be.
  private func reject(_ latitude: Double, _ longitude: Double, _ element: Element) {
    let isWaypoint = element == .waypoint
    let position = RejectedPosition(
      latitude: latitude, longitude: longitude, offset: pointOffset, isWaypoint: isWaypoint,
      track: isWaypoint ? 0 : element == .routePoint ? routes.count : tracks.count,
      part: isWaypoint ? 0 : current.parts.count,
      vertex: isWaypoint ? document.waypoints.count : part.vertices.count)
    switch element {
    case .waypoint: document.reject(position)
    case .routePoint: RouteDocument.append(position, to: &rejectedOfRoutes)
    default: RouteDocument.append(position, to: &rejectedOfTracks)
    }
  }

  // MARK: Our own elements

  private func ownElement(
    _ name: UnsafePointer<CChar>, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>,
    _ parent: Element, _ stream: XMLStream
  ) -> Element? {
    // The namespace may be declared on the element itself.
    eachAttribute(attributes) { key, value in
      if let declared = strip("xmlns:", key), String(cString: value) == OwnWords.namespace {
        ownPrefix = declared
      }
    }
    guard let ownPrefix, String(cString: name).hasPrefix(ownPrefix + ":") else { return nil }
    let local = XMLName.local(name)
    switch parent {
    case .trackExtensions, .fileExtensions:
      guard XMLName.equals(local, "route") else { return nil }
      var properties = parent == .fileExtensions ? document.properties : current.properties
      eachAttribute(attributes) { key, value in
        let text = String(cString: value)
        guard !String(cString: key).hasPrefix("xmlns") else { return }
        if let problem = properties.set(String(cString: key), text) {
          note(
            .routeProperty, .error, problem,
            at: document.source.attributeOffset(String(cString: key), inTagAt: stream.offset))
        }
      }
      if parent == .fileExtensions {
        document.properties = properties
      } else {
        current.properties = properties
      }
      return .routeProperties
    case .waypointExtensions:
      guard XMLName.equals(local, "waypoint") else { return nil }
      eachAttribute(attributes) { key, value in
        guard XMLName.equals(key, "officialDistance") else { return }
        do throws(GeodesyError) {
          waypoint.officialDistance = try Distance(String(cString: value), defaultUnit: .meters)
        } catch {
          note(
            .routeProperty, .error, error.message,
            at: document.source.attributeOffset("officialDistance", inTagAt: stream.offset))
        }
      }
      return .leaf
    default: return nil
    }
  }

  // MARK: Text and end

  override func text(_ bytes: UnsafeBufferPointer<UInt8>, _ stream: XMLStream) {
    text.append(bytes, limit: limits.textBytes)
  }

  override func end(_ name: UnsafePointer<CChar>, _ stream: XMLStream) {
    if isThorough { schemaCheck?.end() }
    if skipped > 0 {
      skipped -= 1
      // Text goes on behind markup in the middle of it.
      if skipped == 0 { stream.wantsText = wantedText }
      return
    }
    guard let element = stack.popLast() else { return }
    stream.wantsText = false
    switch element {
    case .trackPoint, .routePoint:
      if let point {
        part.append(
          Coordinate(
            uncheckedLatitude: point.latitude, longitude: point.longitude, elevation: elevation),
          offset: pointOffset)
        if isThorough {
          part.setTime(time)
          bounds.add(latitude: point.latitude, longitude: point.longitude)
        }
      }
    case .segment:
      if part.vertices.isEmpty, !diagnostics.hasErrors {
        note(
          .emptyPart, .info, "a track segment without points is left out\(trackContext)",
          at: part.offset, remedy: [.removeElement(atOffset: part.offset)])
      }
      current.parts.append(part)
    case .track: tracks.append(current)
    case .route:
      current.parts.append(part)
      routes.append(current)
    case .waypoint:
      if let point {
        waypoint.coordinate = Coordinate(
          uncheckedLatitude: point.latitude, longitude: point.longitude, elevation: elevation)
        document.waypoints.append(waypoint)
        if isThorough { bounds.add(latitude: point.latitude, longitude: point.longitude) }
        document.waypointOffsets.append(UInt32(truncatingIfNeeded: pointOffset))
        document.waypointOwnerOffsets.append(UInt32(truncatingIfNeeded: pointOffset))
      }
    case .name, .story, .type: take(text.trimmed, element)
    case .elevation: takeElevation()
    case .time: takeTime()
    default: break
    }
  }

  private func take(_ value: String?, _ element: Element) {
    if text.isCut {
      note(
        .textCut, .warning,
        "the text has more than \(limits.textBytes) bytes, the limit; the rest is left out",
        at: text.offset)
    }
    switch (stack[stack.count - 1], element) {
    case (.waypoint, .name): waypoint.name = value
    case (.waypoint, .story): waypoint.story = value
    case (.waypoint, .type): waypoint.type = value
    case (.track, .name), (.route, .name): current.name = value
    case (.gpx, .name), (.metadata, .name): document.name = value
    default: break
    }
  }

  private func takeElevation() {
    let value = text.bytes.withUnsafeBufferPointer { bytes -> Double? in
      var start = 0
      var end = bytes.count
      while start < end, bytes[start] <= 0x20 { start += 1 }
      while end > start, bytes[end - 1] <= 0x20 { end -= 1 }
      // An empty element says as much as none.
      if start == end { return .nan }
      guard
        let (value, stop) = try? DecimalNumber.parse(
          bytes, from: start, grammar: .xml, mostBytes: limits.numberBytes), stop == end
      else { return nil }
      return value
    }
    if let value {
      elevation = value
    } else {
      note(
        .elevationSyntax, .warning,
        "the elevation “\(shortened(text.trimmed ?? ""))” is not a number and is left out"
          + context(stack[stack.count - 1]), at: text.offset,
        remedy: [.removeElement(atOffset: text.offset)])
    }
  }

  private func takeTime() {
    let (value, isDateTime) = text.bytes.withUnsafeBufferPointer { bytes -> (Int64?, Bool) in
      var start = 0
      var end = bytes.count
      while start < end, bytes[start] <= 0x20 { start += 1 }
      while end > start, bytes[end - 1] <= 0x20 { end -= 1 }
      // The schema has neither bare dates nor minutes without seconds, and a capital T.
      let isDateTime = end - start >= 19 && bytes[start + 10] == 0x54 && bytes[start + 16] == 0x3A
      return (DateTimeText(bytes, from: start, to: end)?.instant.microseconds, isDateTime)
    }
    time = value ?? SourcePart.noTime
    if value != nil, isDateTime { return }
    timeFaults += 1
    if firstTimeFault != nil { return }
    let shown = text.trimmed.map { "the time “\(shortened($0))”" } ?? "an empty time"
    firstTimeFault = (
      shown + " is not written as 2026-05-03T18:30:00Z"
        + (value == nil ? " and is left out" : "; it is read all the same")
        + context(stack[stack.count - 1]), text.offset
    )
  }

  // MARK: Numbers and messages

  @inline(__always)
  private func number(
    _ value: UnsafePointer<CChar>, _ what: String, attribute: String, _ element: Element
  ) -> Double? {
    let length = cLength(value)
    return value.withMemoryRebound(to: UInt8.self, capacity: length) { pointer in
      let bytes = UnsafeBufferPointer(start: pointer, count: length)
      var start = 0
      var end = length
      while start < end, bytes[start] <= 0x20 { start += 1 }
      while end > start, bytes[end - 1] <= 0x20 { end -= 1 }
      do throws(DecimalNumber.Fault) {
        let (number, stop) = try DecimalNumber.parse(
          UnsafeBufferPointer(rebasing: bytes[..<end]), from: start, grammar: .xml,
          mostBytes: limits.numberBytes)
        if stop == end { return number }
        fault(.numberSyntax, syntaxMessage(value, what), attribute, element)
      } catch {
        switch error {
        case .syntax: fault(.numberSyntax, syntaxMessage(value, what), attribute, element)
        case .range:
          fault(
            .numberRange, "the \(what) \(shortened(value)) is beyond what a double holds",
            attribute,
            element)
        case .tooLong:
          fault(
            .limit, "the \(what) has more than \(limits.numberBytes) characters, the limit",
            attribute, element)
        }
      }
      return nil
    }
  }

  private func syntaxMessage(_ value: UnsafePointer<CChar>, _ what: String) -> String {
    let text = shortened(value)
    let hint = text.contains(",") ? "; write a point for decimals" : ""
    return text.allSatisfy(\.isWhitespace)
      ? "the \(what) is empty" : "the \(what) “\(text)” is not a number\(hint)"
  }

  private func fault(
    _ code: Diagnostic.Code, _ message: @autoclosure () -> String, _ attribute: String,
    _ element: Element
  ) {
    note(
      code, .error, message() + context(element),
      at: document.source.attributeOffset(attribute, inTagAt: pointOffset))
  }

  private func context(_ element: Element) -> String {
    switch element {
    case .waypoint: " (waypoint \(waypointNumber))"
    case .routePoint: " (route \(title(routes.count + 1)), point \(pointNumber))"
    case .gpx, .metadata: ""
    default: " (track \(title(tracks.count + 1)), point \(pointNumber))"
    }
  }

  private var trackContext: String { " (track \(title(tracks.count + 1)))" }

  private func title(_ number: Int) -> String {
    current.name.map { "\"\(shortened($0))\"" } ?? "\(number)"
  }

  private func eachAttribute(
    _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>,
    _ body: (UnsafePointer<CChar>, UnsafePointer<CChar>) -> Void
  ) {
    var i = 0
    while let key = attributes[i], let value = attributes[i + 1] {
      body(key, value)
      i += 2
    }
  }

  private func strip(_ prefix: String, _ name: UnsafePointer<CChar>) -> String? {
    let text = String(cString: name)
    return text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil
  }
}
