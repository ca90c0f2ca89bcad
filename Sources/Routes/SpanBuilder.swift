internal import Geodesy

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Cuts a course into spans on which a quadratic stands for the geodesic.
///
/// Along a geodesic the quadratic that meets both ends of a span of length L and has the second
/// derivative of its middle is off by at most |f‴|·L³/124.7 (expand about the middle; the fourth
/// order is 10⁴ times smaller at these lengths). With the derivatives of latitude φ and longitude λ
/// along the path on a sphere of radius R, T = tan|φ|:
///
///     R·|φ‴|       ≤ 0.385·(1 + 3T²) / R²
///     R·cos φ·|λ‴| ≤ 2·(0.385 + 1.77T²) / R²
///
/// The ellipsoid changes either by less than a tenth. A span is made so short that the sum stays
/// below `toleranceMeters`; where it would have to be shorter than `shortestMeters`, or the latitude
/// passes `polarLatitude`, the exact geodesic is kept instead.
struct SpanBuilder {
  static let toleranceMeters = 20e-9
  static let polarLatitude = 89.5
  /// Spans beyond two for each vertex that long legs may be cut into.
  static let spareSpans = 2_000_000

  private let measured: MeasuredRoute
  private let line: RouteLine
  private(set) var spans: [PositionTable.Span] = []
  private(set) var bearings: [(start: Double, perMicrometer: Double)] = []
  private(set) var legs: [UInt32] = []
  private(set) var hasExactSpans = false
  private var spare = SpanBuilder.spareSpans
  private var nextBoundary = 1

  init(_ measured: MeasuredRoute) {
    self.measured = measured
    line = measured.line
    let count = line.vertices.count
    spans.reserveCapacity(count)
    bearings.reserveCapacity(count)
    legs.reserveCapacity(count)
  }

  mutating func build() {
    let last = line.vertices.count - 1
    for i in 0..<last where line.segmentMeters(i) > 0 { add(segment: i, isBack: false) }
    if measured.route.course.thereAndBack {
      addTurn()
      for i in (0..<last).reversed() where line.segmentMeters(i) > 0 {
        add(segment: i, isBack: true)
      }
    }
    addEnd()
    for i in 0..<spans.count - 1 { spans[i].end = spans[i + 1].start }
  }

  // MARK: Segments

  /// The geodesic of a stretch as a function of metres from its start.
  private struct Curve {
    var latitude: (Double, Double, Double)
    var longitude: (Double, Double, Double)
    var azimuth: (Double, Double)

    static func exact(_ latitude: Double, _ longitude: Double) -> Curve {
      Curve(latitude: (latitude, 0, .nan), longitude: (longitude, 0, .nan), azimuth: (.nan, 0))
    }
  }

  private mutating func add(segment i: Int, isBack: Bool) {
    let a = line.vertices[i]
    let b = line.vertices[i + 1]
    let length = line.segmentMeters(i)
    let pieces = pieceCount(a, b, length)
    if pieces == 0 {
      hasExactSpans = true
      emit(
        Curve.exact(a.latitude, a.longitude), from: line.measures[i], to: line.measures[i + 1],
        isBack: isBack)
      return
    }
    if pieces == 1 {
      let curve = curve(
        (a.latitude, a.longitude), line.azimuths[i], (b.latitude, b.longitude), length)
      emit(curve, from: line.measures[i], to: line.measures[i + 1], isBack: isBack)
      return
    }
    let path = Geodesic.wgs84.line(
      latitude: a.latitude, longitude: a.longitude, azimuth: line.azimuths[i])
    func point(_ k: Int) -> (latitude: Double, longitude: Double, azimuth: Double) {
      if k == 0 { return (a.latitude, a.longitude, line.azimuths[i]) }
      if k == pieces { return (b.latitude, b.longitude, 0) }
      return path.position(meters: length * Double(k) / Double(pieces))
    }
    for step in 0..<pieces {
      let k = isBack ? pieces - 1 - step : step
      let (from, to) = (point(k), point(k + 1))
      let curve = curve(
        (from.latitude, from.longitude), from.azimuth, (to.latitude, to.longitude),
        length / Double(pieces))
      emit(
        curve, from: line.measures[i] + length * Double(k) / Double(pieces),
        to: k + 1 == pieces
          ? line.measures[i + 1] : line.measures[i] + length * Double(k + 1) / Double(pieces),
        isBack: isBack)
    }
  }

  /// How many spans a segment needs; 0 where only the exact geodesic will do.
  private mutating func pieceCount(_ a: Coordinate, _ b: Coordinate, _ length: Double) -> Int {
    // No point of the segment is further north or south than this.
    let reach = max(abs(a.latitude), abs(b.latitude)) + min(length / 2 / 110_000, 90)
    var steepest = reach
    if reach > Self.polarLatitude, length > 1_000 {
      // A long leg bulges less than that: its northernmost point follows from Clairaut.
      var extent = Extent()
      extent.add(vertex: a.latitude, a.longitude)
      let leg = Geodesic.wgs84.inverseDegrees(a.latitude, a.longitude, b.latitude, b.longitude)
      extent.add(
        geodesicFrom: (a.latitude, a.longitude), azimuth: leg.azimuth1, meters: max(length, 1e6),
        to: (b.latitude, b.longitude))
      steepest = max(abs(extent.north), abs(extent.south))
    }
    if steepest > Self.polarLatitude { return 0 }
    let t = tan(steepest * .pi / 180)
    let bound = 1.1 * (0.385 * (1 + 3 * t * t) + 2 * (0.385 + 1.77 * t * t))
    let radius = 6.335e6
    let longest = cbrt(Self.toleranceMeters * 124.7 * radius * radius / bound)
    let count = (length / longest).rounded(.up)
    if count <= 1 { return 1 }
    guard count - 1 <= Double(spare) else { return 0 }
    spare -= Int(count) - 1
    return Int(count)
  }

  private func curve(
    _ a: (Double, Double), _ azimuth: Double, _ b: (Double, Double), _ length: Double
  ) -> Curve {
    let degree = Double.pi / 180
    let e2 = Geodesic.flattening * (2 - Geodesic.flattening)
    let turn = (b.1 - a.1).remainder(dividingBy: 360)
    let phi = (a.0 + b.0) / 2 * degree
    let (sine, cosine) = (sin(phi), cos(phi))
    let w = 1 - e2 * sine * sine
    let normal = Geodesic.equatorialRadiusMeters / w.squareRoot()
    let meridian = normal * (1 - e2) / w
    let parallel = normal * cosine
    // The azimuth's rate at the start is good enough to bring it to the middle.
    let alpha0 = azimuth * degree
    let rate = sin(alpha0) * sine / parallel
    let alpha = alpha0 + rate * length / 2
    let (east, north) = (sin(alpha), cos(alpha))
    let latitude2 =
      -east * east * sine / (cosine * normal * meridian)
      - north * north * 3 * e2 * sine * cosine / (w * meridian * meridian)
    let longitude2 = 2 * east * north * sine / (parallel * parallel)
    let halfLatitude = latitude2 / 2 / degree
    let halfLongitude = longitude2 / 2 / degree
    return Curve(
      latitude: (a.0, (b.0 - a.0) / length - halfLatitude * length, halfLatitude),
      longitude: (a.1, turn / length - halfLongitude * length, halfLongitude),
      azimuth: (azimuth, east * sine / parallel / degree))
  }

  // MARK: Official distance

  /// Adds the spans of a stretch of the line, one for each linear piece of the calibration and each
  /// leg that it touches.
  private mutating func emit(_ curve: Curve, from: Double, to: Double, isBack: Bool) {
    let base = measured.start.micrometers
    let turn = measured.lapLength.micrometers
    measured.calibration.eachPiece(from: from, to: to, descending: isBack) { piece in
      let first = piece.first - base
      var last = piece.last - base
      let meters = piece.metersAtFirst - from
      let scale = piece.metersPerMicrometer
      if isBack {
        // The turn has a span of its own.
        last = min(last, measured.passLength.micrometers - 1)
        guard first <= last else { return }
        // Counted from the end of the piece backwards.
        add(
          curve, at: turn - last, until: turn - first, meters + Double(last - first) * scale,
          -scale, isBack: true)
      } else {
        add(curve, at: first, until: last, meters, scale, isBack: false)
      }
    }
  }

  private mutating func add(
    _ curve: Curve, at first: Int64, until last: Int64, _ meters: Double, _ scale: Double,
    isBack: Bool
  ) {
    let boundaries = measured.lapStops.boundaries
    var start = first
    if let previous = spans.last, start <= previous.start {
      if start == previous.start {
        spans.removeLast()
        bearings.removeLast()
        legs.removeLast()
      } else {
        start = previous.start + 1
      }
    }
    while start <= last {
      while nextBoundary < boundaries.count, boundaries[nextBoundary] <= start { nextBoundary += 1 }
      let along = meters + Double(start - first) * scale
      let (f, g) = (curve.latitude, curve.longitude)
      spans.append(
        PositionTable.Span(
          start: start, end: .max,
          latitude0: f.0 + along * (f.1 + along * f.2),
          latitude1: (f.1 + 2 * f.2 * along) * scale, latitude2: f.2 * scale * scale,
          longitude0: g.0 + along * (g.1 + along * g.2),
          longitude1: (g.1 + 2 * g.2 * along) * scale, longitude2: g.2 * scale * scale))
      let azimuth = curve.azimuth.0 + curve.azimuth.1 * along + (isBack ? 180 : 0)
      bearings.append(
        (Azimuth(degrees: azimuth.isFinite ? azimuth : 0).degrees, curve.azimuth.1 * scale))
      legs.append(UInt32(nextBoundary))
      guard nextBoundary < boundaries.count, boundaries[nextBoundary] <= last else { break }
      start = boundaries[nextBoundary]
    }
  }

  /// The turn of there-and-back: the end of the line itself, half a micrometre at most from where
  /// the measure leads, and already on the way back.
  private mutating func addTurn() {
    let pass = measured.passLength.micrometers
    guard pass > 0 else { return }
    let turn = measured.position(at: Distance(micrometers: measured.start.micrometers + pass))
    removeSpans(from: pass)
    let boundaries = measured.lapStops.boundaries
    while nextBoundary < boundaries.count, boundaries[nextBoundary] <= pass { nextBoundary += 1 }
    append(turn.coordinate, at: spans.isEmpty ? 0 : pass, bearing: turn.bearing?.degrees ?? 0)
  }

  /// The end of the lap, where all that is beyond stays.
  private mutating func addEnd() {
    let last = line.vertices.count - 1
    let end =
      measured.route.course.thereAndBack ? line.vertices[0] : line.vertices[last]
    // With laps this is where the next lap begins; the last one ends at the end of its pass.
    let micrometers =
      measured.route.course.laps > 1 ? measured.lapLength.micrometers : measured.length.micrometers
    removeSpans(from: micrometers)
    nextBoundary = max(measured.lapStops.boundaries.count - 1, 1)
    append(end, at: spans.isEmpty ? 0 : micrometers, bearing: 0)
  }

  private mutating func removeSpans(from micrometers: Int64) {
    while let previous = spans.last, previous.start >= micrometers {
      spans.removeLast()
      bearings.removeLast()
      legs.removeLast()
    }
  }

  /// Adds a span that stays in one place.
  private mutating func append(_ place: Coordinate, at start: Int64, bearing: Double) {
    spans.append(
      PositionTable.Span(
        start: start, end: .max, latitude0: place.latitude, latitude1: 0, latitude2: 0,
        longitude0: place.longitude, longitude1: 0, longitude2: 0))
    bearings.append((bearing, 0))
    legs.append(UInt32(nextBoundary))
  }
}
