/// Watches the namespace prefixes of an XML file: one that is declared nowhere around makes strict
/// readers refuse the file.
struct XMLPrefixes {
  /// The namespaces that files use most often without declaring them.
  private static let known = [
    "gpx": "http://www.topografix.com/GPX/1/1",
    "gpxx": "http://www.garmin.com/xmlschemas/GpxExtensions/v3",
    "gpxtpx": "http://www.garmin.com/xmlschemas/TrackPointExtension/v1",
    "gpxtrkx": "http://www.garmin.com/xmlschemas/TrackStatsExtension/v1",
    "wptx1": "http://www.garmin.com/xmlschemas/WaypointExtension/v1",
    "ctx": "http://www.garmin.com/xmlschemas/CreationTimeExtension/v1",
    "trp": "http://www.garmin.com/xmlschemas/TripExtensions/v1",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance", "gx": "http://www.google.com/kml/ext/2.2",
    "kml": "http://www.opengis.net/kml/2.2", "atom": "http://www.w3.org/2005/Atom",
    "xal": "urn:oasis:names:tc:ciq:xsdschema:xAL:2.0", "osmand": "https://osmand.net",
    "opencpn": "http://www.opencpn.org", "mq": OwnWords.namespace,
  ]
  /// More prefixes than this are not told.
  private static let most = 20

  private var depth = 0
  private var rootOffset = 0
  /// Prefixes and the depth of the element that declares each.
  private var declared: [(prefix: String, depth: Int)] = [("xml", 0), ("xmlns", 0)]
  private var missing: [(prefix: String, offset: Int)] = []

  mutating func start(
    _ name: UnsafePointer<CChar>, _ attributes: XMLAttributes, offset: @autoclosure () -> Int
  ) {
    depth += 1
    if depth == 1 { rootOffset = offset() }
    var prefixes: [String] = []
    for (key, _) in attributes where XMLName.local(key) != key {
      if let prefix = XMLName.strip("xmlns:", key) {
        declared.append((prefix, depth))
      } else {
        prefixes.append(Self.prefix(of: key))
      }
    }
    if XMLName.local(name) != name { prefixes.append(Self.prefix(of: name)) }
    for prefix in prefixes where !declared.contains(where: { $0.prefix == prefix }) {
      guard missing.count < Self.most, !missing.contains(where: { $0.prefix == prefix }) else {
        continue
      }
      missing.append((prefix, offset()))
    }
  }

  mutating func end() {
    while let last = declared.last, last.depth == depth, depth > 0 { declared.removeLast() }
    depth -= 1
  }

  private static func prefix(of name: UnsafePointer<CChar>) -> String {
    String(String(cString: name).prefix { $0 != ":" })
  }

  func finish(_ diagnostics: inout DiagnosticList) {
    for (prefix, offset) in missing {
      let namespace = Self.known[prefix] ?? "urn:undeclared:\(prefix)"
      diagnostics.add(
        Diagnostic(
          .prefixUndeclared, .error,
          "the prefix “\(shortened(prefix))” is declared nowhere, so strict readers of XML refuse the "
            + "file", offset: offset,
          remedy: [
            .insertAttribute(name: "xmlns:\(prefix)", value: namespace, inTagAt: rootOffset)
          ]))
    }
  }
}
