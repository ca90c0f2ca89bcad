internal import Geodesy

/// Finds out which of the legs between stops ways lead along, in as few calls as the finder allows.
struct WaySearch {
  typealias Ask = (() async throws(MapsError) -> FoundWay) async throws(MapsError) -> FoundWay

  /// Consecutive legs: those of a way, or one that no way leads along.
  private enum Piece {
    case way(Range<Int>, [Coordinate])
    case gap(Int)
  }

  let stops: [Coordinate]
  let ways: any WayFinder
  let mode: TravelMode
  let mostSnapMeters: Double
  /// Makes a call, again where that may help.
  let ask: Ask
  private(set) var snapped: [Double?]
  private var pieces: [Piece] = []

  init(
    stops: [Coordinate], ways: any WayFinder, mode: TravelMode, mostSnapMeters: Double,
    ask: @escaping Ask
  ) {
    self.stops = stops
    self.ways = ways
    self.mode = mode
    self.mostSnapMeters = mostSnapMeters
    self.ask = ask
    snapped = stops.map { _ in nil }
  }

  /// - Parameter progress: is called with the share of the legs that are found.
  mutating func run(_ progress: (Double) -> Void) async throws(MapsError) {
    let legs = stops.count - 1
    var start = 0
    while start < legs {
      let end = ways.mostStops - 1 < legs - start ? start + ways.mostStops - 1 : legs
      // What is left to be found, the first last.
      var open = [start..<end]
      while let next = open.popLast() {
        open += try await found(next).reversed()
        progress(Double(next.upperBound) / Double(legs))
      }
      start = end
    }
  }

  /// Finds a run of legs, or takes it apart.
  ///
  /// - Returns: shorter runs that have to be found in its place.
  private mutating func found(_ legs: Range<Int>) async throws(MapsError) -> [Range<Int>] {
    if legs.count == 1, isFar(legs.lowerBound) || isFar(legs.upperBound) {
      pieces.append(.gap(legs.lowerBound))
      return []
    }
    let way: FoundWay
    do throws(MapsError) {
      let (stops, ways, mode) = (Array(stops[legs.lowerBound...legs.upperBound]), ways, mode)
      way = try await ask { () async throws(MapsError) in
        let way = try await ways.way(through: stops, by: mode)
        try Self.check(way, through: stops)
        return way
      }
    } catch {
      guard error.code == .noWay else { throw error }
      if legs.count == 1 {
        pieces.append(.gap(legs.lowerBound))
        return []
      }
      let middle = legs.lowerBound + legs.count / 2
      return [legs.lowerBound..<middle, middle..<legs.upperBound]
    }
    for (index, meters) in zip(legs.lowerBound..., way.snappedMeters) { snapped[index] = meters }
    guard (legs.lowerBound...legs.upperBound).contains(where: isFar) else {
      pieces.append(.way(legs, way.line))
      return []
    }
    // Runs between stops that the finder put elsewhere.
    var runs: [Range<Int>] = []
    for leg in legs {
      let isGap = isFar(leg) || isFar(leg + 1)
      if !isGap, let last = runs.last, last.upperBound == leg, !isFar(last.lowerBound) {
        runs[runs.count - 1] = last.lowerBound..<leg + 1
      } else {
        runs.append(leg..<leg + 1)
      }
    }
    return runs
  }

  /// How much farther from a stop a line may pass than is said, for rounding and sides of a street.
  private static let mostOffMeters = 100.0

  /// Makes sure that a line is one, and passes the stops in their order as near as is said: a server
  /// may answer with that of another question.
  ///
  /// Complexity: linear in the line's vertices and the stops.
  ///
  /// - Throws: `malformed`.
  private static func check(_ way: FoundWay, through stops: [Coordinate]) throws(MapsError) {
    guard way.line.count > 1, way.snappedMeters.count == stops.count else {
      throw MapsError(.malformed, "the way does not lead through all \(stops.count) stops")
    }
    var next = 0
    for (number, stop) in stops.enumerated() {
      let most = way.snappedMeters[number] + mostOffMeters
      // A first look that costs little: a degree of latitude is 110 km at least.
      let mostDegrees = most / 110_000
      // It ends where it is to end.
      if number == stops.count - 1 { next = way.line.count - 1 }
      guard
        let passed = way.line[next...].firstIndex(where: {
          abs($0.latitude - stop.latitude) <= mostDegrees
            && Geodesic.wgs84.inverse(from: stop, to: $0).distanceMeters <= most
        }), number > 0 || passed == 0
      else {
        throw MapsError(
          .malformed, "the way does not pass stop \(number + 1) of \(stops.count) in its turn")
      }
      next = passed
    }
  }

  private func isFar(_ stop: Int) -> Bool { (snapped[stop] ?? 0) > mostSnapMeters }

  /// The parts of a route, and the legs that no way leads along.
  ///
  /// A gap is a join, but for one beside a stop that would be a part of one point, which most formats
  /// cannot hold: the line goes straight to it.
  func parts() -> (parts: [[Coordinate]], gaps: [RoutePlan.Gap]) {
    var parts: [[Coordinate]] = [[]]
    var gaps: [RoutePlan.Gap] = []
    for (index, piece) in pieces.enumerated() {
      switch piece {
      case .way(_, let line): append(line, to: &parts[parts.count - 1])
      case .gap(let leg):
        let part = parts[parts.count - 1]
        let from = part.last ?? stops[leg]
        var to = stops[leg + 1]
        var join: Int?
        if part.count > 1, index + 1 < pieces.count, case .way(_, let line) = pieces[index + 1],
          line.count > 1
        {
          to = line[0]
          join = parts.count
          parts.append([])
        } else {
          append([from, to], to: &parts[parts.count - 1])
        }
        let meters = Geodesic.wgs84.inverse(from: from, to: to).distanceMeters
        gaps.append(RoutePlan.Gap(after: leg, meters: meters, join: join))
      }
    }
    return (parts, gaps)
  }

  /// A place that is repeated says nothing.
  private func append(_ line: [Coordinate], to part: inout [Coordinate]) {
    for vertex in line where part.last.map({ !$0.isSamePlace(as: vertex) }) ?? true {
      part.append(vertex)
    }
  }
}
