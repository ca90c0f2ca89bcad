package import Geodesy
internal import Routes

/// Reads encoded polylines: one part a line of text.
enum PolylineReader {
  static func read(_ source: SourceText, digits: Int, limits: ReadLimits) -> RouteDocument {
    var document = RouteDocument(source: source)
    document.format = digits == 5 ? .polyline5 : .polyline6
    var diagnostics = DiagnosticList()
    var track = Track()
    var vertexCount = 0
    let bytes = source.bytes
    var i = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while i < bytes.count, !diagnostics.hasErrors {
      var end = i
      while end < bytes.count, bytes[end] != 0x0A { end += 1 }
      var lineEnd = end
      while lineEnd > i, [0x20, 0x09, 0x0D].contains(bytes[lineEnd - 1]) { lineEnd -= 1 }
      if lineEnd > i {
        track.parts.append(
          part(of: source, i..<lineEnd, digits, limits, &vertexCount, &document, &diagnostics))
      }
      i = end + 1
    }
    if !track.parts.isEmpty { document.tracks = [track] }
    document.finish(diagnostics)
    return document
  }

  /// What a line of text holds.
  private static func part(
    of source: SourceText, _ range: Range<Int>, _ digits: Int, _ limits: ReadLimits,
    _ vertexCount: inout Int, _ document: inout RouteDocument, _ diagnostics: inout DiagnosticList
  ) -> SourcePart {
    let escapes = PolylineEscapes(source.bytes[range], digits: digits)
    if !escapes.edits.isEmpty { document.isMended = true }
    for found in escapes.found {
      diagnostics.note(
        .polylineEscaped, .warning, found.message, at: found.offset,
        remedy: found.edits.map { .text($0) })
    }
    var line = UnescapedLine(source.bytes, range, escapes.edits)
    let bytes = line.bytes
    let end = line.range.upperBound
    let grouping = PolylineLine(bytes: bytes[line.range], digits: digits).grouping
    var part = SourcePart()
    part.offset = range.lowerBound
    var decoder = PolylineDecoder(digits: digits, offset: line.range.lowerBound)
    if case .triples(let inMeter) = grouping { decoder.elevationsInMeter = inMeter }
    do throws(Diagnostic) {
      while let vertex = try decoder.next(bytes, end: end) {
        vertexCount += 1
        guard vertexCount <= limits.route.vertices else {
          throw Diagnostic(
            .limit, .error, "the file has more than \(limits.route.vertices) points, the limit",
            offset: vertex.offset)
        }
        part.append(vertex.coordinate, offset: line.fileOffset(of: vertex.offset))
      }
    } catch {
      let offset = error.offset.map { line.fileOffset(of: $0) }
      var message = error.message
      if let kind = foreignKind(source.bytes[range]), error.code == .notWellFormed {
        message += "; \(kind)"
      } else if grouping == .unsure, error.code != .limit {
        message += "; its values may be \(triples): \(advice)"
      }
      diagnostics.addLast(Diagnostic(error.code, .error, message, offset: offset))
      return part
    }
    switch grouping {
    case .pairs: break
    case .triples:
      diagnostics.note(
        .polylineTriples, .warning,
        "the line is read as \(triples), for as pairs of latitude and longitude it leads nowhere; if "
          + "that is wrong, \(advice)", at: range.lowerBound)
    case .unsure:
      diagnostics.note(
        .polylineTriples, .warning,
        "the line is read as pairs of latitude and longitude, but its values may also be \(triples); "
          + "in that case \(advice)", at: range.lowerBound)
    }
    return part
  }

  /// Says what kind of text a line is that cannot be decoded, and what to do; nil for an unknown kind.
  private static func foreignKind(_ line: ArraySlice<UInt8>) -> String? {
    let head = line.prefix(64).filter { $0 > 0x20 }
    if head.starts(with: "{\"".utf8) || head.starts(with: "[\"".utf8)
      || head.starts(with: "[{".utf8)
    {
      return "this is JSON: save the text of its polyline alone, without quotes and with single "
        + "backslashes"
    }
    if head.starts(with: "http".utf8), line.contains(0x3A) {
      return "this is an address (URL): save the polyline in it alone"
    }
    return nil
  }

  private static let triples =
    "triples with an elevation, as routing services write them when asked for it"
  private static let advice =
    "ask the service for two dimensions, or for GeoJSON"
}

/// Encoded polylines that stand in other texts, such as answers of routing services.
package enum EncodedPolyline {
  /// The vertices of a line.
  ///
  /// - Throws: the first fault, and `limit` where there are more vertices.
  package static func vertices(
    of text: String, digits: Int, most: Int
  ) throws(Diagnostic) -> [Coordinate] {
    let bytes = Array(text.utf8)
    var decoder = PolylineDecoder(digits: digits, offset: 0)
    var vertices: [Coordinate] = []
    while let vertex = try decoder.next(bytes, end: bytes.count) {
      guard vertices.count < most else {
        throw Diagnostic(.limit, .error, "the line has more than \(most) points, the limit")
      }
      vertices.append(vertex.coordinate)
    }
    return vertices
  }
}

/// The state of decoding one line: coordinates are differences from the one before.
private struct PolylineDecoder {
  let digits: Int
  var offset: Int
  /// What an elevation, the third of three values, is divided by; nil where values are pairs.
  var elevationsInMeter: Double?
  private var latitude: Int64 = 0
  private var longitude: Int64 = 0
  private var elevation: Int64 = 0

  init(digits: Int, offset: Int) {
    self.digits = digits
    self.offset = offset
  }

  mutating func next(
    _ bytes: [UInt8], end: Int
  ) throws(Diagnostic) -> (coordinate: Coordinate, offset: Int)? {
    if offset >= end { return nil }
    let start = offset
    latitude += try value(bytes, end: end)
    if offset >= end {
      throw Diagnostic(
        .positionTooShort, .error,
        "the polyline ends after a latitude: it is cut off", offset: start)
    }
    longitude += try value(bytes, end: end)
    if elevationsInMeter != nil { elevation += try value(bytes, end: end) }
    let scale = digits == 5 ? 1e5 : 1e6
    let (degreesNorth, degreesEast) = (Double(latitude) / scale, Double(longitude) / scale)
    let hint = "; was it encoded with \(digits == 5 ? 6 : 5) digits?"
    guard abs(degreesNorth) <= 90 else {
      throw Diagnostic(
        .latitudeRange, .error, "the latitude \(degreesNorth) is outside -90…90\(hint)",
        offset: start)
    }
    guard abs(degreesEast) <= 180 else {
      throw Diagnostic(
        .longitudeRange, .error, "the longitude \(degreesEast) is outside -180…180\(hint)",
        offset: start)
    }
    let vertex = Coordinate(
      uncheckedLatitude: degreesNorth, longitude: degreesEast,
      elevation: elevationsInMeter.map { Double(elevation) / $0 } ?? .nan)
    return (vertex, start)
  }

  private mutating func value(_ bytes: [UInt8], end: Int) throws(Diagnostic) -> Int64 {
    var bits: UInt64 = 0
    var shift: UInt64 = 0
    while offset < end {
      let byte = bytes[offset]
      guard byte >= 63, byte <= 126 else {
        throw Diagnostic(
          .notWellFormed, .error,
          "the byte 0x\(String(byte, radix: 16, uppercase: true)) does not belong in an encoded "
            + "polyline", offset: offset)
      }
      // Both coordinates fit into 30 bits at 6 digits.
      guard shift <= 35 else {
        throw Diagnostic(
          .numberRange, .error, "a value of the polyline is too large", offset: offset)
      }
      let chunk = UInt64(byte - 63)
      bits |= (chunk & 31) << shift
      shift += 5
      offset += 1
      if chunk < 32 {
        let half = Int64(bits >> 1)
        return bits & 1 == 1 ? ~half : half
      }
    }
    throw Diagnostic(
      .notWellFormed, .error, "the polyline ends inside a value: it is cut off", offset: end - 1)
  }
}

/// Writes encoded polylines.
struct PolylineWriter: SectionWriter {
  enum Section: CaseIterable { case vertices }

  private let digits: Int
  private(set) var bytes: [UInt8] = []
  private var cursor: VertexCursor
  private var encoder: PolylineEncoder

  init(_ route: Route, as format: RouteFormat) {
    digits = format == .polyline5 ? 5 : 6
    cursor = WrittenLine(route, as: format).vertices
    encoder = PolylineEncoder(digits: digits)
  }

  mutating func take() -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }

  func count(of section: Section, in route: Route) -> Int { route.vertices.count }

  mutating func write(_ item: Int, of section: Section, in route: Route) {
    guard cursor.move(to: item, in: route) else { return }
    if cursor.isFirst(item) { encoder = PolylineEncoder(digits: digits) }
    encoder.append(route.vertices[item], to: &bytes)
    if cursor.isLast(item) { bytes.append(0x0A) }
  }

  /// One line of text, without its end.
  ///
  /// - Parameter elevationsInMeter: what elevations are counted in, where each vertex has one and is
  ///   written with it.
  static func line(
    _ vertices: some Sequence<Coordinate>, digits: Int, elevationsInMeter: Double? = nil
  ) -> [UInt8] {
    var encoder = PolylineEncoder(digits: digits, elevationsInMeter: elevationsInMeter)
    var out: [UInt8] = []
    for vertex in vertices { encoder.append(vertex, to: &out) }
    return out
  }
}

/// The state of encoding one line: coordinates are differences from the one before.
private struct PolylineEncoder: Sendable {
  private let scale: Double
  private let elevationsInMeter: Double?
  private var latitude: Int64 = 0
  private var longitude: Int64 = 0
  private var elevation: Int64 = 0

  init(digits: Int, elevationsInMeter: Double? = nil) {
    scale = digits == 5 ? 1e5 : 1e6
    self.elevationsInMeter = elevationsInMeter
  }

  mutating func append(_ vertex: Coordinate, to out: inout [UInt8]) {
    Self.append(vertex.latitude * scale, after: &latitude, to: &out)
    Self.append(vertex.longitude * scale, after: &longitude, to: &out)
    guard let elevationsInMeter else { return }
    Self.append((vertex.elevationMeters ?? 0) * elevationsInMeter, after: &elevation, to: &out)
  }

  private static func append(_ value: Double, after last: inout Int64, to out: inout [UInt8]) {
    let whole = Int64(value.rounded(.toNearestOrEven))
    let step = whole - last
    last = whole
    var bits = UInt64(bitPattern: step < 0 ? ~(step << 1) : step << 1)
    while bits >= 32 {
      out.append(UInt8(bits & 31 | 32) + 63)
      bits >>= 5
    }
    out.append(UInt8(bits) + 63)
  }
}
