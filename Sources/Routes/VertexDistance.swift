internal import Geodesy

extension MeasuredRoute {
  /// The official distances of a range of the route's vertices in one pass, in metres.
  ///
  /// - Parameter vertices: indices into the route's vertices.
  /// - Complexity: O(vertices of the range · log markers).
  package func officialMeters(ofVertices vertices: Range<Int>) -> [Double] {
    vertices.map { calibration.officialDistance(atMeters: line.measures[$0]).meters }
  }
}
