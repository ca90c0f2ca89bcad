internal import Geodesy
internal import Routes

/// Parts that leave another part midway and come back to it: side trips, which are no links of a chain
/// and may be walked in either direction.
enum SideTrips {
  /// How near to the other part both ends lie.
  private static let reachMeters = 50.0
  /// Nearer than this to an end of the other part it is a link; of its length, and in metres.
  private static let endShare = 0.02
  private static let endMeters = 200.0

  /// Whether one of some parts is a side trip.
  ///
  /// - Complexity: O(parts · log segments) for a line that seldom meets itself, within an allowance.
  static func areAmong(_ parts: some Sequence<Int>, _ subject: Subject) -> Bool {
    let index = PlaceIndex(subject.line)
    var work = index.allowance
    func isMidway(_ vertex: Int, of part: Int) -> Bool {
      let places = index.places(
        nearest: subject.vertices[vertex], toleranceMeters: reachMeters, &work)
      return places.contains { place in
        let after = subject.line.measures.partitioningIndex { $0 > place.meters }
        let segment = min(max(after - 1, 0), subject.vertices.count - 1)
        let other = subject.route.partIndex(ofVertex: segment)
        guard other != part else { return false }
        let range = subject.range(ofPart: other)
        let (start, end) = (
          subject.line.measures[range.lowerBound], subject.line.measures[range.upperBound - 1]
        )
        let least = max(endMeters, (end - start) * endShare)
        return place.meters - start > least && end - place.meters > least
      }
    }
    for part in parts {
      let range = subject.range(ofPart: part)
      if isMidway(range.lowerBound, of: part), isMidway(range.upperBound - 1, of: part) {
        return true
      }
      if work.isSpent { return false }
    }
    return false
  }
}
