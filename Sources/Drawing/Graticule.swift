internal import MapData

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Meridians and parallels at round degrees, with their labels at the frame.
struct Graticule {
  private(set) var lines: [[Point]] = []
  /// Where a line meets the frame, and what it is called.
  private(set) var labels: [(text: String, at: Point, side: Side)] = []

  enum Side { case left, bottom, inside }

  private static let steps = [
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30,
  ]
  /// Pixels between lines in a picture of the usual size, about.
  private static let spacing = 170.0

  init(_ sheet: borrowing MapSheet, unit: Double) {
    guard let seen = sheet.seen else { return }
    var (south, north) = (seen.south, seen.north)
    var (west, east) = (seen.west, seen.east)
    let wanted = sheet.viewport.metersPerPixel * Self.spacing * unit / 111_000
    let step = Self.steps.first { $0 >= wanted } ?? 30
    // Meridians draw together with the latitude.
    let reach = max(cos(min(abs(south), abs(north)) * .pi / 180), 0.02)
    let across = sheet.projection.isWorld ? step : Self.steps.first { $0 >= wanted / reach } ?? 30
    if case .polar(let isNorth, _) = sheet.projection.kind {
      // All of them meet in the middle.
      (west, east) = (-180, 180)
      if isNorth { north = 90 } else { south = -90 }
    }
    south = max(south - step / 2, -90)
    north = min(north + step / 2, 90)

    let middle = sheet.projection.middleMeridian
    let last =
      sheet.projection.isWorld || east - west >= 360 - across / 2 ? -across / 2 : across / 2
    let meridians = NiceNumbers.multiples(
      of: across, in: middle + west - across / 2...middle + east + last)
    // Near a pole only the main meridians go on.
    for meridian in meridians {
      let isMain = (meridian / 30).rounded() * 30 == meridian
      let places = stride(from: 0.0, through: 1, by: 1.0 / 96).compactMap { share in
        let latitude = south + share * (north - south)
        return abs(latitude) > 90 - 1.2 * step && !isMain && step >= 1
          ? nil : Place(latitude: latitude, longitude: meridian)
      }
      add(sheet.projection.lines(places), sheet.viewport, Self.label(longitude: meridian), .bottom)
    }
    for parallel in NiceNumbers.multiples(of: step, in: south...north) where abs(parallel) < 90 {
      let places = stride(from: 0.0, through: 1, by: 1.0 / 192).map { share in
        // Within the seam, so that a parallel is one line.
        Place(
          latitude: parallel,
          longitude: middle + min(max(west + share * (east - west), -179.999999), 179.999999))
      }
      add(sheet.projection.lines(places), sheet.viewport, Self.label(latitude: parallel), .left)
    }
  }

  private mutating func add(_ planes: [[Point]], _ viewport: Viewport, _ text: String, _ side: Side)
  {
    let before = labels.count
    var highest: Point?
    for plane in planes {
      for line in viewport.box.clipped(line: viewport.pixels(plane)) {
        lines.append(Thinning.straightened(line, tolerance: 0.2))
        if let top = line.min(by: { $0.y < $1.y }), top.y < highest?.y ?? .infinity {
          highest = top
        }
        for end in [line[0], line[line.count - 1]] {
          switch side {
          case .left where end.x <= viewport.box.minX + 0.01,
            .bottom where end.y >= viewport.box.maxY - 0.01:
            labels.append((text, end, side))
          default: continue
          }
        }
      }
    }
    // A circle round a pole may meet no side.
    if side == .left, labels.count == before, let highest {
      labels.append((text, highest, .inside))
    }
  }

  func layer(in box: Box, _ style: PlotStyle) -> Layer {
    Layer(
      "graticule", clip: box,
      [
        .path(
          lines: lines, isClosed: false, fill: nil,
          stroke: Stroke(color: style.palette.graticule, width: 0.8 * style.unit))
      ])
  }

  // MARK: Text

  static func label(latitude: Double) -> String {
    degrees(abs(latitude)) + (latitude == 0 ? "" : latitude > 0 ? " N" : " S")
  }

  static func label(longitude: Double) -> String {
    let turned = longitude.remainder(dividingBy: 360)
    let isPlain = turned == 0 || abs(turned) == 180
    return degrees(abs(turned)) + (isPlain ? "" : turned > 0 ? " E" : " W")
  }

  private static func degrees(_ value: Double) -> String {
    let rounded = (value * 1e4).rounded() / 1e4
    return (rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)") + "°"
  }
}
