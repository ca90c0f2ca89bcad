internal import Base
internal import Dispatch
public import Geodesy

/// A gap between two consecutive parts, measured.
public struct Join: Hashable, Sendable {
  public let policy: JoinPolicy
  /// The geodesic over the gap in metres, whatever the policy makes of it.
  public let lengthMeters: Double
  public let from: Coordinate
  public let to: Coordinate
}

/// The geometry of one pass over a route with its geometric measure: the compensated sum of the
/// WGS84 geodesics between vertices.
///
/// A segment leads from each vertex to the next; between the last vertex of a part and the first of
/// the next it is a join, of length 0 in the measure when the marker jumps. One extra vertex closes
/// the lap where the way back to the start counts.
package struct RouteLine: Sendable {
  package let vertices: [Coordinate]
  /// First vertex of each part; a closing vertex counts as a part of its own here.
  package let partStarts: [Int]
  /// Metres from the start to each vertex, ascending.
  package let measures: [Double]
  /// Azimuth in degrees at the start of the segment after each vertex.
  package let azimuths: [Double]
  /// The joins between the route's parts, without the closing one.
  package let joins: [Join]
  package private(set) var closingJoin: Join?
  /// Metres of the parts alone.
  let partsMeters: Double
  /// Metres to the route's last vertex, the closing join not included.
  package let passMeters: Double
  let index: MeasureIndex
  /// What the measure of the last vertex was rounded from.
  private let sum: CompensatedSum

  /// The line of one pass, without a way back to its start.
  ///
  /// - Complexity: O(vertices), one inverse geodesic each.
  init(_ route: Route) {
    let vertices = route.vertices
    let starts = route.partStarts
    let count = vertices.count
    var joins: [Join] = []
    joins.reserveCapacity(route.partCount - 1)
    var partsSum = CompensatedSum()
    var sum = CompensatedSum()
    var nextPart = 1
    let (lengths, azimuths) = Self.legs(vertices)
    var measures: [Double] = []
    measures.reserveCapacity(count)
    measures.append(0)
    for i in 1..<max(count, 1) {
      let meters = lengths[i - 1]
      if nextPart < starts.count, starts[nextPart] == i {
        let policy = route.joinPolicies[nextPart - 1] ?? JoinPolicy.byDefault(lengthMeters: meters)
        joins.append(
          Join(policy: policy, lengthMeters: meters, from: vertices[i - 1], to: vertices[i]))
        if policy.counts { sum.add(meters) }
        nextPart += 1
      } else {
        partsSum.add(meters)
        sum.add(meters)
      }
      measures.append(sum.value)
    }

    self.vertices = vertices
    self.partStarts = starts
    self.measures = measures
    self.azimuths = azimuths
    self.joins = joins
    self.closingJoin = nil
    self.partsMeters = partsSum.value
    self.passMeters = sum.value
    self.index = MeasureIndex(measures)
    self.sum = sum
  }

  /// The line of a pass with the way back from its end to its start, which is not measured anew.
  fileprivate init(_ pass: RouteLine, closing join: Join) {
    let last = pass.vertices.count - 1
    let back = Geodesic.wgs84.inverseDegrees(
      join.from.latitude, join.from.longitude, join.to.latitude, join.to.longitude)
    var sum = pass.sum
    sum.add(back.meters)
    vertices = pass.vertices + [join.to]
    partStarts = pass.partStarts + [last + 1]
    measures = pass.measures + [sum.value]
    azimuths = pass.azimuths[..<last] + [back.azimuth1, 0]
    joins = pass.joins
    closingJoin = join
    partsMeters = pass.partsMeters
    passMeters = pass.passMeters
    index = MeasureIndex(measures)
    self.sum = sum
  }

  /// The same pass where a lap leads to the next.
  ///
  /// - Parameter closed: the line with a way back that counts; it is asked for only where one does.
  /// - Complexity: O(1) without making that line.
  fileprivate func closing(
    _ policy: JoinPolicy?, closed: (Join) -> RouteLine
  ) -> RouteLine {
    guard let end = vertices.last else { return self }
    let gap = Self.gapMeters(from: end, to: vertices[0])
    let join = Join(
      policy: policy ?? JoinPolicy.byDefault(lengthMeters: gap), lengthMeters: gap, from: end,
      to: vertices[0])
    var line = join.policy.counts ? closed(join) : self
    line.closingJoin = join
    return line
  }

  /// Below this many vertices one thread is as fast as several.
  private static let parallelCount = 16_384

  /// The geodesic from each vertex to the next: metres, and the azimuth at its start. One more entry
  /// of zero stands for the last vertex. Long lines are shared out to all processors; what each leg
  /// comes to does not depend on who computes it.
  private static func legs(_ vertices: [Coordinate]) -> (meters: [Double], azimuths: [Double]) {
    let count = vertices.count
    var meters = [Double](repeating: 0, count: count)
    var azimuths = meters
    meters.withUnsafeMutableBufferPointer { meters in
      azimuths.withUnsafeMutableBufferPointer { azimuths in
        // Every chunk writes its own entries only.
        nonisolated(unsafe) let (meters, azimuths) = (meters, azimuths)
        let chunk = count < parallelCount ? count : parallelCount / 4
        DispatchQueue.concurrentPerform(iterations: (count + chunk - 1) / chunk) { index in
          for i in index * chunk..<min((index + 1) * chunk, count - 1) {
            let (a, b) = (vertices[i], vertices[i + 1])
            let leg = Geodesic.wgs84.inverseDegrees(
              a.latitude, a.longitude, b.latitude, b.longitude)
            meters[i] = leg.meters
            azimuths[i] = leg.azimuth1
          }
        }
      }
    }
    return (meters, azimuths)
  }

  package static func gapMeters(from a: Coordinate, to b: Coordinate) -> Double {
    Geodesic.wgs84.inverseDegrees(a.latitude, a.longitude, b.latitude, b.longitude).meters
  }

  /// Index of the part that a vertex belongs to, counted from 0.
  package func partIndex(ofVertex vertex: Int) -> Int {
    if partStarts.count == 1 { return 0 }
    return partStarts.partitioningIndex { $0 > vertex } - 1
  }

  /// Whether the segment after a vertex crosses from one part to the next.
  func isJoin(_ segment: Int) -> Bool {
    partStarts.count > 1 && segment + 1 < vertices.count
      && partStarts[partIndex(ofVertex: segment + 1)] == segment + 1
  }

  /// The policy of the segment after a vertex where that is a join.
  func joinPolicy(ofSegment segment: Int) -> JoinPolicy? {
    guard isJoin(segment) else { return nil }
    let part = partIndex(ofVertex: segment)
    return part < joins.count ? joins[part].policy : closingJoin?.policy
  }

  package func segmentMeters(_ segment: Int) -> Double { measures[segment + 1] - measures[segment] }

  // MARK: Points

  /// A point of the line, with the azimuth of the line there.
  package struct Point {
    package var coordinate: Coordinate
    /// Degrees, in the direction of the vertices; nil where the line has no extent.
    package var azimuth: Double?
    /// The vertex at or before it.
    package var vertex: Int
  }

  /// The point at a measure, travelling with the vertices. At a jump it is on the far side.
  package func point(atMeters measure: Double) -> Point {
    let last = vertices.count - 1
    let i = index.lastIndex(atOrBefore: measure, in: measures)
    if i == last {
      let end = measures[last]
      return Point(
        coordinate: vertices[last], azimuth: arrivalAzimuth(atMeters: end), vertex: last)
    }
    let along = measure - measures[i]
    if along <= 0 { return Point(coordinate: vertices[i], azimuth: azimuths[i], vertex: i) }
    return interior(segment: i, along: along)
  }

  /// The point at a measure, travelling against the vertices: at a jump the far side is the end of
  /// the earlier part. The azimuth is still that of the line in the direction of the vertices.
  func pointTravellingBack(atMeters measure: Double) -> Point {
    let i = measures.partitioningIndex { $0 >= measure }
    if i == 0 || i == vertices.count {
      let vertex = min(i, vertices.count - 1)
      let end = measures[vertices.count - 1]
      let azimuth =
        i == 0 ? (departureSegment.map { azimuths[$0] }) : arrivalAzimuth(atMeters: end)
      return Point(coordinate: vertices[vertex], azimuth: azimuth, vertex: vertex)
    }
    if measures[i] == measure {
      return Point(
        coordinate: vertices[i], azimuth: finalAzimuth(ofSegment: i - 1), vertex: i)
    }
    return interior(segment: i - 1, along: measure - measures[i - 1])
  }

  private func interior(segment i: Int, along: Double) -> Point {
    let a = vertices[i]
    let b = vertices[i + 1]
    let there = Geodesic.wgs84.directDegrees(a.latitude, a.longitude, azimuths[i], along)
    var elevation = Double.nan
    let rise = b.elevationMetersOrNaN - a.elevationMetersOrNaN
    if !rise.isNaN {
      elevation = a.elevationMetersOrNaN + rise * (along / (measures[i + 1] - measures[i]))
    }
    return Point(
      coordinate: Coordinate(
        uncheckedLatitude: there.latitude, longitude: there.longitude, elevation: elevation),
      azimuth: there.azimuth, vertex: i)
  }

  /// Azimuth at the end of the segment after a vertex, from its geodesic.
  package func finalAzimuth(ofSegment i: Int) -> Double {
    let a = vertices[i]
    let b = vertices[i + 1]
    return Geodesic.wgs84.inverseDegrees(a.latitude, a.longitude, b.latitude, b.longitude).azimuth2
  }

  /// The end of the pass, where the way back to the start does not count as the segment ahead.
  var endOfPass: Point {
    let last = closingJoin?.policy.counts == true ? vertices.count - 2 : vertices.count - 1
    return Point(
      coordinate: vertices[last], azimuth: arrivalAzimuth(atMeters: passMeters), vertex: last)
  }

  /// Azimuth at the end of the last segment before a measure that has a length.
  private func arrivalAzimuth(atMeters measure: Double) -> Double? {
    let i = measures.partitioningIndex { $0 >= measure }
    return i == 0 ? nil : finalAzimuth(ofSegment: i - 1)
  }

  /// The first segment that has a length.
  private var departureSegment: Int? {
    let i = measures.partitioningIndex { $0 > 0 }
    return i == measures.count ? nil : i - 1
  }
}

/// One measured pass, and what the laps of all courses over it share.
final class MeasuredPass: Sendable {
  let line: RouteLine
  /// With the way back to the start, for whichever course asks first.
  private let closed = Lock<RouteLine?>(nil)

  init(_ route: Route) { line = RouteLine(route) }

  /// - Complexity: O(1); O(vertices), without a geodesic, for the first course whose laps lead back to
  ///   the start.
  func line(of course: Course) -> RouteLine {
    if course.laps == 1 || course.thereAndBack { return line }
    return line.closing(course.lapJoin) { join in
      closed.withLock { closed in
        if let closed { return closed }
        let made = RouteLine(line, closing: join)
        closed = made
        return made
      }
    }
  }
}

/// A running sum that carries its rounding error along (Neumaier 1974), so that a million terms are
/// as good as one rounding.
struct CompensatedSum: Sendable {
  private var high = 0.0
  private var low = 0.0

  mutating func add(_ term: Double) {
    let sum = high + term
    low += abs(high) >= abs(term) ? (high - sum) + term : (term - sum) + high
    high = sum
  }

  var value: Double { high + low }
}
