/// The file formats that routes are read from: those that are written too, and those of watches.
public enum SourceFormat: String, CaseIterable, Hashable, Sendable {
  case gpx, geojson, kml
  /// Google's encoded polyline with 5 digits, one part a line.
  case polyline5
  /// The same with 6 digits.
  case polyline6
  /// Garmin's Training Center XML: activities and courses. It is only read.
  case tcx
  /// The binary files of watches and bicycle computers: activities and courses. It is only read.
  case fit

  /// What people call it.
  public var title: String {
    switch self {
    case .gpx: "GPX"
    case .geojson: "GeoJSON"
    case .kml: "KML"
    case .polyline5: "encoded polyline, 5 digits"
    case .polyline6: "encoded polyline, 6 digits"
    case .tcx: "TCX"
    case .fit: "FIT"
    }
  }

  /// Whether it is nothing but letters, in which any text may be meant.
  var isText: Bool { self == .polyline5 || self == .polyline6 }

  /// Whether its bytes are XML.
  var isXML: Bool { self == .gpx || self == .kml || self == .tcx }

  /// Whether its bytes are text, whose places are lines and columns.
  package var hasLines: Bool { self != .fit }

  /// The format that a file's ending names, or nil. A bare `.polyline` says nothing about digits.
  public init?(fileName: String) {
    guard let dot = fileName.lastIndex(of: ".") else { return nil }
    switch fileName[fileName.index(after: dot)...].lowercased() {
    case "gpx": self = .gpx
    case "geojson", "json": self = .geojson
    case "kml": self = .kml
    case "tcx": self = .tcx
    case "fit": self = .fit
    case "polyline5": self = .polyline5
    case "polyline6": self = .polyline6
    default: return nil
    }
  }

  /// Whether a file is one that a watch or a phone recorded, by its first bytes: GPX, TCX or FIT.
  package static func isRecording(_ head: [UInt8]) -> Bool {
    guard let format = sniffed(SourceText(head)) else { return false }
    return [.gpx, .tcx, .fit].contains(format)
  }

  /// The format that the first bytes show: the root element of XML, a brace for GeoJSON, also after
  /// comments and the head of a script, the mark in a FIT file's header.
  static func sniffed(_ source: SourceText) -> SourceFormat? {
    if FITHeader.isFIT(source.bytes) { return .fit }
    // Zero bytes of UTF-16 fall away; names are ASCII.
    let head = source.bytes.prefix(64 * 1024).filter { $0 != 0 && $0 < 0x80 }
    if JSONMends.opensObject(head) { return .geojson }
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
      case "TrainingCenterDatabase": return .tcx
      default: return nil
      }
    }
    return nil
  }
}
