package import Geodesy

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Finds the places of a line that are nearest to a coordinate on the ellipsoid.
///
/// A GEOS tree holds one box for each run of consecutive segments; what a box may hold is measured
/// with geodesics. Building is O(segments), a query O(log segments + segments near the answer).
/// Owned by one caller at a time; a query does not change it.
package struct PlaceIndex: ~Copyable {
  /// A local minimum of the distance to the line.
  package struct Place {
    /// Metres along the geometric measure.
    package var meters: Double
    /// Metres from the coordinate to the line there.
    package var offsetMeters: Double
    package var coordinate: Coordinate
    /// Places with the same number belong to one pass: between them the line stays in the band.
    package var pass: Int
  }

  private static let segmentsPerBox = 16
  /// Two minima belong together unless the line moves away by this much between them.
  private static let prominenceMeters = 1.0
  private static let radiusMeters = 6_371_008.8
  /// A little less than a quarter of the globe.
  private static let quarterMeters = 9_500_000.0

  private let line: RouteLine
  /// How many vertices count, from the first.
  private let count: Int
  private let tree: BoxTree

  /// - Parameter passOnly: whether the way from the end back to the start of the next lap is left
  ///   out.
  /// - Returns: nil where GEOS has no memory left.
  package init?(_ line: RouteLine, passOnly: Bool = false) {
    guard var tree = BoxTree() else { return nil }
    let count = passOnly ? line.endOfPass.vertex + 1 : line.vertices.count
    let segments = max(count - 1, 1)
    var start = 0
    var number = 0
    while start < segments {
      let end = min(start + Self.segmentsPerBox, count - 1)
      // A jump inside a run only makes its box larger.
      for box in line.extent(ofSegments: start..<max(end, start)).boxes(margin: 1e-7) {
        tree.insert(box, number: number)
      }
      start += Self.segmentsPerBox
      number += 1
    }
    if count == 1 {
      var extent = Extent()
      extent.add(vertex: line.vertices[0].latitude, line.vertices[0].longitude)
      for box in extent.boxes(margin: 1e-7) { tree.insert(box, number: 0) }
    }
    self.line = line
    self.count = count
    self.tree = tree
  }

  /// All local minima of the distance to the line that are within a tolerance of the nearest, in
  /// the order of the line. Never empty.
  package func places(nearest target: Coordinate, toleranceMeters: Double) -> [Place] {
    let nearest = nearestMeters(to: target)
    let band = nearest + max(toleranceMeters, 0)
    let prominence = min(Self.prominenceMeters, max(toleranceMeters / 2, 0))
    let segments = candidates(around: target, radiusMeters: band + prominence + 1e-6)
    return minima(among: segments, target: target, band: band, prominence: prominence)
  }

  /// The distance between a coordinate and the point of the line at a measure.
  func offsetMeters(of target: Coordinate, atMeters measure: Double) -> Double {
    RouteLine.gapMeters(from: line.point(atMeters: measure).coordinate, to: target)
  }

  // MARK: Candidates

  private func nearestMeters(to target: Coordinate) -> Double {
    var radius = 200.0
    while true {
      let everything = radius > 2.1e7
      var best = Double.infinity
      let space = SpacePoint(target.latitude, target.longitude)
      let found = candidates(around: target, radiusMeters: everything ? 2.1e7 : radius)
      let least = found.map { leastMeters(from: space, toSegment: $0) }
      // The most promising first, so that it rules out nearly all others.
      if let first = least.indices.min(by: { least[$0] < least[$1] }) {
        best = closest(onSegment: found[first], to: target).offset
      }
      for (i, atLeast) in zip(found, least) where atLeast < best {
        best = min(best, closest(onSegment: i, to: target).offset)
      }
      if best <= radius || everything { return best }
      radius *= 4
    }
  }

  /// Segments whose run may come within a radius, ascending.
  private func candidates(around target: Coordinate, radiusMeters: Double) -> [Int] {
    var extent = Extent()
    extent.add(vertex: target.latitude, target.longitude)
    // A degree of latitude is 110.57 km where it is shortest.
    let margin = radiusMeters / 110_570 + 1e-9
    var runs: Set<Int> = []
    for box in extent.boxes(margin: margin) { runs.formUnion(tree.numbers(touching: box)) }
    let last = count - 1
    if last == 0 { return [0] }
    return runs.sorted().flatMap { run in
      run * Self.segmentsPerBox..<min((run + 1) * Self.segmentsPerBox, last)
    }
  }

  /// What no point of a segment is nearer than, from two square roots and no geodesic.
  ///
  /// The straight line through the Earth is shorter than any geodesic. Far away the arc above it on a
  /// sphere says more; geodesics of the ellipsoid stay within 0.6 % of that, and 1 % is taken off.
  /// Towards the antipode the arc grows faster than the line and such a share no longer holds, so it
  /// stops at nine tenths of the diameter.
  private func leastMeters(from space: SpacePoint, toSegment i: Int) -> Double {
    let a = line.vertices[i]
    let chord = space.distance(to: SpacePoint(a.latitude, a.longitude))
    let diameter = 2 * Self.radiusMeters
    let arc = chord > 1e6 ? 0.99 * diameter * asin(min(chord / diameter, 0.9)) : 0
    return max(chord, arc) - segmentLength(i)
  }

  private func segmentLength(_ i: Int) -> Double {
    i + 1 < count ? line.segmentMeters(i) : 0
  }

  // MARK: Minima

  private func minima(
    among segments: [Int], target: Coordinate, band: Double, prominence: Double
  ) -> [Place] {
    var places: [Place] = []
    var pass = 0
    var lowest: Place?
    var highest = -Double.infinity
    var isFalling = true
    func emit() {
      if let found = lowest, found.offsetMeters <= band { places.append(found) }
      lowest = nil
    }
    func visit(_ place: Place) {
      if place.offsetMeters > band { pass += 1 }
      if isFalling {
        if place.offsetMeters < lowest?.offsetMeters ?? .infinity {
          lowest = place
          lowest?.pass = pass
        } else if let low = lowest, place.offsetMeters > low.offsetMeters + prominence {
          emit()
          isFalling = false
          highest = place.offsetMeters
        }
      } else if place.offsetMeters > highest {
        highest = place.offsetMeters
      } else if place.offsetMeters < highest - prominence {
        isFalling = true
        lowest = place
        lowest?.pass = pass
      }
    }
    func finishRun() {
      if isFalling { emit() }
      isFalling = true
      lowest = nil
      pass += 1
    }

    let space = SpacePoint(target.latitude, target.longitude)
    var previousEnd = -1
    for i in segments {
      let a = line.vertices[i]
      let length = segmentLength(i)
      // Far segments end a run: the line leaves the band there. The straight line to the end of a
      // short segment may come out longer than the segment by a rounding.
      if leastMeters(from: space, toSegment: i) > band + prominence + 1e-6 { continue }
      if i != previousEnd {
        if previousEnd >= 0 { finishRun() }
        visit(place(atVertex: i, target: target))
      }
      if i + 1 < count {
        if length > 0 {
          let nearest = closest(onSegment: i, to: target)
          if nearest.along > 0, nearest.along < length {
            visit(
              Place(
                meters: line.measures[i] + nearest.along, offsetMeters: nearest.offset,
                coordinate: nearest.coordinate, pass: 0))
          }
        } else if line.joinPolicy(ofSegment: i) != nil, !a.isSamePlace(as: line.vertices[i + 1]) {
          finishRun()
        }
        visit(place(atVertex: i + 1, target: target))
      }
      previousEnd = i + 1
    }
    finishRun()
    return places
  }

  private func place(atVertex i: Int, target: Coordinate) -> Place {
    let vertex = line.vertices[i]
    return Place(
      meters: line.measures[i], offsetMeters: RouteLine.gapMeters(from: vertex, to: target),
      coordinate: vertex, pass: 0)
  }

  /// The nearest point of a segment: metres along it, metres to the target.
  ///
  /// On a sphere the foot of the perpendicular follows from one right triangle, tan(along) =
  /// tan(distance)·cos(angle) (Napier). Taken from the point found so far on the ellipsoid and
  /// repeated, each step leaves a fraction of the flattening of the error before.
  private func closest(
    onSegment i: Int, to target: Coordinate
  ) -> (along: Double, offset: Double, coordinate: Coordinate) {
    let a = line.vertices[i]
    let length = segmentLength(i)
    func step(_ latitude: Double, _ longitude: Double, _ azimuth: Double) -> (Double, Double) {
      let toTarget = Geodesic.wgs84.inverseDegrees(
        latitude, longitude, target.latitude, target.longitude)
      let angle = (toTarget.azimuth1 - azimuth) * .pi / 180
      let arc = toTarget.meters / Self.radiusMeters
      return (Self.radiusMeters * atan2(sin(arc) * cos(angle), cos(arc)), toTarget.meters)
    }
    if length == 0 { return (0, RouteLine.gapMeters(from: a, to: target), a) }
    let (first, atStart) = step(a.latitude, a.longitude, line.azimuths[i])
    // A target behind the start leaves the start, or on a very long segment and from far away the end.
    if first <= 0, length < 1e6, atStart <= Self.quarterMeters { return (0, atStart, a) }
    let b = line.vertices[i + 1]
    let path = Geodesic.wgs84.line(
      latitude: a.latitude, longitude: a.longitude, azimuth: line.azimuths[i])
    var best = (along: 0.0, offset: atStart)
    var along = min(max(first, 0), length)
    var wasAtEnd = false
    for _ in 0..<12 {
      let here = path.position(meters: along)
      let (change, offset) = step(here.latitude, here.longitude, here.azimuth)
      // A later step is nearer to the perpendicular even where rounding hides it in the offset.
      if offset <= best.offset + 1e-7 { best = (along, offset) }
      let next = min(max(along + change, 0), length)
      let isAtEnd = next == 0 || next == length
      if abs(next - along) < 1e-8 || (isAtEnd && wasAtEnd) { break }
      wasAtEnd = isAtEnd
      along = next
    }
    if best.offset > Self.quarterMeters {
      best = lowest(along: path, length: length, to: target)
    }
    // At its ends the answer is the vertex to the bit, so that every way to it gives one offset.
    if length >= 1e6 || along == length || best.along == length {
      let atEnd = RouteLine.gapMeters(from: b, to: target)
      if best.along == length || atEnd <= best.offset { return (length, atEnd, b) }
    }
    if best.along == 0 { return (0, atStart, a) }
    let there = path.position(meters: best.along)
    var elevation = Double.nan
    let rise = b.elevationMetersOrNaN - a.elevationMetersOrNaN
    if !rise.isNaN { elevation = a.elevationMetersOrNaN + rise * (best.along / length) }
    let coordinate = Coordinate(
      uncheckedLatitude: there.latitude, longitude: there.longitude, elevation: elevation)
    return (best.along, best.offset, coordinate)
  }

  /// The lowest point of a segment by the sign of the slope alone.
  ///
  /// A quarter of the globe away the distance hardly changes along a segment, and what the sphere is
  /// wrong by decides; the steps above then lead anywhere.
  private func lowest(
    along path: GeodesicLine, length: Double, to target: Coordinate
  ) -> (along: Double, offset: Double) {
    func look(_ along: Double) -> (slope: Double, offset: Double) {
      let here = path.position(meters: along)
      let toTarget = Geodesic.wgs84.inverseDegrees(
        here.latitude, here.longitude, target.latitude, target.longitude)
      return (-cos((toTarget.azimuth1 - here.azimuth) * .pi / 180), toTarget.meters)
    }
    let pieces = (length / 250_000).rounded(.up)
    var low = 0.0
    var atLow = look(0)
    var best = (along: 0.0, offset: atLow.offset)
    for piece in 1...Int(pieces) {
      let high = length * (Double(piece) / pieces)
      let atHigh = look(high)
      if atHigh.offset < best.offset { best = (high, atHigh.offset) }
      if atLow.slope < 0, atHigh.slope > 0 {
        var (falls, rises) = (low, high)
        while rises - falls > 1e-8 {
          let middle = (falls + rises) / 2
          if middle == falls || middle == rises { break }
          if look(middle).slope < 0 { falls = middle } else { rises = middle }
        }
        let offset = look(falls).offset
        if offset < best.offset { best = (falls, offset) }
      }
      (low, atLow) = (high, atHigh)
    }
    return best
  }
}

/// A point in space, for lower bounds: metres from the Earth's centre.
package struct SpacePoint: Sendable {
  package let x: Double
  package let y: Double
  package let z: Double

  package init(_ latitude: Double, _ longitude: Double) {
    let phi = latitude * .pi / 180
    let lambda = longitude * .pi / 180
    let e2 = Geodesic.flattening * (2 - Geodesic.flattening)
    let sine = sin(phi)
    let normal = Geodesic.equatorialRadiusMeters / (1 - e2 * sine * sine).squareRoot()
    x = normal * cos(phi) * cos(lambda)
    y = normal * cos(phi) * sin(lambda)
    z = normal * (1 - e2) * sine
  }

  package init(x: Double, y: Double, z: Double) {
    self.x = x
    self.y = y
    self.z = z
  }

  package func distance(to other: SpacePoint) -> Double {
    let (dx, dy, dz) = (x - other.x, y - other.y, z - other.z)
    return (dx * dx + dy * dy + dz * dz).squareRoot()
  }
}
