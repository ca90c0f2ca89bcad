internal import Geodesy

extension EditPlanner {
  private var digits: Int { format == .polyline5 ? 5 : 6 }

  /// A line of text without the space at its end.
  func range(ofLine part: Int) -> Range<Int> {
    let start = parts[part].offset
    return start..<lineEnd(from: start)
  }

  /// The bytes of a vertex: its two differences.
  func range(ofPair i: Int, in part: Int) -> Range<Int> {
    let offsets = parts[part].offsets
    let end = i + 1 < offsets.count ? Int(offsets[i + 1]) : lineEnd(from: Int(offsets[i]))
    return Int(offsets[i])..<end
  }

  private func lineEnd(from start: Int) -> Int {
    var end = start
    while end < bytes.count, bytes[end] > 0x20 { end += 1 }
    return end
  }

  func rewritePair(
    at offset: Int, latitude: Double, longitude: Double
  ) throws(EditError) -> EditPlan {
    let part = parts.partitioningIndex { $0.offset > offset } - 1
    guard part >= 0 else { throw nothing(at: offset) }
    let i = parts[part].offsets.partitioningIndex { Int($0) > offset } - 1
    guard i >= 0, range(ofPair: i, in: part).contains(offset) else { throw nothing(at: offset) }
    guard abs(latitude) <= 90, abs(longitude) <= 180 else {
      throw EditError(.range, "\(latitude), \(longitude) is no place")
    }
    return EditPlan(
      claims: [range(ofPair: i, in: part)],
      lineChange: (part, .replace(i, latitude: latitude, longitude: longitude)))
  }

  /// Lines with all their changes: a vertex is written as the difference from the one before.
  func lineTexts(_ changes: [(part: Int, change: EditPlan.LineChange)]) -> [TextEdit] {
    Dictionary(grouping: changes, by: \.part).map { part, changes in
      var rows = parts[part].vertices.map { [$0] }
      for (_, change) in changes {
        switch change {
        case .remove(let i): rows[i] = []
        case .replace(let i, let latitude, let longitude):
          rows[i] = [Coordinate(uncheckedLatitude: latitude, longitude: longitude)]
        case .insert(let i, let latitude, let longitude):
          rows[i].append(Coordinate(uncheckedLatitude: latitude, longitude: longitude))
        case .reverse: rows.reverse()
        }
      }
      return TextEdit(
        range(ofLine: part), PolylineWriter.line(rows.joined(), digits: digits))
    }
  }
}
