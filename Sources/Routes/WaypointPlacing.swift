public import Geodesy

extension MeasuredRoute {
  /// The place of each waypoint on the line, in the waypoints' order.
  ///
  /// A waypoint takes the nearest place that keeps the order of the file, the first pass where
  /// several tie. A place is not bent further than `waypointOrderReachMeters` for the order's sake:
  /// beyond that the waypoint is out of order and stays where it is nearest.
  static func place(
    _ waypoints: [Waypoint], on line: RouteLine
  ) throws(RouteError) -> [PlaceIndex.Place] {
    if waypoints.isEmpty { return [] }
    // Only what can be walked in one pass counts: the closing join belongs to the next lap.
    guard let index = PlaceIndex(line, passOnly: true) else {
      throw RouteError(.limit, "no memory is left for the index of places")
    }
    var placed: [PlaceIndex.Place] = []
    placed.reserveCapacity(waypoints.count)
    var previous = 0.0
    for waypoint in waypoints {
      let place = Self.place(waypoint.coordinate, after: previous, index: index, line: line)
      placed.append(place)
      previous = place.meters
    }
    return placed
  }

  private static func place(
    _ target: Coordinate, after previous: Double, index: borrowing PlaceIndex, line: RouteLine
  ) -> PlaceIndex.Place {
    let candidates = index.places(nearest: target, toleranceMeters: waypointTieMeters)
    // The first pass that keeps the order; on that pass the nearest place.
    if let first = candidates.first(where: { $0.meters >= previous }) {
      let pass = candidates.filter { $0.pass == first.pass && $0.meters >= previous }
      // Near a turn both ways are one pass, and a rounding must not choose the way back.
      let least = pass.map(\.offsetMeters).min() ?? 0
      return pass.first { $0.offsetMeters <= least + 1e-3 } ?? first
    }
    // A line has a nearest place; were the index to find none, the start would be no trap.
    let nearest =
      candidates.min { $0.offsetMeters < $1.offsetMeters }
      ?? PlaceIndex.Place(
        meters: 0, offsetMeters: index.offsetMeters(of: target, atMeters: 0),
        coordinate: line.vertices[0], pass: 0)
    let reach = index.places(nearest: target, toleranceMeters: waypointOrderReachMeters)
    let here = index.offsetMeters(of: target, atMeters: previous)
    var later = reach.filter {
      $0.meters >= previous && $0.offsetMeters <= waypointOrderReachMeters
    }
    if here <= waypointOrderReachMeters {
      let point = line.point(atMeters: previous)
      later.append(
        PlaceIndex.Place(
          meters: previous, offsetMeters: here, coordinate: point.coordinate, pass: -1))
    }
    return later.min { ($0.offsetMeters, $0.meters) < ($1.offsetMeters, $1.meters) }
      ?? nearest
  }

  /// The markers among the waypoints that increase in both measures, as many as possible, and the
  /// indices of those that do not fit. One that marks the start moves its waypoint there.
  static func markers(
    among waypoints: [Waypoint], at places: inout [PlaceIndex.Place], request: CalibrationRequest,
    officialLength: Distance?, passMeters: Double
  ) -> (used: [Marker], unused: [Int]) {
    var candidates: [(index: Int, marker: Marker)] = []
    var negative: [Int] = []
    var seen = 0
    for (index, waypoint) in waypoints.enumerated() {
      var official = waypoint.officialDistance
      if official == nil, request.namedMarkers {
        official = waypoint.name.flatMap(Marker.distance(inName:))
      }
      guard let official else { continue }
      if official < .zero {
        negative.append(index)
        continue
      }
      defer { seen += 1 }
      if seen % request.every != 0 { continue }
      candidates.append(
        (
          index,
          Marker(
            name: waypoint.name, geometricMeters: places[index].meters, officialDistance: official)
        ))
    }
    candidates.sort { $0.marker.officialDistance < $1.marker.officialDistance }
    // The start is 0: a marker that says so within a tie of it is the start itself.
    for i in candidates.indices
    where candidates[i].marker.officialDistance == .zero
      && candidates[i].marker.geometricMeters <= waypointTieMeters
    {
      candidates[i].marker.geometricMeters = 0
      places[candidates[i].index].meters = 0
    }
    let startMarker = candidates.first { $0.marker.geometricMeters == 0 }
    let startDistance = startMarker?.marker.officialDistance ?? .zero
    var endDistance: Distance?
    if let officialLength {
      endDistance = Distance(
        micrometers: startDistance.micrometers.addingReportingOverflow(officialLength.micrometers)
          .partialValue)
    }
    // So is the end: rounding or the last fix of a receiver may put it a step before the line's end.
    for i in candidates.indices
    where candidates[i].marker.officialDistance == endDistance
      && passMeters - candidates[i].marker.geometricMeters <= waypointTieMeters
    {
      candidates[i].marker.geometricMeters = passMeters
      places[candidates[i].index].meters = passMeters
    }
    let usable = candidates.filter { candidate in
      let marker = candidate.marker
      if candidate.index == startMarker?.index { return true }
      guard marker.geometricMeters > 0, marker.officialDistance > startDistance else {
        return false
      }
      guard let endDistance else { return true }
      return marker.officialDistance < endDistance && marker.geometricMeters < passMeters
    }
    // Strictly increasing in both: of equal distances the one furthest along the line comes first, so
    // that at most one of them is taken.
    let sorted = usable.sorted { a, b in
      a.marker.officialDistance != b.marker.officialDistance
        ? a.marker.officialDistance < b.marker.officialDistance
        : a.marker.geometricMeters > b.marker.geometricMeters
    }
    let used = sorted.longestChain { $0.marker.geometricMeters < $1.marker.geometricMeters }
      .map { sorted[$0] }
    let usedIndices = Set(used.map(\.index))
    let fitsEnd = { (marker: Marker) in
      marker.officialDistance == endDistance && marker.geometricMeters == passMeters
    }
    let unused = candidates.filter { !usedIndices.contains($0.index) && !fitsEnd($0.marker) }
    return (used.map(\.marker), (unused.map(\.index) + negative).sorted())
  }
}

extension Marker {
  /// The distance that a waypoint's name states: "12 km", "mile 33", "Km 7.5", or nil.
  public static func distance(inName name: String) -> Distance? {
    if let distance = try? Distance(name) { return distance }
    let words = name.split(whereSeparator: { $0 == " " || $0 == "\t" })
    guard words.count == 2, let unit = DistanceUnit(name: words[0]) else { return nil }
    return try? Distance(words[1], defaultUnit: unit)
  }
}
