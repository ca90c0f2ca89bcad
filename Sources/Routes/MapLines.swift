package import Geodesy

/// A line as maps and spatial databases take it: nowhere over 180 degrees, with the official distance
/// of each vertex.
package struct MapLine: Sendable {
  package enum Kind: String, Sendable {
    /// A part of the route.
    case part
    /// A join that is walked.
    case walk
    /// A join that counts and is not walked.
    case crossing
  }

  package let kind: Kind
  /// The number, from 1, of the part, or of the part that the join leads on from.
  package let part: Int
  /// From 1; more than one where the line was cut.
  package let piece: Int
  /// Two at least: a part of one vertex is a line of no length.
  package let coordinates: [Coordinate]
  /// One for each coordinate, from the start of the first pass.
  package let distances: [Distance]
}

extension MeasuredRoute {
  /// The parts and the joins that count, in the order of the route. O(vertices).
  package func mapLines() -> [MapLine] {
    var lines: [MapLine] = []
    for part in 0..<route.partCount {
      let vertices = route.part(part)
      lines += mapLines(.part, part + 1, vertices.startIndex..<vertices.endIndex)
      guard part < joins.count else { continue }
      let kind: MapLine.Kind? =
        switch joins[part].policy {
        case .walk: .walk
        case .counted: .crossing
        default: nil
        }
      if let kind {
        lines += mapLines(kind, part + 1, vertices.endIndex - 1..<vertices.endIndex + 1)
      }
    }
    return lines
  }

  private func mapLines(_ kind: MapLine.Kind, _ part: Int, _ range: Range<Int>) -> [MapLine] {
    let (pieces, added) = Antimeridian.cut(line.vertices[range])
    var next = range.lowerBound
    var last = calibration.officialDistance(atMeters: line.measures[next])
    return pieces.enumerated().map { index, coordinates in
      var distances: [Distance] = []
      for (place, coordinate) in coordinates.enumerated() {
        let isBehindCut = index > 0 && place == 0
        let isCut =
          index < added.count && added[index] == 2 && place == coordinates.count - 1
        if isCut {
          let before = line.vertices[next - 1]
          last = calibration.officialDistance(
            atMeters: line.measures[next - 1] + RouteLine.gapMeters(from: before, to: coordinate))
        } else if !isBehindCut {
          last = calibration.officialDistance(atMeters: line.measures[next])
          next += 1
        }
        distances.append(last)
      }
      let isPoint = coordinates.count == 1
      return MapLine(
        kind: kind, part: part, piece: index + 1,
        coordinates: isPoint ? coordinates + coordinates : coordinates,
        distances: isPoint ? distances + distances : distances)
    }
  }
}
