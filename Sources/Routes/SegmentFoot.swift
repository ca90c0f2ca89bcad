internal import Geodesy

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension RouteLine {
  private static let meanRadiusMeters = 6_371_008.8
  /// A little less than a quarter of the globe.
  private static let quarterMeters = 9_500_000.0
  /// From here on a segment is so long that what is behind its start may be nearest to its end.
  static let longSegmentMeters = 1e6

  /// The nearest point of a segment: metres along it, metres to the target.
  ///
  /// On a sphere the foot of the perpendicular follows from one right triangle, tan(along) =
  /// tan(distance)·cos(angle) (Napier). Taken from the point found so far on the ellipsoid and
  /// repeated, each step leaves a fraction of the flattening of the error before.
  func closest(
    onSegment i: Int, to target: Coordinate
  ) -> (along: Double, offset: Double, coordinate: Coordinate) {
    let a = vertices[i]
    let length = segmentMeters(i)
    func step(_ latitude: Double, _ longitude: Double, _ azimuth: Double) -> (Double, Double) {
      let toTarget = Geodesic.wgs84.inverseDegrees(
        latitude, longitude, target.latitude, target.longitude)
      let angle = (toTarget.azimuth1 - azimuth) * .pi / 180
      let arc = toTarget.meters / Self.meanRadiusMeters
      return (Self.meanRadiusMeters * atan2(sin(arc) * cos(angle), cos(arc)), toTarget.meters)
    }
    if length == 0 { return (0, RouteLine.gapMeters(from: a, to: target), a) }
    let (first, atStart) = step(a.latitude, a.longitude, azimuths[i])
    // A target behind the start leaves the start, or on a very long segment and from far away the end.
    if first <= 0, length < Self.longSegmentMeters, atStart <= Self.quarterMeters {
      return (0, atStart, a)
    }
    let b = vertices[i + 1]
    let path = Geodesic.wgs84.line(
      latitude: a.latitude, longitude: a.longitude, azimuth: azimuths[i])
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
    if length >= Self.longSegmentMeters || along == length || best.along == length {
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
