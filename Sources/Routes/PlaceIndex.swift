package import Geodesy

/// Finds the places of a line that are nearest to a coordinate on the ellipsoid.
///
/// A tree over the line tells where it may come near; what it may be there is measured with geodesics.
/// Building is O(segments), a question O(log segments + segments near the answer). A line that is near
/// itself everywhere has a lot of those, so that questions have an allowance of work.
package struct PlaceIndex: Sendable {
  /// A local minimum of the distance to the line.
  package struct Place: Sendable {
    /// Metres along the geometric measure.
    package var meters: Double
    /// Metres from the coordinate to the line there.
    package var offsetMeters: Double
    package var coordinate: Coordinate
    /// Places with the same number belong to one pass: between them the line stays in the band.
    package var pass: Int
  }

  /// How far the line leaves the band around a coordinate before it is another pass, at most.
  package static let prominenceMeters = Minima.prominenceMeters

  let line: RouteLine
  let tree: LineTree

  /// - Parameter passOnly: whether the way from the end back to the start of the next lap is left
  ///   out.
  package init(_ line: RouteLine, passOnly: Bool = false) {
    self.line = line
    tree = LineTree(
      line, vertices: passOnly ? line.endOfPass.vertex + 1 : line.vertices.count)
  }

  /// An allowance for questions about this line.
  package var allowance: Work { Work(steps: WorkLimits.nearest(segments: tree.count)) }

  /// An allowance for telling which of its waypoints this line passes more than once.
  package var passesAllowance: Work { Work(steps: WorkLimits.passes(segments: tree.count)) }

  /// All local minima of the distance to the line that are within a tolerance of the nearest, in
  /// the order of the line. Never empty.
  ///
  /// - Parameter work: where it is spent, these are only those that were found with it.
  package func places(
    nearest target: Coordinate, toleranceMeters: Double, _ work: inout Work
  ) -> [Place] {
    let nearest = nearest(to: target, isBand: toleranceMeters >= 1, &work)
    let band = nearest.offsetMeters + max(toleranceMeters, 0)
    let prominence = min(Self.prominenceMeters, max(toleranceMeters / 2, 0))
    var minima = Minima(bandMeters: band, prominenceMeters: prominence)
    scan(from: 0, target, &minima, &work) { _ in true }
    return minima.places.isEmpty ? [nearest] : minima.places
  }

  /// Whether the line may come within a distance of a coordinate at a place that is further than
  /// another distance along it from a measure. False where it does not; true where it nearly does too.
  ///
  /// - Parameter work: where it is spent, the answer is false.
  /// - Complexity: O(log segments) for a line that seldom meets itself.
  package func mayPass(
    _ target: Coordinate, withinMeters reach: Double, apartMeters: Double, from measure: Double,
    _ work: inout Work
  ) -> Bool {
    let space = SpacePoint(target.latitude, target.longitude)
    let first = tree.first(from: 0, within: reach, of: space, &work)
    if let first, line.measures[first] < measure - apartMeters { return true }
    let behind = line.measures.partitioningIndex { $0 > measure + apartMeters }
    guard behind < tree.vertexCount else { return false }
    return tree.first(from: max(behind - 1, 0), within: reach, of: space, &work) != nil
  }

  /// The distance between a coordinate and the point of the line at a measure.
  func offsetMeters(of target: Coordinate, atMeters measure: Double) -> Double {
    RouteLine.gapMeters(from: line.point(atMeters: measure).coordinate, to: target)
  }

  /// The nearest place, the first on the line where several are equal.
  ///
  /// - Parameter isBand: whether it only tells where a band around it ends. Passes along one way differ
  ///   by roundings, and need not all be measured for that.
  func nearest(to target: Coordinate, isBand: Bool, _ work: inout Work) -> Place {
    var best = Place(
      meters: 0, offsetMeters: .infinity, coordinate: line.vertices[0], pass: 0)
    tree.search(from: SpacePoint(target.latitude, target.longitude), &work) { segment, work in
      work.spend(stepsOfFoot(onSegment: segment))
      let place = foot(onSegment: segment, of: target)
      if (place.offsetMeters, place.meters) < (best.offsetMeters, best.meters) { best = place }
      return isBand ? best.offsetMeters * (1 - 2e-8) - 3e-6 : best.offsetMeters.nextUp
    }
    return best
  }

  /// Feeds the segments that may come into a band to the search for minima, from the run that holds
  /// one on, as long as more are wanted.
  func scan(
    from segment: Int, _ target: Coordinate, _ minima: inout Minima, _ work: inout Work,
    while wantsMore: (Minima) -> Bool
  ) {
    let space = SpacePoint(target.latitude, target.longitude)
    let reach = minima.bandMeters + minima.prominenceMeters + 1e-6
    var next = tree.runStart(of: segment, within: reach, of: space, &work)
    var previousEnd = -1
    while let i = tree.first(from: next, within: reach, of: space, &work) {
      // Far segments end a run: the line leaves the band there.
      if i != previousEnd {
        if previousEnd >= 0 {
          minima.finishRun()
          guard wantsMore(minima) else { return }
        }
        work.spend(Work.stepsOfGeodesic)
        minima.visit(place(atVertex: i, target))
      }
      if i + 1 < tree.vertexCount {
        visit(i, target, &minima, &work)
        guard wantsMore(minima) else { return }
      }
      previousEnd = i + 1
      next = i + 1
    }
    minima.finishRun()
  }

  private func visit(
    _ i: Int, _ target: Coordinate, _ minima: inout Minima, _ work: inout Work
  ) {
    let length = line.segmentMeters(i)
    if length > 0 {
      work.spend(stepsOfFoot(onSegment: i))
      let nearest = line.closest(onSegment: i, to: target)
      if nearest.along > 0, nearest.along < length {
        minima.visit(
          Place(
            meters: line.measures[i] + nearest.along, offsetMeters: nearest.offset,
            coordinate: nearest.coordinate, pass: 0))
      }
    } else if line.joinPolicy(ofSegment: i) != nil,
      !line.vertices[i].isSamePlace(as: line.vertices[i + 1])
    {
      minima.finishRun()
    }
    work.spend(Work.stepsOfGeodesic)
    minima.visit(place(atVertex: i + 1, target))
  }

  private func place(atVertex i: Int, _ target: Coordinate) -> Place {
    let vertex = line.vertices[i]
    return Place(
      meters: line.measures[i], offsetMeters: RouteLine.gapMeters(from: vertex, to: target),
      coordinate: vertex, pass: 0)
  }

  private func stepsOfFoot(onSegment i: Int) -> Int {
    i + 1 < tree.vertexCount && line.segmentMeters(i) >= RouteLine.longSegmentMeters
      ? Work.stepsOfLongFoot : Work.stepsOfFoot
  }

  /// The place of a segment that is nearest to a coordinate.
  private func foot(onSegment i: Int, of target: Coordinate) -> Place {
    guard i + 1 < tree.vertexCount else { return place(atVertex: i, target) }
    guard line.segmentMeters(i) > 0 else {
      let (start, end) = (place(atVertex: i, target), place(atVertex: i + 1, target))
      return end.offsetMeters < start.offsetMeters ? end : start
    }
    let nearest = line.closest(onSegment: i, to: target)
    let isEnd = nearest.along == line.segmentMeters(i)
    return Place(
      meters: isEnd ? line.measures[i + 1] : line.measures[i] + nearest.along,
      offsetMeters: nearest.offset, coordinate: nearest.coordinate, pass: 0)
  }
}
