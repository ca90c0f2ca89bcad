import Formats
import Geodesy
import JSON
public import Routes

/// What the maps of one course are drawn from: the line of a pass, simplified, cut at 180 degrees and
/// made into text once, with the official distance of each vertex.
///
/// A map then copies text and computes nothing but the marker. Immutable, to be kept and shared for
/// a route version, course and tolerance.
/// - Memory: about 70 bytes a vertex that is left.
public struct RouteMapSource: Sendable {
  /// A piece of the line that can be drawn in one stroke; where one ends the next one begins at the
  /// same official distance.
  struct Run: Sendable {
    /// A counted join, which nobody walks.
    let isCrossing: Bool
    /// Two at least, of growing distance.
    let vertices: Range<Int>
  }

  /// The route with its course.
  public let route: MeasuredRoute
  /// What the line was simplified by: as asked for, or more where it would have had too many vertices.
  public private(set) var toleranceMeters: Double
  /// The runs of one pass, in its order.
  private(set) var runs: [Run] = []
  /// The way back from the end of a pass to the next lap.
  private(set) var wayBack: [Run] = []
  /// Micrometres from the start of the lap, for each vertex.
  private(set) var distances: [Int64] = []
  private(set) var longitudes: [Double] = []
  private(set) var latitudes: [Double] = []
  /// What the line covers.
  let bounds: Bounds
  /// `[longitude,latitude],` for each vertex.
  private var text: [UInt8] = []
  /// Where each vertex begins in the text, and the end of it.
  private var textStarts: [Int] = [0]
  private var addedCount = 0
  let coordinateDigits: Int

  /// A leg longer than this is drawn with vertices between, for a straight line on a map is none on
  /// the ground.
  static let longestLegMeters = 100_000.0
  /// So many vertices may be added to long legs; what is left is drawn straight.
  static let mostAdded = 100_000
  /// What a line with too many vertices is simplified by at least.
  static let finestMeters = 1.0
  /// The tolerance is not raised beyond this: what is left then are the ends of parts.
  static let coarsestMeters = 100_000.0

  /// - Parameters:
  ///   - toleranceMeters: no vertex that is left out lies further from the line drawn; 0 leaves out
  ///     none.
  ///   - mostVertices: a line with more is simplified by a larger tolerance, as far as its parts allow.
  ///   - coordinateDigits: decimals of a degree, 0 to 15; 7 are about a centimetre.
  /// - Complexity: O(vertices · log vertices) typical, for each tolerance that is tried.
  public init(
    _ route: MeasuredRoute, toleranceMeters: Double = 0, mostVertices: Int = 100_000,
    coordinateDigits: Int = 7
  ) {
    self.route = route
    self.coordinateDigits = min(max(coordinateDigits, 0), WriteOptions.mostDigits)
    let isSensible = toleranceMeters.isFinite && toleranceMeters > 0
    self.toleranceMeters = isSensible ? min(toleranceMeters, Self.coarsestMeters) : 0
    bounds = route.bounds
    // A line that would be far too long is not drawn in full first.
    if self.toleranceMeters == 0, route.route.vertices.count > mostVertices {
      self.toleranceMeters = Self.finestMeters
    }
    var drawn = draw()
    while drawn.count > mostVertices, self.toleranceMeters < Self.coarsestMeters {
      let coarser = max(self.toleranceMeters * 4, Self.finestMeters)
      self.toleranceMeters = min(coarser, Self.coarsestMeters)
      drawn = draw()
    }
    longitudes = drawn.map(\.longitude)
    latitudes = drawn.map(\.latitude)
    // Apart from the rest of the value, which `append` reads: else each vertex would copy the text.
    var text: [UInt8] = []
    for vertex in drawn {
      append(vertex, to: &text)
      text.append(0x2C)
      textStarts.append(text.count)
    }
    self.text = text
  }

  /// Vertices of the line as it is drawn.
  public var vertexCount: Int { distances.count }

  /// What it takes of the memory beside the route, about.
  var byteCount: Int { text.count + 32 * distances.count + 64 * (runs.count + wayBack.count) + 256 }

  // MARK: Drawing

  /// Makes the runs and their distances, and returns the vertices.
  private mutating func draw() -> [Coordinate] {
    runs = []
    wayBack = []
    distances = []
    addedCount = 0
    var drawn: [Coordinate] = []
    let starts = route.route.partStarts
    let count = route.route.vertices.count
    var from = 0
    for (index, join) in route.joins.enumerated() where join.policy != .walk {
      let next = starts[index + 1]
      runs += stroke(from..<next, isCrossing: false, &drawn)
      if join.policy == .counted { runs += stroke(next - 1..<next + 1, isCrossing: true, &drawn) }
      from = next
    }
    runs += stroke(from..<count, isCrossing: false, &drawn)
    if let lapJoin = route.lapJoin, lapJoin.policy.counts {
      wayBack = stroke(
        count - 1..<count + 1, isCrossing: lapJoin.policy == .counted, &drawn)
    }
    return drawn
  }

  /// The runs of consecutive vertices of the line.
  private mutating func stroke(
    _ range: Range<Int>, isCrossing: Bool, _ drawn: inout [Coordinate]
  ) -> [Run] {
    let line = route.line
    let kept = Simplification.keptIndices(
      of: line.vertices[range], toleranceMeters: toleranceMeters)
    var vertices: [Coordinate] = []
    var meters: [Double] = []
    for (place, index) in kept.enumerated() {
      vertices.append(line.vertices[index])
      meters.append(line.measures[index])
      // Simplification leaves no leg of this length but those of the line itself.
      guard place + 1 < kept.count, kept[place + 1] == index + 1 else { continue }
      let length = line.segmentMeters(index)
      guard length > Self.longestLegMeters else { continue }
      let legs = Int((length / Self.longestLegMeters).rounded(.up))
      guard addedCount + legs <= Self.mostAdded else { continue }
      addedCount += legs - 1
      for leg in 1..<legs {
        let along = length * Double(leg) / Double(legs)
        let start = line.vertices[index]
        let there = Geodesic.wgs84.directDegrees(
          start.latitude, start.longitude, line.azimuths[index], along)
        vertices.append(
          Coordinate(uncheckedLatitude: there.latitude, longitude: there.longitude))
        meters.append(line.measures[index] + along)
      }
    }

    return cut(vertices, meters, isCrossing: isCrossing, &drawn)
  }

  /// The line cut at 180 degrees, without what has no length and so cannot be travelled.
  private mutating func cut(
    _ vertices: [Coordinate], _ meters: [Double], isCrossing: Bool, _ drawn: inout [Coordinate]
  ) -> [Run] {
    let (pieces, added) = Antimeridian.cut(vertices[...])
    var runs: [Run] = []
    var next = 0
    var distance: Int64 = 0
    for (index, piece) in pieces.enumerated() {
      var reached: [Int64] = []
      for (place, vertex) in piece.enumerated() {
        let isBehindCut = index > 0 && place == 0
        let isCut = index < added.count && added[index] == 2 && place == piece.count - 1
        if isCut {
          let gap = RouteLine.gapMeters(from: vertices[next - 1], to: vertex)
          distance = micrometers(atMeters: min(meters[next - 1] + gap, meters[next]))
        } else if !isBehindCut {
          distance = micrometers(atMeters: meters[next])
          next += 1
        }
        reached.append(distance)
      }
      guard let first = reached.first, first < distance else { continue }
      runs.append(
        Run(
          isCrossing: isCrossing, vertices: distances.count..<distances.count + reached.count))
      distances += reached
      drawn += piece
    }
    return runs
  }

  /// Official micrometres from the start of the lap.
  private func micrometers(atMeters meters: Double) -> Int64 {
    let beyond = meters - route.geometricMeters
    if beyond > 0 {
      let way = Distance(roundingMeters: beyond) ?? .zero
      return min(route.passLength.micrometers + way.micrometers, route.lapLength.micrometers)
    }
    return route.officialDistance(atGeometricMeters: meters).micrometers - route.start.micrometers
  }

  // MARK: Text

  /// `[longitude,latitude]`.
  func append(_ vertex: Coordinate, to out: inout [UInt8]) {
    out.append(0x5B)
    NumberText.append(vertex.longitude, decimals: coordinateDigits, to: &out)
    out.append(0x2C)
    NumberText.append(vertex.latitude, decimals: coordinateDigits, to: &out)
    out.append(0x5D)
  }

  /// `[[longitude,latitude],…]` for one stroke.
  func append(_ stroke: MapStroke, to out: inout [UInt8]) {
    out.append(0x5B)
    if let lead = stroke.lead {
      append(lead, to: &out)
      out.append(0x2C)
    }
    if stroke.isReversed {
      for vertex in stroke.vertices.reversed() {
        out.append(contentsOf: text[textStarts[vertex]..<textStarts[vertex + 1]])
      }
    } else {
      let (first, end) = (stroke.vertices.lowerBound, stroke.vertices.upperBound)
      out.append(contentsOf: text[textStarts[first]..<textStarts[end]])
    }
    if let trail = stroke.trail { append(trail, to: &out) } else { out.removeLast() }
    out.append(0x5D)
  }
}
