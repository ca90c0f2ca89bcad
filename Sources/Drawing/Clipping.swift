extension Box {
  /// The part of an area within the box: Sutherland and Hodgman (1974). Where the area is cut into
  /// pieces they stay connected along the box's edge, where nothing is seen of it.
  func clipped(area: [Point]) -> [Point] {
    guard let around = bounds(of: area), around.intersects(self) else { return [] }
    if contains(around) { return area }
    var points = area
    for side in Side.allCases {
      guard var previous = points.last else { return [] }
      var kept: [Point] = []
      kept.reserveCapacity(points.count + 8)
      for point in points {
        let isInside = depth(point, side) >= 0
        if isInside != (depth(previous, side) >= 0) {
          kept.append(crossing(previous, point, side))
        }
        if isInside { kept.append(point) }
        previous = point
      }
      points = kept
    }
    return points
  }

  /// The pieces of a line within the box.
  func clipped(line: [Point]) -> [[Point]] {
    guard let first = line.first else { return [] }
    var pieces: [[Point]] = []
    var current = contains(first) ? [first] : []
    for (a, b) in zip(line, line.dropFirst()) {
      guard let (from, to) = clipped(from: a, to: b) else {
        if current.count > 1 { pieces.append(current) }
        current = []
        continue
      }
      if current.isEmpty {
        current = [from]
      } else if current[current.count - 1] != from {
        if current.count > 1 { pieces.append(current) }
        current = [from]
      }
      current.append(to)
      if to != b {
        pieces.append(current)
        current = []
      }
    }
    if current.count > 1 { pieces.append(current) }
    return pieces
  }

  /// The part of a straight line within the box: Liang and Barsky (1984).
  private func clipped(from a: Point, to b: Point) -> (Point, Point)? {
    var (low, high) = (0.0, 1.0)
    for side in Side.allCases {
      let (da, db) = (depth(a, side), depth(b, side))
      if da < 0, db < 0 { return nil }
      if da < 0 { low = max(low, da / (da - db)) }
      if db < 0 { high = min(high, da / (da - db)) }
    }
    guard low <= high else { return nil }
    func point(_ t: Double) -> Point { Point(x: a.x + t * (b.x - a.x), y: a.y + t * (b.y - a.y)) }
    return (low == 0 ? a : point(low), high == 1 ? b : point(high))
  }

  private enum Side: CaseIterable { case west, north, east, south }

  /// How far a point lies inside of a side.
  private func depth(_ point: Point, _ side: Side) -> Double {
    switch side {
    case .west: point.x - minX
    case .north: point.y - minY
    case .east: maxX - point.x
    case .south: maxY - point.y
    }
  }

  private func crossing(_ a: Point, _ b: Point, _ side: Side) -> Point {
    let t = depth(a, side) / (depth(a, side) - depth(b, side))
    var point = Point(x: a.x + t * (b.x - a.x), y: a.y + t * (b.y - a.y))
    switch side {
    case .west: point.x = minX
    case .north: point.y = minY
    case .east: point.x = maxX
    case .south: point.y = maxY
    }
    return point
  }
}
