internal import Geodesy
internal import Routes

/// Reads the lines and points of KML 2.x as a stream: LineString, LinearRing outside of polygons,
/// MultiGeometry, gx:Track and gx:MultiTrack.
final class KMLReader: XMLReader {
  static func read(
    _ source: SourceText, limits: ReadLimits, thoroughly: Bool
  ) -> RouteDocument {
    XMLReader.read(source) { KMLReader(source, as: .kml, limits: limits, thoroughly: thoroughly) }
  }

  private enum Element {
    case document, container, placemark, multi, line, point, track
    case link, href, altitudeMode, name, description, coordinates, trackCoordinate, trackTime,
      extendedData,
      data, value
  }

  private var stack: [Element] = [.document]

  /// What belongs to the placemark that the stream is in, beside its lines.
  private var story: String?
  private var type: String?
  /// Whether one of our own files says that the placemark has no name.
  private var isUnnamed = false
  /// What fields of other programs call the placemark, and tell of it.
  private var dataTitle: String?
  private var dataStory: String?
  private var officialDistance: Distance?
  private var points: [(Coordinate, Int)] = []
  /// Whether the placemark has a geometry of any kind.
  private var hasGeometry = false

  /// What the altitudes of the line or point are by its mode.
  private enum Altitudes {
    /// Heights above the sea.
    case absolute
    /// None, by KML; but programs that write a recorded track leave its heights there.
    case clamped
    /// Heights over the ground or the sea floor, which say nothing about how high the place lies.
    case relative
  }

  /// Clamped to the ground is what a line without a mode is.
  private var altitudes = Altitudes.clamped
  private var containers = KMLContainers()
  /// The name nearest around the last line.
  private var nameAroundLine: String?
  /// The addresses that network links name.
  private var links: [(address: String, offset: Int)] = []
  private var dataName = ""
  private var tuple = KMLTuple()
  private var tupleNumber = 0
  /// Numbers of the tuple before; 0 before the first.
  private var tupleSize = 0
  private var decimalCommas = KMLDecimalCommas()
  private var times = KMLTrackTimes()

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
    let parent = stack[stack.count - 1]
    switch parent {
    case .document:
      guard XMLName.equals(name, "kml") else {
        stream.stop(
          .unknownFormat, "the root element is “\(shortened(name))”; a KML file begins with “kml”")
        return nil
      }
      return enterContainer()
    case .container:
      if XMLName.equals(name, "Document") || XMLName.equals(name, "Folder") {
        return enterContainer()
      }
      if XMLName.equals(name, "Placemark") { return startPlacemark(stream) }
      if XMLName.equals(name, "NetworkLink") { return .link }
      if XMLName.equals(name, "name") { return startText(.name, stream) }
      if XMLName.equals(name, "ExtendedData") { return .extendedData }
    case .placemark, .multi:
      if isThorough, !hasGeometry { hasGeometry = Self.isGeometry(name) }
      if let geometry = startGeometry(name, stream) { return geometry }
      if parent == .multi { return nil }
      if XMLName.equals(name, "name") { return startText(.name, stream) }
      if XMLName.equals(name, "description") { return startText(.description, stream) }
      if XMLName.equals(name, "ExtendedData") { return .extendedData }
      if XMLName.equals(name, "coordinates") { return startBareCoordinates(stream) }
    case .line, .point:
      if XMLName.equals(name, "altitudeMode") { return startText(.altitudeMode, stream) }
      if XMLName.equals(name, "coordinates") {
        tupleNumber = 0
        tupleSize = 0
        return startTuple(.coordinates, stream)
      }
    case .track:
      if XMLName.equals(name, "altitudeMode") { return startText(.altitudeMode, stream) }
      if XMLName.equals(name, "coord") {
        times.addCoordinate()
        return startTuple(.trackCoordinate, stream)
      }
      if isThorough, XMLName.equals(name, "when") { return startText(.trackTime, stream) }
    case .extendedData:
      if XMLName.equals(name, "SchemaData") { return .extendedData }
      let isSimple = XMLName.equals(name, "SimpleData")
      if isSimple || XMLName.equals(name, "Data") {
        dataName = ""
        for (key, value) in attributes where XMLName.equals(key, "name") {
          dataName = shortened(value)
        }
        return isSimple ? startText(.value, stream) : .data
      }
    case .link:
      // Older files write Url for Link.
      if XMLName.equals(name, "Link") || XMLName.equals(name, "Url") { return .link }
      if XMLName.equals(name, "href") { return startText(.href, stream) }
    case .data:
      if XMLName.equals(name, "value") { return startText(.value, stream) }
    default: break
    }
    return nil
  }

  private func enterContainer() -> Element {
    containers.enter()
    return .container
  }

  private func startPlacemark(_ stream: XMLStream) -> Element {
    track = Track()
    track.offset = stream.offset
    points = []
    story = nil
    type = nil
    officialDistance = nil
    isUnnamed = false
    dataTitle = nil
    dataStory = nil
    hasGeometry = false
    return .placemark
  }

  /// Coordinates without a geometry around them, which other readers pass over.
  private func startBareCoordinates(_ stream: XMLStream) -> Element {
    diagnostics.note(
      .misplaced, .warning,
      "coordinates belong in a LineString or a Point; these stand in the placemark itself, and are read "
        + "as a line, or as a point where they are one", at: stream.offset)
    beginPart(stream)
    altitudes = .clamped
    hasGeometry = true
    tupleNumber = 0
    tupleSize = 0
    return startTuple(.coordinates, stream)
  }

  private func startGeometry(_ name: UnsafePointer<CChar>, _ stream: XMLStream) -> Element? {
    if XMLName.equals(name, "MultiGeometry") || XMLName.equals(name, "MultiTrack") {
      return .multi
    }
    if XMLName.equals(name, "LineString") || XMLName.equals(name, "LinearRing") {
      beginPart(stream)
      altitudes = .clamped
      return .line
    }
    altitudes = .clamped
    if XMLName.equals(name, "Point") {
      part = SourcePart()
      return .point
    }
    if XMLName.equals(name, "Track") {
      beginPart(stream)
      times.begin()
      return .track
    }
    if XMLName.equals(name, "Polygon") {
      diagnostics.note(
        .area, .info,
        "a Polygon is an area and not a line, so it is left out; a LineString is walked",
        at: stream.offset)
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
    beginText(stream)
    return element
  }

  private func startTuple(_ element: Element, _ stream: XMLStream) -> Element {
    tuple.clear()
    decimalCommas.begin()
    stream.wantsText = true
    return element
  }

  // MARK: Coordinates

  override func take(_ bytes: UnsafeBufferPointer<UInt8>, _ stream: XMLStream) {
    let encoding = document.source.encoding
    let isWide = encoding == .utf16LittleEndian || encoding == .utf16BigEndian
    switch stack[stack.count - 1] {
    case .coordinates:
      let start = stream.offset
      for (i, byte) in bytes.enumerated() {
        if byte <= 0x20 {
          finishTuple(.comma, stream)
        } else {
          // In UTF-16 a piece's bytes are not the file's; its beginning is near enough.
          add(byte, at: isWide ? start : start + i, stream)
        }
      }
    case .trackCoordinate:
      let start = stream.offset
      for (i, byte) in bytes.enumerated() where byte > 0x20 || !tuple.isEmpty {
        add(byte, at: isWide ? start : start + i, stream)
      }
    default: super.take(bytes, stream)
    }
  }

  @inline(__always)
  private func add(_ byte: UInt8, at offset: Int, _ stream: XMLStream) {
    // Three numbers and what is between them.
    if tuple.count >= limits.numberBytes {
      stream.stop(
        .limit, "a coordinate has more than \(limits.numberBytes) characters, the limit")
      return
    }
    tuple.append(byte, at: offset)
  }

  private func finishTuple(_ separator: KMLTuple.Separator, _ stream: XMLStream) {
    guard !tuple.isEmpty else { return }
    defer { tuple.clear() }
    if separator == .comma {
      if decimalCommas.hold(tuple) { return }
      if !decimalCommas.isEmpty { takeHeldTuples(stream) }
    }
    takeTuple(separator, stream)
  }

  /// Reads the tuples that were kept back, which are no decimal commas.
  @inline(never)
  private func takeHeldTuples(_ stream: XMLStream) {
    let next = tuple
    for held in decimalCommas.release() {
      tuple = held
      takeTuple(.comma, stream)
    }
    tuple = next
  }

  /// Says, at the end of coordinates, that they are written with decimal commas, or reads them.
  private func finishDecimalCommas(_ stream: XMLStream) {
    guard let first = decimalCommas.first else { return }
    let isPoint = stack[stack.count - 1] == .point
    guard decimalCommas.arePlaces(atLeast: isPoint ? 1 : 2) else { return takeHeldTuples(stream) }
    let tuples = decimalCommas.release()
    let shown = "“\(shortened(tuples[0].text)) \(shortened(tuples[1].text))”"
    let (longitude, latitude) = (
      tuples[0].text.replacing(",", with: "."), tuples[1].text.replacing(",", with: ".")
    )
    diagnostics.note(
      .numberSyntax, .error,
      "the numbers look written with decimal commas, as in \(shown), so none of them is read: write "
        + "points in them, and a comma between longitude and latitude, as in "
        + "“\(shortened(longitude)),\(shortened(latitude))”"
        + " (placemark \(placemarkName))", at: first.offset)
  }

  private func takeTuple(_ separator: KMLTuple.Separator, _ stream: XMLStream) {
    tupleNumber += 1
    do throws(KMLTuple.Fault) {
      let values = try tuple.numbers(separator, limits)
      if values.count > 3 { return try finishLongTuple(values, separator, stream) }
      let vertex = try KMLTuple.coordinate(turned(values)[...])
      tupleSize = values.count
      guard countVertex(stream) else { return }
      part.append(vertex, offset: tuple.offset)
      if isThorough, separator == .space { times.addVertex() }
    } catch {
      if let (latitude, longitude) = error.position {
        reject(latitude: latitude, longitude: longitude)
      }
      diagnostics.note(
        error.code, cause: error.cause, error.message + context, at: tuple.offset)
    }
  }

  /// The numbers with a longitude past 180 degrees brought back.
  @inline(__always)
  private func turned(_ values: [Double]) -> [Double] {
    guard let longitude = values.first, abs(longitude) > 180 else { return values }
    return broughtBack(values)
  }

  @inline(never)
  private func broughtBack(_ values: [Double]) -> [Double] {
    guard values.count > 1, abs(values[0]) <= 360, abs(values[1]) <= 90 else { return values }
    let turned = Coordinate.normalized(longitude: values[0])
    wrapped.add(values[0], broughtTo: turned, latitude: values[1], offset: tuple.offset)
    return [turned] + values.dropFirst()
  }

  /// Takes several tuples between which commas stand for space.
  @inline(never)
  private func finishLongTuple(
    _ values: [Double], _ separator: KMLTuple.Separator, _ stream: XMLStream
  ) throws(KMLTuple.Fault) {
    guard separator == .comma, let size = KMLTuple.size(of: values, usual: tupleSize) else {
      throw KMLTuple.Fault(
        code: .numberSyntax,
        message: "\(values.count) numbers stand together, and a coordinate has two or three; put a "
          + "space between coordinates")
    }
    let offsets = tuple.offsetsOfNumbers
    var commas: [RouteEdit] = []
    for start in stride(from: 0, to: values.count, by: size) {
      guard countVertex(stream) else { return }
      let vertex = try KMLTuple.coordinate(values[start..<start + size])
      part.append(vertex, offset: offsets[start])
      if start > 0 { commas.append(.text(TextEdit(offsets[start] - 1..<offsets[start], " "))) }
    }
    document.isMended = true
    diagnostics.note(
      .tupleComma, .warning,
      "a comma stands where a space should be between coordinates; the \(values.count) numbers are "
        + "read as \(values.count / size) coordinates" + context, at: tuple.offset, remedy: commas)
  }

  /// Keeps a position out of range for the caller that can tell what it should be.
  private func reject(latitude: Double, longitude: Double) {
    let isWaypoint = stack.contains(.point)
    document.reject(
      RejectedPosition(
        latitude: latitude, longitude: longitude, offset: tuple.offset, isWaypoint: isWaypoint,
        track: isWaypoint ? 0 : document.tracks.count, part: isWaypoint ? 0 : track.parts.count,
        vertex: isWaypoint ? document.waypoints.count + points.count : part.vertices.count))
  }

  private var context: String {
    " (placemark \(placemarkName), point \(tupleNumber))"
  }

  private var placemarkName: String {
    track.name.map { "\"\(shortened($0))\"" } ?? "\(document.tracks.count + 1)"
  }

  override func complete() {
    let isUnnamedLine = document.tracks.count == 1 && document.tracks[0].name == nil
    document.name = (isUnnamedLine ? nameAroundLine : nil) ?? containers.name
    if containers.nameCount > 1 {
      document.passedOver.add("name of a Document or Folder", count: containers.nameCount - 1)
    }
    guard let link = links.first else { return }
    let isAll = document.tracks.isEmpty && document.waypoints.isEmpty
    diagnostics.addSummary(
      Diagnostic(
        .networkLink, isAll ? .warning : .info,
        (isAll ? "the file only links to its data" : "the file links to more data")
          + ", which is at “\(shortened(link.address, to: 200))”"
          + (links.count == 1 ? "" : " and \(links.count - 1) more places")
          + "; nothing is fetched: open that file", offset: link.offset))
  }

  // MARK: Ends

  override func leave(_ stream: XMLStream) {
    guard let element = stack.popLast() else { return }
    switch element {
    case .coordinates:
      finishTuple(.comma, stream)
      finishDecimalCommas(stream)
      if stack[stack.count - 1] == .placemark { finishBareCoordinates() }
    case .trackCoordinate:
      tuple.dropTrailingSpace()
      finishTuple(.space, stream)
    case .trackTime:
      if let fault = times.add(text.trimmed) { noteTime(fault) }
    case .line, .track:
      dropForeignAltitudes()
      if element == .track, let found = times.ofVertices { part.times = found }
      noteEmptyPart("a line without coordinates is left out")
      track.parts.append(part)
    case .point: finishPoint()
    case .altitudeMode:
      altitudes =
        switch text.trimmed {
        case "absolute": .absolute
        case .some(let mode) where mode.hasPrefix("relativeTo"): .relative
        default: .clamped
        }
    case .href:
      if let address = text.trimmed, links.count < 100 { links.append((address, text.offset)) }
    case .name, .description, .value: takeText(of: element)
    case .placemark: finishPlacemark(stream)
    case .container: containers.leave()
    default: break
    }
  }

  private func finishPoint() {
    dropForeignAltitudes()
    if let vertex = part.vertices.first { points.append((vertex, Int(part.offsets[0]))) }
  }

  private func finishBareCoordinates() {
    if part.vertices.count < 2 { return finishPoint() }
    dropForeignAltitudes()
    track.parts.append(part)
  }

  /// Takes altitudes for unknown that are none above the sea: those over the ground, and on the ground
  /// those that are all 0, as programs that draw on a map write them.
  private func dropForeignAltitudes() {
    switch altitudes {
    case .absolute: return
    case .clamped:
      guard part.vertices.allSatisfy({ $0.elevationMetersOrNaN == 0 }) else { return }
    case .relative:
      if part.vertices.contains(where: { $0.elevationMeters.map { $0 != 0 } ?? false }) {
        document.passedOver.add("altitude over the ground")
      }
    }
    for i in part.vertices.indices {
      part.vertices[i] = Coordinate(
        uncheckedLatitude: part.vertices[i].latitude, longitude: part.vertices[i].longitude)
    }
  }

  private func takeText(of element: Element) {
    let value = takeText()
    switch (stack[stack.count - 1], element) {
    case (.placemark, .name): track.name = value
    case (.placemark, .description): story = value
    case (.container, .name): containers.setName(value)
    case (.data, .value), (.extendedData, .value): takeData(value ?? "")
    default: break
    }
  }

  /// Our own fields carry the namespace as a prefix of their name.
  private func takeData(_ value: String) {
    guard dataName.hasPrefix("milequest:") else { return takeForeignData(value) }
    let field = String(dataName.dropFirst("milequest:".count))
    let isPlacemark = stack.contains(.placemark)
    var problem: String?
    switch field {
    case "type": type = value
    case "unnamed": isUnnamed = value == "true"
    case "officialDistance":
      do throws(GeodesyError) {
        officialDistance = try Distance(value, defaultUnit: .meters)
      } catch { problem = error.message }
    default:
      problem =
        isPlacemark ? track.properties.set(field, value) : document.properties.set(field, value)
    }
    if let problem { diagnostics.note(.routeProperty, .error, problem, at: text.offset) }
  }

  /// Fields of other programs that tell what the placemark is called.
  private func takeForeignData(_ value: String) {
    guard stack.contains(.placemark), !value.isEmpty else { return }
    switch dataName.lowercased() {
    case "name", "title", "label": dataTitle = dataTitle ?? value
    case "description", "desc": dataStory = dataStory ?? value
    default: break
    }
  }

  private func finishPlacemark(_ stream: XMLStream) {
    if isThorough, !hasGeometry {
      diagnostics.note(
        .noGeometry, .info,
        "the placemark has no geometry, so there is nothing of it to walk or to show",
        at: track.offset)
    }
    if track.name == nil, !isUnnamed {
      let texts = [dataTitle, story, dataStory]
      track.name = texts.lazy.compactMap { $0.flatMap(NameText.name) }.first
      if track.name != nil, track.name == story { story = nil }
    }
    if !track.parts.isEmpty {
      document.tracks.append(track)
      nameAroundLine = containers.nearest
      if story != nil, points.isEmpty { document.passedOver.add("description") }
    }
    for (vertex, offset) in points {
      guard hasRoomForWaypoint(stream) else { return }
      document.append(
        Waypoint(
          name: track.name, coordinate: vertex, story: story, type: type,
          officialDistance: officialDistance), offset: offset, owner: track.offset)
    }
  }
}
