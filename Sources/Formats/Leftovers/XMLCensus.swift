internal import CExpat

/// Counts the elements of a GPX, KML or TCX file that no route is made of.
final class XMLCensus: XMLReader {
  /// What is entered, and in it what is used and so not counted, by local names.
  private struct Content {
    var used: Set<String> = []
    /// Whether only what has no elements in it is counted.
    var isOpen = false
  }

  private static let gpx: [String: Content] = {
    let point = Content(used: ["ele", "name", "desc", "type", "extensions"])
    let line = Content(used: ["name", "trkseg", "rtept", "extensions"])
    return [
      "gpx": Content(used: ["metadata", "wpt", "rte", "trk", "name", "bounds", "extensions"]),
      "metadata": Content(used: ["name", "bounds", "extensions"]),
      "wpt": point, "rtept": point, "trk": line, "rte": line,
      "trkseg": Content(used: ["trkpt"]), "trkpt": Content(used: ["ele", "extensions"]),
      "extensions": Content(isOpen: true),
    ]
  }()

  private static let kml: [String: Content] = {
    let place = ["coordinates", "coord", "altitudeMode", "tessellate", "extrude"]
    let feature: Set<String> = [
      "name", "description", "visibility", "open", "Document", "Folder", "Placemark",
      "MultiGeometry", "MultiTrack", "LineString", "LinearRing", "Point", "Track", "ExtendedData",
    ]
    var contents: [String: Content] = ["kml": Content(used: feature)]
    for name in ["Document", "Folder", "Placemark", "MultiGeometry", "MultiTrack"] {
      contents[name] = Content(used: feature.union(["interpolate"]))
    }
    // A route has no description; that of a placemark may be a waypoint's, which the reader knows.
    for name in ["Document", "Folder"] { contents[name]?.used.remove("description") }
    for name in ["LineString", "LinearRing", "Point", "Track"] {
      contents[name] = Content(used: Set(place))
    }
    contents["ExtendedData"] = Content(used: [])
    return contents
  }()

  private static let tcx: [String: Content] = {
    let containers = TCXReader.containers
    var contents: [String: Content] = [:]
    for name in containers {
      contents[name] = Content(used: containers.union(["Folders", "Activity", "Course", "Run"]))
    }
    contents["Activity"] = Content(used: ["Id", "Lap", "Track", "Creator"])
    contents["Run"] = contents["Activity"]
    contents["Course"] = Content(used: ["Name", "Lap", "Track", "CoursePoint"])
    contents["Lap"] = Content(used: ["Track"])
    contents["Track"] = Content(used: ["Trackpoint"])
    contents["Trackpoint"] = Content(used: ["Position", "AltitudeMeters"])
    contents["CoursePoint"] = Content(
      used: ["Name", "Position", "AltitudeMeters", "PointType", "Notes"])
    return contents
  }()

  private struct Open {
    let name: String
    let content: Content
    /// Whether elements were found in it.
    var hasChildren = false
    /// Whether it is counted where none were.
    var isLeaf = false
  }

  private var tally = NameTally()
  private let contents: [String: Content]
  private var stack: [Open] = []

  static func tally(of document: RouteDocument) -> NameTally {
    var last: XMLCensus?
    _ = XMLReader.read(document.source) {
      let census = XMLCensus(document.source, as: document.format ?? .gpx)
      last = census
      return census
    }
    return last?.tally ?? NameTally()
  }

  private init(_ source: SourceText, as format: SourceFormat) {
    contents =
      switch format {
      case .kml: Self.kml
      case .tcx: Self.tcx
      default: Self.gpx
      }
    super.init(source, as: format, limits: .standard, thoroughly: false)
  }

  override func enter(
    _ name: UnsafePointer<CChar>, _ attributes: XMLAttributes, _ stream: XMLStream
  ) -> Bool {
    let whole = shortened(name)
    let local = String(cString: XMLName.local(name))
    guard let parent = stack.last else {
      stack.append(Open(name: local, content: contents[local] ?? Content()))
      return true
    }
    stack[stack.count - 1].hasChildren = true
    if isOwn(name, attributes) { return false }
    if parent.content.isOpen {
      // Garmin's shape of a route is read from there.
      if local == "rpt" { return false }
      stack.append(Open(name: whole, content: parent.content, isLeaf: true))
      return true
    }
    guard parent.content.used.contains(local) else {
      tally.add(whole)
      return false
    }
    guard let content = contents[local] else { return false }
    stack.append(Open(name: whole, content: content))
    return true
  }

  override func leave(_ stream: XMLStream) {
    guard let element = stack.popLast() else { return }
    if element.isLeaf, !element.hasChildren { tally.add(element.name) }
  }

  /// Whether an element states what one of our files says about a route.
  private func isOwn(_ name: UnsafePointer<CChar>, _ attributes: XMLAttributes) -> Bool {
    let text = String(cString: name)
    if text == "mq:route" || text == "mq:waypoint" { return true }
    guard text == "Data" else { return false }
    for (key, value) in attributes where XMLName.equals(key, "name") {
      return String(cString: value).hasPrefix("milequest:")
    }
    return false
  }
}
