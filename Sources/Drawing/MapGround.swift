internal import MapData

/// What a route leads over: sea, land, lakes, ice shelves, rivers and borders, and the towns that can
/// be named.
struct MapGround {
  /// The scale of the outlines, in words.
  let scale: String
  /// Whether the map shows more than outlines of this scale can tell.
  let isApproximate: Bool
  /// The largest first.
  let towns: [MapTile.Town]
  /// Whether a coast, shore or river is seen.
  private(set) var hasOutlines = false
  private(set) var hasIceShelf = false
  private(set) var layer: Layer

  /// One pixel of a larger map shows more metres than this; then the coarsest outlines will do.
  private static let coarseMetersPerPixel = 9_000.0
  /// Up to here the outlines are taken from tiles.
  private static let tiledMetersPerPixel = 2_500.0
  /// Up to here from the finest ones.
  private static let fineMetersPerPixel = 400.0
  /// A map that is less wide shows more than outlines at 1:10,000,000 can tell.
  private static let leastMetersAcross = 60_000.0

  init(_ sheet: borrowing MapSheet, unit: Double, palette: Palette) {
    let perPixel = sheet.viewport.metersPerPixel * unit
    let across = sheet.box.width * sheet.viewport.metersPerPixel
    isApproximate = across < Self.leastMetersAcross
    let isTiled = perPixel <= Self.tiledMetersPerPixel && !sheet.projection.isWorld
    let tiles = Self.tiles(sheet, perPixel <= Self.fineMetersPerPixel ? .fine : .medium)
    towns = tiles.flatMap(\.towns).sorted {
      ($1.population, $0.name) < ($0.population, $1.name)
    }

    var painter = GroundPainter(sheet, unit, palette, isFaint: isApproximate)
    if isTiled {
      scale = "1:10m"
      painter.addGlobe(sheet)
      painter.add(tiles.flatMap(\.areas).filter { $0.kind == .iceShelf }, sheet)
      painter.add(tiles.flatMap(\.areas).filter { $0.kind == .land }, sheet)
    } else {
      let land: Land.Scale = perPixel > Self.coarseMetersPerPixel ? .coarse : .fine
      scale = land.rawValue
      painter.addGlobe(sheet)
      painter.add(Land(land), sheet)
      painter.add(tiles.flatMap(\.areas).filter { $0.kind == .iceShelf }, sheet)
    }
    painter.add(tiles.flatMap(\.areas).filter { $0.kind == .lake }, sheet)
    let lines = tiles.flatMap(\.lines)
    let last = Self.lastRank(perPixel)
    painter.add(lines.filter { $0.kind == .river && $0.rank <= last }, sheet)
    painter.add(lines.filter { $0.kind == .border }, sheet)
    hasOutlines = painter.hasOutlines
    hasIceShelf = painter.hasIceShelf
    layer = Layer("ground", clip: sheet.box, painter.shapes)
  }

  private static func tiles(_ sheet: borrowing MapSheet, _ level: BaseMap.Level) -> [MapTile] {
    guard let seen = sheet.seen else { return [] }
    let whole = seen.whole(sheet.projection, sheet.viewport)
    let middle = sheet.projection.middleMeridian
    return BaseMap(level).tiles(
      south: whole.south, north: whole.north, west: middle + whole.west, east: middle + whole.east)
  }

  /// The last rank of rivers that are drawn: fewer, the more of the Earth is seen.
  private static func lastRank(_ metersPerPixel: Double) -> Int {
    switch metersPerPixel {
    case ..<150: 12
    case ..<400: 8
    case ..<1_000: 6
    case ..<2_500: 4
    case ..<9_000: 2
    default: 0
    }
  }
}

/// Turns what lies on the ground into shapes.
private struct GroundPainter {
  private let unit: Double
  private let palette: Palette
  private let isFaint: Bool
  private let sea: Color
  private let edge: Box
  var shapes: [Shape] = []
  var hasOutlines = false
  var hasIceShelf = false

  /// Lakes that are smaller than this many pixels on each side are left out.
  private static let leastLakePixels = 2.5

  init(_ sheet: borrowing MapSheet, _ unit: Double, _ palette: Palette, isFaint: Bool) {
    self.unit = unit
    self.palette = palette
    self.isFaint = isFaint
    sea = isFaint ? palette.faintSea : palette.sea
    edge = sheet.edge
  }

  private var coast: Stroke {
    Stroke(color: palette.coast.with(opacity: isFaint ? 0.5 : 1), width: 0.9 * unit)
  }

  mutating func addGlobe(_ sheet: borrowing MapSheet) {
    guard let globe = sheet.globe else {
      shapes.append(.box(sheet.box, fill: sea))
      return
    }
    shapes.append(
      .area(
        edge.clipped(
          area: Thinning.straightened(sheet.viewport.pixels(globe), tolerance: 0.1)),
        fill: sea, stroke: Stroke(color: palette.frame, width: unit)))
  }

  mutating func add(_ land: Land, _ sheet: borrowing MapSheet) {
    let onMap = LandOnMap(land, sheet.projection)
    let viewport = sheet.viewport
    let areas = onMap.areas.map { edge.clipped(area: viewport.pixels($0)) }
    fill(areas, palette.land, seam: nil)
    stroke(onMap.coasts.flatMap { edge.clipped(line: viewport.pixels($0)) }, coast)
  }

  /// Areas of one kind.
  mutating func add(_ areas: [MapTile.Area], _ sheet: borrowing MapSheet) {
    var shores: [[Point]] = []
    for area in areas {
      let rings = area.rings.flatMap { sheet.pixels(ring: $0) }
      guard let around = bounds(of: rings.joined()) else { continue }
      let isSmall = max(around.width, around.height) < Self.leastLakePixels * unit
      if isSmall, area.kind == .lake { continue }
      let color =
        switch area.kind {
        case .land: palette.land
        case .lake: sea
        case .iceShelf: palette.iceShelf
        }
      // The stroke closes the hair's breadth between two tiles that smoothing leaves.
      fill(rings, color, seam: Stroke(color: color, width: unit))
      shores += area.shores.flatMap { sheet.pixels(line: $0) }
      if area.kind == .iceShelf { hasIceShelf = true }
    }
    stroke(shores, coast)
  }

  mutating func add(_ lines: [MapTile.Line], _ sheet: borrowing MapSheet) {
    for (kind, ranks, width) in [
      (MapTile.Line.Kind.river, 0...3, 1.5), (.river, 4...6, 1.1), (.river, 7...255, 0.8),
      (.border, 0...255, 1.3),
    ] {
      let chosen = lines.filter { $0.kind == kind && ranks.contains($0.rank) }
        .flatMap { sheet.pixels(line: $0.places) }
      let opacity = isFaint ? 0.6 : 1
      stroke(
        chosen,
        kind == .river
          ? Stroke(color: palette.river.with(opacity: opacity), width: width * unit)
          : Stroke(
            color: palette.border.with(opacity: opacity), width: width * unit,
            dash: [7 * unit, 3 * unit, 1.5 * unit, 3 * unit]))
    }
  }

  private mutating func fill(_ areas: [[Point]], _ color: Color, seam: Stroke?) {
    let thinned = Thinning.thinned(areas, tolerance: 0.25 * unit, isClosed: true)
    if thinned.isEmpty { return }
    shapes.append(.path(lines: thinned, isClosed: true, fill: color, stroke: seam))
  }

  private mutating func stroke(_ lines: [[Point]], _ stroke: Stroke) {
    let thinned = Thinning.thinned(lines, tolerance: 0.25 * unit)
    if thinned.isEmpty { return }
    hasOutlines = true
    shapes.append(.path(lines: thinned, isClosed: false, fill: nil, stroke: stroke))
  }
}
