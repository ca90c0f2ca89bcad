internal import Geodesy

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// West, south, east and north in degrees, as RFC 7946 section 5 has them: west is greater than east
/// where the extent crosses 180 degrees, and an extent that reaches a pole spans all longitudes.
public struct Bounds: Hashable, Sendable {
  public var west: Double
  public var south: Double
  public var east: Double
  public var north: Double

  public init(west: Double, south: Double, east: Double, north: Double) {
    self.west = west
    self.south = south
    self.east = east
    self.north = north
  }
}

/// What a run of geodesics covers: latitudes, and longitudes unwrapped from where it begins, so that
/// a line over 180 degrees has one interval.
package struct Extent {
  package private(set) var south = Double.infinity
  package private(set) var north = -Double.infinity
  private(set) var west = Double.infinity
  private(set) var east = -Double.infinity
  private var longitude = 0.0
  private var isEmpty = true
  private var spansAllLongitudes = false

  mutating func add(vertex latitude: Double, _ newLongitude: Double) {
    south = min(south, latitude)
    north = max(north, latitude)
    if abs(latitude) == 90 {
      spansAllLongitudes = true
      return
    }
    if isEmpty {
      longitude = newLongitude
      isEmpty = false
    } else {
      let turn = (newLongitude - longitude).remainder(dividingBy: 360)
      // Half a turn without a vertex at the pole: the geodesic goes over it.
      if abs(turn) == 180 { spansAllLongitudes = true }
      // Within the first turn the vertex's own longitude is kept to the bit.
      let unwrapped = longitude + turn
      let wraps = ((unwrapped - newLongitude) / 360).rounded()
      longitude = newLongitude + wraps * 360
    }
    west = min(west, longitude)
    east = max(east, longitude)
  }

  /// Widens the latitudes by the bulge of the geodesic that leads to the next vertex.
  mutating func add(
    geodesicFrom a: (Double, Double), azimuth: Double, meters: Double, to b: (Double, Double)
  ) {
    add(vertex: b.0, b.1)
    guard meters > 0, meters.isFinite else { return }
    // The azimuth turns by about sin(azimuth)·tan(latitude)·length/radius on the way. Only where it
    // may turn past due east or west does the latitude have an extreme between the ends.
    let steepest = max(abs(a.0), abs(b.0)) * .pi / 180
    let turn = 2 * meters / 6.3e6 * tan(steepest) + 1e-9
    if abs(cos(azimuth * .pi / 180)) > sin(min(turn, .pi / 2)), meters < 1e6 { return }
    let leg = Geodesic.wgs84.inverseDegrees(a.0, a.1, b.0, b.1)
    let starts = cos(leg.azimuth1 * .pi / 180)
    let ends = cos(leg.azimuth2 * .pi / 180)
    if starts * ends >= 0 { return }
    // Clairaut: the sine of the azimuth times the cosine of the reduced latitude is the same all
    // along; at the extreme the sine is 1.
    let polarRatio = 1 - Geodesic.flattening
    let reduced = atan(polarRatio * tan(a.0 * .pi / 180))
    let cosine = min(abs(sin(leg.azimuth1 * .pi / 180)) * cos(reduced), 1)
    let extreme = atan(tan(acos(cosine)) / polarRatio) * 180 / .pi
    if starts > 0 {
      north = max(north, min(extreme, 90))
    } else {
      south = min(south, max(-extreme, -90))
    }
    if extreme >= 90 { spansAllLongitudes = true }
  }

  /// The longitudes as an interval on the circle, from a start in -180…180 eastwards.
  var longitudes: (start: Double, end: Double) {
    if spansAllLongitudes || east - west >= 360 { return (-180, 180) }
    if isEmpty { return (0, 0) }
    let start = Coordinate.normalized(longitude: west)
    return start == west ? (west, east) : (start, start + (east - west))
  }

  /// The extent as one or two boxes within -180…180, a little larger all round.
  package func boxes(margin: Double) -> [DegreeBox] {
    let south = max(self.south - margin, -90)
    let north = min(self.north + margin, 90)
    // Near a pole a small distance is many degrees of longitude.
    let poleward = min(max(abs(south), abs(north)) + margin, 90)
    let widening = poleward >= 89.9 ? 360 : margin / cos(poleward * .pi / 180)
    let (start, end) = longitudes
    if end - start + 2 * widening >= 360 {
      return [DegreeBox(west: -180, south: south, east: 180, north: north)]
    }
    let west = start - widening
    let east = end + widening
    if west < -180 {
      return [
        DegreeBox(west: west + 360, south: south, east: 180, north: north),
        DegreeBox(west: -180, south: south, east: min(east, 180), north: north),
      ]
    }
    if east > 180 {
      return [
        DegreeBox(west: west, south: south, east: 180, north: north),
        DegreeBox(west: -180, south: south, east: east - 360, north: north),
      ]
    }
    return [DegreeBox(west: west, south: south, east: east, north: north)]
  }
}

extension RouteLine {
  /// The extent of a range of segments, joins that jump left out.
  package func extent(ofSegments segments: Range<Int>) -> Extent {
    var extent = Extent()
    if let first = segments.first {
      extent.add(vertex: vertices[first].latitude, vertices[first].longitude)
    }
    for i in segments {
      let a = vertices[i]
      let b = vertices[i + 1]
      extent.add(
        geodesicFrom: (a.latitude, a.longitude), azimuth: azimuths[i], meters: segmentMeters(i),
        to: (b.latitude, b.longitude))
    }
    return extent
  }

  /// The bounds of all that the marker can travel. O(vertices).
  var bounds: Bounds {
    var south = Double.infinity
    var north = -Double.infinity
    var intervals: [(start: Double, end: Double)] = []
    var first = 0
    func close(_ end: Int) {
      let extent = extent(ofSegments: first..<end)
      var whole = extent
      if first == end { whole.add(vertex: vertices[first].latitude, vertices[first].longitude) }
      south = min(south, whole.south)
      north = max(north, whole.north)
      intervals.append(whole.longitudes)
      first = end + 1
    }
    for (part, start) in partStarts.enumerated().dropFirst() {
      let policy = part - 1 < joins.count ? joins[part - 1].policy : closingJoin?.policy
      if policy?.counts != true { close(start - 1) }
    }
    close(vertices.count - 1)
    let (west, east) = Self.smallestCover(intervals)
    return Bounds(west: west, south: south, east: east, north: north)
  }

  /// The shortest arc of the circle that covers all intervals, as west and east in -180…180.
  ///
  /// Walks once round the circle and leaves out the widest gap; of equal ones that over 180 degrees.
  static func smallestCover(_ intervals: [(start: Double, end: Double)]) -> (Double, Double) {
    let sorted = intervals.sorted { $0.start < $1.start }
    guard let first = sorted.first, let furthest = sorted.map(\.end).max() else {
      return (-180, 180)
    }
    var reach = max(first.end, furthest - 360)
    var widest = 0.0
    var cover = (-180.0, 180.0)
    for interval in sorted.dropFirst() {
      let gap = interval.start - reach
      if gap > widest {
        widest = gap
        cover = (interval.start, reach)
      }
      reach = max(reach, interval.end)
    }
    let seam = first.start + 360 - reach
    if seam > 0, seam >= widest { cover = (first.start, reach) }
    return cover.1 > 180 ? (cover.0, cover.1 - 360) : cover
  }
}
