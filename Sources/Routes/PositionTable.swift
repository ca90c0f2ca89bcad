internal import CPositionLoops
public import Geodesy

/// A measured route laid out for columns of distances: 3 ns and up a position instead of 400.
///
/// Built on demand from a `MeasuredRoute`. The course is cut into spans so short that latitude and
/// longitude are quadratic in the official distance; calibration and the way back are folded into the
/// coefficients, so they cost nothing. A span is one cache line. What no polynomial may stand for
/// (within half a degree of a pole, or more long legs than memory is set aside for) is evaluated
/// through the exact geodesic. Every position agrees with `MeasuredRoute.position(at:)` within
/// 50 nm: 20 nm from the polynomial (proved when the span is made, see `SpanBuilder`), the rest
/// rounding.
///
/// Immutable; safe to use from any number of threads at once.
/// - Memory: 64 bytes a span, 4 to 8 bytes a span for the index, 20 more where bearings and legs are
///   kept. A vertex less than about 250 m from the next makes one span.
public final class PositionTable: @unchecked Sendable {
  /// The columns that one call fills, each as long as the column of distances.
  public struct Columns: @unchecked Sendable {
    // The caller owns the memory and lends it for the call.
    public var longitudes: UnsafeMutablePointer<Double>
    public var latitudes: UnsafeMutablePointer<Double>
    /// Degrees in [0, 360); NaN where the route has no extent.
    public var bearings: UnsafeMutablePointer<Double>?
    /// Leg of the lap, from 1.
    public var legs: UnsafeMutablePointer<UInt32>?
    /// 1 where the distance is at or beyond the end.
    public var finished: UnsafeMutablePointer<UInt8>?

    public init(
      longitudes: UnsafeMutablePointer<Double>, latitudes: UnsafeMutablePointer<Double>,
      bearings: UnsafeMutablePointer<Double>? = nil, legs: UnsafeMutablePointer<UInt32>? = nil,
      finished: UnsafeMutablePointer<UInt8>? = nil
    ) {
      self.longitudes = longitudes
      self.latitudes = latitudes
      self.bearings = bearings
      self.legs = legs
      self.finished = finished
    }

    fileprivate func advanced(by count: Int) -> Columns {
      Columns(
        longitudes: longitudes + count, latitudes: latitudes + count,
        bearings: bearings.map { $0 + count }, legs: legs.map { $0 + count },
        finished: finished.map { $0 + count })
    }
  }

  typealias Span = PositionSpan

  private let route: MeasuredRoute
  // Written once while the table is made, only read after that, freed with it: hence `@unchecked`.
  private let spans: UnsafeMutablePointer<Span>
  private let bearings: UnsafeMutablePointer<(start: Double, perMicrometer: Double)>
  private let legs: UnsafeMutablePointer<UInt32>
  private let buckets: UnsafeMutablePointer<UInt32>
  private let shift: Int64
  /// Whether no bucket has more than one span begin in it, so that one comparison decides.
  private let needsOneStep: Bool
  private let hasExactSpans: Bool
  public let spanCount: Int
  private let bucketCount: Int

  private let start: Int64
  private let end: Int64
  private let length: Int64
  private let lapLength: Int64
  private let laps: Int64
  private let last: (bearing: Double, leg: UInt32)
  /// What the inner loops are compiled for.
  private let loops: PositionLoops

  /// - Complexity: O(vertices + length / 250 m), about 0.2 µs a span.
  public convenience init(_ route: MeasuredRoute) {
    self.init(route, loops: position_loops_best())
  }

  init(_ route: MeasuredRoute, loops: PositionLoops) {
    self.loops = loops
    var builder = SpanBuilder(route)
    builder.build()
    self.route = route
    start = route.start.micrometers
    end = route.end.micrometers
    length = route.length.micrometers
    lapLength = route.lapLength.micrometers
    laps = Int64(route.route.course.laps)
    hasExactSpans = builder.hasExactSpans

    spanCount = builder.spans.count
    spans = CacheMemory.allocate(Span.self, count: spanCount)
    spans.initialize(from: builder.spans, count: spanCount)
    bearings = CacheMemory.allocate(
      (start: Double, perMicrometer: Double).self, count: spanCount)
    bearings.initialize(from: builder.bearings, count: spanCount)
    legs = CacheMemory.allocate(UInt32.self, count: spanCount)
    legs.initialize(from: builder.legs, count: spanCount)
    let arrival = route.position(at: route.end)
    last = (arrival.bearing?.degrees ?? .nan, UInt32(arrival.leg))

    // Buckets as wide as the shortest span leave one comparison; more than eight for a span would
    // cost more in cache than the comparisons that they save.
    let reach = spans[spanCount - 1].start
    var shortest = Int64.max
    for i in 0..<max(spanCount - 1, 0) { shortest = min(shortest, spans[i].end - spans[i].start) }
    var shift: Int64 = 0
    while (Int64(1) << (shift + 1)) <= shortest, shift < 60 { shift += 1 }
    while reach >> shift > Int64(8 * spanCount + 1024) { shift += 1 }
    self.shift = shift
    bucketCount = Int(reach >> shift) + 2
    buckets = CacheMemory.allocate(UInt32.self, count: bucketCount)
    var span = 0
    var crowd = 0
    for bucket in 0..<bucketCount {
      let from = Int64(bucket) << shift
      while span + 1 < spanCount, spans[span].end <= from { span += 1 }
      buckets[bucket] = UInt32(span)
      // How many spans begin inside the bucket after the one that it starts in.
      let (sum, overflow) = from.addingReportingOverflow(Int64(1) << shift)
      let until = overflow ? Int64.max : sum
      var next = span
      while crowd < 2, next + 1 < spanCount, spans[next].end < until { next += 1 }
      crowd = max(crowd, next - span)
    }
    needsOneStep = crowd <= 1
  }

  deinit {
    spans.deallocate()
    bearings.deallocate()
    legs.deallocate()
    buckets.deallocate()
  }

  /// Bytes that the table holds.
  public var byteCount: Int {
    spanCount * (MemoryLayout<Span>.stride + 16 + 4) + bucketCount * 4
  }

  // MARK: Columns

  private static let blockCount = 1024

  /// Fills columns with the positions at official distances in micrometres.
  ///
  /// Distances before the start are the start, beyond the end the end. Ascending runs are answered by
  /// merging, anything else through the index; nothing is allocated.
  /// - Complexity: O(1) expected a distance.
  public func fill(_ columns: Columns, at distances: UnsafeBufferPointer<Int64>) {
    guard let base = distances.baseAddress else { return }
    var first = 0
    var span = 0
    while first < distances.count {
      let count = min(Self.blockCount, distances.count - first)
      let block = base + first
      let out = columns.advanced(by: first)
      if laps == 1, Self.isAscending(block, count) {
        span = fillAscending(out, block, count, from: span)
      } else if laps == 1 {
        fillAny(out, block, count)
      } else {
        fillLaps(out, block, count)
      }
      if hasExactSpans { mend(out, block, count) }
      if let finished = out.finished {
        for i in 0..<count { finished[i] = done(block[i]) >= length ? 1 : 0 }
      }
      first += count
    }
  }

  /// The same with arrays, for callers that do not keep memory of their own.
  public func positions(
    at distances: [Distance]
  ) -> (longitudes: [Double], latitudes: [Double]) {
    let micrometers = distances.map(\.micrometers)
    var longitudes = [Double](repeating: 0, count: distances.count)
    var latitudes = longitudes
    longitudes.withUnsafeMutableBufferPointer { longitudes in
      latitudes.withUnsafeMutableBufferPointer { latitudes in
        guard let east = longitudes.baseAddress, let north = latitudes.baseAddress else { return }
        micrometers.withUnsafeBufferPointer {
          fill(Columns(longitudes: east, latitudes: north), at: $0)
        }
      }
    }
    return (longitudes, latitudes)
  }

  private static func isAscending(_ block: UnsafePointer<Int64>, _ count: Int) -> Bool {
    // No early exit: eight comparisons at once beat one that may stop.
    var descents: Int64 = 0
    // A difference that overflows could hide a descent, so none may be of a distance beyond ±2⁶²,
    // the first whose two highest bits differ.
    var highest = block[0] ^ (block[0] &<< 1)
    for i in 1..<max(count, 1) {
      descents |= block[i] &- block[i - 1]
      highest |= block[i] ^ (block[i] &<< 1)
    }
    return descents | highest >= 0
  }

  /// What is done of the course at a distance, in [0, length].
  @inline(__always)
  private func done(_ distance: Int64) -> Int64 { min(max(distance, start), end) &- start }

  /// The span that holds a distance within the lap.
  @inline(__always)
  private func span(of distance: Int64) -> Int {
    var span = Int(buckets[Int(distance &>> shift)])
    if needsOneStep {
      span &+= spans[span].end <= distance ? 1 : 0
      return span
    }
    return search(distance, from: span)
  }

  /// Crowded buckets: gallop and bisect, so that a knot of tiny legs costs O(log n).
  private func search(_ distance: Int64, from first: Int) -> Int {
    if spans[first].end > distance { return first }
    var step = 1
    var low = first
    while low + step < spanCount, spans[low + step].end <= distance {
      low += step
      step *= 2
    }
    var high = min(low + step, spanCount - 1)
    while low + 1 < high {
      let middle = low + (high - low) / 2
      if spans[middle].end <= distance { low = middle } else { high = middle }
    }
    return high
  }

  @inline(__always)
  private func evaluate(_ span: Int, _ distance: Int64, _ out: Columns, _ i: Int) {
    let record = spans + span
    let along = Double(distance &- record.pointee.start)
    out.latitudes[i] =
      record.pointee.latitude0
      + along * (record.pointee.latitude1 + along * record.pointee.latitude2)
    out.longitudes[i] = Self.normalized(
      record.pointee.longitude0
        + along * (record.pointee.longitude1 + along * record.pointee.longitude2))
  }

  @inline(__always)
  private static func normalized(_ longitude: Double) -> Double {
    let west = longitude > 180 ? longitude - 360 : longitude
    return west < -180 ? west + 360 : west
  }

  @inline(__always)
  private func details(_ span: Int, _ distance: Int64, _ out: Columns, _ i: Int, isEnd: Bool) {
    if let column = out.bearings {
      let along = Double(distance &- spans[span].start)
      var bearing =
        isEnd ? last.bearing : bearings[span].start + along * bearings[span].perMicrometer
      if bearing < 0 { bearing += 360 }
      column[i] = bearing >= 360 ? bearing - 360 : bearing
    }
    if let column = out.legs { column[i] = isEnd ? last.leg : legs[span] }
  }

  private func fillAny(_ out: Columns, _ block: UnsafePointer<Int64>, _ count: Int) {
    let hasDetails = out.bearings != nil || out.legs != nil
    if needsOneStep, !hasDetails {
      position_loops_fill(
        loops, spans, buckets, shift, start, end, block, count, out.latitudes, out.longitudes)
      return
    }
    for i in 0..<count {
      let distance = done(block[i])
      let span = span(of: distance)
      evaluate(span, distance, out, i)
      if hasDetails { details(span, distance, out, i, isEnd: distance >= length) }
    }
  }

  private func fillLaps(_ out: Columns, _ block: UnsafePointer<Int64>, _ count: Int) {
    let hasDetails = out.bearings != nil || out.legs != nil
    for i in 0..<count {
      let distance = done(block[i])
      let lap = lapLength > 0 ? min(distance / lapLength, laps - 1) : 0
      let inLap = distance - lap * lapLength
      let span = span(of: inLap)
      evaluate(span, inLap, out, i)
      if hasDetails { details(span, inLap, out, i, isEnd: distance >= length) }
    }
  }

  /// Walks the spans along with the distances. Answers the span where the next block goes on.
  private func fillAscending(
    _ out: Columns, _ block: UnsafePointer<Int64>, _ count: Int, from first: Int
  ) -> Int {
    let hasDetails = out.bearings != nil || out.legs != nil
    var i = 0
    var span = first
    while i < count {
      let distance = done(block[i])
      // The next span is a step away, or the index knows.
      if spans[span].start > distance || spans[span].end <= distance {
        if span + 1 < spanCount, spans[span + 1].start <= distance, spans[span + 1].end > distance {
          span += 1
        } else {
          span = self.span(of: distance)
        }
      }
      let record = spans[span]
      // All distances of this span: those before its end, as the block sees it.
      let (sum, overflow) = record.end.addingReportingOverflow(start)
      let limit = overflow || record.end > length ? Int64.max : sum
      var j = i + 1
      while count - j >= 64, block[j + 63] < limit { j += 64 }
      while count - j >= 8, block[j + 7] < limit { j += 8 }
      while j < count, block[j] < limit { j += 1 }
      let origin = record.start &+ start
      if block[i] >= origin, block[j - 1] <= end, block[j - 1] &- origin < Self.vectorLimit {
        evaluate(span, origin, out, block, i..<j)
      } else {
        // The ends, where distances are clamped, and spans that an official length has stretched
        // beyond what the loop can hold.
        for k in i..<j {
          evaluate(span, done(block[k]), out, k)
        }
      }
      if hasDetails {
        for k in i..<j {
          let distance = done(block[k])
          details(span, distance, out, k, isEnd: distance >= length)
        }
      }
      i = j
    }
    return span
  }

  /// 2⁵² µm, which are 4.5 million km.
  private static let vectorLimit: Int64 = 1 << 52

  /// Distances of one span in a row: a loop that processors take several items of at once.
  @inline(__always)
  private func evaluate(
    _ span: Int, _ origin: Int64, _ out: Columns, _ block: UnsafePointer<Int64>, _ range: Range<Int>
  ) {
    let (latitudes, longitudes) = (out.latitudes, out.longitudes)
    position_loops_run(
      loops, spans + span, origin, block + range.lowerBound, range.count,
      latitudes + range.lowerBound, longitudes + range.lowerBound)
    // Longitude is monotone on a span, so its ends tell whether it leaves the range.
    if abs(longitudes[range.lowerBound]) > 180 || abs(longitudes[range.upperBound - 1]) > 180 {
      for k in range { longitudes[k] = Self.normalized(longitudes[k]) }
    }
  }

  /// Puts the exact answer where the polynomials say that they have none.
  private func mend(_ out: Columns, _ block: UnsafePointer<Int64>, _ count: Int) {
    for i in 0..<count where out.latitudes[i].isNaN {
      let position = route.position(at: Distance(micrometers: block[i]))
      out.latitudes[i] = position.coordinate.latitude
      out.longitudes[i] = position.coordinate.longitude
      out.bearings?[i] = position.bearing?.degrees ?? .nan
    }
  }
}
