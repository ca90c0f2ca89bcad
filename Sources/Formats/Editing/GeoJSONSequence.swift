/// A file of GeoJSON features, one after another, seen as the collection that they make, so that edits
/// can be made in its own bytes.
public struct GeoJSONSequence {
  /// The features as a collection.
  public let collection: [UInt8]
  /// What stands before each feature and after the last, such as line ends and record separators.
  private let first: [UInt8]
  private let between: [UInt8]
  private let last: [UInt8]
  /// Whether each feature stands on a line of its own.
  private let isLines: Bool

  private static let opening = Array("{\"type\":\"FeatureCollection\",\"features\":[".utf8)
  private static let closing = Array("]}".utf8)

  /// Fails where the file is not a sequence, or holds other things than features.
  ///
  /// - Complexity: O(bytes).
  public init?(_ document: RouteDocument) {
    guard document.isSequence, document.format == .geojson, document.source.encoding == .utf8 else {
      return nil
    }
    let bytes = document.source.bytes
    let json = JSONLexer(bytes: bytes)
    var features: [Range<Int>] = []
    var gaps: [Range<Int>] = []
    var i = 0
    while true {
      let start = i
      while i < bytes.count, bytes[i] != 0x7B { i += 1 }
      gaps.append(start..<i)
      if i == bytes.count { break }
      guard let feature = json.value(at: i), json.feature(at: i)?.isFeature == true else {
        return nil
      }
      features.append(feature)
      i = feature.upperBound
    }
    guard features.count > 1 else { return nil }
    first = Array(bytes[gaps[0]])
    between = Array(bytes[gaps[1]])
    last = Array(bytes[gaps[gaps.count - 1]])
    isLines = !features.contains { bytes[$0].contains(0x0A) }
    collection =
      Self.opening + features.map { Array(bytes[$0]) }.joined(separator: [0x2C]) + Self.closing
  }

  /// Writes an edited collection as a sequence of the same form; nil for other texts.
  ///
  /// - Complexity: O(bytes).
  public func written(_ collection: [UInt8]) -> [UInt8]? {
    let json = JSONLexer(bytes: collection)
    guard let root = json.value(at: 0),
      let features = json.members(of: root, named: "features").last,
      json.members(of: root).count == 2
    else { return nil }
    let texts = json.items(of: features.value).map { item in
      // A line end within JSON is space.
      isLines ? collection[item].filter { $0 != 0x0A && $0 != 0x0D } : Array(collection[item])
    }
    return first + texts.joined(separator: between) + last
  }
}
