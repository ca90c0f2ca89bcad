/// The file formats that routes are written and edited in.
public enum RouteFormat: String, CaseIterable, Hashable, Sendable {
  case gpx, geojson, kml
  /// Google's encoded polyline with 5 digits, one part a line.
  case polyline5
  /// The same with 6 digits.
  case polyline6

  /// The same format as one that is read; nil where it is only read.
  public init?(_ source: SourceFormat) { self.init(rawValue: source.rawValue) }

  /// Whether a part may be a single position.
  public var hasSinglePoints: Bool { self == .gpx }

  /// The format that a file's ending names, or nil. A bare `.polyline` says nothing about digits.
  public init?(fileName: String) {
    guard let source = SourceFormat(fileName: fileName) else { return nil }
    self.init(source)
  }

  /// The format that a reader takes this one's files for.
  public var source: SourceFormat {
    switch self {
    case .gpx: .gpx
    case .geojson: .geojson
    case .kml: .kml
    case .polyline5: .polyline5
    case .polyline6: .polyline6
    }
  }
}
