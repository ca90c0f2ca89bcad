internal import Geodesy
internal import Routes

/// Reads GPX 1.0 and 1.1 as a stream.
final class GPXReader: XMLReader {
  static func read(
    _ source: SourceText, limits: ReadLimits, thoroughly: Bool
  ) -> RouteDocument {
    XMLReader.read(source) { GPXReader(source, limits: limits, thoroughly: thoroughly) }
  }

  /// The element that the stream is in, of those that matter.
  enum Element {
    case document, gpx, metadata, track, segment, trackPoint, route, routePoint, waypoint
    case trackExtensions, routeProperties, waypointExtensions, fileExtensions
    case routePointExtensions, shapingPoints, shapingPoint
    case name, elevation, time, story, comment, type, leaf
  }

  private var stack: [Element] = [.document]
  /// The prefix of the file's own elements, with its colon.
  private var prefix = ""
  /// The prefix of our namespace, without its colon.
  var ownPrefix: String?

  private(set) var tracks: [Track] = []
  private(set) var routes: [Track] = []
  var waypoint = Waypoint(coordinate: Coordinate(uncheckedLatitude: 0, longitude: 0))
  /// Whether one of our own files says that the waypoint has no name.
  var isUnnamed = false
  /// The point that the stream is in.
  var point = GPXPoint()
  /// Points of the current track or route that were seen, faulty ones included.
  var pointNumber = 0
  var waypointNumber = 0
  /// Points of the current segment that are no track points.
  private var foreignPoints = 0
  /// Points within an element that stands where it is not understood: how many, and the first.
  private var lostPoints = (count: 0, offset: 0)
  /// Whether the element that is passed over is one of lines.
  private var passesOverLines = false
  /// The points that shape the way behind the route point that the stream is in.
  var shape: [(place: Coordinate, offset: Int)] = []
  /// The comment of the point that the stream is in.
  var comment: String?
  private var trackStory: String?
  private var trackComment: String?
  var shapingCount = 0
  /// Names of route points, and how many of them tell where to turn.
  var routeNames: [(waypoint: Waypoint, offset: Int)] = []
  var cues = RouteCue.Tally()
  var firstShape = 0

  /// Positions out of range in tracks and in routes, of which one list is the document's.
  private var rejectedOfTracks: [RejectedPosition] = []
  private var rejectedOfRoutes: [RejectedPosition] = []
  private var bounds = PositionBounds()
  /// Nil unless the file is read thoroughly.
  private var schemaCheck: GPXSchemaCheck?

  private init(_ source: SourceText, limits: ReadLimits, thoroughly: Bool) {
    if thoroughly { schemaCheck = GPXSchemaCheck(source) }
    super.init(source, as: .gpx, limits: limits, thoroughly: thoroughly)
  }

  override func check(
    _ name: UnsafePointer<CChar>, _ attributes: XMLAttributes, _ stream: XMLStream
  ) {
    schemaCheck?.isMended = document.isMended
    schemaCheck?.start(name, attributes, offset: stream.offset)
  }

  override func passOver(_ name: UnsafePointer<CChar>, _ stream: XMLStream) {
    guard passesOverLines, let local = localName(name),
      XMLName.equals(local, "trkpt") || XMLName.equals(local, "rtept")
    else { return }
    if lostPoints.count == 0 { lostPoints.offset = stream.offset }
    lostPoints.count += 1
  }

  override func checkEnd(_ stream: XMLStream) { schemaCheck?.end(offset: stream.offset) }

  override func complete() {
    func hasLine(_ lines: [Track]) -> Bool {
      lines.contains { $0.parts.contains { $0.vertices.count > 1 } }
    }
    // Points that make no line hide no route.
    let usesTracks =
      hasLine(tracks)
      || !hasLine(routes) && (routes.isEmpty || tracks.contains { $0.vertexCount > 0 })
    document.tracks = usesTracks ? tracks : routes
    document.asides = (usesTracks ? routes : tracks).filter { $0.vertexCount > 0 }
    noteAsides(usesTracks)
    document.rejected = (document.rejected + (usesTracks ? rejectedOfTracks : rejectedOfRoutes))
      .sorted { $0.offset < $1.offset }
    if document.rejected.count > RouteDocument.mostRejected {
      document.rejected.removeLast(document.rejected.count - RouteDocument.mostRejected)
    }
    if !usesTracks {
      noteShape()
      takeRouteNames()
    }
    if lostPoints.count > 0 {
      diagnostics.addSummary(
        Diagnostic(
          .misplaced, .warning,
          "\(lostPoints.count) points stand within an element that is not understood here, such as a "
            + "trkseg in a trkseg, and are left out", offset: lostPoints.offset))
    }
    schemaCheck?.finish(bounds, into: &diagnostics)
  }

  private func noteAsides(_ usesTracks: Bool) {
    guard let first = document.asides.first else { return }
    let count = document.asides.count
    let aside =
      usesTracks
      ? count == 1 ? "route (rte) is" : "\(count) routes (rte) are"
      : count == 1 ? "track without a line is" : "\(count) tracks without a line are"
    diagnostics.note(
      .routesIgnored, .info,
      "the file has \(usesTracks ? "tracks" : "routes (rte)"), so its \(aside) left aside; --track "
        + "NAME or --track NUMBER picks from \(document.trackNames)", at: first.offset)
  }

  // MARK: Elements

  /// The innermost element that is open.
  var parent: Element { stack[stack.count - 1] }

  override func enter(
    _ name: UnsafePointer<CChar>, _ attributes: XMLAttributes, _ stream: XMLStream
  ) -> Bool {
    guard let element = element(name, attributes, stream) else {
      passesOverLines = isWithinItself(name)
      return false
    }
    stack.append(element)
    return true
  }

  /// Whether an element stands right in another one of its kind.
  private func isWithinItself(_ name: UnsafePointer<CChar>) -> Bool {
    guard let local = localName(name) else { return false }
    switch parent {
    case .gpx: return XMLName.equals(local, "gpx")
    case .track: return XMLName.equals(local, "trk")
    case .segment: return XMLName.equals(local, "trkseg")
    case .route: return XMLName.equals(local, "rte")
    default: return false
    }
  }

  private func element(
    _ name: UnsafePointer<CChar>, _ attributes: XMLAttributes, _ stream: XMLStream
  ) -> Element? {
    let parent = parent
    // Most elements are points and their elevations; they are looked for first.
    if parent == .document { return root(name, attributes, stream) }
    if parent == .trackExtensions || parent == .waypointExtensions || parent == .fileExtensions {
      return ownElement(name, attributes, parent, stream)
    }
    if parent == .routePointExtensions || parent == .shapingPoints {
      return shapingElement(name, attributes, parent, stream)
    }
    guard let local = localName(name) else { return nil }
    switch parent {
    case .segment:
      if XMLName.equals(local, "trkpt") { return startPoint(.trackPoint, attributes, stream) }
      if XMLName.equals(local, "wpt") || XMLName.equals(local, "rtept") { foreignPoints += 1 }
    case .trackPoint, .routePoint:
      if XMLName.equals(local, "ele") { return startText(.elevation, stream) }
      if isThorough, XMLName.equals(local, "time") { return startText(.time, stream) }
      if parent == .routePoint { return routePointElement(local, stream) }
    case .waypoint:
      if XMLName.equals(local, "name") { return startText(.name, stream) }
      if XMLName.equals(local, "ele") { return startText(.elevation, stream) }
      if XMLName.equals(local, "desc") { return startText(.story, stream) }
      if XMLName.equals(local, "cmt") { return startText(.comment, stream) }
      if XMLName.equals(local, "type") { return startText(.type, stream) }
      if XMLName.equals(local, "extensions") { return .waypointExtensions }
      if isThorough, XMLName.equals(local, "time") { return startText(.time, stream) }
    case .track:
      if XMLName.equals(local, "trkseg") {
        beginPart(stream)
        foreignPoints = 0
        return .segment
      }
      if XMLName.equals(local, "name") { return startText(.name, stream) }
      if XMLName.equals(local, "desc") { return startText(.story, stream) }
      if XMLName.equals(local, "cmt") { return startText(.comment, stream) }
      if XMLName.equals(local, "extensions") { return .trackExtensions }
      noteMisplaced(local, stream)
    case .route:
      if XMLName.equals(local, "rtept") { return startPoint(.routePoint, attributes, stream) }
      if XMLName.equals(local, "name") { return startText(.name, stream) }
      if XMLName.equals(local, "desc") { return startText(.story, stream) }
      if XMLName.equals(local, "cmt") { return startText(.comment, stream) }
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

  private func routePointElement(
    _ local: UnsafePointer<CChar>, _ stream: XMLStream
  ) -> Element? {
    if XMLName.equals(local, "extensions") { return .routePointExtensions }
    if XMLName.equals(local, "name") { return startText(.name, stream) }
    if XMLName.equals(local, "desc") { return startText(.story, stream) }
    if XMLName.equals(local, "cmt") { return startText(.comment, stream) }
    if XMLName.equals(local, "type") { return startText(.type, stream) }
    return nil
  }

  /// Points are not left out silently.
  private func noteMisplaced(_ local: UnsafePointer<CChar>, _ stream: XMLStream) {
    let homes: [(StaticString, String)] = [
      ("trkpt", "a trkseg"), ("trkseg", "a trk"), ("rtept", "a rte"),
    ]
    for (name, place) in homes where XMLName.equals(local, name) {
      diagnostics.note(
        .misplaced, .warning, "a \(name) belongs in \(place); this one is left out",
        at: stream.offset)
    }
  }

  private func root(
    _ name: UnsafePointer<CChar>, _ attributes: XMLAttributes, _ stream: XMLStream
  ) -> Element? {
    guard XMLName.equals(XMLName.local(name), "gpx") else {
      stream.stop(
        .unknownFormat, "the root element is “\(shortened(name))”; a GPX file begins with “gpx”")
      return nil
    }
    prefix = String(cString: name)
    prefix.removeLast(3)
    findOwnPrefix(attributes)
    for (key, value) in attributes
    where XMLName.equals(key, "version") && !XMLName.equals(value, "1.0")
      && !XMLName.equals(value, "1.1")
    {
      diagnostics.note(
        .version, .warning,
        "GPX version “\(shortened(value))” is not known; the file is read as 1.1",
        at: document.source.attributeOffset("version", inTagAt: stream.offset))
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
    beginText(stream)
    return element
  }

  private func startTrack(_ element: Element, _ stream: XMLStream) -> Element {
    track = Track()
    trackStory = nil
    trackComment = nil
    track.offset = stream.offset
    beginPart(stream)
    pointNumber = 0
    return element
  }

  /// Keeps a position out of range for the caller that can tell what it should be.
  func reject(_ latitude: Double, _ longitude: Double, _ element: Element) {
    let isWaypoint = element == .waypoint
    let isOfRoute = element == .routePoint || element == .shapingPoint
    let position = RejectedPosition(
      latitude: latitude, longitude: longitude, offset: point.offset, isWaypoint: isWaypoint,
      track: isWaypoint ? 0 : isOfRoute ? routes.count : tracks.count,
      part: isWaypoint ? 0 : track.parts.count,
      vertex: isWaypoint ? document.waypoints.count : part.vertices.count)
    switch element {
    case .waypoint: document.reject(position)
    case .routePoint, .shapingPoint: RouteDocument.append(position, to: &rejectedOfRoutes)
    default: RouteDocument.append(position, to: &rejectedOfTracks)
    }
  }

  // MARK: Ends

  override func leave(_ stream: XMLStream) {
    guard let element = stack.popLast() else { return }
    switch element {
    case .trackPoint: takeVertex()
    case .routePoint:
      takeVertex()
      takeRouteName()
      takeShape()
    case .segment:
      if foreignPoints > 0 {
        diagnostics.note(
          .misplaced, .warning,
          "\(foreignPoints) points of this track segment are written as wpt or rtept, so they are not "
            + "read; a point of a segment is a trkpt: rename them\(trackContext)", at: part.offset)
      } else {
        noteEmptyPart("a track segment without points is left out\(trackContext)")
      }
      track.parts.append(part)
    case .track:
      nameTrack()
      tracks.append(track)
    case .route:
      nameTrack()
      track.parts.append(part)
      routes.append(track)
    case .waypoint:
      guard let place = point.coordinate else { return }
      waypoint.coordinate = place
      if !isUnnamed { waypoint.nameFromStory(orComment: comment) }
      document.append(waypoint, offset: point.offset, owner: point.offset)
      if isThorough { bounds.add(latitude: place.latitude, longitude: place.longitude) }
    case .name, .story, .comment, .type: takeText(of: element)
    case .elevation: takeElevation()
    case .time: takeTime()
    default: break
    }
  }

  /// Takes the description or the comment of a track without a name for its name.
  private func nameTrack() {
    guard track.name == nil else { return }
    track.name = [trackStory, trackComment].lazy.compactMap { $0.flatMap(NameText.name) }.first
  }

  private func takeVertex() {
    guard let place = point.coordinate else { return }
    part.append(place, offset: point.offset)
    if isThorough {
      part.setTime(point.time)
      bounds.add(latitude: place.latitude, longitude: place.longitude)
    }
  }

  private func takeText(of element: Element) {
    let value = takeText()
    switch (parent, element) {
    case (.waypoint, .name), (.routePoint, .name): waypoint.name = value
    case (.waypoint, .story), (.routePoint, .story): waypoint.story = value
    case (.waypoint, .type), (.routePoint, .type): waypoint.type = value
    case (.waypoint, .comment), (.routePoint, .comment): comment = value
    case (.track, .comment), (.route, .comment): trackComment = value
    case (.track, .name), (.route, .name): track.name = value
    case (.track, .story), (.route, .story): trackStory = value
    case (.gpx, .name), (.metadata, .name): document.name = value
    default: break
    }
  }
}
