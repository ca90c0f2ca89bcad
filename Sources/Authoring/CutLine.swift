internal import Geodesy
internal import Routes

/// Parts with the policies of the joins between them.
struct CutLine {
  var parts: [[Coordinate]] = []
  var policies: [JoinPolicy?] = []

  /// Puts another line behind this one.
  mutating func append(_ other: CutLine, join: JoinPolicy?) {
    if !parts.isEmpty, !other.parts.isEmpty { policies.append(join) }
    parts += other.parts
    policies += other.policies
  }
}

/// A place where a line can be cut.
struct Seam {
  /// The last vertex at it or before it.
  let vertex: Int
  /// Nil where it is at the vertex.
  let coordinate: Coordinate?
  /// Whether it lies inside a join, or at a vertex where a part begins and a part ends.
  let isBetweenParts: Bool
}

extension MeasuredRoute {
  /// Distances are rounded to micrometres: a cut this near to a vertex is one at the vertex.
  private static let vertexMeters = 5e-6

  /// The place of the line at an official distance of the pass.
  func seam(at micrometers: Int64) -> Seam {
    let meters = geometricMeters(inPass: micrometers - start.micrometers)
    let measures = line.measures[..<route.vertices.count]
    func last(atOrBefore meters: Double) -> Int {
      max(measures.partitioningIndex { $0 > meters } - 1, 0)
    }
    var vertex = last(atOrBefore: meters)
    if vertex + 1 < measures.count, measures[vertex + 1] - meters <= Self.vertexMeters {
      vertex = last(atOrBefore: measures[vertex + 1])
    }
    let part = route.partIndex(ofVertex: vertex)
    if meters - measures[vertex] <= Self.vertexMeters || vertex + 1 == measures.count {
      let isFirst = vertex > 0 && route.partStarts[part] == vertex
      let isLast =
        vertex + 1 < measures.count && route.partIndex(ofVertex: vertex + 1) != part
      return Seam(vertex: vertex, coordinate: nil, isBetweenParts: isFirst || isLast)
    }
    return Seam(
      vertex: vertex, coordinate: line.point(atMeters: meters).coordinate,
      isBetweenParts: route.partIndex(ofVertex: vertex + 1) != part)
  }

  /// The line between two places. A cut inside a join leaves a part of one vertex beside the join.
  func line(from first: Seam, to last: Seam) -> CutLine {
    // The place on the line and the part that it belongs to; nil inside a join.
    var items: [(Coordinate, part: Int?)] = []
    func part(inside seam: Seam) -> Int? {
      seam.isBetweenParts ? nil : route.partIndex(ofVertex: seam.vertex)
    }
    var low = first.vertex
    if let coordinate = first.coordinate {
      items.append((coordinate, part(inside: first)))
      low += 1
    }
    var high = last.vertex
    // Where the marker jumps, what comes before ends on the near side.
    if last.coordinate == nil, high > low, last.isBetweenParts,
      route.partStarts[route.partIndex(ofVertex: high)] == high,
      line.measures[high] == line.measures[high - 1]
    {
      high -= 1
    }
    if low <= high {
      for vertex in low...high {
        items.append((route.vertices[vertex], route.partIndex(ofVertex: vertex)))
      }
    }
    if let coordinate = last.coordinate { items.append((coordinate, part(inside: last))) }
    var cut = CutLine()
    var before: (part: Int?, last: Int)?
    for (coordinate, part) in items {
      if let before, before.part == part, part != nil {
        cut.parts[cut.parts.count - 1].append(coordinate)
        continue
      }
      if let before {
        // The join after the part before, or the one that the cut lies in.
        let join = part.map { $0 - 1 } ?? before.last
        cut.policies.append(route.joinPolicies[join])
      }
      cut.parts.append([coordinate])
      before = (part, part ?? before?.last ?? route.partIndex(ofVertex: first.vertex))
    }
    return cut
  }

  /// An official distance that a list gives, within the pass.
  ///
  /// - Throws: `edit-range`; `edit-route` where a join is undecided, so that no place is sure.
  func place(_ written: WrittenDistance, _ what: String) throws(AuthoringError) -> Int64 {
    try requirePlaces()
    guard pass.contains(written.distance.micrometers) else {
      let last = start.micrometers + length.micrometers
      if pass.upperBound < written.distance.micrometers, written.distance.micrometers <= last {
        throw AuthoringError(
          .range,
          "\(what) \(written.text), is on a later pass: this counts on the first, which goes from "
            + "\(Wording.distance(pass.lowerBound, in: written.unit)) to "
            + "\(Wording.distance(pass.upperBound, in: written.unit)); a route that leads there and back, "
            + "or round several times, is one line")
      }
      throw AuthoringError(
        .range,
        "\(what) \(written.text), is not on the route, which goes from "
          + "\(Wording.distance(pass.lowerBound, in: written.unit)) to "
          + Wording.distance(pass.upperBound, in: written.unit))
    }
    return written.distance.micrometers
  }

  func requirePlaces() throws(AuthoringError) {
    try AuthoringError.of { () throws(RouteError) in
      try requireLength()
      try requireResolvedJoins()
    }
  }
}
