public import Geodesy

extension MeasuredRoute {
  /// The place of each waypoint on the line, in the waypoints' order, and the indices of those for
  /// which not all of a line near itself could be looked at.
  ///
  /// A waypoint takes the nearest place that keeps the order of the file, the first pass where
  /// several tie. A place is not bent further than `waypointOrderReachMeters` for the order's sake:
  /// beyond that the waypoint is out of order and stays where it is nearest.
  static func place(
    _ waypoints: [Waypoint], on line: RouteLine
  ) throws(RouteError) -> (places: [PlaceIndex.Place], cutShort: [Int]) {
    if waypoints.isEmpty { return ([], []) }
    // Only what can be walked in one pass counts: the closing join belongs to the next lap.
    var placing = WaypointPlacing(PlaceIndex(line, passOnly: true))
    var placed: [PlaceIndex.Place] = []
    placed.reserveCapacity(waypoints.count)
    var cutShort: [Int] = []
    for (index, waypoint) in waypoints.enumerated() {
      placed.append(placing.place(waypoint.coordinate))
      if placing.isCutShort { cutShort.append(index) }
      if placing.isCancelled {
        throw RouteError(.cancelled, "nobody waits for the route any more")
      }
    }
    return (placed, cutShort)
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

/// Finds the places of waypoints one after the other.
///
/// It looks from the waypoint before on until a pass is found, so that a line of many passes is gone
/// through once and not for each waypoint.
private struct WaypointPlacing {
  private let index: PlaceIndex
  private var work: Work
  /// The nearest places of the coordinates so far: a name may stand at one coordinate many times.
  private var nearest: [Coordinate: PlaceIndex.Place] = [:]
  private var previous = 0.0
  /// Whether the last waypoint was placed with less work than it asked for.
  private(set) var isCutShort = false

  init(_ index: PlaceIndex) {
    self.index = index
    work = Work(steps: WorkLimits.placing(segments: index.tree.count))
  }

  var isCancelled: Bool { work.isCancelled }

  mutating func place(_ target: Coordinate) -> PlaceIndex.Place {
    isCutShort = false
    var place = inOrder(target)
    // Where nothing was found because the work was spent, the nearest place is what there is.
    if place == nil, !work.isSpent { place = bent(target) }
    let found = place ?? index.nearest(to: target, isBand: false, &work)
    if work.isSpent { isCutShort = true }
    previous = found.meters
    return found
  }

  /// Begins a search: what was spent by the one before leaves some work for it.
  private mutating func allow() {
    if work.isSpent { isCutShort = true }
    work.allowAtLeast(WorkLimits.placingLeast)
  }

  /// The first segment that places at or behind the waypoint before can lie on.
  private var start: Int {
    let measures = index.line.measures
    return max(measures.partitioningIndex { $0 >= previous } - 1, 0)
  }

  /// The first pass within a tie of the nearest that keeps the order; on that pass the nearest place.
  private mutating func inOrder(_ target: Coordinate) -> PlaceIndex.Place? {
    allow()
    let nearest = nearest[target] ?? index.nearest(to: target, isBand: true, &work)
    self.nearest[target] = nearest
    allow()
    var minima = Minima(bandMeters: nearest.offsetMeters + MeasuredRoute.waypointTieMeters)
    // The index of the first place that keeps the order, or how many places were looked at for it.
    var next = 0
    index.scan(from: start, target, &minima, &work) { minima in
      while next < minima.places.count, minima.places[next].meters < previous { next += 1 }
      return next == minima.places.count || !minima.isPast(pass: minima.places[next].pass)
    }
    guard let first = minima.places.first(where: { $0.meters >= previous }) else { return nil }
    let pass = minima.places.filter { $0.pass == first.pass && $0.meters >= previous }
    // Near a turn both ways are one pass, and a rounding must not choose the way back.
    let least = pass.map(\.offsetMeters).min() ?? 0
    return pass.first { $0.offsetMeters <= least + 1e-3 } ?? first
  }

  /// A place a little further away that keeps the order.
  private mutating func bent(_ target: Coordinate) -> PlaceIndex.Place? {
    let reach = MeasuredRoute.waypointOrderReachMeters
    let line = index.line
    var later: [PlaceIndex.Place] = []
    if let nearest = nearest[target], nearest.offsetMeters <= reach {
      var minima = Minima(bandMeters: reach)
      index.scan(from: start, target, &minima, &work) { _ in true }
      later = minima.places.filter { $0.meters >= previous }
    }
    let here = index.offsetMeters(of: target, atMeters: previous)
    if here <= reach {
      let point = line.point(atMeters: previous)
      later.append(
        PlaceIndex.Place(
          meters: previous, offsetMeters: here, coordinate: point.coordinate, pass: -1))
    }
    return later.min { ($0.offsetMeters, $0.meters) < ($1.offsetMeters, $1.meters) }
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
