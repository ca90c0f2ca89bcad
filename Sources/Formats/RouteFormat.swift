/// The file formats that hold routes.
public enum RouteFormat: String, CaseIterable, Hashable, Sendable {
  case gpx, geojson, kml
  /// Google's encoded polyline with 5 digits, one part a line.
  case polyline5
  /// The same with 6 digits.
  case polyline6

  /// Whether it is nothing but letters, in which any text may be meant.
  var isText: Bool { self == .polyline5 || self == .polyline6 }

  /// The format that a file's ending names, or nil. A bare `.polyline` says nothing about digits.
  public init?(fileName: String) {
    guard let dot = fileName.lastIndex(of: ".") else { return nil }
    switch fileName[fileName.index(after: dot)...].lowercased() {
    case "gpx": self = .gpx
    case "geojson", "json": self = .geojson
    case "kml": self = .kml
    case "polyline5": self = .polyline5
    case "polyline6": self = .polyline6
    default: return nil
    }
  }

  /// The format that the first bytes show: the root element of XML, a brace for GeoJSON.
  static func sniffed(_ source: SourceText) -> RouteFormat? {
    // Zero bytes of UTF-16 fall away; names are ASCII.
    let head = source.bytes.prefix(64 * 1024).filter { $0 != 0 && $0 < 0x80 }
    if head.first(where: { $0 > 0x20 }) == 0x7B { return .geojson }
    // Text may stand before the first tag, where it does no harm.
    var i = head.startIndex
    while let open = head[i...].firstIndex(of: 0x3C), open + 1 < head.endIndex {
      let rest = head[(open + 1)...]
      if rest.first == 0x3F || rest.first == 0x21 {
        // A comment may hold anything up to its own end.
        if rest.starts(with: "!--".utf8) {
          var at = open + 4
          while at + 2 < head.endIndex, !head[at...].starts(with: "-->".utf8) { at += 1 }
          i = min(at + 3, head.endIndex)
        } else {
          guard let close = rest.firstIndex(of: 0x3E) else { return nil }
          i = close + 1
        }
        continue
      }
      var name = rest.prefix { $0 > 0x20 && $0 != 0x3E && $0 != 0x2F }
      if let colon = name.firstIndex(of: 0x3A) { name = name[(colon + 1)...] }
      switch String(decoding: name, as: UTF8.self) {
      case "gpx": return .gpx
      case "kml": return .kml
      default: return nil
      }
    }
    return nil
  }
}
