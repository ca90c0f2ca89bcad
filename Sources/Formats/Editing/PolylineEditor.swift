internal import Geodesy

/// Edits lines of encoded polylines, which are written anew from their first change on.
struct PolylineEditor: DocumentEditor {
  let source: EditedDocument
  let digits: Int

  // MARK: Vertices

  /// The bytes of a vertex: its two or three differences.
  func range(ofVertex i: Int, in part: Int) -> Range<Int> {
    let offsets = parts[part].offsets
    let end = i + 1 < offsets.count ? Int(offsets[i + 1]) : lineEnd(from: Int(offsets[i]))
    return Int(offsets[i])..<end
  }

  private func lineEnd(from start: Int) -> Int {
    var end = start
    while end < bytes.count, bytes[end] > 0x20 { end += 1 }
    return end
  }

  func removeVertex(_ i: Int, in part: Int) -> EditPlan {
    EditPlan(claims: [range(ofVertex: i, in: part)], lineChange: (part, .remove(i)))
  }

  func insert(
    _ vertex: Coordinate, after i: Int, in part: Int, at range: Range<Int>
  ) -> EditPlan {
    EditPlan(
      lineChange: (
        part, .insert(after: i, latitude: vertex.latitude, longitude: vertex.longitude)
      ))
  }

  func setElevation(_ meters: Double?, ofVertexAt offset: Int) throws(EditError) -> EditPlan {
    throw EditError(.format, "the elevations of an encoded polyline are not edited")
  }

  func rewrite(
    at offset: Int, latitude: Double, longitude: Double
  ) throws(EditError) -> EditPlan {
    let part = parts.partitioningIndex { $0.offset > offset } - 1
    guard part >= 0 else { throw .nothing(at: offset) }
    let i = parts[part].offsets.partitioningIndex { Int($0) > offset } - 1
    guard i >= 0, range(ofVertex: i, in: part).contains(offset) else { throw .nothing(at: offset) }
    guard abs(latitude) <= 90, abs(longitude) <= 180 else {
      throw EditError(.range, "\(latitude), \(longitude) is no place")
    }
    return EditPlan(
      claims: [range(ofVertex: i, in: part)],
      lineChange: (part, .replace(i, latitude: latitude, longitude: longitude)))
  }

  // MARK: Lines

  /// A line of text without the space at its end.
  func range(ofPart part: Int) -> Range<Int> {
    let start = parts[part].offset
    return start..<lineEnd(from: start)
  }

  func range(ofTrack track: Int) throws(EditError) -> Range<Int> {
    throw EditError(.format, "an encoded polyline has no tracks")
  }

  func reversePart(_ part: Int) -> EditPlan {
    EditPlan(claims: [range(ofPart: part)], lineChange: (part, .reverse))
  }

  /// Lines with all their changes: a vertex is written as the difference from the one before, a new
  /// one among triples at the elevation of the one that it stands for or follows.
  func lineTexts(_ changes: [(part: Int, change: EditPlan.LineChange)]) -> [TextEdit] {
    Dictionary(grouping: changes, by: \.part).map { part, changes in
      let vertices = parts[part].vertices
      var rows = vertices.map { [$0] }
      func placed(_ i: Int, _ latitude: Double, _ longitude: Double) -> Coordinate {
        Coordinate(
          uncheckedLatitude: latitude, longitude: longitude,
          elevation: vertices[i].elevationMetersOrNaN)
      }
      for (_, change) in changes {
        switch change {
        case .remove(let i): rows[i] = []
        case .replace(let i, let latitude, let longitude):
          rows[i] = [placed(i, latitude, longitude)]
        case .insert(let i, let latitude, let longitude):
          rows[i].append(placed(i, latitude, longitude))
        case .reverse: rows.reverse()
        }
      }
      let range = range(ofPart: part)
      let grouping = PolylineLine(bytes: bytes[range], digits: digits).grouping
      var inMeter: Double?
      if case .triples(let elevations) = grouping { inMeter = elevations }
      return TextEdit(
        range,
        PolylineWriter.line(rows.joined(), digits: digits, elevationsInMeter: inMeter))
    }
  }

  // MARK: What it cannot hold

  func place(ofWaypoint index: Int) throws(EditError) -> WaypointPlace {
    throw EditError(.format, "an encoded polyline has no waypoints")
  }

  func sites(of name: String) -> [StatementSite] { [] }

  func bytes(of value: StatedValue) -> [UInt8] { Array(value.text.utf8) }

  func insert(_ name: String, _ value: StatedValue, track: Int?) throws(EditError) -> EditPlan {
    throw EditError(.format, "an encoded polyline can state nothing")
  }
}
