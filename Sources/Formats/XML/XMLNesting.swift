/// Which elements of GPX, KML and TCX stand in which: it tells where an element must end that was never
/// closed.
enum XMLNesting {
  /// An opening tag without a closing one.
  struct Unclosed {
    let tag: XMLElement
    let name: String
    /// The first element right inside it that cannot stand there, and the open tag that it belongs to.
    fileprivate(set) var stranger: (start: Int, name: String, home: Int)?
  }

  /// The tags that are open at the end of some bytes, the outermost first; nil where a closing tag fits
  /// none. O(bytes).
  static func unclosed(in lexer: XMLLexer) -> [Unclosed]? {
    var open: [Unclosed] = []
    let isWhole = lexer.visitTags { tag in
      guard let tag else { return open.popLast() != nil }
      let name = lexer.text(tag.name)
      let last = open.count - 1
      if last >= 0, open[last].stranger == nil, let homes = homes[lexer.localName(of: tag)],
        !homes.contains(local(open[last].name)),
        let home = open.lastIndex(where: { homes.contains(local($0.name)) })
      {
        open[last].stranger = (tag.start, name, home)
      }
      if !tag.isEmptyTag { open.append(Unclosed(tag: tag, name: name)) }
      return true
    }
    return isWhole ? open : nil
  }

  /// Whether some format has an element of this name.
  static func knows(_ name: String) -> Bool { homes[local(name)] != nil }

  /// Whether an element may stand right inside another one.
  static func stands(_ name: String, in parent: String) -> Bool {
    homes[local(name)]?.contains(local(parent)) ?? false
  }

  private static func local(_ name: String) -> String {
    name.contains(":") ? String(name.drop { $0 != ":" }.dropFirst()) : name
  }

  /// The elements in which one may stand, by local names: the formats share few, and mean the same.
  private static let homes: [String: Set<String>] = {
    var homes: [String: Set<String>] = [:]
    for schema in [GPXSchema.version10, .version11] {
      for (name, parents) in schema.homesByName { homes[name, default: []].formUnion(parents) }
    }
    for (name, parents) in kmlAndTCX {
      homes[name, default: []].formUnion(parents.split(separator: " ").map(String.init))
    }
    return homes
  }()

  private static let kmlAndTCX = [
    "Document": "kml Document Folder", "Folder": "kml Document Folder",
    "Placemark": "kml Document Folder", "NetworkLink": "kml Document Folder",
    "name": "Document Folder Placemark NetworkLink", "description": "Document Folder Placemark",
    "ExtendedData": "Document Folder Placemark", "Data": "ExtendedData", "value": "Data",
    "MultiGeometry": "Placemark MultiGeometry", "MultiTrack": "Placemark MultiGeometry",
    "LineString": "Placemark MultiGeometry", "Point": "Placemark MultiGeometry",
    "Polygon": "Placemark MultiGeometry",
    "LinearRing": "Placemark MultiGeometry outerBoundaryIs innerBoundaryIs",
    "coordinates": "LineString Point LinearRing", "when": "Track TimeStamp", "coord": "Track",
    "altitudeMode": "LineString Point LinearRing Polygon Track MultiTrack Model LookAt Camera",
    "Track": "Placemark MultiGeometry MultiTrack Lap Course",
    "Activities": "TrainingCenterDatabase", "Courses": "TrainingCenterDatabase",
    "Activity": "Activities MultiSportSession FirstSport NextSport", "Course": "Courses",
    "Lap": "Activity Course", "CoursePoint": "Course", "Trackpoint": "Track",
    "Position": "Trackpoint CoursePoint", "Time": "Trackpoint CoursePoint",
    "AltitudeMeters": "Trackpoint CoursePoint BeginPosition EndPosition",
    "LatitudeDegrees": "Position BeginPosition EndPosition",
    "LongitudeDegrees": "Position BeginPosition EndPosition",
  ]
}
