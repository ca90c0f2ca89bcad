/// Zeros that stand for heights that nobody knew: the line beside them is far from the sea's level.
package enum UnknownZeros {
  /// Metres that the heights beside them are from the sea's level, at least.
  package static let leastStepMeters = 30.0

  package struct Run {
    /// Indices of the heights.
    package let vertices: Range<Int>
    /// How far from the sea's level the nearest of the heights beside them is.
    package let stepMeters: Double
  }

  /// The zeros among the heights of one part, NaN where a vertex has none.
  ///
  /// - Parameter leastMeters: nearer to the sea's level a zero may be true.
  /// - Complexity: O(heights).
  package static func runs(
    in heights: ArraySlice<Double>, leastMeters: Double = leastStepMeters
  ) -> [Run] {
    var runs: [Run] = []
    var next = heights.startIndex
    while let first = heights[next...].firstIndex(where: isUnlikely) {
      let end = heights[first...].firstIndex { !isUnlikely($0) } ?? heights.endIndex
      next = end
      // Other numbers for “unknown” among the zeros tell nothing about the height.
      let beside = [heights[..<first].last, heights[end...].first]
      let steps = beside.compactMap { $0 }.filter { !$0.isNaN }.map(abs)
      guard let step = steps.min(), step >= leastMeters else { continue }
      var zero = first
      while let start = heights[zero..<end].firstIndex(of: 0) {
        zero = heights[start..<end].firstIndex { $0 != 0 } ?? end
        runs.append(Run(vertices: start..<zero, stepMeters: step))
      }
    }
    return runs
  }

  private static func isUnlikely(_ height: Double) -> Bool {
    height == 0 || RouteDocument.isImpossible(elevation: height)
  }
}
