/// The order in which the GPX schemas want the children of an element.
enum SchemaOrder {
  /// The place of a child in its parent by local names; nil where the schema does not order the
  /// parent's children.
  ///
  /// - Parameter isForeign: whether the child is of another namespace.
  static func rank(of child: String, in parent: String, version: String, isForeign: Bool) -> Int? {
    guard let names = version == "1.0" ? first[parent] : second[parent] else { return nil }
    // GPX 1.0 takes other namespaces at one place of each element; 1.1 in its extensions alone.
    let name = isForeign && version == "1.0" ? "*" : child
    return names.firstIndex(of: name) ?? names.count
  }

  private static let pointTail = [
    "magvar", "geoidheight", "name", "cmt", "desc", "src", "url", "urlname", "sym", "type", "fix",
    "sat", "hdop", "vdop", "pdop", "ageofdgpsdata", "dgpsid", "*",
  ]

  /// GPX 1.0.
  private static let first: [String: [String]] = [
    "gpx": [
      "name", "desc", "author", "email", "url", "urlname", "time", "keywords", "bounds", "wpt",
      "rte", "trk", "*",
    ],
    "wpt": ["ele", "time"] + pointTail,
    "rtept": ["ele", "time"] + pointTail,
    "trkpt": ["ele", "time", "course", "speed"] + pointTail,
    "rte": ["name", "cmt", "desc", "src", "url", "urlname", "number", "*", "rtept"],
    "trk": ["name", "cmt", "desc", "src", "url", "urlname", "number", "*", "trkseg"],
  ]

  private static let point = [
    "ele", "time", "magvar", "geoidheight", "name", "cmt", "desc", "src", "link", "sym", "type",
    "fix", "sat", "hdop", "vdop", "pdop", "ageofdgpsdata", "dgpsid", "extensions",
  ]

  /// GPX 1.1.
  private static let second: [String: [String]] = [
    "gpx": ["metadata", "wpt", "rte", "trk", "extensions"],
    "metadata": [
      "name", "desc", "author", "copyright", "link", "time", "keywords", "bounds", "extensions",
    ],
    "wpt": point, "rtept": point, "trkpt": point,
    "rte": [
      "name", "cmt", "desc", "src", "link", "number", "type", "extensions", "rtept",
    ],
    "trk": [
      "name", "cmt", "desc", "src", "link", "number", "type", "extensions", "trkseg",
    ],
    "trkseg": ["trkpt", "extensions"],
    "author": ["name", "email", "link"],
    "copyright": ["year", "license"],
    "link": ["text", "type"],
  ]
}
