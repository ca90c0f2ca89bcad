/// Where a tile is cut, in its own units from its south-western corner.
struct TileEdges {
  let west: Int
  let east: Int
  let south: Int
  let north: Int

  /// Whether a step leads along an edge, where no shore is.
  func isCut(_ a: SIMD2<Int>, _ b: SIMD2<Int>) -> Bool {
    a.x == b.x && (a.x == west || a.x == east) || a.y == b.y && (a.y == south || a.y == north)
  }
}

/// Decodes the records of one tile.
struct TileReader {
  let bytes: UnsafeBufferPointer<UInt8>
  let origin: Place
  let units: Double
  let edges: TileEdges
  private var at = 0

  private static let town: UInt8 = 6

  init(bytes: UnsafeBufferPointer<UInt8>, origin: Place, units: Double, edges: TileEdges) {
    self.bytes = bytes
    self.origin = origin
    self.units = units
    self.edges = edges
  }

  mutating func tile() -> MapTile {
    var tile = MapTile()
    while at < bytes.count {
      let (kind, rank) = (bytes[at], Int(bytes[at + 1]))
      at += 2
      if kind == Self.town {
        tile.towns.append(town())
      } else if let kind = MapTile.Line.Kind(rawValue: kind) {
        tile.lines += lines().map {
          MapTile.Line(kind: kind, rank: rank, places: $0.map(place))
        }
      } else if let kind = MapTile.Area.Kind(rawValue: kind) {
        let rings = lines()
        tile.areas.append(
          MapTile.Area(
            kind: kind, rank: rank, rings: rings.map(alongTheEdges),
            shores: rings.flatMap(shores)))
      } else {
        preconditionFailure("the map has a record of kind \(kind), which nothing reads")
      }
    }
    return tile
  }

  private mutating func number() -> Int {
    var value = 0
    var shift = 0
    while true {
      let byte = Int(bytes[at])
      at += 1
      value |= (byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
  }

  private mutating func step() -> SIMD2<Int> {
    func signed(_ value: Int) -> Int { value & 1 == 1 ? ~(value >> 1) : value >> 1 }
    let x = signed(number())
    return SIMD2(x, signed(number()))
  }

  private mutating func lines() -> [[SIMD2<Int>]] {
    (0..<number()).map { _ in
      var point = SIMD2(0, 0)
      return (0..<number()).map { _ in
        point &+= step()
        return point
      }
    }
  }

  private mutating func town() -> MapTile.Town {
    let place = place(step())
    let population = number()
    let count = number()
    defer { at += count }
    return MapTile.Town(
      name: String(decoding: bytes[at..<at + count], as: UTF8.self), place: place,
      population: population)
  }

  private func place(_ point: SIMD2<Int>) -> Place {
    Place(
      latitude: origin.latitude + Double(point.y) / units,
      longitude: origin.longitude + Double(point.x) / units)
  }

  /// A ring with a vertex in every degree of the edges that it follows, which are bent on a map.
  private func alongTheEdges(_ ring: [SIMD2<Int>]) -> [Place] {
    var places: [Place] = []
    places.reserveCapacity(ring.count)
    for (index, point) in ring.enumerated() {
      places.append(place(point))
      let next = ring[index + 1 < ring.count ? index + 1 : 0]
      let way = next &- point
      let steps = (abs(way.x) + abs(way.y)) / Int(units)
      guard steps > 1, edges.isCut(point, next) else { continue }
      for k in 1..<steps {
        places.append(place(point &+ SIMD2(way.x * k / steps, way.y * k / steps)))
      }
    }
    return places
  }

  private func shores(_ ring: [SIMD2<Int>]) -> [[Place]] {
    func isCut(_ index: Int) -> Bool {
      edges.isCut(ring[index], ring[(index + 1) % ring.count])
    }
    guard let first = ring.indices.first(where: isCut) else {
      return [(ring + [ring[0]]).map(place)]
    }
    var shores: [[Place]] = []
    var current: [Place] = []
    for k in 1...ring.count {
      let index = (first + k) % ring.count
      current.append(place(ring[index]))
      if isCut(index) {
        if current.count > 1 { shores.append(current) }
        current = []
      }
    }
    return shores
  }
}
