internal import CivilTime
internal import Geodesy
internal import JSON
internal import Routes

/// Reads the lines and points of KML 2.x as a stream: LineString, LinearRing outside of polygons,
/// MultiGeometry, gx:Track and gx:MultiTrack.
enum KMLReader {
  static func read(
    _ source: SourceText, limits: ReadLimits, thoroughly: Bool
  ) -> RouteDocument {
    let visitor = KMLVisitor(source, limits: limits, thoroughly: thoroughly)
    guard let stream = XMLStream(visitor: visitor, limits: limits) else {
      visitor.note(.limit, .error, "no memory is left for this file", at: 0)
      return visitor.finished()
    }
    stream.run(source.bytes)
    if let fault = stream.fault { visitor.diagnostics.addLast(fault) }
    return visitor.finished()
  }
}

private final class KMLVisitor: XMLVisitor {
  private enum Element {
    case document, container, placemark, multi, line, point, track
    case name, description, coordinates, trackCoordinate, trackTime, extendedData, data, value
  }

  private enum Shape { case line, point }

  private let limits: ReadLimits
  private let isThorough: Bool
  private var document: RouteDocument
  var diagnostics = DiagnosticList()

  private var stack: [Element] = [.document]
  private var skipped = 0
  private var wantedText = false
  private var text = TextBuffer()
  private var containerDepth = 0

  private var current = Track()
  private var part = SourcePart()
  private var points: [(Coordinate, Int)] = []
  private var story: String?
  private var type: String?
  private var officialDistance: Distance?
  private var dataName = ""
  private var vertexCount = 0

  /// A tuple of coordinates that is still coming in.
  private var token: [UInt8] = []
  private var tokenOffset = 0
  private var isTokenTooLong = false
  private var tupleNumber = 0

  /// Whether the placemark has a geometry of any kind.
  private var hasGeometry = false
  /// The times of a gx:Track stand before its coordinates, one for each.
  private var trackTimes: [Int64] = []
  /// For each vertex of a gx:Track, which of its coord elements it is.
  private var trackCoordinates: [Int] = []
  private var coordinateCount = 0
  private var timeFaults = 0
  private var firstTimeFault: (message: String, offset: Int)?

  init(_ source: SourceText, limits: ReadLimits, thoroughly: Bool) {
    self.limits = limits
    isThorough = thoroughly
    document = RouteDocument(source: source)
    document.format = .kml
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
    if let (message, offset) = firstTimeFault {
      let times = timeFaults == 1 ? "" : " (\(timeFaults) times in the file, here first)"
      diagnostics.addSummary(
        Diagnostic(.timeSyntax, .warning, message + times, offset: offset))
    }
    document.finish(diagnostics)
    return document
  }

  override func start(
    _ name: UnsafePointer<CChar>, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>,
    _ stream: XMLStream
  ) {
    if skipped > 0 {
      skipped += 1
      return
    }
    if diagnostics.isHopeless {
      stream.stop(.limit, DiagnosticList.hopelessMessage)
      return
    }
    guard let next = element(XMLName.local(name), attributes, stream) else {
      skipped = 1
      wantedText = stream.wantsText
      stream.wantsText = false
      return
    }
    stack.append(next)
  }

  private func element(
    _ name: UnsafePointer<CChar>, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>,
    _ stream: XMLStream
  ) -> Element? {
    let parent = stack[stack.count - 1]
    switch parent {
    case .document:
      guard XMLName.equals(name, "kml") else {
        stream.stop(
          .unknownFormat, "the root element is “\(shortened(name))”; a KML file begins with “kml”")
        return nil
      }
      return .container
    case .container:
      if XMLName.equals(name, "Document") || XMLName.equals(name, "Folder") {
        containerDepth += 1
        return .container
      }
      if XMLName.equals(name, "Placemark") {
        current = Track()
        current.offset = stream.offset
        points = []
        story = nil
        type = nil
        officialDistance = nil
        hasGeometry = false
        return .placemark
      }
      if XMLName.equals(name, "name"), document.name == nil { return startText(.name, stream) }
      if XMLName.equals(name, "ExtendedData") { return .extendedData }
    case .placemark, .multi:
      if isThorough, !hasGeometry { hasGeometry = Self.isGeometry(name) }
      if XMLName.equals(name, "MultiGeometry") || XMLName.equals(name, "MultiTrack") {
        return .multi
      }
      if XMLName.equals(name, "LineString") || XMLName.equals(name, "LinearRing") {
        part = SourcePart()
        part.offset = stream.offset
        return .line
      }
      if XMLName.equals(name, "Point") {
        part = SourcePart()
        return .point
      }
      if XMLName.equals(name, "Track") {
        part = SourcePart()
        part.offset = stream.offset
        trackTimes.removeAll(keepingCapacity: true)
        trackCoordinates.removeAll(keepingCapacity: true)
        coordinateCount = 0
        return .track
      }
      if XMLName.equals(name, "Polygon") {
        note(
          .area, .info,
          "a Polygon is an area and not a line, so it is left out; a LineString is walked",
          at: stream.offset)
        return nil
      }
      if parent == .multi { return nil }
      if XMLName.equals(name, "name") { return startText(.name, stream) }
      if XMLName.equals(name, "description") { return startText(.description, stream) }
      if XMLName.equals(name, "ExtendedData") { return .extendedData }
    case .line, .point:
      if XMLName.equals(name, "coordinates") { return startCoordinates(.coordinates, stream) }
    case .track:
      if XMLName.equals(name, "coord") {
        coordinateCount += 1
        return startCoordinates(.trackCoordinate, stream)
      }
      if isThorough, XMLName.equals(name, "when") { return startText(.trackTime, stream) }
    case .extendedData:
      if XMLName.equals(name, "Data") {
        dataName = ""
        var i = 0
        while let key = attributes[i], let value = attributes[i + 1] {
          if XMLName.equals(key, "name") { dataName = shortened(value) }
          i += 2
        }
        return .data
      }
    case .data:
      if XMLName.equals(name, "value") { return startText(.value, stream) }
    default: break
    }
    return nil
  }

  private static func isGeometry(_ name: UnsafePointer<CChar>) -> Bool {
    let names: [StaticString] = [
      "Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Model", "Track",
      "MultiTrack",
    ]
    return names.contains { XMLName.equals(name, $0) }
  }

  private func startText(_ element: Element, _ stream: XMLStream) -> Element {
    text.begin(offset: stream.offset)
    stream.wantsText = true
    return element
  }

  private func startCoordinates(_ element: Element, _ stream: XMLStream) -> Element {
    token.removeAll(keepingCapacity: true)
    isTokenTooLong = false
    if element == .coordinates { tupleNumber = 0 }
    stream.wantsText = true
    return element
  }

  // MARK: Text

  override func text(_ bytes: UnsafeBufferPointer<UInt8>, _ stream: XMLStream) {
    let encoding = document.source.encoding
    let isWide = encoding == .utf16LittleEndian || encoding == .utf16BigEndian
    switch stack[stack.count - 1] {
    case .coordinates:
      let start = stream.offset
      for (i, byte) in bytes.enumerated() {
        if byte <= 0x20 {
          finishTuple(separator: 0x2C, stream)
        } else {
          // In UTF-16 a piece's bytes are not the file's; its beginning is near enough.
          if token.isEmpty { tokenOffset = isWide ? start : start + i }
          add(byte, stream)
        }
      }
    case .trackCoordinate:
      for (i, byte) in bytes.enumerated() {
        if token.isEmpty {
          if byte <= 0x20 { continue }
          tokenOffset = isWide ? stream.offset : stream.offset + i
        }
        add(byte, stream)
      }
    default: text.append(bytes, limit: limits.textBytes)
    }
  }

  private func add(_ byte: UInt8, _ stream: XMLStream) {
    // Three numbers and what is between them.
    if token.count >= limits.numberBytes {
      stream.stop(
        .limit, "a coordinate has more than \(limits.numberBytes) characters, the limit")
      return
    }
    token.append(byte)
  }

  private func finishTuple(separator: UInt8, _ stream: XMLStream) {
    guard !token.isEmpty else { return }
    defer { token.removeAll(keepingCapacity: true) }
    tupleNumber += 1
    guard let vertex = coordinate(separator: separator) else { return }
    vertexCount += 1
    if vertexCount > limits.route.vertices {
      stream.stop(.limit, "the file has more than \(limits.route.vertices) points, the limit")
      return
    }
    part.append(vertex, offset: tokenOffset)
    if isThorough, separator == 0x20 { trackCoordinates.append(coordinateCount - 1) }
  }

  private func coordinate(separator: UInt8) -> Coordinate? {
    token.withUnsafeBufferPointer { bytes -> Coordinate? in
      var values: [Double] = []
      var i = 0
      while i <= bytes.count, values.count < 4 {
        if separator == 0x20 { while i < bytes.count, bytes[i] <= 0x20 { i += 1 } }
        if i == bytes.count, separator == 0x20 { break }
        do throws(DecimalNumber.Fault) {
          let (value, end) = try DecimalNumber.parse(
            bytes, from: i, grammar: .xml, mostBytes: limits.numberBytes)
          values.append(value)
          if end < bytes.count, bytes[end] != separator, bytes[end] > 0x20 { throw .syntax }
          i = end + 1
        } catch {
          let shown = shortened(String(decoding: bytes, as: UTF8.self))
          note(
            error == .range ? .numberRange : .numberSyntax, .error,
            "“\(shown)” is not longitude,latitude or longitude,latitude,altitude"
              + (bytes.last == separator && separator == 0x2C
                ? "; no space may follow a comma" : "")
              + context, at: tokenOffset)
          return nil
        }
      }
      guard values.count >= 2 else {
        note(
          .positionTooShort, .error, "a coordinate needs a longitude and a latitude\(context)",
          at: tokenOffset)
        return nil
      }
      guard values[1] >= -90, values[1] <= 90 else {
        reject(latitude: values[1], longitude: values[0])
        note(
          .latitudeRange, .error, "the latitude \(values[1]) is outside -90…90\(context)",
          at: tokenOffset)
        return nil
      }
      guard values[0] >= -180, values[0] <= 180 else {
        reject(latitude: values[1], longitude: values[0])
        note(
          .longitudeRange, .error, "the longitude \(values[0]) is outside -180…180\(context)",
          at: tokenOffset)
        return nil
      }
      return Coordinate(
        uncheckedLatitude: values[1], longitude: values[0],
        elevation: values.count > 2 ? values[2] : .nan)
    }
  }

  /// Keeps a position out of range for whoever can tell what it should be.
  private func reject(latitude: Double, longitude: Double) {
    let isWaypoint = stack.contains(.point)
    document.reject(
      RejectedPosition(
        latitude: latitude, longitude: longitude, offset: tokenOffset, isWaypoint: isWaypoint,
        track: isWaypoint ? 0 : document.tracks.count, part: isWaypoint ? 0 : current.parts.count,
        vertex: isWaypoint ? document.waypoints.count + points.count : part.vertices.count))
  }

  private var context: String {
    let name = current.name.map { "\"\(shortened($0))\"" } ?? "\(document.tracks.count + 1)"
    return " (placemark \(name), point \(tupleNumber))"
  }

  // MARK: End

  override func end(_ name: UnsafePointer<CChar>, _ stream: XMLStream) {
    if skipped > 0 {
      skipped -= 1
      // Text goes on behind markup in the middle of it.
      if skipped == 0 { stream.wantsText = wantedText }
      return
    }
    guard let element = stack.popLast() else { return }
    switch element {
    case .coordinates: finishTuple(separator: 0x2C, stream)
    case .trackCoordinate:
      while let last = token.last, last <= 0x20 { token.removeLast() }
      finishTuple(separator: 0x20, stream)
    case .trackTime: takeTime()
    case .line, .track:
      if element == .track, !trackTimes.isEmpty { setTimes() }
      if part.vertices.isEmpty, !diagnostics.hasErrors {
        note(
          .emptyPart, .info, "a line without coordinates is left out", at: part.offset,
          remedy: [.removeElement(atOffset: part.offset)])
      }
      current.parts.append(part)
    case .point:
      if let vertex = part.vertices.first { points.append((vertex, Int(part.offsets[0]))) }
    case .name, .description, .value: take(text.trimmed, element)
    case .placemark: finishPlacemark(stream)
    default: break
    }
    stream.wantsText = false
  }

  private func take(_ value: String?, _ element: Element) {
    if text.isCut {
      note(
        .textCut, .warning,
        "the text has more than \(limits.textBytes) bytes, the limit; the rest is left out",
        at: text.offset)
    }
    switch (stack[stack.count - 1], element) {
    case (.placemark, .name): current.name = value
    case (.placemark, .description): story = value
    case (.container, .name): document.name = value
    case (.data, .value): takeData(value ?? "")
    default: break
    }
  }

  /// Our own fields carry the namespace as a prefix of their name.
  private func takeData(_ value: String) {
    guard dataName.hasPrefix("milequest:") else { return }
    let field = String(dataName.dropFirst("milequest:".count))
    let isPlacemark = stack.contains(.placemark)
    var problem: String?
    switch field {
    case "type": type = value
    case "officialDistance":
      do throws(GeodesyError) {
        officialDistance = try Distance(value, defaultUnit: .meters)
      } catch { problem = error.message }
    default:
      problem =
        isPlacemark
        ? current.properties.set(field, value) : document.properties.set(field, value)
    }
    if let problem { note(.routeProperty, .error, problem, at: text.offset) }
  }

  private func takeTime() {
    guard var written = text.trimmed else { return trackTimes.append(SourcePart.noTime) }
    let whole = written
    // KML lets a year or a month stand alone.
    if written.utf8.count == 4 { written += "-01" }
    if written.utf8.count == 7 { written += "-01" }
    let value = written.withUTF8 { DateTimeText($0, from: 0, to: $0.count)?.instant.microseconds }
    trackTimes.append(value ?? SourcePart.noTime)
    if value != nil { return }
    timeFaults += 1
    if firstTimeFault != nil { return }
    firstTimeFault = (
      "the time “\(shortened(whole))” is not written as 2026-05-03T18:30:00Z and is left out",
      text.offset
    )
  }

  /// Gives the vertices of a gx:Track the times that stand beside them.
  private func setTimes() {
    let times = trackCoordinates.map { $0 < trackTimes.count ? trackTimes[$0] : SourcePart.noTime }
    if times.contains(where: { $0 != SourcePart.noTime }) { part.times = times }
  }

  private func finishPlacemark(_ stream: XMLStream) {
    if isThorough, !hasGeometry {
      note(
        .noGeometry, .info,
        "the placemark has no geometry, so there is nothing of it to walk or to show",
        at: current.offset)
    }
    if !current.parts.isEmpty { document.tracks.append(current) }
    for (vertex, offset) in points {
      if document.waypoints.count >= limits.route.waypoints {
        stream.stop(
          .limit, "the file has more than \(limits.route.waypoints) waypoints, the limit")
        return
      }
      document.waypoints.append(
        Waypoint(
          name: current.name, coordinate: vertex, story: story, type: type,
          officialDistance: officialDistance))
      document.waypointOffsets.append(UInt32(truncatingIfNeeded: offset))
      document.waypointOwnerOffsets.append(UInt32(truncatingIfNeeded: current.offset))
    }
  }
}
