internal import MapData
internal import OpenStreetMap

/// The streets, paths, water and woods of an extract, between the ground and the route.
struct MapStreets {
  /// Whether an extract was given of which nothing is seen.
  let isMissing: Bool
  /// What stands for them in the legend.
  let sign: Stroke
  let layer: Layer

  var isEmpty: Bool { layer.shapes.isEmpty }

  /// The largest areas; more make no difference to the eye.
  private static let mostAreas = 4_000
  /// Areas that are smaller than this many pixels on each side are left out.
  private static let leastAreaPixels = 2.0

  /// - Throws: `basemap` where the extract cannot be read.
  init(
    _ extract: OSMExtract?, _ sheet: borrowing MapSheet, unit: Double, palette: Palette
  ) throws(DrawingError) {
    let look = StreetLook(unit: unit, palette: palette)
    sign = look.stroke(.primary)
    var shapes: [Shape] = []
    if let extract {
      let features = try Self.features(extract, sheet, look)
      for kind in OSMKind.allCases {
        let ofKind = features.filter { $0.kind == kind }
        shapes +=
          kind.isArea
          ? Self.areas(ofKind, look.fill(kind), sheet, unit)
          : Self.lines(ofKind, look.stroke(kind), sheet, unit)
      }
    }
    layer = Layer("streets", clip: sheet.box, shapes)
    isMissing = extract != nil && shapes.isEmpty
  }

  private static func features(
    _ extract: OSMExtract, _ sheet: borrowing MapSheet, _ look: StreetLook
  ) throws(DrawingError) -> [OSMFeature] {
    let kinds = look.kinds(metersPerPixel: sheet.viewport.metersPerPixel * look.unit)
    guard let seen = sheet.seen else { return [] }
    let whole = seen.whole(sheet.projection, sheet.viewport)
    do throws(OSMFault) {
      return try extract.features(
        in: OSMArea(
          south: whole.south, north: whole.north, west: whole.west, east: whole.east,
          middleMeridian: sheet.projection.middleMeridian), kinds)
    } catch {
      throw DrawingError(.basemap, "byte \(error.offset): \(error.message)")
    }
  }

  private static func areas(
    _ features: [OSMFeature], _ fill: Color, _ sheet: borrowing MapSheet, _ unit: Double
  ) -> [Shape] {
    var areas: [(size: Double, rings: [[Point]])] = []
    for feature in features {
      var rings: [[Point]] = []
      for line in feature.lines { rings += sheet.pixels(ring: line) }
      guard let around = bounds(of: rings.joined()),
        max(around.width, around.height) >= leastAreaPixels * unit
      else { continue }
      areas.append((around.width * around.height, rings))
    }
    areas.sort { $0.size > $1.size }
    return areas.prefix(mostAreas).compactMap { area in
      let rings = Thinning.thinned(area.rings, tolerance: 0.25 * unit, isClosed: true)
      return rings.isEmpty
        ? nil : .path(lines: rings, isClosed: true, fill: fill, stroke: nil)
    }
  }

  private static func lines(
    _ features: [OSMFeature], _ stroke: Stroke, _ sheet: borrowing MapSheet, _ unit: Double
  ) -> [Shape] {
    var lines: [[Point]] = []
    for feature in features {
      for line in feature.lines { lines += sheet.pixels(line: line) }
    }
    let thinned = Thinning.thinned(lines, tolerance: 0.25 * unit)
    return thinned.isEmpty
      ? [] : [.path(lines: thinned, isClosed: false, fill: nil, stroke: stroke)]
  }
}

/// How what an extract holds is drawn.
private struct StreetLook {
  let unit: Double
  let palette: Palette

  /// What a map of some scale has room for.
  func kinds(metersPerPixel: Double) -> Set<OSMKind> {
    Set(OSMKind.allCases.filter { metersPerPixel <= mostMetersPerPixel($0) })
  }

  private func mostMetersPerPixel(_ kind: OSMKind) -> Double {
    switch kind {
    case .motorway, .primary, .water: 300
    case .secondary, .river: 150
    case .green: 100
    case .tertiary: 60
    case .street: 25
    case .path, .stream: 15
    case .lane: 12
    }
  }

  func fill(_ kind: OSMKind) -> Color { kind == .water ? palette.water : palette.green }

  func stroke(_ kind: OSMKind) -> Stroke {
    let (color, width): (Color, Double) =
      switch kind {
      case .green, .water: (fill(kind), 1)
      case .stream: (palette.river, 0.7)
      case .river: (palette.river, 1.6)
      case .path: (palette.path, 0.8)
      case .lane: (palette.street, 0.7)
      case .street: (palette.street, 1.1)
      case .tertiary: (palette.street, 1.6)
      case .secondary: (palette.mainRoad, 1.8)
      case .primary: (palette.mainRoad, 2.3)
      case .motorway: (palette.mainRoad, 3)
      }
    return Stroke(
      color: color, width: width * unit, dash: kind == .path ? [3 * unit, 2 * unit] : [])
  }
}
