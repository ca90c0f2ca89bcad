/// Tells what a file is that is none of the formats that are read, from its first bytes.
enum ForeignFile {
  /// What it is and what to do; nil where nobody can tell.
  static func advice(_ source: SourceText) -> String? {
    if let known = binary.first(where: { source.bytes.starts(with: $0.head) }) {
      return "this is \(known.what)"
    }
    let head = source.bytes.prefix(4_096).filter { $0 != 0 && $0 < 0x80 }
    let text = String(decoding: head.drop { $0 <= 0x20 }, as: UTF8.self)
    if text.first == "<" { return markup(text.lowercased()) }
    let line = text.prefix { !$0.isNewline }.lowercased()
    if let known = lines.first(where: { line.hasPrefix($0.beginning) }) {
      return "this is \(known.what)"
    }
    // The line before the date names the recorder.
    if text.first == "A", text.contains("\nHFDTE") || text.contains("\r\nHFDTE") {
      return "this is \(flight)"
    }
    if isNMEA(line) {
      return "this is what a receiver sends (NMEA): convert it to GPX, for example with GPSBabel"
    }
    // An array, and an object in quotes, are JSON.
    let isJSON = line.hasPrefix("[") || line.hasPrefix("\"{")
    let isTable = !isJSON && [",", ";", "\t"].contains { line.contains($0) }
    if isTable, line.contains("lat") || line.contains("lon") || line.contains("lng") {
      return "this is a table of coordinates (CSV): convert it to GPX or GeoJSON first"
    }
    return nil
  }

  /// What JSON is that is no GeoJSON; nil where nobody can tell. O(bytes).
  static func adviceOfJSON(_ source: SourceText) -> String? {
    json.first { $0.words.allSatisfy { source.contains("\"\($0)") } }.map { "this is \($0.what)" }
  }

  private static let picture =
    "a picture, which has no route in it: ask the sender for the route's file"

  private static let heights =
    "a raster, such as a model of the ground: milequest edit --elevation takes heights from one"

  private static let binary: [(head: [UInt8], what: String)] = [
    ([0x89, 0x50, 0x4E, 0x47], picture), ([0xFF, 0xD8, 0xFF], picture),
    (Array("GIF8".utf8), picture),
    (Array("RIFF".utf8), picture),
    (
      Array("%PDF".utf8),
      "a document (PDF), which has no route in it: ask the sender for the route's file"
    ),
    (
      Array("SQLite format 3".utf8),
      "a database (SQLite, such as GeoPackage): export the route as GeoJSON, for example with ogr2ogr"
    ),
    (
      [0, 0, 0x27, 0x0A],
      "a shapefile: convert it and the files beside it to GeoJSON, for example with ogr2ogr"
    ),
    ([0x49, 0x49, 0x2A, 0], heights), ([0x4D, 0x4D, 0, 0x2A], heights),
    ([0xD0, 0xCF, 0x11, 0xE0], "a document of Office: save its table as CSV"),
  ]

  private static let ozi = ": convert it to GPX, for example with GPSBabel (-i ozi)"
  private static let wkt =
    "well-known text (WKT) of a database: ask it for GeoJSON, with ST_AsGeoJSON in PostGIS"

  private static let flight =
    "a flight (IGC): convert it to GPX, for example with GPSBabel (-i igc)"

  private static let lines: [(beginning: String, what: String)] = [
    ("oziexplorer track", "a track of OziExplorer (.plt)" + ozi),
    ("oziexplorer waypoint", "a file of waypoints of OziExplorer (.wpt)" + ozi),
    ("oziexplorer route", "a route of OziExplorer (.rte)" + ozi),
    (
      "version https://git-lfs",
      "a pointer of Git LFS and not the file itself: fetch that with git lfs pull"
    ),
    ("linestring", wkt), ("multilinestring", wkt), ("point(", wkt), ("point (", wkt),
    ("multipoint", wkt), ("polygon", wkt), ("multipolygon", wkt), ("geometrycollection", wkt),
    ("srid=", wkt),
    ("hfdte", flight), ("ncols ", heights),
    (
      "[internetshortcut]",
      "a shortcut of Windows to a web address, not the file itself: open it in a browser and download "
        + "the file"
    ),
  ]

  private static let json: [(words: [String], what: String)] = [
    (
      ["Topology\"", "arcs\""],
      "TopoJSON: convert it to GeoJSON first, for example with topo2geo or ogr2ogr"
    ),
    (["esri", "features\""], esri), (["spatialReference\"", "geometry\""], esri),
    (["paths\"", "spatialReference\""], esri),
    (
      ["overview_polyline\"", "routes\""],
      "an answer of a directions service: save the text of overview_polyline as a .polyline5 file, with "
        + "single backslashes"
    ),
    (
      ["trip\"", "legs\"", "shape\""],
      "an answer of a routing service: save the shape of each leg as a line of a .polyline6 file"
    ),
    (["paths\"", "points\""], routing), (["routes\"", "geometry\""], routing),
    (["routes\"", "legs\""], routing),
    (["osm3s\"", "elements\""], "OpenStreetMap data: export the route as GPX or GeoJSON"),
    (["latlng\""], strava),
    (
      ["summary_polyline\""],
      "an activity of Strava's service: download it as GPX from Strava, or save the text of the polyline "
        + "alone as a .polyline5 file, with single backslashes"
    ),
    (["error\":"], "a server's error message: fetch the file again"),
  ]

  private static let esri =
    "JSON of ArcGIS (Esri): ask its service for f=geojson, or convert it to GeoJSON with ogr2ogr"
  private static let strava =
    "a stream of Strava's service (latlng): download the activity or the route as GPX from Strava"

  /// What a JSON file is whose outermost value is not an object, and what to do.
  ///
  /// - Parameters:
  ///   - bytes: of the file, as they are read.
  ///   - offset: where the value begins.
  static func adviceOfValue(_ source: SourceText, _ bytes: [UInt8], at offset: Int) -> String {
    let head = bytes[min(offset, bytes.count)...].prefix(200).filter { $0 > 0x20 }
    let due = "a GeoJSON file is an object, which begins with “{”"
    if head.first == 0x22 {
      let holdsObject = head.dropFirst().first == 0x7B
      return "\(due); this is a text in quotes"
        + (holdsObject
          ? ", in which the object stands: save it without the quotes and the backslashes"
          : "")
    }
    guard head.first == 0x5B else { return "\(due), not a number or a word" }
    if source.contains("\"latlng\"") { return "this is \(strava)" }
    switch head.dropFirst().first {
    case 0x7B:
      return "\(due); this is an array of objects: where they are features, write {\"type\": "
        + "\"FeatureCollection\", \"features\": before it and } behind it"
    case 0x5B:
      let depth = head.prefix { $0 == 0x5B }.count
      guard depth == 2 || depth == 3 else { return "\(due), not an array" }
      let type = depth == 2 ? "LineString" : "MultiLineString"
      return "\(due); this is an array of positions: where each is longitude, latitude, write "
        + "{\"type\": \"\(type)\", \"coordinates\": before it and } behind it"
    default: return "\(due), not an array"
    }
  }

  private static let routing =
    "an answer of a routing service: ask it for geometries as GeoJSON and save the geometry of the route, "
    + "or save the encoded text as a .polyline5 file (.polyline6 where it has six digits)"

  /// Whether a line is a sentence such as `$GPGGA,123519,…`.
  private static func isNMEA(_ line: String) -> Bool {
    let word = line.prefix { $0 != "," }
    return word.count == 6 && word.first == "$" && word.dropFirst().allSatisfy(\.isLetter)
  }

  private static func markup(_ text: String) -> String? {
    let roots: [(String, String)] = [
      ("<!doctype html", page), ("<html", page),
      ("<osm", "this is OpenStreetMap data: export the route as GPX or GeoJSON"),
      ("<gpxdata", "this is an activity of SportTracks: export the route as GPX"),
      ("<svg", "this is a drawing (SVG) and holds no coordinates"),
      ("<rss", "this is a feed (RSS): fetch the file that it links to"),
      ("<error", "this is a server's error message: fetch the file again"),
    ]
    return roots.first { text.contains($0.0) }?.1
  }

  private static let page =
    "this is a web page (HTML), not the file that it links to: open it in a browser and download the "
    + "file itself, signed in where that is needed"
}
