internal import Routes

/// Elevations along the official distance of one pass, in runs without a hole.
struct ElevationSeries {
  /// Official metres and elevation in metres.
  let runs: [[Point]]
  var hasElevations: Bool { !runs.isEmpty }

  /// Elevations beyond this are drawn at it: no place of the Earth reaches a tenth of it.
  private static let furthestMeters = 100_000.0

  /// A vertex without an elevation opens a hole, and so does a gap that is not walked.
  ///
  /// - Complexity: O(vertices).
  init(_ measured: MeasuredRoute) {
    let route = measured.route
    guard route.vertices.contains(where: { $0.elevationMeters != nil }) else {
      runs = []
      return
    }
    let distances = measured.officialMeters(ofVertices: 0..<route.vertices.count)
    var runs: [[Point]] = []
    var run: [Point] = []
    func close() {
      if !run.isEmpty { runs.append(run) }
      run = []
    }
    for part in 0..<route.partCount {
      if part > 0, measured.joins[part - 1].policy != .walk { close() }
      for index in route.part(part).indices {
        guard let elevation = route.vertices[index].elevationMeters else {
          close()
          continue
        }
        let y = min(max(elevation, -Self.furthestMeters), Self.furthestMeters)
        run.append(Point(x: distances[index], y: y))
      }
    }
    close()
    self.runs = runs
  }

  /// The runs in pixels, reduced to the first, lowest, highest and last of each column; holes that
  /// are narrower than a pixel are closed.
  static func columns(_ runs: [[Point]]) -> [[Point]] {
    var out: [[Point]] = []
    var current: [Point] = []
    var column: [Point] = []
    func flush() {
      guard let first = column.first, let last = column.last else { return }
      var low = 0
      var high = 0
      for (index, point) in column.enumerated() {
        if point.y < column[low].y { low = index }
        if point.y > column[high].y { high = index }
      }
      current.append(first)
      for index in [min(low, high), max(low, high)] where index > 0 && index < column.count - 1 {
        if current[current.count - 1] != column[index] { current.append(column[index]) }
      }
      if column.count > 1 { current.append(last) }
      column.removeAll(keepingCapacity: true)
    }
    for run in runs {
      guard let start = run.first else { continue }
      if let end = column.last, start.x - end.x >= 1 {
        flush()
        out.append(current)
        current = []
      }
      for point in run {
        if let first = column.first, point.x.rounded(.down) != first.x.rounded(.down) { flush() }
        column.append(point)
      }
    }
    flush()
    if !current.isEmpty { out.append(current) }
    return out
  }
}
