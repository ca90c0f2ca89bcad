internal import Geodesy
internal import MapData
internal import Routes

/// The line of a route as places close enough together to be drawn by straight strokes.
struct RouteTrace {
  enum Kind: CaseIterable {
    /// Parts and the gaps that are walked.
    case line
    /// A gap that the marker jumps over.
    case ferry
    /// A crossing that counts.
    case crossing
    /// A gap that nobody has decided on.
    case unresolved

    init(_ policy: JoinPolicy) {
      switch policy {
      case .walk: self = .line
      case .ferry: self = .ferry
      case .counted: self = .crossing
      case .unresolved: self = .unresolved
      }
    }
  }

  struct Piece {
    var kind: Kind
    var places: [Place]
  }

  private(set) var pieces: [Piece] = []

  /// All of a route once: its parts and joins, and the way back to the start where laps need one.
  init(_ measured: MeasuredRoute) {
    let route = measured.route
    var densifier = Densifier(route.vertices)
    func add(_ vertices: some Collection<Coordinate>, _ kind: Kind) {
      let places = densifier.places(vertices)
      if kind == .line, let last = pieces.indices.last, pieces[last].kind == .line,
        pieces[last].places.last == places.first
      {
        pieces[last].places += places.dropFirst()
      } else {
        pieces.append(Piece(kind: kind, places: places))
      }
    }
    for part in 0..<route.partCount {
      if part > 0 {
        let join = measured.joins[part - 1]
        add([join.from, join.to], Kind(join.policy))
      }
      add(route.part(part), .line)
    }
    if let join = measured.lapJoin { add([join.from, join.to], Kind(join.policy)) }
  }

  /// A stretch of the course as it is travelled.
  init(_ slice: [LinePiece]) {
    for piece in slice {
      var densifier = Densifier(piece.coordinates)
      pieces.append(
        Piece(
          kind: piece.kind == .crossing ? .crossing : .line,
          places: densifier.places(piece.coordinates)))
    }
  }

  /// Places spread over the whole line, the ends of all pieces among them: what a map has to show.
  func sample(most: Int) -> [Place] {
    let count = pieces.reduce(0) { $0 + $1.places.count }
    let step = max(count / most, 1)
    var places: [Place] = []
    var index = 0
    for piece in pieces {
      for place in piece.places {
        if index % step == 0 { places.append(place) }
        index += 1
      }
    }
    if let last = pieces.last?.places.last { places.append(last) }
    return places
  }
}

/// Adds places to long legs, so that they are drawn as the geodesics they are.
private struct Densifier {
  /// Between places this near to each other a geodesic is a straight stroke on every map that shows
  /// them: it bends by 30 m at most.
  private static let stepMeters = 40_000.0
  /// Legs that may be longer are told by their degrees, which is quick.
  private static let shortDegrees = 0.3
  /// The most places that are added to a line; where legs need more, steps are longer.
  private static let mostPlaces = 1_000_000

  private var stepMeters = Densifier.stepMeters

  init(_ vertices: [Coordinate]) {
    var sum = 0.0
    for (a, b) in zip(vertices, vertices.dropFirst()) where Self.isLong(a, b) {
      sum += Geodesic.wgs84.inverseDegrees(a.latitude, a.longitude, b.latitude, b.longitude).meters
    }
    stepMeters = max(Self.stepMeters, sum / Double(Self.mostPlaces))
  }

  private static func isLong(_ a: Coordinate, _ b: Coordinate) -> Bool {
    abs(a.latitude - b.latitude)
      + abs((a.longitude - b.longitude).remainder(dividingBy: 360)) > shortDegrees
  }

  mutating func places(_ vertices: some Collection<Coordinate>) -> [Place] {
    var places: [Place] = []
    places.reserveCapacity(vertices.count)
    var previous: Coordinate?
    for vertex in vertices {
      if let previous, Self.isLong(previous, vertex) { append(from: previous, to: vertex, &places) }
      places.append(Place(latitude: vertex.latitude, longitude: vertex.longitude))
      previous = vertex
    }
    return places
  }

  private func append(from a: Coordinate, to b: Coordinate, _ places: inout [Place]) {
    let leg = Geodesic.wgs84.inverseDegrees(a.latitude, a.longitude, b.latitude, b.longitude)
    let steps = Int((leg.meters / stepMeters).rounded(.up))
    guard steps > 1 else { return }
    let path = Geodesic.wgs84.line(
      latitude: a.latitude, longitude: a.longitude, azimuth: leg.azimuth1)
    for k in 1..<steps {
      let there = path.position(meters: leg.meters * Double(k) / Double(steps))
      places.append(Place(latitude: there.latitude, longitude: there.longitude))
    }
  }
}
