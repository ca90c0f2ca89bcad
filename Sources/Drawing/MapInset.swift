internal import OpenStreetMap
internal import Routes

/// A part of a map where waypoints crowd, enlarged where the map has room, so that they are named.
struct MapInset {
  /// The frame of the part, and the inset.
  let layers: [Layer]
  /// Waypoints that have a label in it, and none on the map.
  let namedCount: Int
  /// Where it is.
  let box: Box

  /// The crowd is at least this share of the waypoints that have no room: where they crowd everywhere,
  /// no part is the one to show.
  private static let leastShare = 1.0 / 3
  /// Fewer waypoints than these are not worth it.
  private static let leastNamed = 4
  /// Waypoints that are compared with each other.
  private static let mostCompared = 400
  /// In pixels at the usual size of a picture, the better one first.
  private static let sizes = [(width: 320.0, height: 230.0), (width: 240.0, height: 170.0)]
  private static let mostEnlarged = 60.0
  /// The crowd lies within a part of the inset's size by this.
  private static let leastEnlarged = 4.0
  /// The share of the inset that the crowd takes, so that labels have room.
  private static let share = 0.6

  /// Nil where no part is crowded, or no place is free.
  ///
  /// - Parameter map: with the names of waypoints, before lesser labels take the room.
  init?(
    _ map: borrowing MapBuilder, _ trace: RouteTrace, basemap: OSMExtract?
  ) throws(DrawingError) {
    let unit = map.unit
    let unnamed = map.unnamed.prefix(Self.mostCompared).filter {
      let waypoint = map.waypoints[$0]
      // A waypoint that is named by its distance needs no inset.
      return map.box.contains(waypoint.pixel)
        && waypoint.placed.waypoint.name.flatMap(Marker.distance(inName:)) == nil
    }
    let points = unnamed.map { map.waypoints[$0].pixel }
    for size in Self.sizes {
      let (width, height) = (size.width * unit, size.height * unit)
      guard let crowd = Self.crowd(points, width, height) else { return nil }
      let factor = min(
        Self.share * width / crowd.width, Self.share * height / crowd.height, Self.mostEnlarged)
      let (acrossHalf, downHalf) = (width / factor / 2, height / factor / 2)
      let middle = crowd.center
      let part = Box(
        minX: middle.x - acrossHalf, minY: middle.y - downHalf, maxX: middle.x + acrossHalf,
        maxY: middle.y + downHalf)
      guard let box = Self.place(width, height, of: part, on: map) else { continue }
      let sheet = try MapSheet(
        map.sheet, enlarging: middle, by: factor, in: box, trace: trace)
      let streets = try MapStreets(basemap, sheet, unit: unit, palette: map.palette)
      var inset = MapBuilder(map.measured, sheet, map.style, map.position, showing: map.shown)
      inset.addRoute(hasArrows: false)
      inset.addSigns([])
      var labels = Layer("labels")
      inset.addWaypointNames(&labels)
      let named = Set(unnamed).subtracting(inset.unnamed)
      guard named.count >= Self.leastNamed else { continue }
      namedCount = named.count
      self.box = box
      layers =
        [
          Layer(
            "inset-part", clip: map.box,
            [.box(part, fill: nil, stroke: Stroke(color: map.palette.ink, width: unit))]),
          Layer("inset", [.box(box, fill: map.palette.paper)]), streets.layer,
        ] + inset.layers + [labels]
      return
    }
    return nil
  }

  /// Around the most points that lie together in a small part; nil where there are not enough.
  private static func crowd(_ points: [Point], _ width: Double, _ height: Double) -> Box? {
    let (across, down) = (
      share * width / leastEnlarged / 2, share * height / leastEnlarged / 2
    )
    var most: [Point] = []
    for point in points {
      let near = points.filter { abs($0.x - point.x) <= across && abs($0.y - point.y) <= down }
      if near.count > most.count { most = near }
    }
    let isCrowd =
      most.count >= leastNamed && Double(most.count) >= leastShare * Double(points.count)
    return isCrowd ? bounds(of: most) : nil
  }

  /// Where the map has room, the nearest to the part: on no label, panel, sign or line.
  private static func place(
    _ width: Double, _ height: Double, of part: Box, on map: borrowing MapBuilder
  ) -> Box? {
    let inner = map.box.expanded(by: -8 * map.unit)
    guard inner.width > width, inner.height > height else { return nil }
    let steps = 8
    var best: (box: Box, distance: Double)?
    for row in 0...steps {
      for column in 0...steps {
        let x = inner.minX + (inner.width - width) * Double(column) / Double(steps)
        let y = inner.minY + (inner.height - height) * Double(row) / Double(steps)
        let box = Box(minX: x, minY: y, maxX: x + width, maxY: y + height)
        let around = box.expanded(by: 6 * map.unit)
        guard map.placing.isFree(box), map.placing.cost(around) == 0, !around.intersects(part),
          !map.marked.contains(where: around.contains)
        else { continue }
        let distance = box.center.distance(to: part.center)
        if distance < best?.distance ?? .infinity { best = (box, distance) }
      }
    }
    return best?.box
  }
}
