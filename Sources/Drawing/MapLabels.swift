internal import Geodesy
internal import MapData
internal import Routes

extension MapBuilder {
  /// Towns named on one map, and how far apart they are at least.
  private static let mostTowns = 40
  private static let mostTried = 3_000
  private static let townSpacing = 34.0
  /// From this many people on a town's name is larger.
  private static let largeTown = 500_000

  /// The labels of the route, the most important first.
  mutating func addNames() {
    var layer = Layer("labels")
    if let here, let position {
      layer.shapes += label(
        style.text(position.position.distance), beside: here, radius: 11 * unit,
        size: 12.5 * unit, isBold: true, color: palette.travelled)
    }
    unnamedTeams = max(teams.count - MapDrawing.mostLabels, 0)
    for team in teams.prefix(MapDrawing.mostLabels) {
      let shapes = label(
        style.ruler.fitted(
          team.name.drawable(most: 40), size: style.labelText, isBold: true, width: 190 * unit),
        beside: team.pixel, radius: 6 * unit, size: style.labelText, isBold: true,
        color: palette.travelled)
      if shapes.isEmpty { unnamedTeams += 1 }
      layer.shapes += shapes
    }
    addWaypointNames(&layer)
    layers.append(layer)
  }

  /// The labels of distances, towns and the graticule, where the names leave room.
  mutating func addLabels(_ graticule: Graticule, towns: [MapTile.Town]) {
    var layer = Layer("labels")
    for tick in ticks {
      layer.shapes += label(
        tick.text, beside: tick.at, radius: 5 * unit, size: style.smallText,
        color: palette.quietInk, mostCovered: 3)
    }
    addTowns(towns)
    for mark in graticule.labels {
      let point =
        switch mark.side {
        case .left: Point(x: box.minX + 5 * unit, y: mark.at.y - 4 * unit)
        case .bottom: Point(x: mark.at.x + 4 * unit, y: box.maxY - 6 * unit)
        case .inside: Point(x: mark.at.x + 4 * unit, y: mark.at.y - 4 * unit)
        }
      let run = style.ruler.run(
        mark.text, at: point, size: 8.5 * unit, color: palette.quietInk.with(opacity: 0.8))
      guard placing.isFree(run.box), placing.cost(run.box) == 0 else { continue }
      placing.take(run.box.expanded(by: 3 * unit))
      layer.shapes.append(.text(run))
    }
    layers.append(layer)
  }

  mutating func addWaypointNames(_ layer: inout Layer) {
    let size = style.labelText
    var named: [String: [Point]] = [:]
    let hasDot = Set(dots)
    for (rank, index) in order.enumerated() {
      let (placed, point) = waypoints[index]
      let name = placed.waypoint.name?.drawable(most: 40) ?? ""
      if name.isEmpty { continue }
      // A place that is passed twice is named once.
      let same = named[name, default: []].map { $0.distance(to: point) }.min() ?? .infinity
      if same < 40 * unit {
        if same > 4 * unit { unnamed.append(index) }
        continue
      }
      // The places that the route is from and to.
      let isEnd =
        (index == 0 && point.distance(to: start) < markerRadius)
        || (index == waypoints.count - 1 && point.distance(to: finish ?? start) < markerRadius)
      var shapes: [Shape] = []
      if rank < MapDrawing.mostLabels, hasDot.contains(index) {
        shapes = label(
          style.ruler.fitted(name, size: size, isBold: isEnd, width: 190 * unit), beside: point,
          radius: isEnd ? markerRadius : 3.5 * unit, size: size, isBold: isEnd, color: palette.ink,
          mostCovered: isEnd ? .max : 3)
      }
      if shapes.isEmpty { unnamed.append(index) } else { named[name, default: []].append(point) }
      layer.shapes += shapes
    }
  }

  /// The largest towns that have room, below the route and its names.
  private mutating func addTowns(_ towns: [MapTile.Town]) {
    let names = Set(
      layers.lazy.filter { $0.name == "labels" }.flatMap(\.shapes).compactMap {
        if case .text(let run) = $0 { run.text.lowercased() } else { nil }
      })
    var layer = Layer("towns", clip: box)
    var named: [Point] = []
    let inner = box.expanded(by: -14 * unit)
    for town in towns.prefix(Self.mostTried) {
      if named.count == Self.mostTowns { break }
      let middle = sheet.pixel(town.place)
      let isOnMap = box.contains(middle)
      // The middle of a large town may lie beyond the edge of a map that shows a part of it.
      let point = isOnMap ? middle : inner.nearest(to: middle)
      let beyond = middle.distance(to: point) * sheet.viewport.metersPerPixel
      guard isOnMap || beyond < Self.radiusMeters(of: town),
        !names.contains(town.name.lowercased()),
        !named.contains(where: { $0.distance(to: point) < Self.townSpacing * unit }),
        !isOnMap || isSeen(point)
      else { continue }
      let isLarge = town.population >= Self.largeTown
      let text = label(
        town.name.drawable(most: 40), beside: point, radius: 2.5 * unit,
        size: isLarge ? style.labelText : style.smallText, color: palette.quietInk, mostCovered: 1)
      if text.isEmpty { continue }
      named.append(point)
      if isOnMap {
        placing.avoid(point, weight: 2)
        layer.shapes.append(
          .circle(
            center: point, radius: (isLarge ? 2.4 : 1.8) * unit, fill: palette.quietInk, stroke: nil
          ))
      }
      layer.shapes += text
    }
    hasTowns = !named.isEmpty
    // Above the ground and its grid.
    layers.insert(layer, at: layers.firstIndex { $0.name == "route" } ?? layers.count)
  }

  /// Whether neither a name nor a panel would cover a dot. At the ends of the route their own signs mark the
  /// place.
  private func isSeen(_ point: Point) -> Bool {
    placing.isFree(Box(around: point, radius: 3 * unit))
      || [start, finish, here].contains { $0.map { $0.distance(to: point) < 12 * unit } ?? false }
  }

  /// How far a town reaches, were it round with 3,000 people on each square kilometre.
  private static func radiusMeters(of town: MapTile.Town) -> Double {
    1_000 * (Double(town.population) / (3_000 * .pi)).squareRoot()
  }

  /// A label beside a point, or nothing where it has no room.
  fileprivate mutating func label(
    _ text: String, beside point: Point, radius: Double, size: Double, isBold: Bool = false,
    color: Color, mostCovered: Int = .max
  ) -> [Shape] {
    guard box.contains(point),
      let place = placing.place(
        width: style.ruler.width(text, size: size, isBold: isBold), height: size, beside: point,
        radius: radius, padding: 3 * unit, mostCovered: mostCovered)
    else { return [] }
    return [
      .text(
        style.ruler.run(
          text, at: Point(x: place.minX, y: place.minY + size * Typeface.ascent), size: size,
          isBold: isBold, color: color, halo: palette.halo))
    ]
  }
}
