public import Geodesy

/// A connected piece of the line, as it is travelled.
public struct LinePiece: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable {
    /// Walked: parts of the route and joins that are walked.
    case line
    /// A counted join, drawn apart.
    case crossing
  }

  public let kind: Kind
  /// At least one coordinate, in the direction of travel.
  public let coordinates: [Coordinate]
}

extension MeasuredRoute {
  /// The line between two official distances, cut where the marker jumps and where a crossing
  /// begins or ends; ends that fall inside a segment are interpolated.
  ///
  /// A slice over several laps repeats the geometry. Distances beyond the course are clamped.
  /// - Throws: `range` where the first lies after the second; `limit` where the slice has more
  ///   vertices than a route may.
  /// - Complexity: O(log vertices + vertices of the slice).
  public func slice(
    from: Distance, to: Distance, limits: RouteLimits = .standard
  ) throws(RouteError) -> [LinePiece] {
    guard from <= to else {
      throw RouteError(.range, "the slice's start \(from) lies after its end \(to)")
    }
    let first = min(max(from, start), end).micrometers - start.micrometers
    let last = min(max(to, start), end).micrometers - start.micrometers
    let lapSize = lapLength.micrometers
    let pass = passLength.micrometers
    var pieces = PieceBuilder(limit: limits.vertices)
    let lastLap = Int64(route.course.laps - 1)
    var lap = lapSize > 0 ? min(first / lapSize, lastLap) : 0
    while true {
      let origin = lap * lapSize
      let low = max(first - origin, 0)
      let high = min(last - origin, lapSize)
      if route.course.thereAndBack {
        if low < pass || (low == high && low <= pass) {
          try append(from: low, to: min(high, pass), to: &pieces)
        }
        if high > pass {
          try appendBack(from: max(low, pass), to: high, to: &pieces)
        }
      } else {
        try append(from: low, to: high, to: &pieces)
      }
      if lap == lastLap || last <= origin + lapSize { break }
      lap += 1
      if !route.course.thereAndBack, jumpsBetweenLaps { pieces.breakLine() }
    }
    return pieces.finished
  }

  /// Whether the marker jumps where a lap leads to the next: on the way back to the start, or because
  /// the line ends or begins with a jump.
  private var jumpsBetweenLaps: Bool {
    if line.closingJoin?.policy.counts == false { return true }
    let last = line.vertices.count - 1
    let arrival = line.measures.partitioningIndex { $0 >= line.measures[last] }
    let departure = line.point(atMeters: 0).vertex
    return [arrival..<last, 0..<departure].joined().contains {
      line.joinPolicy(ofSegment: $0)?.counts == false
    }
  }

  /// Geometric metres at a distance from the start of a lap, the way back to the next lap included.
  private func meters(inLap micrometers: Int64) -> Double {
    let pass = passLength.micrometers
    if micrometers <= pass { return geometricMeters(inPass: micrometers) }
    let lapEnd = line.measures[line.measures.count - 1]
    // The way back is not a whole number of micrometres; a lap leads all of it.
    if micrometers >= lapLength.micrometers { return lapEnd }
    return min(line.passMeters + Double(micrometers - pass) / 1e6, lapEnd)
  }

  private func append(
    from: Int64, to: Int64, to pieces: inout PieceBuilder
  ) throws(RouteError) {
    let low = meters(inLap: from)
    let high = meters(inLap: to)
    // At a jump the slice begins on the far side and ends on the near one.
    let start = line.point(atMeters: low)
    try pieces.add(start.coordinate, line.kind(ofSegment: start.vertex))
    var i = start.vertex + 1
    while i < line.vertices.count,
      line.measures[i] < high || (line.measures[i] == high && low < high)
    {
      if line.joinPolicy(ofSegment: i - 1)?.counts == false {
        if line.measures[i] >= high { break }
        pieces.breakLine()
      }
      try pieces.add(line.vertices[i], line.kind(ofSegment: i))
      i += 1
    }
    if low < high, i < line.vertices.count, line.measures[i - 1] < high {
      try pieces.add(line.point(atMeters: high).coordinate, line.kind(ofSegment: i - 1))
    }
  }

  private func appendBack(
    from: Int64, to: Int64, to pieces: inout PieceBuilder
  ) throws(RouteError) {
    let lap = lapLength.micrometers
    let high = meters(inLap: lap - from)
    let low = meters(inLap: lap - to)
    let start = line.pointTravellingBack(atMeters: high)
    // The first vertex that lies strictly behind the start of this stretch.
    var i = line.measures.partitioningIndex { $0 >= high }
    try pieces.add(start.coordinate, line.kind(ofSegment: max(i - 1, 0)))
    i -= 1
    while i >= 0, line.measures[i] > low || (line.measures[i] == low && low < high) {
      if line.joinPolicy(ofSegment: i)?.counts == false {
        if line.measures[i] <= low { break }
        pieces.breakLine()
      }
      try pieces.add(line.vertices[i], line.kind(ofSegment: max(i - 1, 0)))
      i -= 1
    }
    if low < high, i >= 0, line.measures[i + 1] > low {
      try pieces.add(
        line.pointTravellingBack(atMeters: low).coordinate, line.kind(ofSegment: i))
    }
  }
}

extension RouteLine {
  /// How the segment after a vertex is drawn.
  func kind(ofSegment segment: Int) -> LinePiece.Kind {
    joinPolicy(ofSegment: segment) == .counted ? .crossing : .line
  }
}

/// Collects the coordinates of a slice into connected pieces.
struct PieceBuilder {
  private var pieces: [LinePiece] = []
  private var current: [Coordinate] = []
  private var kind = LinePiece.Kind.line
  private var count = 0
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// - Parameter next: how the line goes on after this coordinate.
  mutating func add(_ coordinate: Coordinate, _ next: LinePiece.Kind) throws(RouteError) {
    count += 1
    guard count <= limit else {
      throw RouteError(.limit, "the slice has more than \(limit) vertices, the limit of a route")
    }
    current.append(coordinate)
    if next != kind {
      if current.count > 1 {
        pieces.append(LinePiece(kind: kind, coordinates: current))
        current = [coordinate]
      }
      kind = next
    }
  }

  mutating func breakLine() {
    if !current.isEmpty { pieces.append(LinePiece(kind: kind, coordinates: current)) }
    current = []
  }

  var finished: [LinePiece] {
    var all = pieces
    if current.count > 1 || (all.isEmpty && !current.isEmpty) {
      all.append(LinePiece(kind: kind, coordinates: current))
    }
    return all
  }
}
